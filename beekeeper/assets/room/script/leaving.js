// Leaves the page: to the destination, or back to the campaign link for a new ticket.

import { forgetSaidPlace } from "./announcements.js";
import { links, polling } from "./given.js";
import { load, save } from "./memory.js";
import { forgetPlace } from "./place.js";

const entering = { begun: false, timer: 0 };

export function enter(turn) {
  const link = enterLink(turn.enter);
  document.getElementById("enter").href = link;
  forget();
  // Enter only once. A second navigation would cancel the first, if a busy destination is slow.
  if (entering.begun) return;
  entering.begun = true;
  // In a hidden tab nobody reads the page, and browsers delay timers there by up to a minute.
  if (document.hidden) location.replace(link);
  else entering.timer = setTimeout(() => location.replace(link), polling.enter_seconds * 1000);
}

export function holdEntry() {
  clearTimeout(entering.timer);
}

export function cancelEntry() {
  entering.begun = false;
  holdEntry();
}

export function forget() {
  forgetPlace();
  forgetSaidPlace();
}

// Go to the campaign link for a ticket. Return false if that has failed too often.
export function returnToCampaign() {
  const count = returns() + 1;
  if (count > polling.most_returns) return false;
  forget();
  save("returns", count);
  location.replace(links.campaign + "#return-" + count);
  return true;
}

export function clearReturns() {
  save("returns", 0);
  if (location.hash) history.replaceState(null, "", location.pathname + location.search);
}

// The count is also in the fragment, which survives a redirect, because a browser that blocks cookies
// blocks storage too. Without a count the page would go to the campaign link forever, and each time it
// would put a ticket on the queue that nobody uses.
function returns() {
  const mark = /^#return-(\d+)$/.exec(location.hash);
  return Math.max(mark ? Number(mark[1]) : 0, Number(load("returns")) || 0);
}

function enterLink(link) {
  const absolute = /^\s*([a-z][a-z0-9+.-]*:|[/\\])/i;
  if (typeof link !== "string" || link === "" || absolute.test(link)) return links.enter;
  return new URL(link, location.href).origin === location.origin ? link : links.enter;
}
