"""A test deck as read beside what it must be read to: every ballot, every box, every cell of the tally.

Every box must be read as it was marked. The reader may be more careful than need be and call a person: on a
ballot with a fault for that fault, and on one ballot in fifty for something that is not there (a speck in an
empty box, a doubtful strike, doubtful writing). Such a ballot is *cautious*, and what it was to add to the
tally is then looked for among those in review. Everything else that is not as expected is a difference.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from calibration.deck import DeckCase
from kiemphieu.ballots import BallotEntry, Standing
from kiemphieu.counting import GroupCount
from kiemphieu.deck_expected import INVALID, DeckTally, ExpectedBallot, ExpectedDeck, expected_tally
from records.reading import BoxState, PageReading, ReviewReason, SheetRejection
from records.ruling import BallotFault, BallotRuling, LineRuling, Verdict


class DeckFault(StrEnum):
    """What is not as it must be."""

    MISSING = "missing"
    """No sheet with this serial."""
    MISSING_PAGE = "missing_page"
    SURPLUS = "surplus"
    """More than one sheet with this serial and page."""
    UNREAD_PAGE = "unread_page"
    """A page that could not be read, or hardly."""
    BOX = "box"
    """Something else in a box than was drawn there."""
    NEEDLESS = "needless"
    """Put before a person for something that is not there, as more ballots than may be."""
    RULING = "ruling"
    """The marks as drawn, and still another verdict: a strike, writing or a stamp seen or overlooked."""
    OTHER_DECK = "other_deck"
    """A test ballot that is not of this deck."""
    UNKNOWN_SHEET = "unknown_sheet"
    """A sheet without a code that can be read, or with a foreign one."""
    REAL_BALLOT = "real_ballot"
    """A real ballot among the test ballots; nothing of it was kept."""


@dataclass(frozen=True, slots=True)
class DeckDifference:
    """One thing that is not as it must be.

    Attributes:
        serial: of the ballot; of an unknown sheet the start of its image's hash; of a real ballot its file.
        expected, read: words of the record: states, verdicts, faults, reasons.
    """

    fault: DeckFault
    serial: str
    case: DeckCase | None = None
    official: str = ""
    level: str = ""
    expected: str = ""
    read: str = ""


@dataclass(frozen=True, slots=True)
class Cell:
    """One number of the tally; `column` is a level, `invalid`, or a verdict where there is no official."""

    style: str
    official: str
    column: str
    expected: int
    read: int


@dataclass(frozen=True, slots=True)
class CautiousBallot:
    """A ballot that was put before a person instead of being ruled on.

    Attributes:
        needless: not for the fault that it has.
    """

    serial: str
    case: DeckCase
    reasons: tuple[ReviewReason, ...]
    needless: bool = False


@dataclass(frozen=True, slots=True)
class DeckComparison:
    """Everything that was compared; equal where there are no differences and no cell differs."""

    ballots: int
    differences: tuple[DeckDifference, ...]
    cautious: tuple[CautiousBallot, ...]
    cells: tuple[Cell, ...]

    @property
    def unequal_cells(self) -> tuple[Cell, ...]:
        return tuple(cell for cell in self.cells if cell.expected != cell.read)

    @property
    def equal(self) -> bool:
        return not self.differences and not self.unequal_cells


_MARKS = frozenset({ReviewReason.OTHER_MARK, ReviewReason.UNCLEAR_MARK, ReviewReason.CORRECTED_MARK})
_CAUTION: Mapping[DeckCase, frozenset[ReviewReason]] = {
    DeckCase.OTHER_MARK: _MARKS,
    DeckCase.CORRECTED_MARK: _MARKS,
    DeckCase.STRUCK_NAME: frozenset({ReviewReason.DOUBTFUL_STRIKE}),
    DeckCase.ADDED_WRITING: frozenset({ReviewReason.DOUBTFUL_WRITING, ReviewReason.MARK_OUTSIDE_BOX}),
    DeckCase.NO_SEAL: frozenset({ReviewReason.SEAL_MISSING, ReviewReason.SEAL_UNCLEAR}),
}
"""For what a ballot of each case may be put before a person."""
_ALSO: Mapping[BoxState, frozenset[BoxState]] = {
    BoxState.OTHER: frozenset({BoxState.UNCLEAR, BoxState.CORRECTED}),
    BoxState.CORRECTED: frozenset({BoxState.UNCLEAR, BoxState.OTHER}),
}
"""What such a mark may be read as besides: the ruling then shows whether a person is called."""
DIRT_MM2 = 1.0
"""So little ink in an empty box is dirt: the least mark of a deck, in the thinnest pen, has 3.8 mm²."""
_NEEDLESS = frozenset({ReviewReason.DOUBTFUL_STRIKE, ReviewReason.DOUBTFUL_WRITING})
_NEEDLESS_SHARE = 50
"""One ballot in so many, and one in any case, may be put before a person without need."""
_PAGE_REASONS = frozenset(
    {
        ReviewReason.WEAK_REGISTRATION,
        ReviewReason.NOT_REGISTERED,
        ReviewReason.PAGE_IMAGE,
        ReviewReason.UNKNOWN_LAYOUT,
        ReviewReason.SEVERAL_SHEETS,
        ReviewReason.INTERNAL_ERROR,
    }
)


def compare_deck(
    deck: ExpectedDeck,
    entries: Iterable[BallotEntry],
    groups: Sequence[GroupCount],
    real_ballots: Sequence[str] = (),
) -> DeckComparison:
    """Compares ballot by ballot, then the tally cell by cell.

    Args:
        deck: as printed.
        entries: as read.
        groups: as counted.
        real_ballots: the files in which a real ballot was met.
    """
    wanted = {ballot.ruling.serial: ballot for ballot in deck.ballots}
    found: dict[str, BallotEntry] = {}
    differences: list[DeckDifference] = []
    for entry in entries:
        if entry.serial in wanted:
            found[entry.serial] = entry
        elif entry.standing is not Standing.BLANK:
            differences.append(_stranger(entry))
    cautious: list[CautiousBallot] = []
    for serial, ballot in wanted.items():
        unlike, careful = compare_ballot(ballot, found.get(serial))
        differences += unlike
        cautious += careful
    needless = [ballot for ballot in cautious if ballot.needless]
    if len(needless) > max(1, len(wanted) // _NEEDLESS_SHARE):
        differences += map(_needless, needless)
    differences += [DeckDifference(DeckFault.REAL_BALLOT, source) for source in real_ballots]
    careful_ones = {ballot.serial for ballot in cautious}
    cells = tuple(cell for group in groups for cell in _cells(deck, group, careful_ones))
    return DeckComparison(len(wanted), tuple(differences), tuple(cautious), cells)


def compare_ballot(
    expected: ExpectedBallot, entry: BallotEntry | None
) -> tuple[list[DeckDifference], list[CautiousBallot]]:
    """What differs on one ballot, and whether it was put before a person without need."""
    serial = expected.ruling.serial
    if entry is None:
        return [DeckDifference(DeckFault.MISSING, serial, expected.case)], []
    sheets = list(_sheet_differences(expected, entry))
    dirty = _dirty_boxes(expected, entry)
    boxes = [one for one in _box_differences(expected, entry) if (one.official, one.level) not in dirty]
    if sheets or boxes:
        return sheets + boxes, []
    reasons = _reasons(entry)
    allowed = _CAUTION.get(expected.case, frozenset())
    tolerated = allowed | _NEEDLESS | ({ReviewReason.UNCLEAR_MARK} if dirty else frozenset())
    in_review = entry.verdict is Verdict.REVIEW
    if in_review and expected.ruling.verdict is Verdict.REVIEW:
        same = reasons <= tolerated | _reasons(expected.ruling)
        return ([] if same else [_other_ruling(expected, entry)]), []
    if in_review and reasons <= tolerated:
        ordered = tuple(reason for reason in ReviewReason if reason in reasons)
        return [], [CautiousBallot(serial, expected.case, ordered, not reasons <= allowed)]
    same = _same_ruling(expected, entry, {official for official, _ in dirty})
    return ([] if same else [_other_ruling(expected, entry)]), []


def _needless(ballot: CautiousBallot) -> DeckDifference:
    reasons = ", ".join(ballot.reasons)
    return DeckDifference(DeckFault.NEEDLESS, ballot.serial, ballot.case, read=reasons)


def _dirty_boxes(expected: ExpectedBallot, entry: BallotEntry) -> frozenset[tuple[str, str]]:
    """Empty boxes that were unclear over a speck too small for any mark."""
    empty = {
        (line.official, level)
        for line in expected.ruling.lines
        for level, state in line.boxes
        if state is BoxState.EMPTY
    }
    return frozenset(
        (box.official, box.level)
        for page in entry.pages
        if isinstance(page.result, PageReading)
        for box in page.result.boxes
        if box.state is BoxState.UNCLEAR
        and box.scores.ink_mm2 <= DIRT_MM2
        and (box.official, box.level) in empty
    )


def _sheet_differences(expected: ExpectedBallot, entry: BallotEntry) -> Iterator[DeckDifference]:
    serial, case = expected.ruling.serial, expected.case
    if ReviewReason.DUPLICATE_SERIAL in entry.review:
        sheets = str(len(entry.pages))
        yield DeckDifference(DeckFault.SURPLUS, serial, case, read=sheets)
    if BallotFault.MISSING_PAGE in entry.faults:
        yield DeckDifference(DeckFault.MISSING_PAGE, serial, case)
    unread = [reason.value for reason in entry.review if reason in _PAGE_REASONS]
    if unread:
        yield DeckDifference(DeckFault.UNREAD_PAGE, serial, case, read=", ".join(unread))


def _box_differences(expected: ExpectedBallot, entry: BallotEntry) -> Iterator[DeckDifference]:
    lines = {line.official: dict(line.boxes) for line in entry.lines}
    for line in expected.ruling.lines:
        boxes = lines.get(line.official)
        if boxes is None:
            continue  # its page is missing, which is told by itself
        for level, state in line.boxes:
            read = boxes[level]
            if read is not state and read not in _ALSO.get(state, frozenset()):
                yield DeckDifference(
                    DeckFault.BOX,
                    expected.ruling.serial,
                    expected.case,
                    line.official,
                    level,
                    state.value,
                    read.value,
                )


def _reasons(ruled: BallotEntry | BallotRuling) -> frozenset[ReviewReason]:
    return frozenset((*ruled.review, *(reason for line in ruled.lines for reason in line.review)))


def _same_ruling(expected: ExpectedBallot, entry: BallotEntry, dirty: set[str]) -> bool:
    """Whether verdict, faults and every line are as expected; a line with dirt says nothing by itself."""
    ruling = expected.ruling
    return (ruling.verdict, ruling.faults) == (entry.verdict, entry.faults) and [
        _line_ruling(line) for line in ruling.lines if line.official not in dirty
    ] == [_line_ruling(line) for line in entry.lines if line.official not in dirty]


def _line_ruling(line: LineRuling) -> tuple[object, ...]:
    return line.official, line.choice, line.faults


def _other_ruling(expected: ExpectedBallot, entry: BallotEntry) -> DeckDifference:
    return DeckDifference(
        DeckFault.RULING,
        expected.ruling.serial,
        expected.case,
        expected=_told(expected.ruling),
        read=_told(entry),
    )


def _told(ruled: BallotEntry | BallotRuling) -> str:
    """Verdict, faults and reasons in the record's words, those of lines with the official."""
    words = [ruled.verdict.value, *ruled.faults, *ruled.review]
    words += [f"{line.official}: {word}" for line in ruled.lines for word in (*line.faults, *line.review)]
    return ", ".join(words)


