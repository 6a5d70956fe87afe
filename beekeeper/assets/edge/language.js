// The visitor's language, at the edge: a CloudFront Function, with the runtime cloudfront-js-2.0 and
// the event type viewer request. It has the rule of rules/languages.py, and the tests compare them.
//
// It changes the path before CloudFront looks into its cache. So each language is cached once, and
// the header is no part of the cache's key. CloudFront answers 503 when a function throws or takes
// longer than about a millisecond. So it reads no more than the beginning of what it is sent.
const OFFERED = "{{languages}}".split(" "); // a deploy writes them here; the first is the default
const CODES = OFFERED.map((code) => code.toLowerCase());
const TRADITIONAL = ["tw", "hk", "mo"];
const READ_CHARACTERS = 1000;
const LONGEST_TAG = 3; // words, as in zh-Hant-HK
// HTTP defines it so (RFC 9110, 12.4.2).
const WEIGHT = /^q=(0(?:\.[0-9]{0,3})?|1(?:\.0{0,3})?)$/;

function handler(event) {
  const request = event.request;
  if (request.uri === "/" || request.uri === "/room") {
    const language = among(read(request.querystring, "lang")) || best(read(request.headers, "accept-language"));
    if (language !== OFFERED[0]) request.uri = "/room." + language;
  }
  return request;
}

function read(fields, name) {
  const field = fields && fields[name];
  return field && typeof field.value === "string" ? field.value.slice(0, READ_CHARACTERS) : "";
}

// Returns the language that a header asks for most, or the default.
function best(header) {
  const entries = header.split(",");
  let found = OFFERED[0];
  let most = 0;
  for (let at = 0; at < entries.length; at++) {
    const tag = entries[at].split(";", 1)[0];
    const weight = tag === entries[at] ? 1 : weightOf(entries[at].slice(tag.length + 1));
    const language = weight > most ? among(tag) : "";
    if (language) {
      found = language;
      most = weight;
    }
  }
  return found;
}

function weightOf(parameter) {
  const given = WEIGHT.exec(parameter.trim().toLowerCase());
  return given ? Number(given[1]) : 0;
}

// Returns the offered language that a tag names, or an empty text.
function among(tag) {
  const words = tag.trim().toLowerCase().split("-").slice(0, LONGEST_TAG);
  if (words[0] === "*") return OFFERED[0];
  for (let count = words.length; count > 0; count--) {
    const wanted = words.slice(0, count).join("-");
    const at = CODES.indexOf(count === 1 && wanted === "zh" ? chinese(words) : wanted);
    if (at >= 0) return OFFERED[at];
  }
  return "";
}

function chinese(words) {
  const isTraditional =
    words.indexOf("hant") > 0 || (words.indexOf("hans") < 0 && TRADITIONAL.some((region) => words.indexOf(region) > 0));
  return isTraditional ? "zh-hant" : "zh-hans";
}
