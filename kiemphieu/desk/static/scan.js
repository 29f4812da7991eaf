// Scan: follows the running scan by one stream, and lets files be dropped. The page works without it.
"use strict";

(() => {
  const live = document.getElementById("live");
  const byId = (id) => document.getElementById(id);
  const pictures = new Map();
  let spoken = 0;

  function fill(list, texts) {
    list.replaceChildren(...texts.map((text) => {
      const item = document.createElement("li");
      item.textContent = text;
      return item;
    }));
  }

  function picture(page) {
    // Kept by address: every picture is asked for once.
    if (!page.picture) {
      const none = document.createElement("span");
      none.className = "no-picture";
      none.setAttribute("aria-hidden", "true");
      return none;
    }
    let image = pictures.get(page.picture);
    if (!image) {
      image = document.createElement("img");
      image.alt = byId("last-holder").dataset.alt.replace("#", page.name);
      image.src = page.picture;
      pictures.set(page.picture, image);
    }
    return image;
  }

  function showLast(pages) {
    const items = pages.map((page) => {
      const item = document.createElement("li");
      const name = document.createElement("span");
      const fate = document.createElement("strong");
      item.className = page.calm ? "last-page" : "last-page last-attention";
      name.className = "last-name";
      name.textContent = page.name;
      fate.textContent = page.fate;
      item.append(picture(page), name, fate);
      return item;
    });
    byId("last").replaceChildren(...items);
    const shown = new Set(pages.map((page) => page.picture));
    for (const address of pictures.keys()) {
      if (!shown.has(address)) pictures.delete(address);
    }
  }

  function showCards(fates) {
    for (const [name, number] of Object.entries(fates)) {
      const card = live.querySelector(`[data-card="${name}"]`);
      if (!card) continue;
      card.querySelector("[data-fate]").textContent = number;
      if (card.dataset.kind) card.classList.toggle(`card-${card.dataset.kind}`, number > 0);
    }
  }

  function show(state) {
    if (!state.progress) return;
    byId("balance").textContent = state.balance;
    byId("progress").textContent = state.progress;
    byId("speed").textContent = state.speed;
    if (state.total) {
      byId("bar").max = state.total;
      byId("bar").value = state.done;
    }
    byId("news").hidden = !state.news;
    byId("news").textContent = state.news;
    byId("alerts").hidden = !state.alerts.length;
    fill(byId("alert-list"), state.alerts);
    showCards(state.fates);
    showLast(state.last);
    if (Date.now() - spoken > 30000) {
      // Said aloud twice a minute, not at every page.
      byId("spoken").textContent = `${state.balance} ${state.speed}`;
      spoken = Date.now();
    }
  }

  function tell(word) {
    // What stood there before comes again with the first message.
    byId("news").textContent = word === "lost" ? live.dataset.lost : "";
    byId("news").hidden = word !== "lost";
  }

  if (live) window.follow({ address: () => live.dataset.stream, show, tell });

  for (const zone of document.querySelectorAll("[data-drop]")) {
    const input = zone.querySelector("input[type=file]");
    const note = zone.querySelector("[data-drop-note]");
    const tell = () => {
      note.textContent = input.files.length ? note.dataset.chosen.replace("#", input.files.length) : "";
    };
    input.addEventListener("change", tell);
    zone.addEventListener("dragover", (event) => {
      event.preventDefault();
      zone.classList.add("drop-over");
    });
    zone.addEventListener("dragleave", () => zone.classList.remove("drop-over"));
    zone.addEventListener("drop", (event) => {
      event.preventDefault();
      zone.classList.remove("drop-over");
      const held = new DataTransfer();
      for (const file of [...input.files, ...event.dataTransfer.files]) held.items.add(file);
      input.files = held.files;
      tell();
    });
  }
})();
