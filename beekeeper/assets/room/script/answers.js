// Asks the room once, and decides what is a valid answer. Nothing here is stored or shown.

import { isCount } from "./counts.js";
import { modes, noTicketState, polling, turnStates } from "./given.js";
import { shortened } from "./pauses.js";
import { authorization } from "./ticket.js";

// A place is asked for by POST with JSON. No page of another origin can send that.
const TAKE_PLACE = { method: "POST", body: "{}", headers: { "Content-Type": "application/json" } };

export async function fetchAnswer(link, controller, takesPlace) {
  const sent = takesPlace ? TAKE_PLACE : {};
  const ticket = authorization(link, takesPlace);
  const withTicket = Boolean(ticket.Authorization);
  const timeout = setTimeout(() => controller.abort(), polling.timeout_seconds * 1000);
  try {
    const response = await fetch(link, {
      method: sent.method,
      body: sent.body,
      credentials: "same-origin",
      cache: "no-store",
      redirect: "error", // A redirect comes from a captive portal, so it is no answer.
      headers: { Accept: "application/json", ...sent.headers, ...ticket },
      signal: controller.signal,
    });
    const retryAfter = retryAfterSeconds(response);
    const body = await response.json().catch(() => null);
    if (response.status === 200) follow(body);
    return { status: response.status, body: body, retryAfter: retryAfter, withTicket: withTicket };
  } catch (error) {
    return { status: 0, body: null, retryAfter: 0, timedOut: controller.signal.aborted };
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
    && isAddress(entry.enter);
}

// The room has another address now. From there, the same answer counts as a failure: it would lead in a circle.
function follow(body) {
  if (!body || body.state !== "moved" || !isAddress(body.enter)) return;
  if (new URL(body.enter).origin !== location.origin) location.replace(body.enter);
}

function isAddress(link) {
  return typeof link === "string" && /^https?:\/\/\w/i.test(link);
}

export function isNews(answer) {
  const news = answer.body;
  return answer.status === 200 && Boolean(news) && modes.includes(news.mode);
}

// The answer of `join` to a visitor who has a place.
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

// A failure can come from a proxy on the way, and the visitor's turn does not wait for a day.
function retryAfterSeconds(response) {
  const header = response.headers.get("Retry-After");
  if (!header) return 0;
  const seconds = /^\s*\d/.test(header) ? parseFloat(header) : (Date.parse(header) - Date.now()) / 1000;
  return Math.min(shortened(seconds), response.ok ? Infinity : polling.longest_held_seconds);
}
