// Writes numbers and times into the sentences of the texts. Nothing here changes the page.

import { formatCount, isCount, pluralOf } from "./counts.js";
import { texts } from "./given.js";

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
  return fill(texts.wait.minutes, { low: low, high: Math.max(high, low + 1) });
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
  return fill(texts.spread.minutes, { minutes: Math.ceil(seconds / 60) });
}

export function clockText(epochSeconds) {
  const at = isCount(epochSeconds) && epochSeconds > 0 ? new Date(epochSeconds * 1000) : new Date();
  return at.toLocaleTimeString([], { hour: "numeric", minute: "2-digit", second: "2-digit" });
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
