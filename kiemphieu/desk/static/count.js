// Count: puts new figures in place as they come by one stream. The page works without it.
"use strict";

(() => {
  const figures = document.getElementById("figures");
  const trouble = document.getElementById("trouble");
  let source = null;
  let spoken = Date.now();

  function show(state) {
    if (state.hidden) {
      window.location.assign(figures.dataset.hidden);
      return;
    }
    trouble.hidden = !state.error;
    trouble.textContent = state.error || "";
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

  function open() {
    if (source || document.hidden) return;
    source = new EventSource(figures.dataset.stream);
    source.onmessage = (event) => show(JSON.parse(event.data));
  }

  function close() {
    if (source) source.close();
    source = null;
  }

  if (figures) {
    // A browser opens six connections to a server at most: a page that nobody sees keeps none.
    document.addEventListener("visibilitychange", () => (document.hidden ? close() : open()));
    window.addEventListener("pagehide", close);
    open();
  }
})();
