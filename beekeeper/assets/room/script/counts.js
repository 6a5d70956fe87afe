// Counts: which values are valid, and how they are written in the language of the page.

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
