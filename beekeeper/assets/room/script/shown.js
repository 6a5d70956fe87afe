// What the page shows now: the state of the visitor's turn, and the state of the connection.

import { texts } from "./given.js";
import { shortened } from "./pauses.js";
import { clockText, fill, withinText } from "./words.js";

const LIVE_STATES = ["connecting", "waiting", "paused"];
const NEAR_SECONDS = 60;

// `allInAt` is when everybody has gone in, if the room is off: a time of performance.now(). `eta` is the wait in
// seconds, or null. `closedSince` and `keptUntil` are seconds since the epoch. `goneIn`: the visitor was inside.
export const shown = {
  state: "connecting", connection: "ok", wait: "", eta: null, message: "", still: false, late: false, busy: "",
  allInAt: 0, closedSince: 0, keptUntil: 0, goneIn: false, remarks: [],
};

// `spread` is how long it takes until everybody has gone in. It counts from the first answer that says so.
export function setState(state, spread) {
  if (state !== "off") shown.allInAt = 0;
  else if (shown.state !== "off") shown.allInAt = performance.now() + shortened(spread) * 1000;
  shown.state = state;
  shown.eta = null;
  shown.keptUntil = 0;
}

export function setGoneIn(goneIn) {
  shown.goneIn = goneIn;
}

// In a live state the visitor waits, and the page continues to ask.
export function isLive() {
  return LIVE_STATES.includes(shown.state);
}

export function isNear() {
  return shown.state === "waiting" && !shown.still && shown.eta !== null && shown.eta < NEAR_SECONDS;
}

export function isFailing() {
  return shown.connection !== "ok" && isLive();
}

// The name of what the visitor reads: in `texts.connection` while it fails, and else in `texts.states`.
export function viewName() {
  if (isFailing()) return shown.connection;
  if (shown.state === "expired" && shown.goneIn) return "left";
  return isNear() ? "near" : shown.state;
}

export function statusText() {
  if (isFailing()) return texts.connection[shown.connection].status;
  return shown.still ? texts.line.still : texts.states[viewName()].status;
}

export function detailText() {
  if (shown.state === "closed") return fill(texts.states.closed.detail, { time: clockText(shown.closedSince) });
  if (shown.busy) return shown.busy;
  const usual = isFailing() ? shown.state : viewName();
  return spreadText() || (shown.late && !isNear() ? texts.line.late : texts.states[usual].detail);
}

export function spreadText() {
  return withinText((shown.allInAt - performance.now()) / 1000);
}

export function untilText() {
  return shown.keptUntil ? fill(texts.ready.until, { time: clockText(shown.keptUntil) }) : "";
}

export function remarkTexts() {
  return Object.keys(texts.remarks).filter((name) => shown.remarks.includes(name)).map((name) => texts.remarks[name]);
}
