"use strict";

// One visitor: link, room, turn (repeated until the visitor is admitted), enter, destination.
// Artillery sends the requests and keeps the cookie. The functions here read each answer and choose
// the next request. An unexpected answer ends the visitor with an error.

const BUSY = [429, 503];
const FIRST_BACK_OFF_SECONDS = 2; // the same four values as on the waiting page
const LONGEST_BACK_OFF_SECONDS = 30;
const JITTER = 0.15;
const JITTER_SECONDS = 10;
const MAX_RETURNS = 2;

// --- What Artillery calls -----------------------------------------------------------------------

async function begin(context) {
  const vars = context.vars;
  vars.room = vars.target.endsWith("/") ? vars.target : vars.target + "/";
  vars.failures = vars.returns = 0;
  vars.startedAt = Date.now();
  goTo(vars, "link", vars.room);
}

async function answered(request, response, context, events) {
  const vars = context.vars;
  if (BUSY.includes(response.statusCode)) {
    events.emit("counter", `beekeeper.backed_off.${vars.stage}.${response.statusCode}`, 1);
    vars.pauseSeconds = backOffSeconds(response, vars);
    vars.failures += 1;
    return;
  }
  vars.failures = 0;
  const from = vars.stage;
  STAGES[from](response, vars, events);
  vars.done = from === vars.lastStage || from === "destination";
}

async function pause(context) {
  const seconds = context.vars.done ? 0 : context.vars.pauseSeconds;
  await new Promise((resolve) => setTimeout(resolve, seconds * 1000));
}

function goesOn(context, done) {
  done(!context.vars.done);
}

// --- The stages: check the answer, choose the next stage ----------------------------------------

const STAGES = {
  link(response, vars) {
    const to = redirection(response, vars);
    if (!to.href.startsWith(vars.room)) {
      goTo(vars, "destination", to); // the room is off
      return;
    }
    const cookies = response.headers["set-cookie"] || [];
    if (!cookies.some((cookie) => /^beekeeper_ticket_[a-z0-9-]+=/.test(cookie))) {
      throw new Error("link: no ticket was given");
    }
    goTo(vars, "room", to);
  },

  room(response, vars) {
    expect(response, vars, 200);
    goTo(vars, "turn", new URL("turn", vars.room));
  },

  turn(response, vars, events) {
    expect(response, vars, 200);
    const turn = JSON.parse(response.body);
    if (turn.state === "waiting" || turn.state === "paused") {
      vars.toldSeconds = turn.retry_after;
      vars.pauseSeconds = jittered(turn.retry_after);
    } else if (turn.state === "ready" || turn.state === "off") {
      events.emit("histogram", "beekeeper.wait_seconds", (Date.now() - vars.startedAt) / 1000);
      goTo(vars, "enter", new URL("enter", vars.room));
    } else {
      throw new Error(`turn: state ${turn.state}`);
    }
  },

  enter(response, vars, events) {
    const to = redirection(response, vars);
    if (to.searchParams.has("beekeeper_pass")) {
      goTo(vars, "destination", to);
      return;
    }
    events.emit("counter", "beekeeper.sent_back", 1);
    if (++vars.returns > MAX_RETURNS) throw new Error("enter: sent back again and again");
    goTo(vars, "room", to);
  },

  destination(response, vars, events) {
    expect(response, vars, 200, 302, 303);
    const location = response.headers.location;
    if (location && new URL(location, vars.url).href.startsWith(vars.room)) {
      throw new Error("destination: the pass was refused");
    }
    events.emit("counter", "beekeeper.let_in", 1);
  },
};

// --- What they share ----------------------------------------------------------------------------

function goTo(vars, stage, url) {
  vars.stage = stage;
  vars.toldSeconds = 0;
  vars.url = String(url);
  vars.accept = stage === "turn" ? "application/json" : "text/html";
  vars.pauseSeconds = 0;
}

function expect(response, vars, ...statuses) {
  if (!statuses.includes(response.statusCode)) {
    throw new Error(`${vars.stage}: status ${response.statusCode}`);
  }
}

function redirection(response, vars) {
  expect(response, vars, 302);
  return new URL(response.headers.location, vars.url);
}

function backOffSeconds(response, vars) {
  const backOff = Math.min(FIRST_BACK_OFF_SECONDS * 2 ** vars.failures, LONGEST_BACK_OFF_SECONDS);
  const asked = Number(response.headers["retry-after"]) || 0;
  return Math.max(backOff, asked, vars.toldSeconds) * (1 + Math.random());
}

function jittered(seconds) {
  return seconds + Math.min(JITTER * seconds, JITTER_SECONDS) * (2 * Math.random() - 1);
}

module.exports = { begin, answered, pause, goesOn };
