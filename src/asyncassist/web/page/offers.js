// An offer as a boarding pass: times, stops, duration, price.

import { el, span, svg } from "./dom.js";

const clock = (local) => local.slice(11, 16);
const day = (local) => Date.parse(`${local.slice(0, 10)}T00:00Z`) / 86_400_000;
const CABINS = { economy: "Economy", premium_economy: "Premium economy", business: "Business", first: "First" };

export function money(total) {
  try {
    return new Intl.NumberFormat(undefined, { style: "currency", currency: total.currency }).format(Number(total.amount));
  } catch {
    return `${total.amount} ${total.currency}`;
  }
}

export function date(local) {
  const [year, month, at] = local.slice(0, 10).split("-").map(Number);
  const format = { weekday: "short", day: "numeric", month: "short", timeZone: "UTC" };
  return new Intl.DateTimeFormat(undefined, format).format(new Date(Date.UTC(year, month - 1, at)));
}

function path(way) {
  const stops = way.segments.slice(0, -1).map((segment) => segment.destination);
  const dots = stops.map((_, index) =>
    svg("circle", { class: "stop", cx: `${(100 * (index + 1)) / (stops.length + 1)}%`, cy: "50%", r: 4 }),
  );
  const line = svg(
    "svg",
    { "aria-hidden": "true" },
    svg("line", { x1: "0", x2: "100%", y1: "50%", y2: "50%" }),
    svg("circle", { class: "tip", cx: "0", cy: "50%", r: 3.5 }),
    svg("circle", { class: "tip", cx: "100%", cy: "50%", r: 3.5 }),
    dots,
  );
  const how = stops.length
    ? el("span", {}, `${stops.length === 1 ? "1 stop" : `${stops.length} stops`} · ${stops.join(", ")}`)
    : el("span", { class: "direct" }, "direct");
  return el("div", { class: "path" }, el("span", {}, span(way.duration)), line, how);
}

function end(local, code, days) {
  const later = days > 0 ? el("sup", { title: `${days} day${days > 1 ? "s" : ""} later` }, `+${days}`) : null;
  return el("p", { class: "end" }, el("time", { datetime: local }, clock(local), later), el("span", {}, code));
}

function wayOf(way) {
  const first = way.segments[0];
  const last = way.segments[way.segments.length - 1];
  const flights = way.segments.map((segment) => `${segment.carrier} ${segment.number}`).join(" · ");
  return el(
    "div",
    { class: "way" },
    el("p", { class: "carrier" }, `${date(first.departs_local)} · ${flights}`),
    end(first.departs_local, first.origin, 0),
    path(way),
    end(last.arrives_local, last.destination, day(last.arrives_local) - day(first.departs_local)),
  );
}

export function card(offer, number = 0) {
  const few = offer.seats_left && offer.seats_left < 5 ? el("span", { class: "few" }, `${offer.seats_left} left`) : null;
  const bags = offer.fare && offer.fare.name ? el("span", {}, offer.fare.name) : null;
  return el(
    "article",
    { class: "offer", "data-offer": offer.id, "aria-label": `${money(offer.total)}` },
    number ? el("span", { class: "number" }, el("span", { class: "hidden" }, "Offer "), String(number)) : null,
    el("div", { class: "ways" }, offer.itineraries.map(wayOf)),
    el(
      "div",
      { class: "price" },
      el("b", {}, money(offer.total)),
      el("span", {}, CABINS[offer.cabin] || offer.cabin),
      bags,
      few,
    ),
  );
}
