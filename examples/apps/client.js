// An app that waits in line: it joins, waits for its turn, and shows the address of the site. Node.js 18 or later.
//
//     node client.js https://room.example.com/ ticket.txt
//
// The ticket is the place. It is kept in a file, so the app can end and go on. See openapi.json.
"use strict";
const { existsSync, readFileSync, writeFileSync } = require("node:fs");

const [JOIN, TURN, ENTER, REJOIN] = ["join", "turn", "enter", "join?rejoin=1"];
const MS = 15000; // an answer that takes longer has failed
const wait = (seconds) => new Promise((done) => setTimeout(done, seconds * 1000));

// Returns the status (0: no answer), the content, and how many seconds to wait at least.
async function ask(url, ticket, post) {
  const headers = { Accept: "application/json", "User-Agent": "example-app/1.0" };
  if (post) headers["Content-Type"] = "application/json";
  if (ticket) headers.Authorization = "Bearer " + ticket;
  const sent = post ? { method: "POST", body: "{}" } : {};
  try {
    // A redirect is no answer of the room: it comes from a network that wants a login.
    const answer = await fetch(url, { ...sent, headers, redirect: "error", signal: AbortSignal.timeout(MS) });
    const told = Number(answer.headers.get("Retry-After")) || 0;
    return { status: answer.status, content: await answer.json().catch(() => ({})), told };
  } catch {
    return { status: 0, content: {}, told: 0 };
  }
}

// Returns the address of the site, with the pass, when it is the visitor's turn.
async function waitInLine(link, file, sleep = wait) {
  let ticket = existsSync(file) ? readFileSync(file, "utf8") : "";
  let [route, failures, left] = [ticket ? TURN : JOIN, 0, -1];
  for (;;) {
    const joins = route === JOIN || route === REJOIN;
    const { status, content, told } = await ask(new URL(route, link), ticket, joins);
    const { state } = content;
    if (![200, 401].includes(status) || !state) { // too many ask, or something fails: the place is kept
      failures += 1;
      await sleep(Math.max(told, Math.min(60, 2 ** failures)) * (1 + Math.random()));
      continue;
    }
    failures = 0;
    if (["ready", "off"].includes(state) && route !== TURN) return content.enter;
    if (state === "off") { // all go in, one after the other: draw a moment once
      if (left < 0) left = content.spread_seconds * Math.random();
      const pause = Math.min(left, content.retry_after);
      await sleep(pause);
      left -= pause;
      route = left > 0 ? TURN : ENTER;
      continue;
    }
    left = -1;
    if (state === "ready") route = ENTER;
    else if (state === "expired") route = REJOIN;
    else if (state === "moved" || state === "unknown") { // a new address, or a ticket that counts no more
      [link, ticket, route] = [content.enter || link, "", JOIN];
      await sleep(1 + Math.random());
    } else if (joins) {
      [ticket, route] = [content.ticket, TURN];
      writeFileSync(file, ticket);
    } else { // waiting or paused
      const pause = content.retry_after || 1;
      route = TURN;
      await sleep(Math.max(1, pause + Math.min(10, pause / 10) * (2 * Math.random() - 1)));
    }
  }
}

module.exports = { waitInLine };
if (require.main === module) waitInLine(process.argv[2], process.argv[3]).then(console.log);
