// Two offers side by side, in a dialog: the browser keeps the keyboard inside, Escape closes it.

import { el } from "./dom.js";
import { airlineOf, bags, breaksOf, ends, later, nameOf, number, rules, stopsOf, total, wayName } from "./flight.js";
import { clock, date, duration, money, t } from "./texts.js";

const listed = (found) => (found.length ? found.map(([, words]) => words).join(", ") : t("not_stated"));

// What is lower says by how much.
function lower(values, words) {
  const [one, other] = values;
  return [one < other ? words(other - one) : "", other < one ? words(one - other) : ""];
}

function rowsOf(pair, { travellers, alike }) {
  const rows = [];
  const add = (key, cells, notes = ["", ""]) => rows.push({ name: t(key), cells, notes });
  const each = (value) => pair.map(({ offer }) => value(offer));
  const currency = pair[0].offer.total.currency;
  const same = pair[1].offer.total.currency === currency;
  const less = same ? lower(each(total), (amount) => t("less_by", { amount: money({ amount, currency }) })) : ["", ""];
  add("row_price", each((offer) => money(offer.total)), less);
  if (travellers > 1 && alike) rows.at(-1).each = each((offer) => t("per_person", { price: money(offer.total, travellers) }));
  add("row_airline", each(airlineOf));
  add("row_bags", each((offer) => listed(bags(offer))));
  add("row_rules", each((offer) => listed(rules(offer))));
  const most = Math.max(...each((offer) => offer.itineraries.length));
  for (let leg = 0; leg < most; leg += 1) {
    const names = each((offer) => (offer.itineraries[leg] ? wayName(offer, leg) : ""));
    if (names.some(Boolean)) rows.push({ group: names.find(Boolean) });
    const way = (value) => each((offer) => (offer.itineraries[leg] ? value(offer, offer.itineraries[leg]) : t("not_stated")));
    const at = (offer, local, code) => `${clock(local)}, ${date(local)}, ${nameOf(offer, code)}`;
    add("row_departs", way((offer, one) => at(offer, ends(one)[0].departs_local, ends(one)[0].origin)));
    add("row_arrives", way((offer, one) => at(offer, ends(one)[1].arrives_local, ends(one)[1].destination) + (later(one) > 0 ? ` (${t("days_later", { n: later(one) })})` : "")));
    const times = each((offer) => (offer.itineraries[leg] ? offer.itineraries[leg].duration : 0));
    add("row_duration", way((offer, one) => duration(one.duration)), times.every(Boolean) ? lower(times, (time) => t("less_by", { amount: duration(time) })) : ["", ""]);
    add("row_stops", way((offer, one) => [stopsOf(one), ...breaksOf(offer, one)].join(", ")));
  }
  return rows;
}

let serial = 0;

// `pair` holds two times { index, offer }; `choose` is told an index, null where nothing can be chosen.
export function compare(pair, { travellers, alike, choose, closed }) {
  const title = `versus-${(serial += 1)}`;
  const close = () => dialog.close();
  const head = pair.map(({ index, offer }) =>
    el(
      "th",
      { scope: "col" },
      el("span", {}, `${t("offer", { n: number(index) })}: `, el("bdi", {}, airlineOf(offer))),
    ),
  );
  const body = rowsOf(pair, { travellers, alike }).map(({ group, name, cells, notes, each }) =>
    group
      ? el("tbody", { class: "part" }, el("tr", {}, el("th", { scope: "rowgroup", colspan: "2" }, group)))
      : el(
          "tbody",
          { "data-same": cells[0] === cells[1] },
          el("tr", {}, el("th", { scope: "rowgroup", colspan: "2" }, name)),
          el("tr", {}, cells.map((cell, at) => el("td", { dir: "auto" }, cell, notes[at] ? [" ", el("span", { class: "mark" }, notes[at])] : null, each ? [" ", el("span", { class: "each" }, each[at])] : null))),
        ),
  );
  const picks = choose
    ? el("div", { class: "actions" }, pair.map(({ index }) => el("button", { type: "button", class: "choose", onclick: () => { close(); choose(index); } }, `${t("choose")}: ${t("offer", { n: number(index) })}`)))
    : null;
  const dialog = el(
    "dialog",
    { class: "versus", "aria-labelledby": title },
    el("div", { class: "versus-top" },
      el("h2", { id: title }, t("compare_title", { a: number(pair[0].index), b: number(pair[1].index) })),
      el("button", { type: "button", class: "quiet round close", "aria-label": t("compare_close"), onclick: close }, "×")),
    el("div", { class: "versus-table", tabindex: "0", role: "group", "aria-labelledby": title },
      el("table", {}, el("thead", {}, el("tr", {}, head)), body)),
    picks,
  );
  dialog.addEventListener("close", () => {
    dialog.remove();
    closed();
  });
  document.body.append(dialog);
  dialog.showModal();
}
