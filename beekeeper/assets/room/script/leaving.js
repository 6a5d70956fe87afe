// Gives up the place that the page remembers, or goes back to the campaign link for a new ticket.

import { forgetSaidPlace } from "./announcements.js";
import { links, polling } from "./given.js";
import { load, save } from "./memory.js";
import { forgetPlace } from "./place.js";

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
