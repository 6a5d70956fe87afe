// What a screen reader says. It says only what is new, and speaks politely at most once in a while, so that it does
// not speak at each answer. The visitor's turn is said at once.

import { texts } from "./given.js";
import { place } from "./place.js";
import { isFailing, isLive, remarkTexts, shown, spreadText, statusText } from "./shown.js";
import { fill, placeText } from "./words.js";

const POLITE_SECONDS = 30;
const said = { status: "", failed: false, message: "", busy: "", spread: false, remarks: [], at: -Infinity, timer: 0 };

export function announce() {
  const urgent = shown.state === "ready" || shown.state === "off";
  clearTimeout(said.timer);
  const rest = said.at + POLITE_SECONDS * 1000 - performance.now();
  if (!urgent && rest > 0) said.timer = setTimeout(announce, rest);
  else speak(urgent && statusText() !== said.status);
}

// What came and went meanwhile is no news any more.
function speak(urgent) {
  const status = statusNews();
  const news = [status, spreadNews(), busyNews(), placeNews(), remarkNews(), messageNews()].filter(Boolean);
  if (news.length === 0) return;
  if (!urgent) said.at = performance.now();
  const region = document.getElementById(urgent ? "assertive" : "polite");
  region.textContent = news.map((text) => text.replace(/[.\u3002\u0964]$/, "")).join(texts.announcements.separator);
}

function statusNews() {
  // That the page looks for a place is no news, but that it can't find one is.
  const status = shown.state === "connecting" && !isFailing() ? "" : statusText();
  if (status === said.status) return "";
  const failed = said.failed;
  said.failed = isFailing();
  said.status = status;
  if (!status || !failed || !isLive() || isFailing()) return status;
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

function remarkNews() {
  const remarks = remarkTexts();
  const news = remarks.filter((text) => !said.remarks.includes(text));
  said.remarks = remarks;
  return news.join(" ");
}

function messageNews() {
  if (shown.message === said.message) return "";
  said.message = shown.message;
  return shown.message && fill(texts.announcements.message, { message: shown.message });
}
