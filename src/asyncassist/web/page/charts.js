// Charts: when the offers fly, on one line of time, and what each day costs.

import { el, svg } from "./dom.js";
import { nameOf, number, wayName } from "./flight.js";
import { clock, date, dayOfMonth, money, round, t, weekday } from "./texts.js";

// Every offer on the same line of time, in the clock of the place of departure: when it flies, when it waits.
export function timeline(offers) {
  const ways = offers.map((offer) => offer.itineraries[0]);
  const last = (way) => way.segments[way.segments.length - 1];
  const start = Math.min(...ways.map((way) => Date.parse(way.segments[0].departs)));
  const stop = Math.max(...ways.map((way) => Date.parse(last(way).arrives)));
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
  // "12:00 PM" takes more room than "12:00".
  const most = clock(new Date(0).toISOString()).length > 5 ? 3 : 4;
  const step = [1, 2, 3, 4, 6, 12, 24].find((hours) => (to - from) / (hours * hour) <= most) || 24;
  const ticks = [];
  for (let tick = Math.ceil((from + offset) / (step * hour)) * step * hour - offset; tick <= to; tick += step * hour) {
    if (share(tick) > 7 && share(tick) < 93) ticks.push(tick);
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
    const whole = band(Date.parse(ways[index].segments[0].departs), Date.parse(last(ways[index]).arrives), "wait");
    return el(
      "div",
      { class: "row", onclick: show },
      el("span", {}, number(index + 1)),
      svg("svg", {}, nights.map(([begin, finish]) => band(begin, finish, "night")), whole, parts),
      el("span", {}, round(offer.total)),
    );
  });
  const axis = svg("svg", { class: "axis" }, ticks.map((tick) => svg("text", { x: `${share(tick)}%`, y: "12", "text-anchor": "middle" }, clock(new Date(tick + offset).toISOString()))));
  const way = wayName(offers[0], 0);
  return el(
    "figure",
    { class: "chart timeline side", "aria-hidden": "true" },
    el("figcaption", {}, el("b", {}, way ? `${t("chart")}: ${way}` : t("chart")), " ", el("span", {}, t(dark ? "chart_note_night" : "chart_note", { place: nameOf(offers[0], first.origin) }))),
    el("div", { class: "rows" }, rows, el("div", { class: "row" }, el("span", {}), axis, el("span", {}))),
  );
}

// A bar for each day from zero up, as a button that asks for that day. Days in other currencies cannot be compared.
export function dayPrices(given, trip, ask) {
  const days = given.filter((day) => day.price.currency === given[0].price.currency && Number.isFinite(Number(day.price.amount)));
  if (!days.length) return null;
  const amounts = days.map((day) => Number(day.price.amount));
  const [least, most] = [Math.min(...amounts), Math.max(...amounts, 1)];
  const shift = (days, by) => new Date(Date.parse(days) + by).toISOString().slice(0, 10);
  const bars = days.map((day, index) => {
    const own = day.date === trip.departure_date;
    const lowest = amounts[index] === least;
    const words = [t("day_price", { date: date(day.date), price: money(day.price) }), lowest ? t("lowest") : "", own ? t("your_day") : ""];
    const say = () => {
      const back = trip.return_date && trip.departure_date ? shift(trip.return_date, Date.parse(day.date) - Date.parse(trip.departure_date)) : null;
      ask(back ? t("say_days", { date: date(day.date, "long"), back: date(back, "long") }) : t("say_day", { date: date(day.date, "long") }));
    };
    const bar = el("span", { class: "bar" });
    bar.style.setProperty("--share", String(amounts[index] / most));
    return el(
      "li",
      {},
      el(
        "button",
        { type: "button", "aria-current": own ? "date" : null, "data-lowest": lowest, onclick: say },
        el("span", { class: "hidden" }, words.filter(Boolean).join(", ")),
        el("span", { class: "column", "aria-hidden": "true" }, el("b", {}, round(day.price)), bar),
        el("span", { class: "name", "aria-hidden": "true" }, el("span", {}, weekday(day.date)), dayOfMonth(day.date)),
        el("span", { class: "flag", "aria-hidden": "true" }, own ? t("your_day") : lowest ? t("lowest") : ""),
      ),
    );
  });
  return el(
    "figure",
    { class: "chart days" },
    el("figcaption", {}, el("b", {}, t("day_prices")), " ", el("span", {}, t("day_prices_note"))),
    el("ol", {}, bars),
  );
}
