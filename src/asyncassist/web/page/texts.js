// Texts of the page, and numbers, prices, dates and clocks as the reader's language and region write them.

import { byId } from "./dom.js";

const { language: first, texts: given, urls, users, login } = JSON.parse(byId("data").textContent);
const loaded = new Map([[first, given]]);
// Whether the server knows its travellers, and where they sign in ("" if nowhere).
export { login, users };

let language = first;
let texts = given;
let locale = regional(first);

// The browser's region goes with its language: "en-GB" has another clock than "en-US".
function regional(code) {
  return navigator.languages.find((tag) => tag.toLowerCase().split("-")[0] === code) || code;
}

export function t(key, values = {}) {
  let text = texts[key];
  if (typeof text === "object") {
    text = text[new Intl.PluralRules(language).select(values.n)] || text.other;
    values = { ...values, n: number(values.n) };
  }
  return text.replace(/\{(\w+)\}/g, (whole, name) => (name in values ? values[name] : whole));
}

function apply() {
  document.documentElement.lang = language;
  const kinds = { text: "textContent", label: "ariaLabel", placeholder: "placeholder", content: "content" };
  for (const [kind, property] of Object.entries(kinds)) {
    for (const node of document.querySelectorAll(`[data-${kind}]`)) node[property] = t(node.dataset[kind]);
  }
}

// The page goes on in the language in which the assistant replies.
export async function setLanguage(code) {
  if (code === language || !(code in urls)) return false;
  if (!loaded.has(code)) {
    const response = await fetch(urls[code]).catch(() => null);
    if (!response || !response.ok) return false;
    loaded.set(code, await response.json());
  }
  [language, texts, locale] = [code, loaded.get(code), regional(code)];
  apply();
  return true;
}

export const examples = () => texts.examples;

export const number = (value) => new Intl.NumberFormat(locale).format(value);

function price({ amount, currency }, share, options) {
  try {
    return new Intl.NumberFormat(locale, { style: "currency", currency, ...options }).format(Number(amount) / share);
  } catch {
    return `${amount} ${currency}`;
  }
}

export const money = (given, share = 1) => price(given, share, {});
// For a chart, beside which the exact price can be read.
export const round = (given) => price(given, 1, { maximumFractionDigits: 0, minimumFractionDigits: 0 });

const format = (local, options) =>
  new Intl.DateTimeFormat(locale, { ...options, timeZone: "UTC" }).format(new Date(`${local.slice(0, 16)}Z`));
const formatDay = (local, options) => format(`${local.slice(0, 10)}T00:00`, options);

export const clock = (local) => format(local, { hour: "numeric", minute: "2-digit" });
export const date = (local, style = "short") =>
  formatDay(local, style === "long" ? { day: "numeric", month: "long", year: "numeric" } : { weekday: "short", day: "numeric", month: "short" });
export const weekday = (local) => formatDay(local, { weekday: "short" });
export const dayOfMonth = (local) => formatDay(local, { day: "numeric", month: "short" });

export function duration(seconds, unitDisplay = "narrow") {
  const minutes = Math.round(seconds / 60);
  const unit = (value, name) => new Intl.NumberFormat(locale, { style: "unit", unit: name, unitDisplay }).format(value);
  const parts = [Math.floor(minutes / 60), minutes % 60];
  return [parts[0] ? unit(parts[0], "hour") : "", parts[1] || !parts[0] ? unit(parts[1], "minute") : ""].filter(Boolean).join(" ");
}

export const wait = (seconds) =>
  new Intl.NumberFormat(locale, { style: "unit", unit: "second", unitDisplay: "long" }).format(seconds);
