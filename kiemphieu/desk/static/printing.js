"use strict";
// Shows how far the printing is, and loads the page once when it has ended.
(() => {
  const panel = document.getElementById("print-job");
  if (!panel) return;
  const bar = document.getElementById("print-bar");
  const done = document.getElementById("print-done");
  const look = async () => {
    if (!document.hidden) {
      try {
        const answer = await fetch(panel.dataset.progress, { headers: { accept: "application/json" } });
        if (!answer.ok || answer.redirected) return location.reload();
        const job = await answer.json();
        if (job.state !== "running") return location.reload();
        bar.max = job.total || 1;
        bar.value = job.done;
        done.textContent = `${job.done} / ${job.total || "…"}`;
      } catch {
        // The server is away for a moment: the next look tells.
      }
    }
    setTimeout(look, 1000);
  };
  setTimeout(look, 1000);
})();
