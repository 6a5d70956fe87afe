// What interrupts the waiting: a hidden tab, a lost network, a page that was left and is shown again.

import { arm, ask, turnedAway } from "./asking.js";
import { stayOutside } from "./door.js";
import { cancelEntry, enterOnline } from "./entering.js";
import { polling } from "./given.js";
import { comeBack, followOtherTab, isBackFromInside } from "./inside.js";
import { isJoining, joinOnline } from "./joining.js";
import { line } from "./line.js";
import { shown } from "./shown.js";
import { checkSleep } from "./sleeping.js";
import { isTicketNeeded } from "./ticket.js";
import { showConnection } from "./view.js";

export function onVisibility() {
  checkSleep();
  if (document.hidden) arm();
  else askSoon();
}

function askSoon() {
  if (performance.now() - line.answeredAt < polling.fresh_seconds * 1000) arm();
  else askNext();
}

function askNext() {
  line.due = Math.min(line.due, Math.max(performance.now(), line.heldUntil));
  arm();
}

// A question that was sent before the device slept can hang until it times out.
export function onWoken(milliseconds) {
  line.turnAt -= milliseconds;
  if (line.stopped) return;
  if (line.asking) ask();
  else askNext();
}

export function onOnline() {
  joinOnline();
  if (line.stopped) return;
  // A question that was sent before the network was lost can hang until it times out.
  if (line.asking) {
    ask();
    return;
  }
  if (shown.connection === "offline") showConnection("lost");
  enterOnline();
  if (line.unreached) {
    line.heldUntil = 0; // The network is back.
    askNext();
  } else {
    askSoon();
  }
}

export function onOffline() {
  if (!line.stopped) showConnection("offline");
}

// The browser kept the page, and the visitor came back to it.
export function onRestored() {
  if (shown.state === "expired" || shown.state === "blocked" || isJoining()) return;
  line.stopped = false;
  comeBack(); // The visitor went in, and came back.
  showInside();
  askSoon();
}

// Return whether the visitor has gone in already. The answer of `turn` then says what became of the turn.
export function showInside() {
  cancelEntry();
  if (!isBackFromInside()) return false;
  stayOutside({}, turnedAway);
  return true;
}

// Another tab went in with the same ticket, or has a new place.
export function onStorage(event) {
  // Without cookies each tab has a ticket of its own.
  if (isTicketNeeded() || !followOtherTab(event) || line.stopped || isJoining()) return;
  if (!showInside()) askSoon();
}
