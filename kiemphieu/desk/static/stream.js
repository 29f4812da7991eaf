// One stream of the desk: open while the page is seen, opened again when it breaks off, and its loss told.
"use strict";

// address(): where it is, asked for at every opening. show(state): puts a message in place.
// tell(word): "live"; "lost" while the desk does not answer; "locked" while it lets the page see nothing.
// stays: a page for the room, which says so and waits to be let in again; any other leads to the PIN.
window.follow = ({ address, show, tell, stays = false }) => {
  const AGAIN_MS = 2000;
  const LOST_MS = 3000;
  const LOCKED_MS = 5000;
  // The desk gives a sign of life every few seconds; a machine without power says nothing at all.
  const SILENT_MS = 30000;
  let source = null;
  let told = "live";
  let again = 0;
  let lost = 0;
  let silent = 0;

  function say(word) {
    if (word !== told) tell(word);
    told = word;
  }

  function heard() {
    window.clearTimeout(lost);
    window.clearTimeout(silent);
    lost = 0;
    silent = window.setTimeout(broken, SILENT_MS);
    say("live");
  }

  function close() {
    window.clearTimeout(again);
    window.clearTimeout(silent);
    if (source) source.close();
    source = null;
  }

  function broken() {
    close();
    if (!lost && told !== "lost") lost = window.setTimeout(say, LOST_MS, "lost");
    again = window.setTimeout(open, AGAIN_MS);
  }

  function locked() {
    leave();
    if (!stays) {
      window.location.reload();
      return;
    }
    say("locked");
    again = window.setTimeout(open, LOCKED_MS);
  }

  function end(why) {
    if (why === "locked") {
      locked();
      return;
    }
    leave();
    if (why === "again") open();
    else window.location.reload();
  }

  function open() {
    if (source || document.hidden) return;
    source = new EventSource(address());
    source.onopen = heard;
    source.onmessage = (event) => {
      heard();
      show(JSON.parse(event.data));
    };
    source.addEventListener("alive", heard);
    source.onerror = () => (source.readyState === EventSource.CLOSED ? locked() : broken());
    source.addEventListener("end", (event) => end(JSON.parse(event.data).why));
  }

  function leave() {
    close();
    window.clearTimeout(lost);
    lost = 0;
  }

  // A browser opens six connections to a server at most: a page that nobody sees keeps none.
  document.addEventListener("visibilitychange", () => (document.hidden ? leave() : open()));
  window.addEventListener("pagehide", leave);
  window.addEventListener("pageshow", open);
  open();
};
