// Asks the room once, and decides what is a valid answer. Nothing here is stored or shown.

import { isCount } from "./counts.js";
import { noTicketState, polling, turnStates } from "./given.js";

export async function fetchAnswer(link, controller) {
  const timeout = setTimeout(() => controller.abort(), polling.timeout_seconds * 1000);
  try {
    const response = await fetch(link, {
      credentials: "same-origin",
      cache: "no-store",
      redirect: "error", // A redirect comes from a captive portal, so it is no answer.
      headers: { Accept: "application/json" },
      signal: controller.signal,
    });
    const retryAfter = retryAfterSeconds(response.headers.get("Retry-After"));
    const body = await response.json().catch(() => null);
    return { status: response.status, body: body, retryAfter: retryAfter };
  } catch (error) {
    return { status: 0, body: null, retryAfter: 0 };
  } finally {
    clearTimeout(timeout);
  }
}

export function isTurn(answer) {
  const body = answer.body;
  return answer.status === 200 && Boolean(body) && turnStates.includes(body.state)
    && (body.state !== "waiting" || body.ahead === null || isCount(body.ahead));
}

export function isWayIn(answer) {
  const entry = answer.body;
  return answer.status === 200 && Boolean(entry) && ["ready", "off"].includes(entry.state)
    && typeof entry.enter === "string" && /^https?:\/\/\w/i.test(entry.enter);
}

// The answer of the campaign link to a visitor who joined.
export function isPlace(answer) {
  return answer.status === 200 && Boolean(answer.body) && answer.body.state === "waiting";
}

export function isTurnedAway(answer) {
  const entry = answer.body;
  return isWithoutTicket(answer)
    || (answer.status === 200 && Boolean(entry) && ["waiting", "expired"].includes(entry.state));
}

export function isWithoutTicket(answer) {
  return answer.status === 401 && Boolean(answer.body) && answer.body.state === noTicketState;
}

function retryAfterSeconds(header) {
  if (!header) return 0;
  const seconds = /^\s*\d/.test(header) ? parseFloat(header) : (Date.parse(header) - Date.now()) / 1000;
  return isCount(seconds) ? Math.min(seconds, polling.longest_seconds) : 0;
}
