// For the page that a function answers with 503. It asks for the same address until the room answers, and
// only then leaves the page. A reload could replace it by an error of API Gateway.
"use strict";
(function () {
  function ask(failures) {
    const controller = new AbortController();
    setTimeout(() => controller.abort(), 15000);
    let asked = 0;
    fetch(location.href, {
      headers: { Accept: "application/json" },
      cache: "no-store",
      redirect: "error",
      signal: controller.signal,
    })
      .then((response) => {
        asked = Math.min(parseFloat(response.headers.get("Retry-After")) || 0, 600);
        if (!response.ok && response.status !== 401) throw response;
        return response.json().catch(() => ({})); // The room's page is no JSON.
      })
      .then((answer) => {
        const into = /^https?:\/\/\w/i.test(answer.enter) ? answer.enter : "room";
        location.replace(into);
      })
      .catch(() => askLater(failures + 1, asked));
  }

  function askLater(failures, asked) {
    const pause = Math.max(asked, 5 * Math.pow(2, Math.min(failures - 1, 3)));
    setTimeout(ask, pause * 1000 * (1 + Math.random()), failures);
  }

  askLater(1, 0); // The 503 was the first failure.
})();
