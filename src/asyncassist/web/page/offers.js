// Offers: a boarding pass each, with what is in the price, and all of them on one line of time.

import { el, svg } from "./dom.js";
import { clock, date, duration, money, number, t } from "./texts.js";

const day = (local) => Date.parse(`${local.slice(0, 10)}T00:00Z`) / 86_400_000;
const ends = (way) => [way.segments[0], way.segments[way.segments.length - 1]];
// Texts of a provider stand alone: they cannot turn round what stands beside them.
const plain = (text) => String(text).replace(/[\u0000-\u001f\u200e\u200f\u202a-\u202e\u2066-\u2069]/g, "").slice(0, 80);
const nameOf = (offer, code) => plain((offer.names && offer.names[code]) || code);
const placeOf = (offer, code) => (offer.names && offer.names[code] ? `${nameOf(offer, code)} (${plain(code)})` : plain(code));
const carriers = (offer) => [...new Set(offer.itineraries.flatMap((way) => way.segments.map((segment) => segment.carrier)))];
const invented = (offer) => offer.provider === "sandbox";
const total = (offer) => Number(offer.total.amount);
const length = (offer) => offer.itineraries.reduce((sum, way) => sum + way.duration, 0);
const stopsOf = (way) => (way.stops ? t("stops", { n: way.stops }) : t("direct"));

export const airlines = (offers) => {
  const found = new Map();
  for (const offer of offers) for (const code of carriers(offer)) if (offer.names && offer.names[code]) found.set(code, nameOf(offer, code));
  return found;
};

function layovers(way) {
  return way.segments.slice(1).map((segment, index) => {
    const before = way.segments[index];
    return { place: segment.origin, time: (Date.parse(segment.departs) - Date.parse(before.arrives)) / 1000 };
  });
}

function later(way) {
  const [first, last] = ends(way);
  return day(last.arrives_local) - day(first.departs_local);
}

// True among the offers that are shown: whether others exist is not known here.
function labels(offers) {
  const found = new Map(offers.map((offer) => [offer.id, []]));
  if (offers.length < 2) return found;
  for (const [key, value] of [["cheapest", total], ["fastest", length]]) {
    const values = offers.map(value);
    const least = Math.min(...values);
    if (values.filter((one) => one === least).length > 1) continue;
    if (key === "cheapest" && new Set(offers.map((offer) => offer.total.currency)).size > 1) continue;
    found.get(offers[values.indexOf(least)].id).push(key);
  }
  return found;
}

function facts(offer) {
  const fare = offer.fare || {};
  const words = [];
  if (fare.checked_bags === 0) words.push(["no", t("no_checked_bag")]);
  else if (fare.checked_bags > 0) words.push(["yes", t("checked_bags", { n: fare.checked_bags })]);
  if (fare.carry_on > 0) words.push(["yes", t("carry_on", { n: fare.carry_on })]);
  if (typeof fare.changeable === "boolean") words.push(fare.changeable ? ["yes", t("changeable")] : ["no", t("not_changeable")]);
  if (typeof fare.refundable === "boolean") words.push(fare.refundable ? ["yes", t("refundable")] : ["no", t("not_refundable")]);
  if (offer.seats_left > 0 && offer.seats_left < 10) words.push([offer.seats_left < 5 ? "few" : "", t("seats_left", { n: offer.seats_left })]);
  return words;
}

export function sentence(offer, travellers = 1) {
  const ways = offer.itineraries.map((way) => {
    const [first, last] = ends(way);
    const flights = way.segments.map((segment) => `${nameOf(offer, segment.carrier)} ${plain(segment.carrier)} ${plain(segment.number)}`);
    const arrives = later(way) > 0 ? `${clock(last.arrives_local)} (${t("days_later", { n: later(way) })})` : clock(last.arrives_local);
    const breaks = layovers(way).map(({ place, time }) => t("layover", { place: placeOf(offer, place), time: duration(time, "long") }));
    const words = t("offer_sentence", {
      airline: flights.join(" + "), origin: placeOf(offer, first.origin), destination: placeOf(offer, last.destination),
      departs: `${clock(first.departs_local)}, ${date(first.departs_local)},`, arrives, stops: [stopsOf(way), ...breaks].join(", "), duration: duration(way.duration, "long"),
    });
    return words;
  });
  const price = travellers > 1 ? `${money(offer.total)} ${t("for_all", { n: travellers })}` : money(offer.total);
  const mark = invented(offer) ? `${t("invented")}. ` : "";
  return `${mark}${ways.join("; ")}; ${[price, ...facts(offer).map(([, words]) => words)].join(", ")}.`;
}

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

function wayOf(offer, way) {
  const [first, last] = ends(way);
  return el(
    "div",
    { class: "way" },
    el("p", { class: "day" }, date(first.departs_local)),
    end(offer, first.departs_local, first.origin, 0),
    path(offer, way),
    end(offer, last.arrives_local, last.destination, later(way)),
  );
}

