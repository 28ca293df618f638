// Facts of an offer in words: names, places, legs, stops, rules.

import { clock, date, duration, money, number, t } from "./texts.js";

export { number };

const day = (local) => Date.parse(`${local.slice(0, 10)}T00:00Z`) / 86_400_000;
export const ends = (way) => [way.segments[0], way.segments[way.segments.length - 1]];
// Texts of a provider stand alone: they cannot turn round what stands beside them.
export const plain = (text) => String(text).replace(/[\u0000-\u001f\u200e\u200f\u202a-\u202e\u2066-\u2069]/g, "").slice(0, 80);
export const nameOf = (offer, code) => plain((offer.names && offer.names[code]) || code);
export const placeOf = (offer, code) => (offer.names && offer.names[code] ? `${nameOf(offer, code)} (${plain(code)})` : plain(code));
export const carriers = (offer) => [...new Set(offer.itineraries.flatMap((way) => way.segments.map((segment) => segment.carrier)))];
export const airlineOf = (offer) => carriers(offer).map((code) => nameOf(offer, code)).join(" + ");
export const invented = (offer) => offer.invented === true;
export const total = (offer) => Number(offer.total.amount);
export const stopsOf = (way) => (way.stops ? t("stops", { n: way.stops }) : t("direct"));

export const airlines = (offers) => {
  const found = new Map();
  for (const offer of offers) for (const code of carriers(offer)) if (offer.names && offer.names[code]) found.set(code, nameOf(offer, code));
  return found;
};

export function layovers(way) {
  return way.segments.slice(1).map((segment, index) => {
    const before = way.segments[index];
    return { place: segment.origin, time: (Date.parse(segment.departs) - Date.parse(before.arrives)) / 1000 };
  });
}

export function later(way) {
  const [first, last] = ends(way);
  return day(last.arrives_local) - day(first.departs_local);
}

// There and back: two legs between the same two cities, whatever their airports.
function isReturn(offer) {
  if (offer.itineraries.length !== 2) return false;
  const [[out, there], [back, home]] = offer.itineraries.map(ends);
  return nameOf(offer, there.destination) === nameOf(offer, back.origin) && nameOf(offer, out.origin) === nameOf(offer, home.destination);
}

// Name of a leg, "" for the only one.
export function wayName(offer, index) {
  if (offer.itineraries.length < 2) return "";
  return isReturn(offer) ? t(index ? "inbound" : "outbound") : t("leg", { n: number(index + 1) });
}

// Route of an offer of several legs that is no return: "Porto → Tokyo, Osaka → Porto"; "" for any other.
export function routeOf(offer) {
  if (!offer || offer.itineraries.length < 2 || isReturn(offer)) return "";
  let words = "";
  let here = "";
  for (const [first, last] of offer.itineraries.map(ends)) {
    const [from, to] = [nameOf(offer, first.origin), nameOf(offer, last.destination)];
    words += from === here ? ` → ${to}` : `${words ? ", " : ""}${from} → ${to}`;
    here = to;
  }
  return words;
}

export function bags(offer) {
  const fare = offer.fare || {};
  const words = [];
  if (fare.checked_bags === 0) words.push(["no", t("no_checked_bag")]);
  else if (fare.checked_bags > 0) words.push(["yes", t("checked_bags", { n: fare.checked_bags })]);
  if (fare.carry_on > 0) words.push(["yes", t("carry_on", { n: fare.carry_on })]);
  return words;
}

export function rules(offer) {
  const fare = offer.fare || {};
  const words = [];
  if (typeof fare.changeable === "boolean") words.push(fare.changeable ? ["yes", t("changeable")] : ["no", t("not_changeable")]);
  if (typeof fare.refundable === "boolean") words.push(fare.refundable ? ["yes", t("refundable")] : ["no", t("not_refundable")]);
  return words;
}

export function facts(offer) {
  const words = [...bags(offer), ...rules(offer)];
  if (offer.seats_left > 0 && offer.seats_left < 10) words.push([offer.seats_left < 5 ? "few" : "", t("seats_left", { n: offer.seats_left })]);
  return words;
}

export const breaksOf = (offer, way) => layovers(way).map(({ place, time }) => t("layover", { place: placeOf(offer, place), time: duration(time, "long") }));

export function sentence(offer, travellers = 1) {
  const ways = offer.itineraries.map((way, index) => {
    const [first, last] = ends(way);
    const flights = way.segments.map((segment) => `${nameOf(offer, segment.carrier)} ${plain(segment.carrier)} ${plain(segment.number)}`);
    const arrives = later(way) > 0 ? `${clock(last.arrives_local)} (${t("days_later", { n: later(way) })})` : clock(last.arrives_local);
    const words = t("offer_sentence", {
      airline: flights.join(" + "), origin: placeOf(offer, first.origin), destination: placeOf(offer, last.destination),
      departs: `${clock(first.departs_local)}, ${date(first.departs_local)},`, arrives, stops: [stopsOf(way), ...breaksOf(offer, way)].join(", "), duration: duration(way.duration, "long"),
    });
    const name = wayName(offer, index);
    return name ? `${name}: ${words}` : words;
  });
  const price = travellers > 1 ? `${money(offer.total)} ${t("for_all", { n: travellers })}` : money(offer.total);
  const mark = invented(offer) ? `${t("invented")}. ` : "";
  return `${mark}${ways.join("; ")}; ${[price, ...facts(offer).map(([, words]) => words)].join(", ")}.`;
}
