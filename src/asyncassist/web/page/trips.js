// Trips to go on with: the conversations of a known traveller on the server, or the last ones of this browser.

import { byId, el, read, write } from "./dom.js";
import { date, money, t, users } from "./texts.js";

const TRIPS = "asyncassist.trips";
const MOST_TRIPS = 4;
const UNDO_SECONDS = 8;
// Conversations of the server; null where travellers are not known, or before the list has been read.
let listed = null;
// The removal that can still be undone.
let pending = null;

export const json = (text, other) => {
  try {
    return JSON.parse(text) ?? other;
  } catch {
    return other;
  }
};

// How many travel, and whether all pay the same: with children and infants a price for each would be an average that
// nobody pays.
export function partyOf(passengers) {
  const { adults = 1, children = 0, infants = 0 } = passengers || {};
  return { travellers: Math.max(1, adults + children + infants), alike: !children && !infants };
}

export function tripWords({ slots, names = {}, route = "" }) {
  const name = (place) => names[place.code] || place.city || place.name || place.code;
  const words = route || [slots.origin, slots.destination].map((place) => (place ? name(place) : "…")).join(" → ");
  const days = [slots.departure_date, slots.return_date].filter(Boolean).map((day) => date(day));
  const rest = [days.join(" – ")];
  if (slots.passengers) rest.push(t("travellers", { n: partyOf(slots.passengers).travellers }));
  if (["premium_economy", "business", "first"].includes(slots.cabin)) rest.push(t(slots.cabin));
  return { route: words, rest: rest.filter(Boolean).join(" · ") };
}

const keptTrips = () => json(read("localStorage", TRIPS), []).filter((trip) => trip && trip.id && trip.slots);
const save = (trips) => write("localStorage", TRIPS, JSON.stringify(trips));
export const dropTrip = (id) => save(keptTrips().filter((trip) => trip.id !== id));

export function keepTrip({ session_id: id, slots, names, offers }, route) {
  listed = null; // read again when the list is next shown
  if (users || !slots.origin || !slots.destination) return;
  const { origin, destination, departure_date, return_date, passengers } = slots;
  const price = offers.length ? offers.map((offer) => offer.total).reduce((a, b) => (Number(b.amount) < Number(a.amount) ? b : a)) : null;
  const kept = { id, names, route, price, slots: { origin: { code: origin.code }, destination: { code: destination.code }, departure_date, return_date, passengers } };
  save([kept, ...keptTrips().filter((trip) => trip.id !== id)].slice(0, MOST_TRIPS));
}

async function load() {
  const response = await fetch("conversations").catch(() => null);
  if (!response || !response.ok) return [];
  const { conversations } = await response.json();
  return conversations.map((one) => ({ ...one, id: one.session_id }));
}

const titleOf = (trip) => trip.title || (trip.slots.origin || trip.slots.destination ? tripWords(trip).route : t("conversation"));

export async function showTrips(open, speak) {
  const draw = (trips) => {
    const rows = trips.map((trip) => row(trip, { open, speak, redraw: () => showTrips(open, speak) }));
    byId("trips").replaceChildren(...rows);
    byId("recent").hidden = !rows.length;
    const title = byId("recent").querySelector("h2");
    title.dataset.text = users ? "conversations" : "recent_title";
    title.textContent = t(title.dataset.text);
  };
  if (!users) draw(keptTrips());
  else {
    listed ??= await load();
    draw(listed.filter((trip) => trip.id !== pending?.id));
  }
}

function row(trip, { open, speak, redraw }) {
  const title = titleOf(trip);
  const { rest } = tripWords(trip);
  const node = el("li");
  const buttons = [
    el("button", { type: "button", class: "open", onclick: () => open(trip) }, el("b", { dir: "auto" }, title), el("span", {}, rest || (trip.updated_at ? date(trip.updated_at) : "")), trip.price ? el("span", { class: "from" }, money(trip.price)) : null),
    users ? el("button", { type: "button", class: "quiet round", "aria-label": t("rename", { trip: title }), onclick: () => rename(node, buttons, trip, { speak, redraw }) }, "✎") : null,
    el("button", { type: "button", class: "quiet round", "aria-label": t("remove", { trip: title }), onclick: () => remove(trip, title, { speak, redraw }) }, "×"),
  ].filter(Boolean);
  node.append(...buttons);
  return node;
}

function rename(node, buttons, trip, { speak, redraw }) {
  const back = () => {
    node.replaceChildren(...buttons);
    buttons[1].focus();
  };
  const input = el("input", { type: "text", "aria-label": t("new_name"), maxlength: "200", required: true, value: titleOf(trip), dir: "auto" });
  const submit = async (event) => {
    event.preventDefault();
    const title = input.value.trim();
    if (!title) return;
    const response = await fetch(`chat/${encodeURIComponent(trip.id)}`, { method: "PATCH", headers: { "content-type": "application/json" }, body: JSON.stringify({ title }) }).catch(() => null);
    if (!response || !response.ok) {
      speak(t("failed"));
      input.setAttribute("aria-invalid", "true");
      return;
    }
    trip.title = (await response.json()).title;
    await redraw();
    speak(t("renamed", { trip: trip.title }));
    [...byId("trips").querySelectorAll("b")].find((one) => one.textContent === trip.title)?.closest("button").focus();
  };
  const cancel = (event) => event.key === "Escape" && back();
  node.replaceChildren(el("form", { class: "rename", onsubmit: submit, onkeydown: cancel }, input, el("button", { type: "submit", class: "choose" }, t("save")), el("button", { type: "button", class: "quiet", onclick: back }, t("cancel"))));
  input.select();
}

// Deletes on the server what can no longer be undone.
function settle() {
  if (!pending) return;
  const { id, timer } = pending;
  clearTimeout(timer);
  pending = null;
  byId("toast").hidden = true;
  dropTrip(id);
  if (listed) listed = listed.filter((trip) => trip.id !== id);
  fetch(`chat/${encodeURIComponent(id)}`, { method: "DELETE", keepalive: true }).catch(() => {});
}

// Removed at once here, and on the server when it can no longer be undone: after some seconds, or when the page is left.
function remove(trip, title, { speak, redraw }) {
  settle();
  const before = keptTrips();
  dropTrip(trip.id);
  pending = { id: trip.id, timer: setTimeout(settle, UNDO_SECONDS * 1000) };
  const toast = byId("toast");
  const undo = el("button", { type: "button", onclick: async () => {
    clearTimeout(pending?.timer);
    pending = null;
    toast.hidden = true;
    if (!users) save(before);
    await redraw();
    byId("trips").querySelector("button")?.focus();
  } }, t("undo"));
  toast.replaceChildren(el("span", { dir: "auto" }, t("removed", { trip: title })), undo);
  toast.hidden = false;
  redraw();
  speak(t("removed", { trip: title }));
  undo.focus();
}

addEventListener("pagehide", settle);
