// Offers: a boarding pass each, with what is in the price.

import { timeline } from "./charts.js";
import { el, svg } from "./dom.js";
import { airlineOf, carriers, ends, facts, invented, later, layovers, nameOf, placeOf, plain, sentence, stopsOf, wayName } from "./flight.js";
import { clock, date, duration, money, number, t } from "./texts.js";

// Labels of the assistant: true among all offers of the search.
const LABELS = ["best", "cheapest", "fastest"];

function monogram(code) {
  const node = el("span", { class: "monogram", "aria-hidden": "true" }, plain(code).slice(0, 2));
  const hue = [...String(code)].reduce((sum, char) => sum * 31 + char.charCodeAt(0), 7) % 360;
  node.style.setProperty("--hue", String(hue));
  return node;
}

function path(offer, way) {
  const breaks = layovers(way);
  const start = Date.parse(way.segments[0].departs);
  const whole = way.duration * 1000 || 1;
  const share = (moment) => `${Math.max(0, Math.min(100, (100 * (Date.parse(moment) - start)) / whole))}%`;
  const line = svg(
    "svg",
    { "aria-hidden": "true" },
    svg("line", { x1: "0", x2: "100%", y1: "50%", y2: "50%" }),
    way.segments.slice(1).map((segment, index) => svg("line", { class: "wait", x1: share(way.segments[index].arrives), x2: share(segment.departs), y1: "50%", y2: "50%" })),
    svg("circle", { class: "tip", cx: "0", cy: "50%", r: 3.5 }),
    svg("circle", { class: "tip", cx: "100%", cy: "50%", r: 3.5 }),
  );
  const how = breaks.length
    ? el("span", {}, stopsOf(way), ...breaks.map(({ place, time }) => [" · ", t("layover", { time: duration(time), place: nameOf(offer, place) })]))
    : el("span", { class: way.stops ? "" : "direct" }, stopsOf(way));
  return el("div", { class: "path" }, el("span", {}, duration(way.duration)), line, how);
}

function end(offer, local, code, days) {
  const plus = days > 0 ? el("sup", { title: t("days_later", { n: days }) }, `+${number(days)}`) : null;
  return el("p", { class: "end" }, el("time", { datetime: local }, clock(local), plus), el("bdi", {}, nameOf(offer, code)));
}

function wayOf(offer, way, index) {
  const [first, last] = ends(way);
  const name = wayName(offer, index);
  return el(
    "div",
    { class: "way" },
    el("p", { class: "day" }, name ? [el("b", {}, name), " "] : null, date(first.departs_local)),
    end(offer, first.departs_local, first.origin, 0),
    path(offer, way),
    end(offer, last.arrives_local, last.destination, later(way)),
  );
}

function segments(offer) {
  return offer.itineraries.map((way, leg) => {
    const breaks = layovers(way);
    const name = wayName(offer, leg);
    return el(
      "ol",
      { class: "legs", "aria-label": name || null },
      name ? el("li", { class: "leg-name" }, name) : null,
      way.segments.map((segment, index) => [
        index ? el("li", { class: "change" }, t("change_at", { place: placeOf(offer, segment.origin), time: duration(breaks[index - 1].time) })) : null,
        el(
          "li",
          {},
          el("b", {}, `${date(segment.departs_local)}, ${clock(segment.departs_local)} – ${clock(segment.arrives_local)}`),
          el("bdi", {}, `${placeOf(offer, segment.origin)} – ${placeOf(offer, segment.destination)}`),
          el("span", {}, [
            `${nameOf(offer, segment.carrier)} ${plain(segment.carrier)} ${plain(segment.number)}`, duration(segment.duration), t(segment.cabin in { economy: 1, premium_economy: 1, business: 1, first: 1 } ? segment.cabin : "economy"),
          ].join(" · ")),
          segment.operating_carrier && segment.operating_carrier !== segment.carrier
            ? el("span", {}, t("operated_by", { airline: nameOf(offer, segment.operating_carrier) })) : null,
        ),
      ]),
    );
  });
}

let serial = 0;

