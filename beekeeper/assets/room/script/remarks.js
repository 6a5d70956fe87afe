// What else the visitor should know while waiting. `name` is one of `texts.remarks`.

import { texts } from "./given.js";

const ORDER = ["cookies", "lost", "in_app", "slower"];
const remarks = { marked: [] };

export function markRemark(name, on) {
  remarks.marked = remarks.marked.filter((other) => other !== name).concat(on ? [name] : []);
}

// In this order, whatever came first.
export function remarkTexts() {
  return ORDER.filter((name) => remarks.marked.includes(name)).map((name) => texts.remarks[name]);
}

export function showRemarks() {
  const list = document.getElementById("remarks");
  const sentences = remarkTexts();
  list.hidden = sentences.length === 0;
  if (list.textContent === sentences.join("")) return;
  list.textContent = "";
  for (const sentence of sentences) list.appendChild(document.createElement("li")).textContent = sentence;
}
