// The conversation: streamed text, offers as they arrive, stop, retry and copy; and what a reload shows again.

import { dayPrices } from "./charts.js";
import { byId, el, read, startTheme, write } from "./dom.js";
import { airlines, routeOf, sentence, total } from "./flight.js";
import { markdown } from "./markdown.js";
import { offerList } from "./offers.js";
import { events } from "./stream.js";
import { examples, login, number, setLanguage, t, wait } from "./texts.js";
import { dropTrip, json, keepTrip, partyOf, showTrips, tripWords } from "./trips.js";

const SESSION = "asyncassist.session";
const TRIP = "asyncassist.trip";
const TURN = "asyncassist.turn";
const log = byId("log");
const box = byId("message");
const send = byId("send");
// Offers that are shown while the search runs, at most.
const SHOWN_SO_FAR = 5;
let running = null;
// A session whose first turn has not ended: if it is stopped, the server never has the session.
let begun = null;
let zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
let showTheme = () => {};

const session = { get: () => read("sessionStorage", SESSION), set: (id) => write("sessionStorage", SESSION, id) };

// What is read out: one sentence at a time, so that streamed text is not read word by word.
function speak(words) {
  byId("speech").textContent = words;
}

function nearEnd() {
  const page = document.documentElement;
  return page.scrollHeight - page.scrollTop - page.clientHeight < 200;
}

function toEnd() {
  document.documentElement.scrollTop = document.documentElement.scrollHeight;
}

// An example of a trip at first, afterwards what can be said of it.
function invite() {
  box.dataset.placeholder = "empty" in document.body.dataset ? "placeholder" : "placeholder_trip";
  box.placeholder = t(box.dataset.placeholder);
}

function put(node) {
  delete document.body.dataset.empty;
  invite();
  log.append(node);
  return node;
}

function said(text) {
  put(el("div", { class: "said" }, el("p", { dir: "auto" }, el("span", { class: "hidden" }, `${t("you")} `), text)));
  toEnd();
}

// Cards replace the numbered lines: the text before the list stays above them, the text after it below.
function around(text) {
  const lines = text.split("\n");
  const listed = lines.map((line) => /^\d+[.)] /.test(line));
  const first = listed.indexOf(true);
  if (first < 0) return [text, ""];
  return [lines.slice(0, first).join("\n"), lines.slice(listed.lastIndexOf(true) + 1).join("\n").trim()];
}

function copyButton(text) {
  const button = el("button", { type: "button", class: "plain" }, t("copy"));
  button.addEventListener("click", async () => {
    try {
      await navigator.clipboard.writeText(text());
      button.textContent = t("copied");
      speak(t("copied"));
    } catch {
      button.textContent = t("failed");
    }
  });
  return button;
}

class Heard {
  constructor(question) {
    this.question = question;
    this.before = el("div", { class: "text before" });
    this.found = el("div", { class: "found-offers" });
    this.after = el("div", { class: "text after" });
    this.progress = el("p", { class: "progress" }, t("reading"));
    this.meta = el("div", { class: "meta" });
    this.node = put(
      el("div", { class: "heard", "aria-busy": "true" }, el("p", { class: "hidden" }, t("assistant")), this.before, this.found, this.after, this.progress, this.meta),
    );
    this.text = "";
    this.streamed = new Map();
    speak(t("reading"));
    toEnd();
  }

  follow(change) {
    const stay = nearEnd();
    change();
    if (stay) toEnd();
  }

  tell(text, withCards, withDays = false) {
    // A chart replaces the lines of the days.
    const [before, after] = withCards ? around(text) : [withDays ? text.split("\n", 1)[0] : text, ""];
    this.before.replaceChildren(...markdown(before));
    this.after.replaceChildren(...markdown(after));
  }

  delta(text) {
    this.text += text;
    this.follow(() => this.tell(this.text, this.streamed.size > 0));
  }

  offer(offer) {
    this.streamed.set(offer.id, offer);
    const providers = new Set([...this.streamed.values()].map((one) => one.provider)).size;
    this.progress.textContent = t("searching", { offers: t("offers", { n: this.streamed.size }), providers: t("providers", { n: providers }) });
    if (this.streamed.size === 1) speak(this.progress.textContent);
    this.drawing ||= requestAnimationFrame(() => this.draw());
  }

  // Show what has been found so far, the cheapest first.
  draw() {
    this.drawing = 0;
    const found = [...this.streamed.values()].sort((one, two) => total(one) - total(two)).slice(0, SHOWN_SO_FAR);
    this.follow(() => this.found.replaceChildren(...offerList(found, { arriving: true, speak })));
  }

  // What is drawn from now on is not what has arrived.
  settle() {
    cancelAnimationFrame(this.drawing);
    if (this.found.querySelector(".arriving")) this.found.replaceChildren();
  }

