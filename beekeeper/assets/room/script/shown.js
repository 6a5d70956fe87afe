// What the page shows now: the state of the visitor's turn, and the state of the connection.

import { texts } from "./given.js";

const LIVE_STATES = ["connecting", "waiting", "paused"];

export const shown = { state: "connecting", connection: "ok", wait: "", message: "", still: false, late: false, busy: "" };

// In a live state the visitor waits, and the page continues to ask.
export function isLive() {
  return LIVE_STATES.includes(shown.state);
}

export function statusText() {
  const failing = shown.connection !== "ok" && isLive();
  if (failing) return texts.connection[shown.connection];
  return shown.still ? texts.line.still : texts.states[shown.state].status;
}

export function detailText() {
  return shown.busy || (shown.late ? texts.line.late : texts.states[shown.state].detail);
}