def _stranger(entry: BallotEntry) -> DeckDifference:
    if entry.serial is not None:
        return DeckDifference(DeckFault.OTHER_DECK, entry.serial)
    page = entry.pages[0]
    reason = page.result.reason.value if isinstance(page.result, SheetRejection) else ""
    return DeckDifference(DeckFault.UNKNOWN_SHEET, page.sha256[:12], read=reason)


def _cells(deck: ExpectedDeck, count: GroupCount, cautious: set[str]) -> Iterator[Cell]:
    """The tally as counted beside the expected one, cautious ballots taken for ballots in review."""
    style = count.style.id
    group = next(group for group in deck.groups if group.style == style)
    rulings = [ballot.ruling for ballot in deck.of_group(style)]
    moved = sum(ruling.serial in cautious for ruling in rulings)
    wanted: DeckTally = expected_tally(group, (one for one in rulings if one.serial not in cautious))
    ballots = count.result.ballots
    read = {Verdict.VALID: ballots.valid, Verdict.INVALID: ballots.invalid, Verdict.REVIEW: ballots.review}
    for verdict, number in wanted.verdicts:
        more = moved if verdict is Verdict.REVIEW else 0
        yield Cell(style, "", verdict.value, number + more, read[verdict])
    counted = {
        (one.count.official, column): number
        for one in count.result.officials
        for column, number in (*one.count.levels, (INVALID, one.count.invalid))
    }
    for (official, column), number in wanted.cells:
        yield Cell(style, official, column, number, counted.get((official, column), 0))
