// What the page does when `turn` gives no valid answer.

import { texts } from "./given.js";
import { line } from "./line.js";
import { afterFailure, backOff, closedPause } from "./pauses.js";
import { isLive, shown } from "./shown.js";
import { isSilent, silentSince } from "./silence.js";
import { showBusy, showClosed, showConnection } from "./view.js";

const BUSY = 429; // The room is there, and many ask.

// Say it to the visitor, and return after how many seconds the page asks again.
export function pauseAfterFailure(answer) {
  line.failures += 1;
  hold(answer);
  const closed = isSilent(answer);
  if (closed) showSilence();
  else showFailure(answer);
  const told = Math.max(line.interval, answer.retryAfter);
  const untilTurn = (line.turnAt - performance.now()) / 1000;
  return closed ? closedPause(told) : afterFailure(line.failures, told, untilTurn);
}

// A server in trouble gets no earlier question, even if the visitor returns to the tab. If no question reached it, the
// trouble is likely in the visitor's network, which can be back any time.
function hold(answer) {
  line.unreached = answer.status === 0 && !answer.timedOut;
  const told = line.unreached ? 0 : line.told;
  line.heldUntil = performance.now() + Math.max(backOff(line.failures), answer.retryAfter, told) * 1000;
}

function showFailure(answer) {
  const busy = answer.status === BUSY;
  if (busy && isLive()) showBusy(texts.line.crowded);
  else if (shown.busy === texts.line.crowded) showBusy("");
  if (navigator.onLine === false) showConnection("offline");
  else if (busy) showConnection("ok");
  else if (line.failures >= 2 || shown.connection === "offline") showConnection("lost");
}

function showSilence() {
  if (shown.state !== "closed" && shown.state !== "inside") showClosed(silentSince());
}
