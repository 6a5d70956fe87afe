// The ticket, for a browser that does not keep the cookie. The page keeps it for this tab, and shows it as a bearer token.

import { links } from "./given.js";
import { load, save } from "./memory.js";

// `needed`: the cookie does not reach the room.
const kept = { ticket: load("ticket"), needed: !navigator.cookieEnabled };

export function keepTicket(ticket) {
  if (typeof ticket !== "string" || !/^[\w.~+/=-]+$/.test(ticket)) return;
  kept.ticket = ticket;
  save("ticket", ticket);
}

// The header with the ticket, for `turn` and `enter` only if it is needed: another tab can have joined again, and its
// cookie is newer. `join` gets it always, since it takes the newer one of both. The news need none.
export function authorization(link, takesPlace) {
  const isOwn = new URL(link, location.href).origin === location.origin && link !== links.news;
  if (!kept.ticket || !isOwn || !(takesPlace || kept.needed)) return {};
  return { Authorization: ["Bearer", kept.ticket].join(" ") };
}

// The room does not know the visitor. Return whether the page can show a ticket that it has not shown yet.
export function showTicketInstead(answer) {
  if (answer.withTicket) forgetTicket(); // The room does not take it any more.
  if (!kept.ticket) return false;
  kept.needed = true;
  return true;
}

export function isTicketNeeded() {
  return Boolean(kept.ticket) && kept.needed;
}

function forgetTicket() {
  kept.ticket = null;
  kept.needed = !navigator.cookieEnabled;
  save("ticket", null);
}
