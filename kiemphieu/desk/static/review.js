// Review by keyboard, zoom and pan. Without it, every choice is a plain radio button and the page a plain form.
"use strict";
(() => {
  const byId = (id) => document.getElementById(id);
  const stage = byId("stage");
  const form = byId("decide");
  const KEYS_OFF = "kiemphieu.review.keys";
  const ZOOM = 1.3;
  const PAN = 0.15;
  const SMALLEST_MM = 8;

  document.querySelectorAll(".js").forEach((one) => { one.hidden = false; });

  // The picture: its part shown is the view box, in page millimetres.
  const numbers = (text) => text.trim().split(/\s+/).map(Number);
  const home = stage ? numbers(stage.dataset.home) : [];
  const page = stage ? numbers(stage.dataset.page) : [];
  let view = stage ? numbers(stage.getAttribute("viewBox")) : [];
  const loadWhole = () => {
    const whole = byId("whole");
    if (whole.dataset.href) {
      whole.setAttribute("href", whole.dataset.href);
      delete whole.dataset.href;
    }
  };
  const same = (one, other) => one.every((value, i) => value === other[i]);
  const isPage = () => same(view, page);
  const show = (next) => {
    view = next;
    stage.setAttribute("viewBox", view.join(" "));
    stage.parentElement.classList.toggle("stage-whole", isPage() && !same(page, home));
  };
  const zoom = (factor) => {
    const [x, y, w, h] = view;
    const width = Math.min(page[2] * 1.2, Math.max(SMALLEST_MM, w * factor));
    const height = h * width / w;
    loadWhole();
    show([x + (w - width) / 2, y + (h - height) / 2, width, height]);
  };
  const pan = (dx, dy) => {
    loadWhole();
    const x = Math.min(page[2] - view[2] / 4, Math.max(-view[2] * 0.75, view[0] + dx));
    const y = Math.min(page[3] - view[3] / 4, Math.max(-view[3] * 0.75, view[1] + dy));
    show([x, y, view[2], view[3]]);
  };
  const togglePage = () => {
    loadWhole();
    show(isPage() ? home : page);
  };
  const onClick = (id, act) => {
    const one = byId(id);
    if (one) one.addEventListener("click", act);
  };
  if (stage) {
    onClick("zoom-in", () => zoom(1 / ZOOM));
    onClick("zoom-out", () => zoom(ZOOM));
    onClick("zoom-home", () => show(home));
    onClick("zoom-page", togglePage);
    let held = null;
    stage.addEventListener("pointerdown", (event) => {
      if (event.button !== 0) return;
      held = [event.clientX, event.clientY];
      stage.setPointerCapture(event.pointerId);
      stage.classList.add("held");
      loadWhole();
    });
    stage.addEventListener("pointermove", (event) => {
      if (!held) return;
      const scale = 1 / stage.getScreenCTM().a;
      pan((held[0] - event.clientX) * scale, (held[1] - event.clientY) * scale);
      held = [event.clientX, event.clientY];
    });
    const release = () => {
      held = null;
      stage.classList.remove("held");
    };
    stage.addEventListener("pointerup", release);
    stage.addEventListener("pointercancel", release);
  }

  // The clause that the choice rests on; the others step back.
  const grounds = document.querySelectorAll(".ground");
  const radios = [...document.querySelectorAll('input[name="choice"]')];
  const showGround = () => {
    const chosen = radios.find((radio) => radio.checked);
    const wanted = chosen ? chosen.dataset.ground : "0";
    grounds.forEach((one, i) => {
      one.hidden = wanted === "0" ? i > 0 : one.dataset.ground !== wanted;
    });
  };
  radios.forEach((radio) => radio.addEventListener("change", showGround));
  if (radios.length) showGround();
  // A click must not leave the keys to the radio button: Space shows the page.
  radios.forEach((radio) => radio.addEventListener("click", (event) => {
    if (event.detail > 0) radio.blur();
  }));

  // The next crop is loaded out of sight, and shown as soon as this one is committed: the page that belongs to
  // it follows when the decision is recorded. Nothing can be chosen before it is there.
  const template = byId("ahead");
  let ahead = null;
  if (form && template) window.addEventListener("load", () => {
    ahead = document.createElement("div");
    ahead.className = "ahead";
    ahead.setAttribute("aria-hidden", "true");
    ahead.append(template.content.cloneNode(true));
    ahead.querySelectorAll("[id]").forEach((one) => one.removeAttribute("id"));
    document.body.append(ahead);
  });
  const showAhead = () => {
    if (!ahead) return;
    const look = byId("look");
    ahead.className = "";
    ahead.removeAttribute("aria-hidden");
    look.replaceChildren(ahead);
    look.dataset.ahead = "shown";
  };

  // One decision is sent once.
  let sent = false;
  if (form) form.addEventListener("submit", (event) => {
    if (sent) {
      event.preventDefault();
      return;
    }
    sent = true;
    form.parentElement.setAttribute("aria-busy", "true");
    showAhead();
  });
  window.addEventListener("pageshow", (event) => {
    if (event.persisted) window.location.reload();
  });

  // Keys. They may be switched off: some people's own tools use them.
  const button = byId("keys");
  if (!button) return;
  let on = true;
  const read = () => {
    try { return localStorage.getItem(KEYS_OFF) !== "off"; } catch { return true; }
  };
  const showKeys = () => {
    button.setAttribute("aria-pressed", String(on));
    button.textContent = on ? button.dataset.on : button.dataset.off;
  };
  on = read();
  showKeys();
  button.addEventListener("click", () => {
    on = !on;
    try { localStorage.setItem(KEYS_OFF, on ? "on" : "off"); } catch { /* kept for this page only */ }
    showKeys();
  });
  const help = byId("help");
  onClick("help-open", () => help.showModal());

  const follow = (id) => {
    const link = byId(id);
    if (link) link.click();
    return Boolean(link);
  };
  const choose = (digit) => {
    let radio = radios.find((one) => one.dataset.key === digit);
    if (!radio) {
      // Ink beside a box: the digit says what its line is taken as, on a ballot without a fault.
      const option = document.querySelector(`.beside option[data-key="${digit}"]`);
      radio = option && radios.find((one) => one.value === "no_fault");
      if (!radio) return false;
      option.selected = true;
    }
    radio.checked = true;
    showGround();
    return true;
  };
  const commit = () => {
    if (!form) return follow("go-on");
    if (!radios.some((radio) => radio.checked)) return false;
    form.requestSubmit();
    return true;
  };
  const PANS = { ArrowLeft: [-PAN, 0], ArrowRight: [PAN, 0], ArrowUp: [0, -PAN], ArrowDown: [0, PAN] };
  const inText = (one) => one.isContentEditable || one.matches("textarea, select, input:not([type=radio])");
  const act = (event, target) => {
    const code = event.code;
    const digit = /^(?:Digit|Numpad)([0-9])$/.exec(code);
    if (event.ctrlKey) return code === "KeyZ" && !event.shiftKey ? follow("undo") : false;
    if (code === "Slash" && event.shiftKey) {
      help.showModal();
      return true;
    }
    if (event.shiftKey && PANS[code]) {
      pan(PANS[code][0] * view[2], PANS[code][1] * view[3]);
      return true;
    }
    if (code === "Equal" || code === "NumpadAdd") {
      zoom(1 / ZOOM);
      return true;
    }
    if (event.shiftKey) return false;
    if (digit) return choose(digit[1]);
    const control = target.matches("a, button, summary");
    const radio = target.matches("input[type=radio]");
    if (code === "Enter" || code === "NumpadEnter") return control ? false : commit();
    if (code === "Space") {
      if (control || radio) return false;
      togglePage();
      return true;
    }
    if (code === "Minus" || code === "NumpadSubtract") {
      zoom(ZOOM);
      return true;
    }
    if (radio) return false;
    if (code === "ArrowLeft") return follow("before");
    if (code === "ArrowRight") return follow("after");
    return false;
  };
  document.addEventListener("keydown", (event) => {
    const target = event.target instanceof Element ? event.target : document.body;
    const composing = event.isComposing || event.key === "Process";
    if (!on || sent || event.repeat || composing || event.altKey || event.metaKey || help.open || inText(target)) return;
    if (act(event, target)) event.preventDefault();
  });
})();
