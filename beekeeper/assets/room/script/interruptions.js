// What interrupts the waiting: a hidden tab, a lost network, a page that was left and is shown again.

import { arm, ask, line } from "./asking.js";
import { cancelEntry, enterOnline } from "./entering.js";
import { polling } from "./given.js";
import { isJoining, joinOnline } from "./joining.js";
import { shown } from "./shown.js";
import { showConnection } from "./view.js";

export function onVisibility() {
  if (document.hidden) arm();
  else askSoon();
}

function askSoon() {
  const now = performance.now();
  const fresh = now - line.answeredAt < polling.fresh_seconds * 1000;
  if (!fresh) line.due = Math.min(line.due, Math.max(now, line.heldUntil));
  arm();
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
  askSoon();
}

export function onOffline() {
  if (!line.stopped) showConnection("offline");
}

// The browser kept the page, and the visitor came back to it.
export function onRestored() {
  if (shown.state === "expired" || shown.state === "blocked" || isJoining()) return;
  line.stopped = false;
  cancelEntry(); // The visitor went in, and came back.
  askSoon();
}
