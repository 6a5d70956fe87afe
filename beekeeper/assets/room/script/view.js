// Shows the answers of the room on the screen.

import { announce } from "./announcements.js";
import { formatCount, isCount } from "./counts.js";
import { texts } from "./given.js";
import { place, rememberPlace } from "./place.js";
import { detailText, isLive, shown, statusText } from "./shown.js";
import { aheadLabel, clockText, fill, positionText, waitText } from "./words.js";

const root = document.documentElement;
const roomTitle = document.getElementById("title").textContent;

export function showTurn(turn) {
  shown.state = turn.state;
  shown.connection = "ok";
  shown.still = turn.state === "waiting" && turn.still === true;
  if (isCount(turn.ahead) && isLive()) rememberPlace(turn.ahead);
  showPlace();
  shown.wait = turn.state === "paused" ? texts.wait.paused : waitText(turn.eta_seconds);
  setText("wait", shown.wait);
  setText("updated", clockText(turn.updated_at));
  showMessage(turn.message);
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
  root.setAttribute("data-connection", isLive() ? shown.connection : "ok");
  setText("status", statusText());
  setText("detail", detailText());
  document.title = tabTitle();
}

export function showPlace() {
  if (place.ahead === null) {
    if (shown.state === "waiting") setText("ahead-label", texts.place.unknown);
    return;
  }
  const position = document.getElementById("position");
  const written = positionText(place.ahead);
  setText("position", written);
  position.style.setProperty("--chars", String(Math.max(written.length, 3)));
  setText("ahead-label", aheadLabel(place.ahead));
  const progress = document.getElementById("progress");
  progress.max = Math.max(place.first, 1);
  progress.value = place.ahead === 0 ? progress.max : place.first - place.ahead;
}

function showMessage(message) {
  shown.message = typeof message === "string" ? message.trim() : "";
  setText("message", shown.message);
  document.getElementById("notice").hidden = shown.message === "";
}

function tabTitle() {
  if (!isLive()) return fill(texts.tab.state, { state: texts.states[shown.state].tab, title: roomTitle });
  if (place.ahead === null) return roomTitle;
  return fill(texts.tab.place, { ahead: formatCount(place.ahead), title: roomTitle });
}

function setText(id, text) {
  const element = document.getElementById(id);
  if (element.textContent !== text) element.textContent = text;
}