function card(offer, { index, alone, travellers, alike, marks, choose, picked, mark }) {
  const more = `more-${(serial += 1)}`;
  const codes = carriers(offer);
  const detail = el("div", { class: "more", id: more, hidden: true }, segments(offer));
  const named = (key) => [el("span", { class: "word" }, t(key)), el("span", { class: "hidden" }, ` ${t("offer", { n: index })}`)];
  const toggle = el("button", { type: "button", class: "quiet details", "aria-expanded": "false", "aria-controls": more }, named("details"));
  const other = alone
    ? null : el("button", { type: "button", class: "quiet compare", "aria-pressed": "false", onclick: (event) => mark(index, event.currentTarget) }, named("compare"));
  const flip = () => {
    detail.hidden = !detail.hidden;
    toggle.setAttribute("aria-expanded", String(!detail.hidden));
  };
  toggle.addEventListener("click", flip);
  const pick = choose
    ? el("button", { type: "button", class: "choose", onclick: () => choose(index) }, t("choose"), el("span", { class: "hidden" }, ` ${t("offer", { n: index })}`)) : null;
  const price = [el("b", {}, money(offer.total))];
  if (travellers > 1) {
    price.push(el("span", {}, t("for_all", { n: travellers })));
    if (alike) price.push(el("span", {}, t("per_person", { price: money(offer.total, travellers) })));
  }
  const cabin = ["economy", "premium_economy", "business", "first"].includes(offer.cabin) ? t(offer.cabin) : "";
  const fare = offer.fare && offer.fare.name ? plain(offer.fare.name) : "";
  const front = el(
    "div",
    { class: "front", "aria-hidden": "true" },
    el(
      "div",
      { class: "who" },
      alone ? null : el("span", { class: "number" }, number(index)),
      codes.slice(0, 2).map(monogram),
      el("span", { class: "airline" }, el("bdi", {}, airlineOf(offer))),
      marks.map((mark) => el("span", { class: "mark", "data-kind": mark.kind }, mark.words)),
      picked ? el("span", { class: "mark", "data-kind": "chosen" }, `✓ ${t("chosen")}`) : null,
    ),
    el("div", { class: "ways" }, offer.itineraries.map((way, leg) => wayOf(offer, way, leg))),
    el("ul", { class: "facts" }, invented(offer) ? el("li", { class: "mark", "data-kind": "invented" }, t("invented")) : null, facts(offer).map(([kind, words]) => el("li", { "data-kind": kind }, words))),
  );
  const node = el(
    "li",
    { class: "offer", "data-offer": offer.id, "data-number": index, "data-picked": picked },
    el("p", { class: "hidden" }, `${t("offer", { n: index })}: ${marks.map((mark) => `${mark.words}: `).join("")}${sentence(offer, travellers)}`),
    front,
    el(
      "div",
      { class: "stub" },
      el("p", { class: "price", "aria-hidden": "true" }, price, el("span", {}, [cabin, fare].filter(Boolean).join(" · "))),
      el("div", { class: "actions" }, pick, el("div", { class: "more-actions" }, toggle, other)),
    ),
    detail,
  );
  front.addEventListener("click", flip);
  return node;
}

// Marks cards for the comparison: with the second one it opens, and a third takes the place of the first.
function comparing(offers, { travellers, alike }, choose, speak) {
  let marked = [];
  const show = () => marked.forEach(({ button }) => button.setAttribute("aria-pressed", "true"));
  const clear = () => {
    for (const { button } of marked) button.setAttribute("aria-pressed", "false");
    marked = [];
  };
  return async (index, button) => {
    if (marked.some((one) => one.index === index)) {
      clear();
      return;
    }
    marked.push({ index, button, offer: offers[index - 1] });
    show();
    if (marked.length < 2) {
      speak(t("compare_one", { n: number(index) }));
      return;
    }
    // Loaded by the first comparison: most conversations have none.
    const loaded = await import("./compare.js").catch(() => null);
    if (!loaded) {
      clear();
      speak(t("failed"));
      return;
    }
    const pair = [...marked].sort((one, two) => one.index - two.index);
    loaded.compare(pair, { travellers, alike, choose: button.closest("li").querySelector(".choose") ? choose : null, closed: clear });
  };
}

// Offers that are `arriving` while the search runs have no numbers yet, and none of them can be chosen.
export function offerList(offers, { travellers = 1, alike = true, choose = null, chosen = null, labels = {}, chips = null, next = null, arriving = false, speak = () => {} } = {}) {
  const mark = comparing(offers, { travellers, alike }, choose, speak);
  const cards = offers.map((offer, index) => {
    const marks = LABELS.filter((kind) => labels[kind] === offer.id).map((kind) => ({ kind, words: t(kind) }));
    return card(offer, { index: index + 1, alone: arriving || offers.length < 2, travellers, alike, marks, choose, picked: offer.id === chosen, mark });
  });
  return [
    chips,
    el(
      "div",
      { class: arriving ? "list arriving" : "list" },
      offers.some(invented) ? el("p", { class: "invented-note" }, t("invented_note")) : null,
      el("ol", { class: "offers" }, cards),
      offers.some((offer) => offer.id === labels.best) ? el("p", { class: "best-note" }, t("best_note")) : null,
      next && labels.more > 0 ? el("button", { type: "button", class: "plain next-offers", onclick: next }, t("more_flights", { n: labels.more })) : null,
    ),
    offers.length > 1 && !arriving ? timeline(offers) : null,
  ].filter(Boolean);
}
