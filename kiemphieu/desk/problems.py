"""Problems: one card for every sheet that could not be read, with what to do about the paper."""

from __future__ import annotations

from collections.abc import Iterable
from http import HTTPStatus

from starlette.responses import Response

from kiemphieu.counting import count_folder
from kiemphieu.desk.acts import Act
from kiemphieu.desk.roles import COUNTERS
from kiemphieu.desk.scan_runs import live_of
from kiemphieu.desk.scan_words import fate_words
from kiemphieu.desk.screens import Screen
from kiemphieu.desk.settled_words import settled_list
from kiemphieu.folder import load_vote, vote_rules
from kiemphieu.foreign_sheets import ForeignSheet, find_foreign, foreign_sheets
from kiemphieu.page_picture import page_picture
from kiemphieu.scanning import Fate
from kiemphieu.sheet_problems import (
    SheetProblem,
    Way,
    Words,
    find_problem,
    hand_faults,
    line_as_chosen,
    settle_by_hand,
    settle_sheet,
    settle_twice_scanned,
    sheet_problems,
)
from kiemphieu.vote_store import open_vote_store
from records.decision import LineDecision, SheetStanding
from records.errors import InputError, KiemphieuError, StoreError, UsageError
from records.ruling import BallotFault, LineFault
from records.token import grouped_serial, serial_as_typed

SCREEN = Screen("problems")

CARDS_A_PAGE = 20
PICTURE_PX = 1100
WHOLE_PX = 2200
OTHER = "other"
REASONS = ("again", "cover", OTHER)
"""Why a sheet is left out; said for the member, the last in the member's own words."""
FOREIGN_REASONS = ("twice", "cover", OTHER)
_FURTHER_PICTURE = frozenset({"again", "twice"})
"""Values of the decision, too: when the count is closed, such a picture is no sheet of its own."""


@SCREEN.get("/votes/{vote}/problems")
def show_problems(act: Act) -> Response:
    return _page(act)


def _page(act: Act, error: str = "", about: str = "", status: int = HTTPStatus.OK) -> Response:
    """The cards.

    Args:
        act: the request.
        error: why what was sent cannot be done.
        about: target of the card that was sent.
        status: of the answer.
    """
    vote = load_vote(act.folder)
    counted = count_folder(act.folder, vote)
    found = sheet_problems(counted)
    first = _first(found, about, act.asked_number("from"))
    apart = foreign_sheets(counted)
    first_apart = _first(apart, about, act.asked_number("foreign"))
    return act.page(
        "problems.html",
        status,
        error=error,
        about=about,
        problems=found[first : first + CARDS_A_PAGE],
        first=first,
        total=len(found),
        step=CARDS_A_PAGE,
        done=act.query.get("done", ""),
        settled=settled_list(act, vote),
        blank=counted.blank,
        apart=apart[first_apart : first_apart + CARDS_A_PAGE],
        first_apart=first_apart,
        foreign=counted.result.ballots.foreign,
        total_apart=len(apart),
        files=_files(act),
        may_change=act.member.role in COUNTERS,
        two=vote.two_person,
        grouped=grouped_serial,
        reasons=REASONS,
        foreign_reasons=FOREIGN_REASONS,
        ways=Way,
    )


def _first(found: Iterable[SheetProblem | ForeignSheet], about: str, asked: int) -> int:
    """Where a page of them begins: the one with the sheet that was sent, or the one asked for."""
    targets = [one.target for one in found]
    start = targets.index(about) if about in targets else asked
    return min(start, max(0, len(targets) - 1)) // CARDS_A_PAGE * CARDS_A_PAGE


def _files(act: Act) -> tuple[tuple[str, str], ...]:
    """Files of the last scan that could not be opened: nothing of them is in the record."""
    live = live_of(act.desk.jobs.of(act.folder))
    told = live.look().unusable if live is not None else ()
    return tuple((fate.source, fate_words(act, fate)) for fate in told if fate.fate is Fate.PROBLEM)


@SCREEN.post("/votes/{vote}/problems/settle")
def settle(act: Act) -> Response:
    """What the committee found out about one sheet."""
    target, way = act.form.text("target"), act.form.text("way")
    try:
        if way not in _ways(act, target):
            raise InputError("desk_problems_way_missing")
        _settle(act, target, Way(way))
    except KiemphieuError as error:
        return _page(act, act.say(error), target, HTTPStatus.BAD_REQUEST)
    act.journal("sheet_settled", way=way)
    return act.go(act.vote_url("problems") + "?done=yes")


def _ways(act: Act, target: str) -> tuple[Way, ...]:
    """What may be done about a sheet, while it waits or is listed as foreign."""
    counted = count_folder(act.folder)
    found = find_problem(counted, target) or find_foreign(counted, target)
    if found is None:
        raise InputError("desk_problems_gone")
    return found.ways


