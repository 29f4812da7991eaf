"""Every screen of the desk in a real browser: a whole afternoon, and what it does not come by."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from importlib import resources
from pathlib import Path
from typing import Any

import desk_afternoon
import pypdfium2
import pytest
import screen_pictures
from desk_afternoon import Afternoon, served_desk
from desk_browser import launched, reached, window
from desk_samples import new_desk
from desk_scenes import Scenes
from playwright.sync_api import Browser
from printed_votes import SampleVote
from screen_checks import Examined
from starlette.routing import Match, Route

from kiemphieu.closing import read_closing
from kiemphieu.counting import CountReport, count_folder
from kiemphieu.desk.app import screens
from kiemphieu.desk.rendering import environment
from kiemphieu.folder import VoteFolder
from kiemphieu.messages import Language

NO_PAGES = re.compile(
    r"\.(png|jpg|pdf)$|/(stream|progress)$|/(picture|file|page|target)/|/next$|/\{(side|report|name)\}$"
)
"""Pictures, files, streams, progress, and ways to somewhere else."""
PARTS = re.compile(r"^base\.html$|_parts\.html$|^(count_big|count_figures|parts|setup_preview)\.html$")
ONLY_IN_THE_AFTERNOON = {
    "count_projector.html",
    "document.html",
    "first_members.html",
    "print_batch.html",
    "problem_by_hand.html",
    "review_contact.html",
    "review_together.html",
}
"""Templates whose pages the other walk does not come by."""


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with launched() as found:
        yield found


@dataclass
class Walk(Examined):
    """What an afternoon left behind."""

    folder: VoteFolder = field(default_factory=lambda: VoteFolder(Path()))


@pytest.fixture(scope="module")
def afternoon(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Walk:
    place = tmp_path_factory.mktemp("afternoon")
    root, work = place / "votes", place / "work"
    work.mkdir()
    page = window(browser)
    found = Walk()
    found.watch(page)
    afternoon = Afternoon(page, root, work, found.look)
    with served_desk(root) as start:
        afternoon.run(start)
    page.context.close()
    found.folder = VoteFolder(root / afternoon.vote)
    return found


@dataclass
class Others(Examined):
    """What the other screens showed.

    Attributes:
        templates: that pages were drawn from.
    """

    templates: set[str] = field(default_factory=set)


@pytest.fixture(scope="module")
def others(
    browser: Browser,
    desk_sample: SampleVote,
    other_vote: SampleVote,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Others]:
    place = tmp_path_factory.mktemp("others")
    desk = new_desk(place / "votes", desk_sample, Language.VIETNAMESE)
    found, find = Others(), environment().get_template

    def noted(name: str, *more: Any) -> Any:
        found.templates.add(name)
        return find(name, *more)

    with reached(desk) as at, pytest.MonkeyPatch.context() as patch:
        patch.setattr(environment(), "get_template", noted)
        page = window(browser)
        found.watch(page)
        Scenes(page, desk, at, place, min(other_vote.scans.values()), found.look).run()
        page.context.close()
    desk.desk.jobs.stop_all(20.0)
    return found


@pytest.fixture(scope="module", params=("afternoon", "others"))
def walk(request: pytest.FixtureRequest) -> Examined:
    found: Examined = request.getfixturevalue(request.param)
    return found


@pytest.fixture(scope="module")
def counted(afternoon: Walk) -> CountReport:
    return count_folder(afternoon.folder)


def test_the_count_is_final_and_closed_by_two(afternoon: Walk, counted: CountReport) -> None:
    ballots = counted.result.ballots
    assert counted.result.final
    assert ballots.review == 0
    assert ballots.valid + ballots.invalid == desk_afternoon.SHEETS
    assert ballots.invalid == 1  # a name was struck out
    closed = read_closing(afternoon.folder).closed
    assert closed is not None
    assert (closed["counted"], closed["scanned"], closed["explained"]) == (40, 40, 0)
    assert len({one["member"] for one in closed["members"]}) == 2
    assert closed["backup"]


def test_the_minutes_say_what_was_counted(afternoon: Walk, counted: CountReport) -> None:
    minutes = [
        path for path in _pdfs(afternoon.folder.root) if "Bien ban" in path.name or "bien-ban" in path.name
    ]
    assert minutes, [path.name for path in _pdfs(afternoon.folder.root)]
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


def test_nothing_complains_and_nothing_leaves_this_machine(walk: Examined) -> None:
    assert walk.complaints == []
    assert walk.outside == []


def test_axe_finds_nothing_on_any_screen(walk: Examined) -> None:
    assert walk.unreadable == {}
    assert len(walk.english) > len(walk.screens) / 2


def test_no_screen_scrolls_sideways_on_a_small_laptop_at_200_per_cent(walk: Examined) -> None:
    assert walk.wide == []


def test_every_screen_looks_as_it_did(walk: Examined) -> None:
    """`python docs/desk_pictures.py` makes the golden pictures anew; look at them before they are kept."""
    changed = {name: share for name, share in walk.screens.items() if share > screen_pictures.MOST_DIFFERENT}
    assert changed == {}


def test_every_golden_picture_is_of_a_screen(afternoon: Walk, others: Others) -> None:
    assert {path.stem for path in screen_pictures.GOLDEN.glob("*.png")} == {
        *afternoon.screens,
        *others.screens,
    }


def test_every_picture_is_shown_in_a_document(afternoon: Walk, others: Others) -> None:
    docs = Path(__file__).parents[3] / "docs"
    told = "".join((docs / name).read_text(encoding="utf-8") for name in ("huong-dan.md", "screens.md"))
    named = set(re.findall(r"\(desk/([\w-]+)\.png\)", told))
    assert named == {path.stem for path in (docs / "desk").glob("*.png")}
    assert named - screen_pictures.LIVE == {*afternoon.screens, *others.screens}


def test_no_page_is_left_out(afternoon: Walk, others: Others) -> None:
    routes = [route for screen in screens() for route in screen.routes if "GET" in (route.methods or ())]
    shown = {_route_of(path, routes) for path in afternoon.paths | others.paths}
    assert [
        route.path for route in routes if not NO_PAGES.search(route.path) and route.path not in shown
    ] == []


def _route_of(path: str, routes: list[Route]) -> str:
    """The route that answers, as the desk tries them; empty where none does."""
    scope = {"type": "http", "path": path, "method": "GET"}
    return next((route.path for route in routes if route.matches(scope)[0] is Match.FULL), "")


def test_no_template_is_left_out(others: Others) -> None:
    folder = resources.files("kiemphieu.desk").joinpath("templates")
    pages = {path.name for path in folder.iterdir() if not PARTS.search(path.name)}
    assert pages - others.templates - ONLY_IN_THE_AFTERNOON == set()
