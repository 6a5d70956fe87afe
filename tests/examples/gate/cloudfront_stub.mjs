// CloudFront, as far as the recipe needs it: runs the function with events as AWS documents them, and
// with the modules and globals of runtime 2.0 only. `cf.kvs()` has one value, from the environment.
import crypto from "node:crypto";
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import vm from "node:vm";

const [, , path, port] = process.argv;
const store = { beekeeper: process.env.KEY_VALUE_STORE };
const cf = {
  kvs: () => ({
    async get(key, { format }) {
      if (!(key in store)) throw new Error("KeyNotFound");
      return format === "json" ? JSON.parse(store[key]) : store[key];
    },
  }),
};
const code = readFileSync(path, "utf8").replace(/^import (\w+) from "(\w+)";$/gm, "const $1 = modules.$2;");
const context = vm.createContext({ modules: { crypto, cloudfront: cf }, Buffer, console });
vm.runInContext(code, context);

function cookies(header = "") {
  const pairs = header.split(";").map((pair) => pair.trim().split(/=(.*)/s, 2));
  return Object.fromEntries(pairs.filter(([name]) => name).map(([name, value = ""]) => [name, { value }]));
}
function event({ method, url, headers }) {
  const [, uri, query] = /^([^?]*)(?:\?(.*))?$/s.exec(url);
  const shown = Object.entries(headers).filter(([name]) => name !== "cookie");
  const request = {
    method, uri, querystring: {}, cookies: cookies(headers.cookie), rawQueryString: () => query,
    headers: Object.fromEntries(shown.map(([name, value]) => [name, { value }])),
  };
  return { version: "1.0", context: { eventType: "viewer-request" }, viewer: { ip: "192.0.2.1" }, request };
}
createServer(async (incoming, answer) => {
  try {
    const result = await context.handler(event(incoming));
    if (!result.statusCode) { // from the origin
      return answer.setHeader("X-Visitor", result.headers["x-beekeeper-sub"].value).end("Welcome. Your turn has come.");
    }
    for (const [name, { value }] of Object.entries(result.headers)) answer.setHeader(name, value);
    const set = Object.entries(result.cookies ?? {}).map(([n, c]) => `${n}=${c.value}; ${c.attributes}`);
    if (set.length) answer.setHeader("Set-Cookie", set);
    answer.statusCode = result.statusCode;
  } catch (error) {
    console.error(error);
    answer.statusCode = 503; // as CloudFront does when a function fails
  }
  return answer.end();
}).listen(Number(port), "127.0.0.1");
