// The gate as a CloudFront Function: runtime cloudfront-js-2.0, event type viewer request, and a
// KeyValueStore with the room's settings:
//   aws cloudfront-keyvaluestore put-key --kvs-arn ARN --if-match ETAG --key beekeeper \
//     --value "$(python -m beekeeper keys show --format json)"
import crypto from "crypto";
import cf from "cloudfront";
const decoded = (part) => JSON.parse(Buffer.from(part, "base64url").toString());
const redirect = (to, set) => ({ statusCode: 302, headers: { location: { value: to } }, cookies: set });
const sign = (text, key) => crypto.createHmac("sha256", key).update(text).digest("base64url");
// A pass has no `typ`, a session has. So neither can be used as the other.
function read(token, typ, leewaySeconds, room) {
  try {
    const header = decoded(token.split(".")[0]), claims = decoded(token.split(".")[1]);
    const key = Object.keys(room.keys).includes(header.kid) && room.keys[header.kid];
    const text = token.slice(0, token.lastIndexOf(".")), signature = token.slice(text.length + 1);
    // How long it takes to compare keyed hashes tells nothing about the signatures.
    return key && header.alg === "HS256" && sign(sign(text, key), key) === sign(signature, key)
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
  const session = sent && read(sent.value, "session", 0, room);
  request.headers["x-beekeeper-sub"] = { value: session ? session.sub : "" }; // allow one order for each
  if (session && !admitted) return request;
  if (!admitted) return redirect(`${room.link}?to=${encodeURIComponent(wanted)}`, {});
  const kid = Object.keys(room.keys)[0], exp = Math.floor(Date.now() / 1000) + 1800, set = {};
  const parts = [{ alg: "HS256", kid: kid }, Object.assign(admitted, { typ: "session", exp: exp })];
  const text = parts.map((part) => Buffer.from(JSON.stringify(part)).toString("base64url")).join(".");
  const value = `${text}.${sign(text, room.keys[kid])}`;
  set[cookie] = { value: value, attributes: "Path=/; HttpOnly; Secure; SameSite=Lax" };
  return redirect(room.audience + wanted, set);
}
