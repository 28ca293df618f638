// The part of Markdown that replies use, as elements: paragraphs, lists, emphasis, code, links to https. No HTML.

import { el } from "./dom.js";

const INLINE = /\*\*([^*\n]+)\*\*|\*([^*\s][^*\n]*)\*|`([^`\n]+)`|\[([^[\]\n]{1,200})\]\((https:\/\/[^\s()<>"]{1,2000})\)/g;
const ITEM = /^ {0,3}(?:[-*•]|\d{1,3}[.)]) +(.*)$/;
const HEADING = /^#{1,6} +(.*)$/;

function inline(text) {
  const nodes = [];
  let end = 0;
  for (const match of text.matchAll(INLINE)) {
    const [whole, strong, emphasis, code, label, url] = match;
    nodes.push(text.slice(end, match.index));
    if (strong) nodes.push(el("strong", {}, strong));
    else if (emphasis) nodes.push(el("em", {}, emphasis));
    else if (code) nodes.push(el("code", {}, code));
    else nodes.push(el("a", { href: url, target: "_blank", rel: "noopener noreferrer nofollow" }, label));
    end = match.index + whole.length;
  }
  nodes.push(text.slice(end));
  return nodes;
}

export function markdown(text) {
  const blocks = [];
  let list = null;
  let paragraph = null;
  for (const line of text.split("\n")) {
    const item = ITEM.exec(line);
    const heading = HEADING.exec(line);
    if (item) {
      const ordered = /^ *\d/.test(line);
      if (!list || (list.tagName === "OL") !== ordered) blocks.push((list = el(ordered ? "ol" : "ul", { start: ordered ? parseInt(line, 10) : null })));
      list.append(el("li", { dir: "auto" }, inline(item[1])));
      paragraph = null;
    } else if (!line.trim()) {
      list = paragraph = null;
    } else if (heading) {
      blocks.push(el("p", { dir: "auto" }, el("strong", {}, inline(heading[1]))));
      list = paragraph = null;
    } else if (paragraph) {
      paragraph.append("\n", ...inline(line));
    } else {
      blocks.push((paragraph = el("p", { dir: "auto" }, inline(line))));
      list = null;
    }
  }
  return blocks;
}