  // Show a reply as a whole; `live` if it is the last, whose offers can be chosen.
  show(reply, live) {
    const { travellers, alike } = partyOf(reply.passengers || reply.slots?.passengers);
    const offers = reply.offers || [];
    this.text = reply.text;
    this.node.lang = reply.language || "";
    this.settle();
    const days = reply.date_prices && reply.date_prices.length ? dayPrices(reply.date_prices, reply.departure_date ? reply : reply.slots || {}, ask) : null;
    this.tell(reply.text, offers.length > 0, Boolean(days));
    if (days) {
      // Prices by day replace those of before; the list of offers can still be chosen from.
      for (const old of log.querySelectorAll(".days button")) old.disabled = true;
      this.found.replaceChildren(days);
    }
    if (offers.length) {
      const one = reply.chosen ? offers.find((offer) => offer.id === reply.chosen) : null;
      const choose = reply.chosen ? null : (number) => ask(t("say_number", { n: number }));
      const narrow = live && !reply.chosen ? chips(offers, reply) : null;
      this.found.replaceChildren(...offerList(offers, { travellers, alike, choose, chosen: reply.chosen, labels: reply, chips: narrow, next: narrow && (() => ask(t("say_more"))), speak }));
      if (one) this.found.querySelector(".list").append(nextSteps(one, travellers));
      if (!reply.chosen) retire(this.node);
    }
    this.meta.replaceChildren(...(reply.chosen ? [] : [copyButton(() => this.text)]));
    if (reply.degraded) this.meta.prepend(el("span", { class: "less" }, t("degraded")));
  }

  done(answer) {
    const asked = log.contains(document.activeElement);
    this.follow(() => this.show({ ...answer, text: answer.reply }, true));
    // A chip, a bar or an offer was pressed, and may be gone: the keyboard goes on at the answer.
    if (asked) this.focus();
    const count = answer.offers.length;
    speak(count && !answer.chosen ? `${around(answer.reply)[0]} ${t("offers", { n: count })}` : answer.reply);
    this.reveal();
  }

  focus() {
    this.node.tabIndex = -1;
    this.node.focus({ preventScroll: true });
  }

  // Show a long answer from its beginning, so that its first offer is seen.
  reveal() {
    if (this.node.offsetHeight > window.innerHeight * 0.5) this.node.scrollIntoView({ block: "start" });
  }

  trouble(words, signIn = false) {
    this.follow(() => {
      // What had been found stays, to be read: the server has no list from which one could be chosen.
      this.settle();
      if (this.streamed.size && !this.found.childElementCount) this.found.replaceChildren(...offerList([...this.streamed.values()], { speak }));
      this.meta.append(
        el("span", { class: "trouble" }, words),
        signIn && login ? el("a", { class: "choose", href: login }, t("sign_in")) : "",
        el("button", { type: "button", class: "plain", onclick: () => this.again() }, t("retry")),
      );
    });
    speak(words);
  }

  again() {
    if (running) return;
    this.node.remove();
    ask(this.question, false);
    box.focus();
  }

  end() {
    this.node.removeAttribute("aria-busy");
    this.progress.remove();
  }
}

// Numbers name the offers of the last list: those of earlier ones can still be read, not chosen.
function retire(current) {
  for (const node of log.querySelectorAll(".heard")) {
    if (node === current) continue;
    for (const old of node.querySelectorAll(".choose:not(a), .chips, .next-offers")) old.remove();
    for (const old of node.querySelectorAll(".days button")) old.disabled = true;
  }
}

function nextSteps(offer, travellers) {
  const words = () => sentence(offer, travellers);
  const url = typeof offer.booking_url === "string" && offer.booking_url.startsWith("https://") ? offer.booking_url : null;
  return el(
    "section",
    { class: "next" },
    el("h2", {}, t("next_title")),
    el("p", {}, t("next_text")),
    el(
      "div",
      { class: "actions" },
      url ? el("a", { class: "choose", href: url, target: "_blank", rel: "noopener noreferrer" }, t("book")) : null,
      copyButton(words),
      navigator.share ? el("button", { type: "button", class: "plain", onclick: () => navigator.share({ text: words() }).catch(() => {}) }, t("share")) : null,
    ),
  );
}

// Minutes of the day until which a departure counts as one in the morning.
const NOON = 720;

