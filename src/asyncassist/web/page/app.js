import { startBoard } from "./board.js";
import { startChat } from "./chat.js";
import { byId } from "./dom.js";

const THEMES = ["system", "light", "dark"];
const KEY = "asyncassist.theme";

function theme(name) {
  if (name === "system") delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = name;
  byId("theme").setAttribute("aria-label", `Colours: ${name === "system" ? "as the system" : name}`);
  localStorage.setItem(KEY, name);
}

const kept = localStorage.getItem(KEY);
theme(THEMES.includes(kept) ? kept : "system");
byId("theme").addEventListener("click", () => {
  theme(THEMES[(THEMES.indexOf(localStorage.getItem(KEY)) + 1) % THEMES.length]);
});

for (const button of document.querySelectorAll("[data-view]:not(body)")) {
  button.addEventListener("click", () => {
    document.body.dataset.view = button.dataset.view;
    for (const other of document.querySelectorAll(".views button")) {
      other.setAttribute("aria-pressed", String(other === button));
    }
  });
}

startChat();
startBoard();
