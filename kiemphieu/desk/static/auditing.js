// Keeps the numbers of a running check up to date; without it the page has a link to look again.
"use strict";
(() => {
  const box = document.getElementById("job");
  if (!box) return;
  const bar = document.getElementById("job-bar");
  const numbers = document.getElementById("job-numbers");
  const look = async () => {
    if (document.hidden) return;
    let found;
    try {
      const answer = await fetch(box.dataset.progress, { headers: { accept: "application/json" }, redirect: "manual" });
      if (!answer.ok) return;
      found = await answer.json();
    } catch {
      return;
    }
    if (!found.running) {
      clearInterval(timer);
      location.reload();
      return;
    }
    bar.max = found.total || 1;
    bar.value = found.done;
    numbers.textContent = `${found.done} / ${found.total || "…"}`;
  };
  const timer = setInterval(look, 1000);
  document.addEventListener("visibilitychange", look);
})();
