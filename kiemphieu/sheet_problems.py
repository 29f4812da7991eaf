"""Sheets that could not be read, and what can be done about each: the list behind the screen Problems.

A sheet whose code cannot be read stands alone until a person says what it is. A ballot whose serial is known
and whose pages could not be read, lack one, or come twice stands under its serial. Blank backs and pages that
were recorded before are expected; sheets that the committee did not issue are settled as such.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from kiemphieu.ballots import BallotEntry, Standing
from kiemphieu.counting import CountReport
from kiemphieu.deciding import DecisionOrder, DecisionReport, decide
from kiemphieu.folder import VoteFolder, load_vote, vote_rules
from records.decision import BallotDecision, LineDecision, SheetDecision, SheetStanding
from records.errors import InputError
from records.reading import ReviewReason
from records.rules import FaultScope, RuleSet, SealPolicy
from records.ruling import BallotFault, LineFault

ABOUT_SHEETS = frozenset(
    {
        ReviewReason.DUPLICATE_SERIAL,
        ReviewReason.MISSING_PAGE,
        ReviewReason.UNKNOWN_LAYOUT,
        ReviewReason.NO_CODE,
        ReviewReason.FOREIGN_CODE,
        ReviewReason.SEVERAL_SHEETS,
        ReviewReason.NOT_REGISTERED,
        ReviewReason.PAGE_IMAGE,
        ReviewReason.INTERNAL_ERROR,
    }
)
"""Reasons that are about the sheet as such and not about what a voter put on it."""


class Way(StrEnum):
    """What a person can do about a sheet."""

    SCAN_AGAIN = "scan_again"
    IDENTIFY = "identify"
    """Say which ballot it is, by the serial printed on it."""
    LEAVE_OUT = "leave_out"
    """It is nothing that was cast, or was scanned again and read."""
    FOREIGN = "foreign"
    ONE_SHEET = "one_sheet"
    """One sheet of paper that was scanned twice."""
    BY_HAND = "by_hand"
    """Nothing of it could be read: the committee reads the paper and writes down each line."""
    REVIEW = "review"
    """Part of it was read: it is decided where marks are."""


@dataclass(frozen=True, slots=True)
class SheetProblem:
    """One card.

    Attributes:
        target: what a decision is about: the serial, or the image's SHA-256.
        serial: None where the code could not be read.
        cause: the reason told first; `others` are told beside it.
        pages: images to look at, the first that was recorded before any other.
    """

    target: str
    serial: str | None
    style: str
    cause: ReviewReason
    others: tuple[ReviewReason, ...]
    pages: tuple[str, ...]
    ways: tuple[Way, ...]


@dataclass(frozen=True, slots=True)
class Words:
    """Who says it, and why."""

    by: tuple[str, ...]
    reason: str


def is_sheet_problem(entry: BallotEntry) -> bool:
    """Whether something in review is a problem of the sheet itself."""
    return bool(ABOUT_SHEETS.intersection(entry.review))


def is_unread(entry: BallotEntry) -> bool:
    """Whether nothing of it could be read, so that there are no marks to review."""
    return entry.serial is None or entry.standing is Standing.UNREAD


@dataclass(frozen=True, slots=True)
class Waiting:
    """How much waits for a person: sheets on Problems, ballots on Review."""

    problems: int
    review: int


def what_waits(counted: CountReport) -> Waiting:
    """What of a count waits where."""
    unread = sum(map(is_unread, counted.review))
    problems = sum(map(is_sheet_problem, counted.review))
    return Waiting(problems, max(0, counted.result.ballots.review - unread))


def sheet_problems(counted: CountReport) -> tuple[SheetProblem, ...]:
    """Every card, by serial, those without one by hash at the end."""
    return tuple(_problem(entry) for entry in counted.review if is_sheet_problem(entry))


def find_problem(counted: CountReport, target: str) -> SheetProblem | None:
    """The card about `target`, while there is one."""
    return next((one for one in sheet_problems(counted) if one.target == target), None)


def _problem(entry: BallotEntry) -> SheetProblem:
    reasons = tuple(reason for reason in entry.review if reason in ABOUT_SHEETS)
    pages = tuple(page.sha256 for page in entry.pages)
    return SheetProblem(
        target=entry.serial or pages[0],
        serial=entry.serial,
        style=entry.style,
        cause=reasons[0],
        others=reasons[1:],
        pages=pages,
        ways=_ways(entry),
    )


def _ways(entry: BallotEntry) -> tuple[Way, ...]:
    if entry.serial is None:
        return (Way.SCAN_AGAIN, Way.LEAVE_OUT, Way.IDENTIFY, Way.FOREIGN)
    if entry.standing is Standing.UNREAD:
        return (Way.SCAN_AGAIN, Way.BY_HAND)
    only_twice = entry.review == (ReviewReason.DUPLICATE_SERIAL,)
    if ReviewReason.DUPLICATE_SERIAL in entry.review:
        return (Way.ONE_SHEET, Way.REVIEW) if only_twice else (Way.REVIEW,)
    return (Way.SCAN_AGAIN, Way.REVIEW)


def settle_sheet(
    folder: VoteFolder, target: str, standing: SheetStanding, words: Words, serial: str = ""
) -> DecisionReport:
    """Says what a sheet without a readable code is; errors as for `decide`."""
    return decide(folder, DecisionOrder(target, SheetDecision(standing, serial), words.by, words.reason))


def settle_twice_scanned(folder: VoteFolder, serial: str, words: Words) -> DecisionReport:
    """Says that one sheet was scanned twice: its first picture counts; errors as for `decide`."""
    return decide(folder, DecisionOrder(serial, BallotDecision(one_sheet=True), words.by, words.reason))


def settle_by_hand(
    folder: VoteFolder, serial: str, lines: Iterable[LineDecision], fault: BallotFault | None, words: Words
) -> DecisionReport:
    """Writes down what a person read on a ballot that the program could not.

    Args:
        folder: the vote.
        serial: of the ballot.
        lines: of every official listed on it; none where a fault makes all of it invalid.
        fault: of the ballot as a whole; None where it has none.
        words: who, and why.

    Raises:
        InputError, UsageError, StoreError: as for `decide`. Lines written down before stay, and are replaced
            when the same is done again.
    """
    rules = vote_rules(load_vote(folder))
    if fault is not None and fault not in hand_faults(rules):
        raise InputError("desk_problems_fault", fault=fault.value)
    read = tuple(lines)
    struck = any(LineFault.STRUCK_NAME in line.faults for line in read)
    if fault is None and struck and rules.ballot_fault is FaultScope.BALLOT:
        # As in review: under such rules one struck name makes the whole ballot invalid.
        fault = BallotFault.STRUCK_NAME
    if fault is not None:
        return decide(folder, DecisionOrder(serial, BallotDecision((fault,)), words.by, words.reason))
    for line in read:
        decide(folder, DecisionOrder(serial, line, words.by, words.reason))
    return decide(folder, DecisionOrder(serial, BallotDecision(), words.by, words.reason))


def hand_faults(rules: RuleSet) -> tuple[BallotFault, ...]:
    """What may make a ballot that is read by hand invalid as a whole, under its rules."""
    struck = (BallotFault.STRUCK_NAME,) if rules.ballot_fault is FaultScope.BALLOT else ()
    seal = () if rules.seal is SealPolicy.IGNORE else (BallotFault.NO_SEAL,)
    return (*struck, BallotFault.ADDED_WRITING, *seal, BallotFault.MISSING_PAGE)


def line_as_chosen(official: str, chosen: str, levels: Iterable[str]) -> LineDecision | None:
    """A line from the word of a form: a level's id or a fault; None where it is neither."""
    if chosen in tuple(levels):
        return LineDecision(official, chosen)
    return LineDecision(official, None, (LineFault(chosen),)) if chosen in tuple(LineFault) else None