def _settle(act: Act, target: str, way: Way) -> None:
    folder = act.folder
    match way:
        case Way.LEAVE_OUT:
            reason = _reason(act)
            words = Words(people(act), reason)
            again = act.form.text("reason") in _FURTHER_PICTURE
            standing = SheetStanding.SCANNED_AGAIN if again else SheetStanding.NO_BALLOT
            settle_sheet(folder, target, standing, words)
        case Way.FOREIGN:
            reason = own_words(act)
            settle_sheet(folder, target, SheetStanding.FOREIGN, Words(people(act), reason))
        case Way.IDENTIFY:
            serial = serial_as_typed(act.form.text("serial"))
            words = Words(people(act), act.t("desk_problems_said_identify"))
            settle_sheet(folder, target, SheetStanding.BALLOT, words, serial)
        case Way.ONE_SHEET:
            settle_twice_scanned(folder, target, Words(people(act), act.t("desk_problems_said_twice")))
        case _:
            raise InputError("desk_problems_way_missing")


def _problem(act: Act, target: str) -> SheetProblem:
    found = find_problem(count_folder(act.folder), target)
    if found is None:
        raise InputError("desk_problems_gone")
    return found


def people(act: Act) -> tuple[str, ...]:
    """Who decides: the member, and where the vote asks for two, one more at the same screen."""
    if not load_vote(act.folder).two_person:
        return (act.member.name,)
    return (act.member.name, act.second().name)


def _reason(act: Act) -> str:
    chosen = act.form.text("reason")
    if chosen not in REASONS + FOREIGN_REASONS:
        raise UsageError("desk_problems_reason")
    return own_words(act) if chosen == OTHER else act.t(f"desk_problems_said_{chosen}")


def own_words(act: Act) -> str:
    """The reason in the member's own words.

    Raises:
        UsageError: there are none.
    """
    words = act.form.text("words")
    if not words:
        raise UsageError("desk_problems_words")
    return words


# A ballot read by hand


@SCREEN.get("/votes/{vote}/problems/{target}/by-hand", roles=COUNTERS)
def show_by_hand(act: Act) -> Response:
    return _by_hand(act)


def _by_hand(act: Act, error: str = "", status: int = HTTPStatus.OK) -> Response:
    vote = load_vote(act.folder)
    problem = _problem(act, act.path["target"])
    if Way.BY_HAND not in problem.ways:
        raise InputError("desk_problems_way_missing")
    return act.page(
        "problem_by_hand.html",
        status,
        error=error,
        problem=problem,
        officials=vote.officials_of(problem.style),
        levels=vote_rules(vote).levels,
        line_faults=tuple(LineFault),
        faults=hand_faults(vote_rules(vote)),
        two=vote.two_person,
        grouped=grouped_serial,
    )


@SCREEN.post("/votes/{vote}/problems/{target}/by-hand")
def read_by_hand(act: Act) -> Response:
    """The lines of a ballot as the committee reads them off the paper."""
    try:
        problem = _problem(act, act.path["target"])
        if Way.BY_HAND not in problem.ways:
            raise InputError("desk_problems_way_missing")
        word = act.form.text("fault")
        fault = BallotFault(word) if word in tuple(BallotFault) else None
        lines = () if fault is not None else _lines(act, problem)
        words = Words(people(act), act.form.text("words") or act.t("desk_problems_said_by_hand"))
        settle_by_hand(act.folder, problem.target, lines, fault, words)
    except KiemphieuError as error:
        return _by_hand(act, act.say(error), HTTPStatus.BAD_REQUEST)
    act.journal("sheet_settled", way=Way.BY_HAND.value)
    return act.go(act.vote_url("problems") + "?done=yes")


def _lines(act: Act, problem: SheetProblem) -> tuple[LineDecision, ...]:
    vote = load_vote(act.folder)
    levels = tuple(level.id for level in vote_rules(vote).levels)
    lines = []
    for official in vote.officials_of(problem.style):
        line = line_as_chosen(official.id, act.form.text(f"line-{official.id}"), levels)
        if line is None:
            raise UsageError("desk_problems_line", name=official.name)
        lines.append(line)
    return tuple(lines)


@SCREEN.get("/votes/{vote}/problems/picture/{sha256}")
def picture(act: Act) -> Response:
    """A page of the record; with `?whole=1` as fine as a screen can use it."""
    store = open_vote_store(act.folder, load_vote(act.folder))
    try:
        page = store.page(act.path["sha256"])
    finally:
        store.close()
    if page is None:
        return Response(status_code=HTTPStatus.NOT_FOUND)
    size = WHOLE_PX if act.query.get("whole") else PICTURE_PX
    try:
        return Response(page_picture(act.folder, page.sha256, page.suffix, size), media_type="image/jpeg")
    except (StoreError, InputError):
        # The image is gone or damaged: the card says so by its missing picture, and `verify` in full.
        return Response(status_code=HTTPStatus.NOT_FOUND)
