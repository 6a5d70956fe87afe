// What a screen reader says. It says only what is new, so that it does not speak at each answer.

import { texts } from "./given.js";
import { place } from "./place.js";
import { isLive, shown, spreadText, statusText } from "./shown.js";
import { fill, placeText } from "./words.js";

const said = { status: "", message: "", busy: "", spread: false };

export function announce() {
  const status = statusNews();
  const news = [status, spreadNews(), busyNews(), placeNews(), messageNews()].filter(Boolean);
  if (news.length === 0) return;
  const urgent = status && (shown.state === "ready" || shown.state === "off");
  const region = document.getElementById(urgent ? "assertive" : "polite");
  region.textContent = news.map((text) => text.replace(/[.。।]$/, "")).join(texts.announcements.separator);
}

function statusNews() {
  const status = shown.state === "connecting" ? "" : statusText();
  if (status === said.status) return "";
  const failed = [texts.connection.lost.status, texts.connection.offline.status].includes(said.status);
  said.status = status;
  if (!status || !failed || !isLive() || shown.connection !== "ok") return status;
  return fill(texts.announcements.connected_again, { status: status });
}

function spreadNews() {
  const spread = said.spread ? "" : spreadText();
  said.spread = shown.state === "off";
  return spread;
}

function busyNews() {
  if (shown.busy === said.busy) return "";
  said.busy = shown.busy;
  return shown.busy;
}

function placeNews() {
  if (shown.connection !== "ok" || shown.state !== "waiting") return "";
  if (place.ahead === null) {
    const first = place.said === null;
    place.said = Infinity;
    return first ? texts.place.unknown : "";
  }
  // Each halving of the place is new. From a million to one, that is about twenty announcements.
  const news = place.said === null || (place.ahead <= place.said / 2 && place.ahead < place.said);
  if (!news) return "";
  place.said = place.ahead;
  return fill(texts.announcements.place, { place: placeText(place.ahead), wait: shown.wait });
}

function messageNews() {
  if (shown.message === said.message) return "";
  said.message = shown.message;
  return shown.message && fill(texts.announcements.message, { message: shown.message });
}
