// What the page shows now: the state of the visitor's turn, and the state of the connection.

import { texts } from "./given.js";
import { shortened } from "./pauses.js";
import { withinText } from "./words.js";

const LIVE_STATES = ["connecting", "waiting", "paused"];

// `allInAt` is when everybody has gone in, if the room is off: a time of performance.now().
export const shown = {
  state: "connecting", connection: "ok", wait: "", message: "", still: false, late: false, busy: "", allInAt: 0,
  goneIn: false,
};

export function setGoneIn(gone) {
  shown.goneIn = gone;
}

// `spread` is how long it takes until everybody has gone in. It counts from the first answer that says so.
export function setState(state, spread) {
  if (state !== "off") shown.allInAt = 0;
  else if (shown.state !== "off") shown.allInAt = performance.now() + shortened(spread) * 1000;
  shown.state = state;
}

// In a live state the visitor waits, and the page continues to ask.
export function isLive() {
  return LIVE_STATES.includes(shown.state);
}

export function statusText() {
  const failing = shown.connection !== "ok" && isLive();
  if (failing) return texts.connection[shown.connection].status;
  return shown.still ? texts.line.still : stateTexts().status;
}

function stateTexts() {
  return texts.states[shown.state === "expired" && shown.goneIn ? "left" : shown.state];
}

export function detailText() {
  return shown.busy || spreadText() || (shown.late ? texts.line.late : stateTexts().detail);
}

export function spreadText() {
  return withinText((shown.allInAt - performance.now()) / 1000);
}
