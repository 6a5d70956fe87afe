// Shows the answers of the room on the screen.

import { alertTurn } from "./alerts.js";
import { announce } from "./announcements.js";
import { isCount } from "./counts.js";
import { isSlower } from "./estimates.js";
import { texts } from "./given.js";
import { keepPlaceOf, place, rememberPlace } from "./place.js";
import { markRemark, showRemarks } from "./remarks.js";
import {
  detailText, isFailing, isLive, isNear, setState, shown, statusText, untilText, viewName,
} from "./shown.js";
import { showTab } from "./tab.js";
import { aheadLabel, finishText, positionText, updatedText, waitText } from "./words.js";

const root = document.documentElement;
const NOTHING = "\u2013"; // as in index.html

export function showTurn(turn) {
  const before = shown.state;
  setState(turn.state, turn.spread_seconds);
  shown.connection = "ok";
  shown.still = turn.state === "waiting" && turn.still === true;
  shown.late = turn.state === "waiting" && isCount(turn.late);
  shown.eta = isCount(turn.eta_seconds) ? turn.eta_seconds : null;
  if (turn.state === "ready" && isCount(turn.expires_in)) shown.keptUntil = Date.now() / 1000 + turn.expires_in;
  if (isCount(turn.number)) keepPlaceOf(turn.number);
  if (isCount(turn.ahead) && isLive()) rememberPlace(turn.ahead, turn.late || 0);
  showPlace();
  showWait(shown.state === "paused" ? texts.wait.paused : waitText(turn.eta_seconds));
  markRemark("slower", shown.state === "waiting" && isSlower(turn.eta_seconds));
  setText("updated", updatedText(turn.updated_at));
  showMessage(turn.message);
  showState();
  announce();
  callIfOpen(before);
}

function callIfOpen(before) {
  if (shown.state !== before && ["ready", "off"].includes(shown.state)) alertTurn();
}

// The visitor has a place, and has yet to hear which.
export function showJoined() {
  showLine("waiting", 0);
  showState();
  announce();
}

// The news say nothing of the place, which stays, nor of the connection.
export function showNews(news, state) {
  const before = shown.state;
  if (state !== before) showLine(state, news.spread_seconds);
  showMessage(news.message);
  showState();
  announce();
  callIfOpen(before);
}

function showLine(state, spread) {
  setState(state, spread);
  shown.still = false;
  shown.late = state === "waiting" && place.late > 0;
  showWait(state === "paused" ? texts.wait.paused : texts.wait.unknown);
  markRemark("slower", false);
  showPlace();
}

function showWait(wait) {
  shown.wait = wait;
  setText("wait", wait);
  setText("wait-clock", shown.state === "waiting" ? finishText(shown.eta) : "");
}

// The page asks for a place.
export function showJoining() {
  setState("connecting");
  Object.assign(shown, { connection: "ok", still: false, late: false });
  showPlace();
  showWait(NOTHING);
  setText("updated", NOTHING);
  showState();
  announce();
}

// The room has not answered for so long that the event may be over. The page goes on asking.
export function showClosed(sinceEpochMs) {
  setState("closed");
  shown.still = false;
  shown.closedSince = sinceEpochMs / 1000;
  showState();
  announce();
}

export function showConnection(connection) {
  shown.connection = connection;
  showState();
  announce();
}

export function showBusy(busy) {
  shown.busy = busy;
  showState();
  announce();
}

export function showState() {
  root.setAttribute("data-state", shown.state);
  root.setAttribute("data-connection", isFailing() ? shown.connection : "ok");
  root.setAttribute("data-near", String(isNear()));
  setText("status", statusText());
  setText("detail", detailText());
  setText("until", untilText());
  showRemarks();
  showTab(viewName());
}

export function showPlace() {
  const known = place.ahead !== null; // An unknown place counts as 0 in the progress.
  const position = document.getElementById("position");
  const written = known ? positionText(place.ahead) : NOTHING;
  setText("position", written);
  position.style.setProperty("--chars", String(Math.max(written.replace(/[\u1100-\uffff]/g, "mm").length, 3)));
  setText("ahead-label", known ? aheadLabel(place.ahead) : unknownLabel());
  const progress = document.getElementById("progress");
  progress.max = Math.max(place.first, 1);
  progress.value = place.ahead === 0 ? progress.max : place.first - place.ahead;
}

function unknownLabel() {
  return shown.state === "waiting" ? texts.place.unknown : "";
}

function showMessage(message) {
  shown.message = typeof message === "string" ? message.trim() : "";
  setText("message", shown.message);
  document.getElementById("notice").hidden = shown.message === "";
}

function setText(id, text) {
  const element = document.getElementById(id);
  if (element.textContent !== text) element.textContent = text;
}
