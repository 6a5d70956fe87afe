// Counts: which values are valid, and how to write them in the page's language.

const language = document.documentElement.lang;
const numbers = new Intl.NumberFormat(language);
const plurals = new Intl.PluralRules(language);

export function isCount(value) {
  return typeof value === "number" && isFinite(value) && value >= 0;
}

export function formatCount(value) {
  return numbers.format(value);
}

export function pluralOf(forms, count) {
  return forms[plurals.select(count)];
}
