// Colours: as the system, light or dark. What cannot be stored is forgotten, and nothing else.

import { byId } from "./dom.js";

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