function segments(offer) {
  return offer.itineraries.map((way) => {
    const breaks = layovers(way);
    return el(
      "ol",
      { class: "legs" },
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

function card(offer, { index, alone, travellers, marks, choose, picked }) {
  const more = `more-${(serial += 1)}`;
  const codes = carriers(offer);
  const detail = el("div", { class: "more", id: more, hidden: true }, segments(offer));
  const toggle = el("button", { type: "button", class: "quiet details", "aria-expanded": "false", "aria-controls": more }, t("details"), el("span", { class: "hidden" }, ` ${t("offer", { n: index })}`));
  const flip = () => {
    detail.hidden = !detail.hidden;
    toggle.setAttribute("aria-expanded", String(!detail.hidden));
  };
  toggle.addEventListener("click", flip);
  const pick = choose
    ? el("button", { type: "button", class: "choose", onclick: () => choose(index) }, t("choose"), el("span", { class: "hidden" }, ` ${t("offer", { n: index })}`)) : null;
  const price = [el("b", {}, money(offer.total))];
  if (travellers > 1) {
    price.push(el("span", {}, t("for_all", { n: travellers })), el("span", {}, t("per_person", { price: money(offer.total, travellers) })));
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
      el("span", { class: "airline" }, el("bdi", {}, codes.map((code) => nameOf(offer, code)).join(" + "))),
      marks.map((mark) => el("span", { class: "mark", "data-kind": mark.kind }, mark.words)),
      picked ? el("span", { class: "mark", "data-kind": "chosen" }, `✓ ${t("chosen")}`) : null,
      invented(offer) ? el("span", { class: "mark", "data-kind": "invented" }, t("invented")) : null,
    ),
    el("div", { class: "ways" }, offer.itineraries.map((way) => wayOf(offer, way))),
    el("ul", { class: "facts" }, facts(offer).map(([kind, words]) => el("li", { "data-kind": kind }, words))),
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
      el("div", { class: "actions" }, pick, toggle),
    ),
    detail,
  );
  front.addEventListener("click", flip);
  return node;
}

// Every offer on the same line of time, in the clock of the place of departure: when it flies, when it waits.
function timeline(offers) {
  const ways = offers.map((offer) => offer.itineraries[0]);
  const start = Math.min(...ways.map((way) => Date.parse(way.segments[0].departs)));
  const stop = Math.max(...ways.map((way) => Date.parse(ends(way)[1].arrives)));
  const first = ways[0].segments[0];
  const offset = Date.parse(`${first.departs_local.slice(0, 19)}Z`) - Date.parse(first.departs);
  const hour = 3_600_000;
  const from = Math.floor((start + offset) / hour) * hour - offset;
  const to = Math.ceil((stop + offset) / hour) * hour - offset;
  const share = (moment) => (100 * (moment - from)) / (to - from);
  const band = (begin, finish, kind) => {
    const [x, end] = [Math.max(0, share(begin)), Math.min(100, share(finish))];
    return end > x ? svg("rect", { class: kind, x: `${x}%`, width: `${end - x}%`, height: "100%" }) : null;
  };
  const nights = [];
  for (let midnight = Math.floor((from + offset) / (24 * hour)) * 24 * hour - offset; midnight < to + 24 * hour; midnight += 24 * hour) {
    nights.push([midnight - 2 * hour, midnight + 6 * hour]);
  }
  const step = [1, 2, 3, 4, 6, 12, 24].find((hours) => (to - from) / (hours * hour) <= 6) || 24;
  const ticks = [];
  for (let tick = Math.ceil((from + offset) / (step * hour)) * step * hour - offset; tick <= to; tick += step * hour) {
    if (share(tick) > 4 && share(tick) < 96) ticks.push(tick);
  }
  const dark = nights.some(([begin, finish]) => begin < to && finish > from);
  const rows = offers.map((offer, index) => {
    const show = (event) => {
      const target = event.currentTarget.closest(".found-offers").querySelector(`[data-number="${index + 1}"]`);
      target.scrollIntoView({ block: "center" });
      target.classList.remove("found");
      requestAnimationFrame(() => target.classList.add("found"));
    };
    const parts = ways[index].segments.map((segment) => band(Date.parse(segment.departs), Date.parse(segment.arrives), "fly"));
    const whole = band(Date.parse(ways[index].segments[0].departs), Date.parse(ends(ways[index])[1].arrives), "wait");
    return el(
      "div",
      { class: "row", onclick: show },
      el("span", {}, number(index + 1)),
      svg("svg", {}, nights.map(([begin, finish]) => band(begin, finish, "night")), whole, parts),
      el("span", {}, money(offer.total)),
    );
  });
  const axis = svg("svg", { class: "axis" }, ticks.map((tick) => svg("text", { x: `${share(tick)}%`, y: "12", "text-anchor": "middle" }, clock(new Date(tick + offset).toISOString()))));
  return el(
    "figure",
    { class: "timeline", "aria-hidden": "true" },
    el("figcaption", {}, el("b", {}, t("chart")), " ", el("span", {}, t(dark ? "chart_note_night" : "chart_note", { place: nameOf(offers[0], first.origin) }))),
    el("div", { class: "rows" }, rows, el("div", { class: "row" }, el("span", {}), axis, el("span", {}))),
  );
}

export function offerList(offers, { travellers = 1, choose = null, chosen = null, chips = null } = {}) {
  const found = labels(offers);
  const cards = offers.map((offer, index) => {
    const marks = found.get(offer.id).map((kind) => ({ kind, words: t(kind, { n: number(offers.length) }) }));
    return card(offer, { index: index + 1, alone: offers.length < 2, travellers, marks, choose, picked: offer.id === chosen });
  });
  return [
    offers.some(invented) ? el("p", { class: "invented-note" }, t("invented_note")) : null,
    offers.length > 1 ? timeline(offers) : null,
    chips,
    el("ol", { class: "offers" }, cards),
  ].filter(Boolean);
}