// Chips say the same as words do; one that holds now is pressed, and takes itself back.
function chips(offers, { slots, sort = "best", windows = {}, fares = {} }) {
  slots = slots || {};
  const chip = (key, values, holds, back) =>
    el("button", { type: "button", class: "chip", "aria-pressed": back ? String(Boolean(holds)) : null, onclick: () => ask(holds && back ? t(back) : t(key, values)) }, t(key, values));
  const fare = (slot, key, back) => {
    if (!(slot in fares)) return null;
    const node = chip(key, {}, slots[slot], back);
    node.append(" ", el("span", { class: "count" }, number(fares[slot])));
    return node;
  };
  // The order by which the assistant recommends takes the two others back.
  const order = (key, holds) => {
    const node = chip(key);
    if (holds) node.setAttribute("aria-current", "true");
    return node;
  };
  const group = (title, ...children) => el("div", { class: "group", role: "group", "aria-label": t(title) }, el("span", { "aria-hidden": "true" }, t(title)), children);
  const direct = offers.every((offer) => offer.itineraries.every((way) => !way.stops));
  const names = slots.airline ? [slots.airline.name] : [...airlines(offers).values()].slice(0, 2);
  const prices = offers.map((offer) => Number(offer.total.amount)).sort((a, b) => a - b);
  const middle = Math.ceil(prices[Math.floor(prices.length / 2)] / 10) * 10;
  const amount = slots.budget ? `${Math.round(Number(slots.budget.amount))} ${slots.budget.currency}` : `${middle} ${offers[0].total.currency}`;
  const times = Object.keys(windows);
  const departs = windows["outbound.departure"];
  const morning = times.length === 1 && departs && departs[1] < NOON && departs[1] > NOON / 2;
  return el(
    "div",
    { class: "chips side" },
    offers.length > 1 ? group("sort", order("say_best", sort === "best"), order("say_cheaper", sort === "price"), order("say_faster", sort === "duration"), chip("say_earlier"), chip("say_later")) : null,
    group(
      "narrow",
      slots.max_stops === 0 || !direct ? chip("say_direct", {}, slots.max_stops === 0, "say_any_stops") : null,
      times.length && !morning ? chip("say_any_time") : chip("say_morning", {}, morning, "say_any_time"),
      slots.airline || names.length > 1 ? names.map((airline) => chip("say_airline", { airline }, slots.airline, "say_any_airline")) : null,
      slots.budget || prices.length > 1 ? chip("say_budget", { amount }, slots.budget, "say_any_price") : null,
      fare("checked_bags", "say_bag", "say_any_bag"),
      fare("refundable", "say_refundable", "say_any_refund"),
      slots.departure_date ? chip("say_cheapest_day") : null,
    ),
  );
}

function busy(on) {
  send.toggleAttribute("data-busy", on);
  send.dataset.label = on ? "stop" : "send";
  send.setAttribute("aria-label", t(send.dataset.label));
}

function wordsOf(error) {
  if (error.status === 401) return t("sign_in_note");
  if (error.status === 429) return t("too_many", { time: wait(error.wait || 1) });
  return error.document ? t("failed") : t("unreachable");
}

async function hear(message, turn, body) {
  const heard = new Heard(message);
  const stop = new AbortController();
  running = { stop, turn };
  busy(true);
  const asked = session.get();
  const known = asked === begun ? null : asked;
  let ended = false;
  try {
    for await (const [name, data] of events("chat", body, stop.signal, turn)) {
      if (turn.id) write("sessionStorage", TURN, JSON.stringify({ session: turn.session, message }));
      if (name === "start" && data.session_id) {
        if (data.session_id !== asked) begun = data.session_id;
        session.set(data.session_id);
      } else if (name === "delta") heard.delta(data.text);
      else if (name === "offer") heard.offer(data);
      else if (name === "error") {
        ended = true;
        heard.trouble(wordsOf({ status: data.status, document: data }), data.status === 401);
      } else if (name === "done") {
        ended = true;
        if (known && data.session_id !== known) put(notice("session_gone"));
        session.set(data.session_id);
        begun = null;
        if (await setLanguage(data.language)) retell();
        heard.done(data);
        const route = routeOf(data.offers[0]);
        showTrip({ ...data, route: route || (data.offers.length ? "" : shown?.route) });
        keepTrip(data, route);
      }
    }
    if (!ended) heard.trouble(t("broke_off"));
  } catch (error) {
    // The browser may know a time zone that the server does not: send none then, so that dates are in UTC.
    if (error.document && error.document.field === "timezone") zone = "";
    if (stop.signal.aborted) heard.trouble(t("stopped"));
    else heard.trouble(wordsOf(error), error.status === 401);
  } finally {
    write("sessionStorage", TURN, null);
    heard.end();
    running = null;
    busy(false);
  }
}

function ask(message, show = true) {
  if (running) return;
  if (show) said(message);
  const body = { message };
  if (zone) body.timezone = zone;
  if (session.get()) body.session_id = session.get();
  hear(message, { session: session.get(), id: "" }, body);
}

