// Counts: which values are valid, and how to write them in the page's language.

const language = document.documentElement.lang;
const plurals = newFormat("PluralRules", language);
const numbers = newFormat("NumberFormat", regional());

// How `Intl` writes something. Null in a browser that lacks it: Safari has the rules of plurals since 2019.
export function newFormat(name, locale, options) {
  try {
    return new Intl[name](locale, options);
  } catch (error) {
    return null;
  }
}

// The page's language as in the visitor's country, such as de-CH. It says which digits and which clock they use.
export function regional() {
  const isOwn = (tag) => tag.startsWith(language) && /^-([A-Z]{2}|\d{3})$/.test(tag.slice(language.length));
  return (navigator.languages || []).find(isOwn) || language;
}

export function isCount(value) {
  return typeof value === "number" && isFinite(value) && value >= 0;
}

export function formatCount(value) {
  return numbers ? numbers.format(value) : String(value);
}

// Browsers do not agree on the forms: to some of them, French has a form of its own for millions.
export function pluralOf(forms, count) {
  return (plurals && forms[plurals.select(count)]) || forms.other;
}
