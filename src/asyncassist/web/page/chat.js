// Chat: streamed text, offers as they arrive, stop and retry.

import { byId, el, seconds, svg } from "./dom.js";
import { card, date } from "./offers.js";
import { events, problemOf } from "./stream.js";

const SOURCES = {
  model: "model",
  cache: "remembered answer",
  stale: "older answer",
  fallback: "without a model",
  flights: "live search",
  rules: "assistant",
};
const KEY = "asyncassist.session";
const log = byId("log");
const box = byId("message");
const send = byId("send");
let running = null;
let zone = Intl.DateTimeFormat().resolvedOptions().timeZone;

const session = {
  get: () => sessionStorage.getItem(KEY),
  set: (id) => (id ? sessionStorage.setItem(KEY, id) : sessionStorage.removeItem(KEY)),
};

function nearEnd() {
  return log.scrollHeight - log.scrollTop - log.clientHeight < 160;
}

function put(node) {
  byId("hello").hidden = true;
  log.append(node);
  log.scrollTop = log.scrollHeight;
  return node;
}

function said(text) {
  return put(el("div", { class: "said" }, el("p", {}, el("span", { class: "hidden" }, "You: "), text)));
}

// State and NLU run in parallel; flight search and chatbot follow, one after the other.
function stages(timings) {
  const start = { nlp: 0, state: 0, flights: Math.max(timings.nlp, timings.state) };
  start.chat = start.flights + timings.flights;
  const whole = Math.max(timings.total, 1e-9);
  const rows = Object.keys(start)
    .filter((name) => timings[name] > 0)
    .map((name) => {
      const x = Math.min(98, (100 * start[name]) / whole);
      const width = Math.max(1.5, Math.min(100 - x, (100 * timings[name]) / whole));
      const bar = svg("rect", { "data-stage": name, x: `${x}%`, width: `${width}%`, height: "100%", rx: 2 });
      return [el("dt", {}, name), el("dd", {}, svg("svg", { "aria-hidden": "true" }, bar)), el("dd", {}, seconds(timings[name]))];
    });
  const show = (event) => event.target.open && event.target.scrollIntoView({ block: "nearest" });
  return el("details", { class: "stages", ontoggle: show }, el("summary", {}, `answered in ${seconds(timings.total)}`), el("dl", {}, rows));
}

function badge(kind, text) {
  return el("span", { class: "badge", "data-kind": kind }, text);
}

// Cards replace the numbered lines: the text before the list stays above them, the text after it below.
function around(text) {
  const lines = text.split("\n");
  const listed = lines.map((line) => /^\d+[.)] /.test(line));
  const first = listed.indexOf(true);
  if (first < 0) return [text, ""];
  return [lines.slice(0, first).join("\n"), lines.slice(listed.lastIndexOf(true) + 1).join("\n").trim()];
}

class Heard {
  constructor(question) {
    this.question = question;
    this.head = el("p", { class: "text head" });
    this.offers = el("div", { class: "offers" });
    this.tail = el("p", { class: "text tail" });
    this.meta = el("div", { class: "meta" });
    this.node = put(el("div", { class: "heard", "aria-busy": "true" }, this.head, this.offers, this.tail, this.meta));
    this.cards = new Map();
    this.said = "";
  }

  follow(change) {
    const stay = nearEnd();
    change();
    if (stay) log.scrollTop = log.scrollHeight;
  }

  delta(text) {
    this.said += text;
    this.follow(() => this.tell(this.said, this.cards.size > 0));
  }

  tell(text, withCards) {
    [this.head.textContent, this.tail.textContent] = withCards ? around(text) : [text, ""];
  }

  offer(offer) {
    const found = card(offer);
    const known = this.cards.get(offer.id);
    this.follow(() => (known ? known.replaceWith(found) : this.offers.append(found)));
    this.cards.set(offer.id, found);
  }

  done(answer) {
    this.follow(() => {
      this.tell(answer.reply, answer.offers.length > 0);
      this.head.lang = this.tail.lang = answer.language;
      this.offers.replaceChildren(...answer.offers.map((offer, index) => card(offer, index + 1)));
      this.meta.append(badge(answer.source, SOURCES[answer.source] || answer.source));
      if (answer.degraded) this.meta.append(badge("less", "something is away: less than usual"));
      this.meta.append(stages(answer.timings));
    });
    // Show a long answer from its beginning.
    if (this.node.offsetHeight > log.clientHeight) log.scrollTop = this.node.offsetTop - log.offsetTop - 12;
  }

  trouble(words) {
    this.follow(() => {
      this.meta.append(
        el("span", { class: "trouble" }, words),
        el("button", { type: "button", onclick: () => this.again() }, "Try again"),
      );
    });
  }

