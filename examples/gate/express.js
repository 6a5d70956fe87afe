// A site behind a waiting room, with Express. Only admitted visitors can enter.
//   npm install express@5 jsonwebtoken@9
//   eval "$(python -m beekeeper keys show --format env)"
//   PORT=8000 node express.js
const express = require("express");
const jwt = require("jsonwebtoken");

const { BEEKEEPER_ROOM: room, BEEKEEPER_LINK: link, BEEKEEPER_KEYS: ring } = process.env;
const { origin } = new URL(process.env.BEEKEEPER_DESTINATION);
const keys = new Map(ring.split(",").map((pair) => pair.split(":"))); // the first one signs
const issued = { audience: origin, issuer: `beekeeper:${room}` };
const [cookie, parameter] = [`__Host-beekeeper_gate_${room}=`, "beekeeper_pass="];
// A pass has no `typ`, a session has. So neither can be used as the other.
function read(token, typ, clockTolerance) {
  try {
    const { kid } = jwt.decode(token, { complete: true }).header;
    const claims = jwt.verify(token, keys.get(kid), { ...issued, algorithms: ["HS256"], clockTolerance });
    return claims.typ === typ && claims.exp ? claims : null;
  } catch { return null; } // malformed, forged, expired, or for another site
}
const redirect = (res, Location, cookies) =>
  res.writeHead(302, { Location, "Set-Cookie": cookies, "Cache-Control": "no-store" }).end();
const value = (pairs, name) => pairs.find((pair) => pair.startsWith(name))?.slice(name.length);
const site = express();
site.use((req, res, next) => {
  const [, path, query] = /^\/*([^?]*)\??(.*)/.exec(req.originalUrl); // `//host` is no path
  const kept = query.split("&").filter((pair) => !pair.startsWith(parameter)).join("&");
  const wanted = `/${path}${kept && "?"}${kept}`;
  const admitted = read(value(query.split("&"), parameter), undefined, 300); // clocks differ, by up to 300 s
  req.visitor = read(value((req.headers.cookie ?? "").split(/; */), cookie), "session", 0)?.sub;
  if (req.visitor && !admitted) return next();
  if (!admitted) return redirect(res, `${link}?to=${encodeURIComponent(wanted)}`, []);
  const [kid, secret] = keys.entries().next().value;
  const options = { ...issued, keyid: kid, subject: admitted.sub, expiresIn: "30m" };
  const set = `${cookie}${jwt.sign({ typ: "session" }, secret, options)}; Path=/; HttpOnly; Secure; SameSite=Lax`;
  return redirect(res, origin + wanted, [set]);
});
// Allow one order for each visitor.
site.get(/.*/, (req, res) => res.set("X-Visitor", req.visitor).send("Welcome. Your turn has come."));
site.listen(process.env.PORT ?? 8000, "127.0.0.1");
