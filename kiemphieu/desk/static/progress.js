// Shows how far a job is, and loads the page anew when it has ended. Without it the page has a link to look again.
"use strict";

(() => {
  const panel = document.getElementById("job");
  if (!panel) return;
  const PAUSE_MS = 1000;
  const MOST_MISSES = 3;
  let misses = 0;

  function show(job) {
    const bar = document.getElementById("job-bar");
    bar.max = job.total || 1;
    bar.value = job.done;
    document.getElementById("job-numbers").textContent = `${job.done} / ${job.total || "…"}`;
  }

  async function look() {
    let answer = null;
    try {
      const signal = AbortSignal.timeout(10 * PAUSE_MS);
      answer = await fetch(panel.dataset.progress, { redirect: "manual", signal });
    } catch {
      misses += 1;
      return true;
    }
    misses = 0;
    const job = answer.ok ? await answer.json() : {};
    if (job.state === "running") show(job);
    return job.state === "running";
  }

  async function follow() {
    const goesOn = document.hidden || (await look());
    if (!goesOn) {
      // It has ended, or the desk is locked: the page itself says which.
      window.location.reload();
      return;
    }
    document.getElementById("job-lost").hidden = misses < MOST_MISSES;
    window.setTimeout(follow, PAUSE_MS);
  }

  window.setTimeout(follow, PAUSE_MS);
})();