function halt() {
  const { stop, turn } = running;
  // The turn runs on without its reader: leaving it does not end it.
  if (turn.session) fetch(`chat/${encodeURIComponent(turn.session)}/stop`, { method: "POST" }).catch(() => {});
  stop.abort();
}

const notice = (key) => el("p", { class: "notice", role: "note" }, t(key));

// The trip that the header shows.
let shown = null;

function showTrip({ slots, names, route = "", windows = {}, sort = "best" }) {
  const trip = byId("trip");
  shown = { slots, names, route, windows, sort };
  trip.hidden = !(slots.origin || slots.destination);
  if (trip.hidden) return;
  const words = tripWords(shown);
  trip.replaceChildren(el("b", {}, words.route), words.rest ? el("span", {}, words.rest) : "");
  write("sessionStorage", TRIP, JSON.stringify(shown));
}

const listTrips = () => showTrips(reopen, speak);

function reopen(trip) {
  session.set(trip.id);
  write("sessionStorage", TRIP, trip.slots ? JSON.stringify(trip) : null);
  clear();
  restore();
}

function showExamples() {
  byId("tries").replaceChildren(...examples().map((text) => el("li", {}, el("button", { type: "button" }, text))));
}

// The fixed texts have changed their language: so do those that were made of them.
function retell() {
  showTheme();
  showExamples();
  listTrips();
}

async function restore() {
  const id = session.get();
  if (!id) return;
  const response = await fetch(`chat/${encodeURIComponent(id)}`).catch(() => null);
  const kept = json(read("sessionStorage", TURN), null);
  const turn = kept && kept.session === id ? kept : null;
  // The first turn of a session that still runs: there are no messages yet.
  const begins = turn && response && response.status === 404;
  if (!response || !(response.ok || begins)) {
    if (response && response.status === 404) {
      session.set(null);
      write("sessionStorage", TRIP, null);
      dropTrip(id);
      listTrips();
      put(notice("session_gone"));
      speak(t("session_gone"));
    } else {
      // The session may be there: it is kept, and can be asked for again.
      const again = el("button", { type: "button", class: "plain", onclick: () => location.reload() }, t("retry"));
      put(el("p", { class: "notice", role: "note" }, wordsOf(response ? { status: response.status, wait: Number(response.headers.get("retry-after")), document: {} } : {}), " ", again));
    }
    return;
  }
  const messages = begins ? [] : (await response.json()).messages;
  if (begins) begun = id;
  const last = messages.findLast((message) => message.language);
  if (last && (await setLanguage(last.language))) retell();
  const trip = json(read("sessionStorage", TRIP), null);
  const { slots = null, windows, sort } = trip || {};
  let ending = null;
  for (const [index, message] of messages.entries()) {
    if (message.role === "user") said(message.content);
    else if (message.role === "assistant") {
      const heard = new Heard("");
      heard.show({ ...message, text: message.content, slots, windows, sort }, index === messages.length - 1);
      heard.end();
      ending = heard;
    }
  }
  speak("");
  if (trip && trip.slots) showTrip(trip);
  // The transcript gets a message with its reply: with it there, the turn has ended.
  if (turn && messages.at(-2)?.content !== turn.message) {
    if (messages.at(-1)?.content !== turn.message) said(turn.message);
    hear(turn.message, { session: id, id: "" }, null);
  }
  requestAnimationFrame(() => {
    toEnd();
    if (!running) ending?.reveal();
  });
}

function clear() {
  if (running) halt();
  log.replaceChildren();
  document.body.dataset.empty = "";
  invite();
  byId("trip").hidden = true;
  shown = null;
}

function fresh() {
  clear();
  session.set(null);
  write("sessionStorage", TRIP, null);
  listTrips();
  box.focus({ preventScroll: true });
  scrollTo(0, 0);
}

function grow() {
  box.style.height = "auto";
  box.style.height = `${box.scrollHeight + 2}px`;
  const left = box.maxLength - box.value.length;
  byId("count").hidden = left > 400;
  byId("count").textContent = t("characters_left", { n: left });
}

byId("composer").addEventListener("submit", (event) => {
  event.preventDefault();
  if (running) {
    halt();
    return;
  }
  const message = box.value.trim();
  if (!message) return;
  box.value = "";
  grow();
  ask(message);
  // On a touch screen the keyboard would cover the answer.
  if (matchMedia("(pointer: coarse)").matches) box.blur();
});
box.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
    event.preventDefault();
    if (!running) byId("composer").requestSubmit();
  }
  if (event.key === "Escape" && running) halt();
});
box.addEventListener("input", grow);
byId("fresh").addEventListener("click", fresh);
byId("tries").addEventListener("click", (event) => {
  if (event.target.tagName !== "BUTTON") return;
  ask(event.target.textContent);
  box.focus();
});
showTheme = startTheme((name) => t(`theme_${name}`));
listTrips();
restore();
