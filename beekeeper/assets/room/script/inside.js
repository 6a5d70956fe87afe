// Who has gone in. A visitor who comes back to the page, or who has it in another tab, must not be taken in again
// without wanting to. The history keeps it for this entry, over a refresh too, and the browser for the other tabs.

import { isCount } from "./counts.js";
import { polling } from "./given.js";
import { isForRoom, loadForRoom, saveForRoom } from "./memory.js";
import { place } from "./place.js";
import { setGoneIn } from "./shown.js";

const INSIDE = "inside";

// `until` is when the turn ends, in milliseconds since the epoch. `back`: the visitor sees the page after going in.
const inside = { until: 0, number: null, back: false };

export function restoreInside() {
  const own = history.state && history.state[INSIDE];
  const saved = own || loadForRoom(INSIDE);
  if (!saved || !isCount(saved.until)) return;
  Object.assign(inside, { until: saved.until, number: saved.number, back: Boolean(own) });
  setGoneIn(true);
}

// The page goes in. The turn then lasts for so many seconds, if the room has said so.
export function rememberInside(seconds) {
  const lasts = isCount(seconds) ? seconds : polling.inside_seconds;
  Object.assign(inside, { until: Date.now() + lasts * 1000, number: place.number, back: false });
  writeHistory();
  saveForRoom(INSIDE, { until: inside.until, number: inside.number });
  setGoneIn(true);
}

export function isBackFromInside() {
  return inside.back && Date.now() < inside.until;
}

// The browser kept the page while the visitor was inside.
export function comeBack() {
  inside.back = inside.until > 0;
}

// The visitor wants to go in again.
export function leaveBack() {
  inside.back = false;
}

// Another tab went in, or got a new place. Return whether this is the event of it.
export function followOtherTab(event) {
  if (!isForRoom(event, INSIDE)) return false;
  const saved = loadForRoom(INSIDE);
  if (saved && isCount(saved.until)) {
    Object.assign(inside, { until: saved.until, number: saved.number, back: true });
    writeHistory();
    setGoneIn(true);
  } else {
    clearInside();
  }
  return true;
}

// The visitor has a place. With a new one, the visitor has not gone in.
export function keepInsideOf(number) {
  if (number === null || number !== inside.number) forgetInside();
}

export function forgetInside() {
  if (inside.until === 0) return;
  clearInside();
  saveForRoom(INSIDE, null);
}

function clearInside() {
  Object.assign(inside, { until: 0, number: null, back: false });
  writeHistory();
  setGoneIn(false);
}

function writeHistory() {
  const state = inside.until ? { inside: { until: inside.until, number: inside.number } } : null;
  history.replaceState(state, "");
}
