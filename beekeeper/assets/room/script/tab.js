// The title of the tab, and its icon: they tell what happens while the visitor looks at something else.

import { formatCount } from "./counts.js";
import { pageTitle, texts } from "./given.js";
import { place } from "./place.js";
import { fill } from "./words.js";

const BLINK_SECONDS = 2;
const DOT = { colour: "#f5b019", sign: "<circle cx='16' cy='16' r='6' fill='#2a2113'/>" };
const PAUSE = { colour: "#f5b019", sign: stroke("M12 10v12M20 10v12", "#2a2113") };
const TICK = { colour: "#1c6b3c", sign: stroke("M8.5 16.5l5 5 10-11", "#fff") };
const NOTHING_NEW = { colour: "#a3967c", sign: "" }; // The visitor waits for nothing.
const ICONS = {
  connecting: DOT, waiting: DOT, near: DOT, lost: DOT, offline: DOT, paused: PAUSE, ready: TICK, off: TICK,
};

const tab = { title: pageTitle, icon: null, blinking: 0 };

document.addEventListener("visibilitychange", showTitle);

// `name` says what the visitor sees: one of `texts.connection`, or else of `texts.states`.
export function showTab(name) {
  tab.title = titleOf(texts.connection[name] ? texts.connection[name].tab : texts.states[name].tab);
  showTitle();
  showIcon(ICONS[name] || NOTHING_NEW);
  const calls = ICONS[name] === TICK && !matchMedia("(prefers-reduced-motion: reduce)").matches;
  if (calls && !tab.blinking) tab.blinking = setInterval(blink, BLINK_SECONDS * 1000);
  if (!calls) {
    clearInterval(tab.blinking);
    tab.blinking = 0;
  }
}

function titleOf(state) {
  if (state) return fill(texts.tab.state, { state: state, title: pageTitle });
  if (place.ahead === null) return pageTitle;
  return fill(texts.tab.place, { ahead: formatCount(place.ahead), title: pageTitle });
}

function showTitle() {
  if (document.title !== tab.title) document.title = tab.title;
}

// A title that changes is seen from the corner of an eye. Who looks at the page needs no such call.
function blink() {
  document.title = document.hidden && document.title === tab.title ? pageTitle : tab.title;
}

function showIcon(icon) {
  if (icon === tab.icon) return;
  tab.icon = icon;
  const cell = "<path d='M16 1l13 7.5v15L16 31 3 23.5v-15z' fill='" + icon.colour + "'/>";
  const image = "<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 32 32'>" + cell + icon.sign + "</svg>";
  document.querySelector("link[rel=icon]").href = "data:image/svg+xml," + encodeURIComponent(image);
}

// Five of 32 units are two and a half pixels of the smallest icon.
function stroke(path, colour) {
  return "<path d='" + path + "' fill='none' stroke='" + colour + "' stroke-width='5' stroke-linecap='round'/>";
}
