// The links to the page in the other languages work without this, but would drop the rest of the address.

export function keepAddress() {
  for (const link of document.querySelectorAll("#languages a")) {
    const query = new URLSearchParams(location.search);
    new URLSearchParams(link.search).forEach((value, name) => query.set(name, value));
    link.search = query;
  }
}
