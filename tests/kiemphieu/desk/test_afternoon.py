"""The whole afternoon in a real browser, every screen examined on the way."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

import desk_afternoon
import pypdfium2
import pytest
import screen_pictures
from axe_playwright_python.sync_playwright import Axe
from desk_afternoon import WINDOW, Afternoon, served_desk
from desk_browser import launched, window
from playwright.sync_api import Browser, Page, Request

from kiemphieu.closing import read_closing
from kiemphieu.counting import CountReport, count_folder
from kiemphieu.folder import VoteFolder


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with launched() as found:
        yield found


@dataclass
class Walk:
    """What an afternoon left behind."""

    folder: VoteFolder
    screens: dict[str, float] = field(default_factory=dict)
    unreadable: dict[str, str] = field(default_factory=dict)
    wide: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)
    outside: list[str] = field(default_factory=list)

    def look(self, name: str, page: Page) -> None:
        if name not in screen_pictures.LIVE:
            self.screens[name] = screen_pictures.difference(name, screen_pictures.picture(page))
        self._narrow(name, page)
        found = Axe().run(page)
        if found.violations_count:
            self.unreadable[name] = found.generate_report()

    def _narrow(self, name: str, page: Page) -> None:
        try:
            for zoom in (1, 2):
                page.set_viewport_size({key: size // zoom for key, size in WINDOW.items()})
                if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
                    self.wide.append(f"{name} at {zoom}00 %")
        finally:
            page.set_viewport_size(WINDOW)

    def watch(self, page: Page) -> None:
        page.on("pageerror", lambda error: self.complaints.append(f"{page.url}: {error}"))
        page.on(
            "console",
            lambda message: (
                self.complaints.append(f"{page.url}: {message.text}")
                if message.type in {"error", "warning"}
                else None
            ),
        )
        page.on("request", self._request)

    def _request(self, request: Request) -> None:
        address = urlsplit(request.url)
        if address.scheme not in {"data", "blob"} and address.hostname != "127.0.0.1":
            self.outside.append(request.url)


@pytest.fixture(scope="module")
def walk(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Walk:
    place = tmp_path_factory.mktemp("afternoon")
    root, work = place / "votes", place / "work"
    work.mkdir()
    page = window(browser)
    found = Walk(VoteFolder(root))
    found.watch(page)
    afternoon = Afternoon(page, root, work, found.look)
    with served_desk(root) as start:
        afternoon.run(start)
    page.context.close()
    found.folder = VoteFolder(root / afternoon.vote)
    return found


@pytest.fixture(scope="module")
def counted(walk: Walk) -> CountReport:
    return count_folder(walk.folder)


def test_the_count_is_final_and_closed_by_two(walk: Walk, counted: CountReport) -> None:
    ballots = counted.result.ballots
    assert counted.result.final
    assert ballots.review == 0
    assert ballots.valid + ballots.invalid == desk_afternoon.SHEETS
    assert ballots.invalid == 1  # a name was struck out
    closed = read_closing(walk.folder).closed
    assert closed is not None
    assert (closed["counted"], closed["scanned"], closed["explained"]) == (40, 40, 0)
    assert len({one["member"] for one in closed["members"]}) == 2
    assert closed["backup"]


def test_the_minutes_say_what_was_counted(walk: Walk, counted: CountReport) -> None:
    minutes = [path for path in _pdfs(walk.folder.root) if "Bien ban" in path.name or "bien-ban" in path.name]
    assert minutes, [path.name for path in _pdfs(walk.folder.root)]
    text = " ".join(_text(minutes[0]).split())
    for name, _ in desk_afternoon.OFFICIALS:
        assert name in text
    for name in (desk_afternoon.HEAD, desk_afternoon.MEMBER, desk_afternoon.THIRD):
        assert name in text
    assert str(counted.result.ballots.valid) in text


def _pdfs(root: Path) -> list[Path]:
    return sorted(root.rglob("*.pdf"))


def _text(path: Path) -> str:
    document = pypdfium2.PdfDocument(path)
    try:
        return "\n".join(page.get_textpage().get_text_bounded() for page in document)
    finally:
        document.close()


def test_nothing_complains_and_nothing_leaves_this_machine(walk: Walk) -> None:
    assert walk.complaints == []
    assert walk.outside == []


def test_axe_finds_nothing_on_any_screen(walk: Walk) -> None:
    assert walk.unreadable == {}


def test_no_screen_scrolls_sideways_on_a_small_laptop_at_200_per_cent(walk: Walk) -> None:
    assert walk.wide == []


def test_every_screen_looks_as_it_did(walk: Walk) -> None:
    """`python docs/desk_pictures.py` makes the golden pictures anew; look at them before they are kept."""
    changed = {name: share for name, share in walk.screens.items() if share > screen_pictures.MOST_DIFFERENT}
    assert changed == {}
    assert {path.stem for path in screen_pictures.GOLDEN.glob("*.png")} == set(walk.screens)
