// Count: puts new figures in place as they come by one stream. The page works without it.
"use strict";

(() => {
  const figures = document.getElementById("figures");
  if (!figures) return;
  const trouble = document.getElementById("trouble");
  let known = figures.dataset.known;
  let spoken = Date.now();

  function tell(text) {
    document.getElementById("trouble-text").textContent = text;
    trouble.hidden = !text;
  }

  function show(state) {
    if (state.hidden) return; // the stream ends, and the page loaded anew is another one
    known = state.key || "";
    tell(state.error || "");
    if (state.error) return;
    // A link that has the keyboard keeps it: what is replaced must not throw anybody to the top of the page.
    const links = () => [...figures.querySelectorAll("a")];
    const held = links().indexOf(document.activeElement);
    figures.innerHTML = state.html;
    if (held >= 0 && links()[held]) links()[held].focus({ preventScroll: true });
    if (Date.now() - spoken > 30000) {
      // Said aloud twice a minute, not at every ballot.
      document.getElementById("spoken").textContent = state.spoken;
      spoken = Date.now();
    }
  }

  window.follow({
    address: () => `${figures.dataset.stream}&known=${encodeURIComponent(known)}`,
    show,
    tell: (word) => tell({ lost: trouble.dataset.lost, locked: trouble.dataset.locked }[word] || ""),
    stays: "locked" in trouble.dataset,
  });
})();
