"""How soon a decision in the desk's review shows the next crop, in a real browser.

    python -m benchmarks.desk_review [--ballots 500] [--decisions 20] [--chromium /usr/bin/chromium]

Two members decide the same items by keyboard alone, one after the other: the first pass keeps opinions, the
second makes decisions of them. Times run from the key: until the next crop is drawn, and until its page is
there to be decided on, with the decision recorded. The server is a process of its own.
"""

from __future__ import annotations

import argparse
import multiprocessing
import socket
import statistics
import tempfile
from multiprocessing.connection import Connection
from pathlib import Path

import uvicorn
from playwright.sync_api import Page, sync_playwright

from benchmarks.desk_review_sample import make_review_vote
from kiemphieu.desk.app import make_app
from kiemphieu.desk.desk import open_desk
from kiemphieu.desk.guard import Place
from kiemphieu.desk.roles import Role

_BAR_MS = 150
_NAMES = (("Trần Thị Bích", Role.HEAD), ("Lê Văn Cường", Role.MEMBER))
_WATCH = """
addEventListener('keydown', (event) => {
  if (event.code !== 'Enter') return;
  sessionStorage.setItem('pressed', performance.timeOrigin + event.timeStamp);
  sessionStorage.removeItem('shown');
  new MutationObserver(() => {
    if (!document.querySelector('#look[data-ahead]')) return;
    requestAnimationFrame(() => requestAnimationFrame((now) =>
      sessionStorage.setItem('shown', performance.timeOrigin + now)));
  }).observe(document.body, {subtree: true, attributes: true});
}, true);
"""
_PAGE = """() => {
  const band = performance.getEntriesByType('resource').find((one) => /[/](band|page)$/.test(one.name));
  const paint = performance.getEntriesByName('first-contentful-paint')[0];
  if (!band || !paint) return null;
  const ready = performance.timeOrigin + Math.max(band.responseEnd, paint.startTime);
  const pressed = Number(sessionStorage.getItem('pressed'));
  // A page that was there before the next frame was drawn has shown the crop itself.
  const shown = Number(sessionStorage.getItem('shown')) || ready;
  return [shown - pressed, ready - pressed];
}"""


def serve(root: Path, pipe: Connection) -> None:
    """A desk in this process; sends its start addresses and PINs."""
    listening = socket.socket()
    listening.bind(("127.0.0.1", 0))
    address = f"127.0.0.1:{listening.getsockname()[1]}"
    desk = open_desk(root, Place(frozenset({address})))
    people = [desk.people.add(name, role) for name, role in _NAMES]
    pipe.send(
        [(f"http://{address}/start?key={desk.starts.issue()}", member.id, pin) for member, pin in people]
    )
    uvicorn.Server(uvicorn.Config(make_app(desk), log_config=None, lifespan="off")).run(sockets=[listening])


def decide(page: Page, review: str, decisions: int) -> list[tuple[float, float]]:
    """Decides by keyboard; milliseconds until the next crop was shown, and its page was ready."""
    page.goto(f"{review}/next")
    page.wait_for_timeout(3000)
    times = []
    for _ in range(decisions):
        whole = page.locator('[data-key="1"]').count() == 0
        page.keyboard.press("Digit9" if whole else "Digit1")
        page.wait_for_timeout(600)  # a person looks
        with page.expect_navigation():
            page.keyboard.press("Enter")
        if page.locator("#decide").count() == 0:
            break
        page.wait_for_function(_PAGE)
        shown, ready = page.evaluate(_PAGE)
        times.append((float(shown), float(ready)))
    return times


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--ballots", type=int, default=500)
    parser.add_argument("--decisions", type=int, default=20)
    parser.add_argument("--chromium", default="/usr/bin/chromium")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as place:
        folder = make_review_vote(Path(place) / "votes" / "desk-bench", arguments.ballots)
        ours, theirs = multiprocessing.Pipe()
        server = multiprocessing.get_context("spawn").Process(target=serve, args=(folder.root.parent, theirs))
        server.start()
        try:
            _measure(ours.recv(), arguments.chromium, arguments.decisions)
        finally:
            server.terminate()
            server.join()


def _measure(people: list[tuple[str, str, str]], chromium: str, decisions: int) -> None:
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-gpu"])
        for number, (start, member, pin) in enumerate(people, start=1):
            page = browser.new_context(viewport={"width": 1366, "height": 768}).new_page()
            page.add_init_script(_WATCH)
            page.goto(start)
            page.select_option("[name=member]", member)
            page.fill("[name=pin]", pin)
            with page.expect_navigation():
                page.keyboard.press("Enter")
            times = decide(page, start.split("/start")[0] + "/votes/desk-bench/review", decisions)
            _tell(f"pass {number}, next crop", [shown for shown, _ in times])
            _tell(f"pass {number}, next page", [ready for _, ready in times])
        browser.close()


def _tell(name: str, values: list[float]) -> None:
    print(
        f"{name}: {len(values)} decisions, median {statistics.median(values):.0f} ms,"
        f" slowest {max(values):.0f} ms, over {_BAR_MS} ms: {sum(value > _BAR_MS for value in values)}"
    )


if __name__ == "__main__":
    main()
