// What both pages need of the browser: elements, storage and colours.
// Elements are made without HTML strings, so that text of a conversation never becomes markup.

const SVG = "http://www.w3.org/2000/svg";

function fill(node, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (value === false || value === null || value === undefined) continue;
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else node.setAttribute(name, value === true ? "" : String(value));
  }
  node.append(...children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== ""));
  return node;
}

export const el = (tag, attributes = {}, ...children) => fill(document.createElement(tag), attributes, children);
export const svg = (tag, attributes = {}, ...children) => fill(document.createElementNS(SVG, tag), attributes, children);
export const byId = (id) => document.getElementById(id);

// Colours: as the system, light or dark. What cannot be stored is forgotten, and nothing else.
const THEMES = ["system", "light", "dark"];
const KEY = "asyncassist.theme";

export function read(storage, key) {
  try {
    return window[storage].getItem(key);
  } catch {
    return null;
  }
}

export function write(storage, key, value) {
  try {
    if (value === null) window[storage].removeItem(key);
    else window[storage].setItem(key, value);
  } catch {
    // Storage is off, as in some frames.
  }
}

export function startTheme(label) {
  let current = THEMES.includes(read("localStorage", KEY)) ? read("localStorage", KEY) : "system";
  const show = () => {
    if (current === "system") delete document.documentElement.dataset.theme;
    else document.documentElement.dataset.theme = current;
    byId("theme").setAttribute("aria-label", label(current));
  };
  byId("theme").addEventListener("click", () => {
    current = THEMES[(THEMES.indexOf(current) + 1) % THEMES.length];
    write("localStorage", KEY, current);
    show();
  });
  show();
  return show;
}
