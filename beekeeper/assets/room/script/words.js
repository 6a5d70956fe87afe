// Writes numbers and times into the sentences of the texts. Nothing here changes the page.

import { formatCount, isCount, newFormat, pluralOf, regional } from "./counts.js";
import { texts } from "./given.js";

const DAY_SECONDS = 24 * 3600;
const LATEST_SECONDS = 8.64e12; // JavaScript has no later date, and Intl throws.
const clock = newFormat("DateTimeFormat", regional(), { hour: "numeric", minute: "2-digit" });
const exactClock = newFormat("DateTimeFormat", regional(), { hour: "numeric", minute: "2-digit", second: "2-digit" });

export function fill(sentence, values) {
  return sentence.replace(/\{(\w+)\}/g, (mark, name) => {
    const value = values[name];
    return typeof value === "number" ? formatCount(value) : value;
  });
}

export function waitText(seconds) {
  if (!isCount(seconds)) return texts.wait.unknown;
  if (seconds < 60) return texts.wait.under_minute;
  const minutes = seconds / 60;
  if (minutes >= 55) return longWaitText(minutes);
  const step = minutes > 12 ? 5 : 1;
  const low = Math.max(1, Math.floor((minutes * 0.85) / step) * step);
  const high = Math.ceil((minutes * 1.15) / step) * step;
  return minutesText(low, Math.max(high, low + 1));
}

function minutesText(low, high) {
  return fill(pluralOf(texts.wait.minutes, high), { low: low, high: high });
}

function longWaitText(total) {
  const tens = Math.round(total / 10) * 10;
  if (tens <= 60) return texts.wait.hour;
  if (tens >= 24 * 60) return texts.wait.day;
  const hours = Math.floor(tens / 60);
  const minutes = tens % 60;
  if (minutes === 0) return fill(texts.wait.hours, { hours: hours });
  return fill(texts.wait.hours_minutes, { hours: hours, minutes: minutes });
}

// Empty if it takes only a moment.
export function withinText(seconds) {
  if (seconds < 5) return "";
  if (seconds <= 60) return texts.spread.minute;
  const minutes = Math.ceil(seconds / 60);
  return fill(pluralOf(texts.spread.minutes, minutes), { minutes: minutes });
}

// Until when the wait lasts. Empty if nobody can say it in a time of the day, or if it is a matter of seconds.
export function finishText(seconds) {
  if (!isCount(seconds) || seconds < 60 || seconds >= DAY_SECONDS) return "";
  const step = seconds > 12 * 60 ? 300 : 60;
  const finish = Math.ceil((Date.now() / 1000 + seconds) / step) * step;
  return fill(texts.wait.clock, { time: clockText(finish) });
}

export function clockText(epochSeconds) {
  return timeText(clock, epochSeconds);
}

// When the room last answered, to the second. If the answer does not say it, that is now.
export function updatedText(epochSeconds) {
  return timeText(exactClock, isCount(epochSeconds) && epochSeconds > 0 ? epochSeconds : Date.now() / 1000);
}

function timeText(format, epochSeconds) {
  const time = new Date(Math.min(epochSeconds, LATEST_SECONDS) * 1000);
  return format ? format.format(time) : time.toTimeString().slice(0, 5);
}

export function positionText(ahead) {
  return ahead === 0 ? texts.place.next : formatCount(ahead);
}

export function aheadLabel(ahead) {
  return ahead === 0 ? "" : pluralOf(texts.place.ahead, ahead);
}

export function placeText(ahead) {
  return (positionText(ahead) + " " + aheadLabel(ahead)).trim();
}