  again() {
    if (running) return;
    this.node.remove();
    ask(this.question, false);
  }

  end() {
    this.node.removeAttribute("aria-busy");
  }
}

function busy(on) {
  send.toggleAttribute("data-busy", on);
  send.setAttribute("aria-label", on ? "Stop" : "Send");
}

async function ask(message, show = true) {
  if (show) said(message);
  const heard = new Heard(message);
  const stop = new AbortController();
  running = stop;
  busy(true);
  const body = zone ? { message, timezone: zone } : { message };
  if (session.get()) body.session_id = session.get();
  let ended = false;
  try {
    for await (const [name, data] of events("chat", body, stop.signal)) {
      if (name === "delta") heard.delta(data.text);
      else if (name === "offer") heard.offer(data);
      else if (name === "start") session.set(data.session_id);
      else if (name === "error") {
        ended = true;
        heard.trouble(data.detail);
      } else if (name === "done") {
        ended = true;
        session.set(data.session_id);
        heard.done(data);
        showTrip(data);
      }
    }
    if (!ended) heard.trouble("The answer broke off.");
  } catch (error) {
    // The browser may know a time zone that the server does not: send none then, so that dates are in UTC.
    if (error.document && error.document.field === "timezone") zone = "";
    if (error.name === "AbortError") {
      heard.trouble("Stopped.");
      halt();
    } else heard.trouble(error.document ? error.message : "The server cannot be reached.");
  } finally {
    heard.end();
    running = null;
    busy(false);
  }
}

// The turn runs on without its reader: leaving it does not end it.
function halt() {
  const id = session.get();
  if (id) fetch(`chat/${encodeURIComponent(id)}/stop`, { method: "POST" }).catch(() => null);
}

function showTrip({ slots }) {
  const trip = byId("trip");
  const name = (place) => place.city || place.name || place.code;
  const parts = [];
  if (slots.origin || slots.destination) {
    const ends = [slots.origin, slots.destination].map((place) => (place ? name(place) : "…"));
    parts.push(el("b", {}, ends.join(" → ")));
  }
  const days = [slots.departure_date, slots.return_date].filter(Boolean).map(date);
  if (days.length) parts.push(days.join(" to "));
  if (slots.passengers) {
    const total = Object.values(slots.passengers).reduce((sum, count) => sum + count, 0);
    parts.push(total === 1 ? "1 traveller" : `${total} travellers`);
  }
  if (slots.cabin) parts.push(slots.cabin.replace("_", " "));
  trip.replaceChildren(...parts.flatMap((part, index) => (index ? [" · ", part] : [part])));
  trip.hidden = !parts.length;
}

async function restore() {
  const id = session.get();
  if (!id) return;
  const response = await fetch(`chat/${encodeURIComponent(id)}`).catch(() => null);
  if (!response || !response.ok) {
    if (response && response.status === 404) session.set(null);
    return;
  }
  for (const message of (await response.json()).messages) {
    if (message.role === "user") said(message.content);
    else if (message.role === "assistant") {
      const meta = el("div", { class: "meta" }, badge(message.source, SOURCES[message.source] || "assistant"));
      put(el("div", { class: "heard" }, el("p", { class: "text" }, message.content), meta));
    }
  }
}

async function fresh() {
  if (running) {
    running.abort();
    halt();
  }
  const id = session.get();
  session.set(null);
  log.replaceChildren(byId("hello"));
  byId("hello").hidden = false;
  byId("trip").hidden = true;
  box.focus();
  if (id) {
    const response = await fetch(`chat/${encodeURIComponent(id)}`, { method: "DELETE" }).catch(() => null);
    if (response && !response.ok) console.warn((await problemOf(response)).message);
  }
}

function grow() {
  box.style.height = "auto";
  box.style.height = `${box.scrollHeight + 2}px`;
  const left = box.maxLength - box.value.length;
  byId("count").hidden = left > 400;
  byId("count").textContent = `${left} left`;
}

export function startChat() {
  byId("composer").addEventListener("submit", (event) => {
    event.preventDefault();
    if (running) {
      running.abort();
      return;
    }
    const message = box.value.trim();
    if (!message) return;
    box.value = "";
    grow();
    ask(message);
  });
  box.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
      event.preventDefault();
      if (!running) byId("composer").requestSubmit();
    }
    if (event.key === "Escape" && running) running.abort();
  });
  box.addEventListener("input", grow);
  byId("fresh").addEventListener("click", fresh);
  for (const button of byId("tries").querySelectorAll("button")) {
    button.addEventListener("click", () => {
      if (!running) ask(button.textContent);
      box.focus();
    });
  }
  restore();
}
