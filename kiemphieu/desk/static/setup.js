// The ballot follows what is typed. Without this file it follows every save.
"use strict";
(() => {
  const form = document.querySelector("form[data-preview]");
  const area = document.getElementById("preview");
  if (!form || !area) return;
  let timer = 0;
  let asked = 0;
  const draw = async () => {
    const mine = ++asked;
    try {
      const answer = await fetch(form.dataset.preview, { method: "POST", body: new URLSearchParams(new FormData(form)) });
      if (!answer.ok || answer.redirected) return;
      const drawn = await answer.text();
      if (mine === asked) area.innerHTML = drawn;
    } catch {
      // The desk does not answer: the next save will tell.
    }
  };
  form.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(draw, 600);
  });
})();
