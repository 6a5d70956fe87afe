// The way in is open: the page goes in, unless the visitor has been inside.

import { enter, goTo, readyToEnter } from "./entering.js";
import { isBackFromInside } from "./inside.js";
import { showTurn } from "./view.js";

export function isWayOpen(turn) {
  return turn.state === "ready" || turn.state === "off";
}

export function openDoor(turn, turnedAway) {
  if (isBackFromInside()) {
    stayOutside(turn, turnedAway);
  } else {
    showTurn(turn);
    enter(turn, turnedAway);
  }
}

// The room is off, and has said where to go.
export function takeIn(entry, turnedAway) {
  if (isBackFromInside()) {
    stayOutside({}, turnedAway);
  } else {
    showTurn(entry);
    goTo(entry.enter, turnedAway);
  }
}

// The button takes the visitor in again.
export function stayOutside(turn, turnedAway) {
  showTurn(Object.assign({}, turn, { state: "inside" }));
  readyToEnter(turn, turnedAway);
}
