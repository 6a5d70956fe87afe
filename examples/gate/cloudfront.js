// The gate as a CloudFront Function: runtime cloudfront-js-2.0, event type viewer request. Associate a
// KeyValueStore with it, and put the room's settings there as the value of `beekeeper`:
//   aws cloudfront-keyvaluestore put-key --kvs-arn ARN --if-match ETAG \
//     --key beekeeper --value "$(python -m beekeeper keys show --format json)"
import crypto from "crypto";
import cf from "cloudfront";

const decoded = (part) => JSON.parse(Buffer.from(part, "base64url").toString());
const encoded = (value) => Buffer.from(JSON.stringify(value)).toString("base64url");
const sign = (text, key) => crypto.createHmac("sha256", key).update(text).digest("base64url");
// Compares keyed hashes: the time that it takes tells nothing about the two texts.
const same = (one, other, key) => sign(one, key) === sign(other, key);
// A pass has no `typ`, a session has. So neither can be used as the other.
function read(token, typ, leewaySeconds, room) {
  try {
    const parts = token.split("."), header = decoded(parts[0]), claims = decoded(parts[1]);
    const key = Object.keys(room.keys).includes(header.kid) ? room.keys[header.kid] : null;
    return key && header.alg === "HS256" && same(sign(parts.slice(0, 2).join("."), key), parts.slice(2).join("."), key)
      && claims.aud === room.audience && claims.iss === room.issuer && claims.typ === typ
      && Number.isInteger(claims.exp) && claims.exp > Date.now() / 1000 - leewaySeconds ? claims : null;
  } catch (error) { return null; }
}
async function handler(event) {
  const request = event.request, room = await cf.kvs().get("beekeeper", { format: "json" });
  const pairs = (request.rawQueryString() || "").split("&"), name = "beekeeper_pass=";
  const kept = pairs.filter((pair) => !pair.startsWith(name)).join("&");
  const wanted = request.uri.replace(/^\/*/, "/") + (kept && `?${kept}`); // `//host` is no path
  const found = (pairs.find((pair) => pair.startsWith(name)) || "").slice(name.length);
  const admitted = read(found, undefined, 300, room); // clocks differ, by up to 300 s
  const cookie = `__Host-beekeeper_gate_${room.room}`, sent = request.cookies[cookie];
  if (sent && read(sent.value, "session", 0, room) && !admitted) return request;
  const location = admitted ? room.audience + wanted : `${room.link}?to=${encodeURIComponent(wanted)}`;
  const response = { statusCode: 302, headers: { location: { value: location } }, cookies: {} };
  if (!admitted) return response;
  const kid = Object.keys(room.keys)[0], ends = { typ: "session", exp: Math.floor(Date.now() / 1000) + 1800 };
  const text = `${encoded({ alg: "HS256", kid: kid })}.${encoded(Object.assign(admitted, ends))}`;
  const session = `${text}.${sign(text, room.keys[kid])}`;
  response.cookies[cookie] = { value: session, attributes: "Path=/; HttpOnly; Secure; SameSite=Lax" };
  return response;
}
