"""What waits for a person, one thing at a time: the queue of a review.

An item is a line whose marks or whose name a person must look at, or a ballot as a whole: writing, the stamp,
a second sheet. Sheets that are no readable ballot are not among them. Items stand in order of serial, which
tells nothing of the order in which ballots were cast or scanned.

Items are found as if nothing had been decided, so that their number stays while a committee works; whether
one is still open is what the decisions that stand make of its ballot.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum

from kiemphieu.ballots import BallotEntry, Standing, find_counted, rule_again
from kiemphieu.decisions import Decisions, read_decisions
from kiemphieu.explain_findings import Finding, FindingKind, Weight, page_findings
from kiemphieu.store import PageRecord, Store
from records.geometry import Rect, bounding_rect
from records.layout import Layout, LayoutPage, layout_from_json
from records.reading import PageReading, ReviewReason
from records.rules import RuleSet
from records.ruling import BallotFault, LineFault, LineRuling, Verdict

BALLOT = "ballot"
"""What an item is about, where it is the ballot as a whole; else it is an official's id."""
LINE = "line-"
"""Begins the rest of them."""

_BOXES_MARGIN_MM, _NAME_MARGIN_MM, _WRITING_MARGIN_MM = 9.0, 8.0, 12.0
_SMALLEST_VIEW_MM = 46.0
_NEAR_MM = 25.0
"""Ink farther from every box than this is no line's."""


class ItemKind(StrEnum):
    """What kind of look an item asks for; also the filter of the screen."""

    MARKS = "marks"
    STRIKES = "strikes"
    WRITING = "writing"
    """Writing and whatever else is about the ballot as a whole."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where to look: one sheet, or a part of one.

    Attributes:
        sha256, suffix, options: of the page image, as recorded.
        number: of the page; 0 where it is not known.
        view: what is shown first, in page millimetres; None shows the whole sheet.
        strip: of a line, what belongs to it and lies outside `view`: its boxes, or its name.
        evidence: bounds of the ink in question.
        score: how much there is of it, only to be compared with others of its kind.
    """

    sha256: str
    suffix: str
    options: str
    number: int
    view: Rect | None
    evidence: tuple[Rect, ...] = ()
    score: float = 0.0
    strip: Rect | None = None


@dataclass(frozen=True, slots=True)
class ReviewItem:
    """One thing to decide.

    Attributes:
        what: `BALLOT`, or `line-` and an official's id.
        reasons: why a person must look: the machine's word, hidden until the person has decided.
        line: as read; None on a ballot item.
        beside: lines to be decided with the ballot: those whose mark may stand beside the box, or, of a
            ballot that is invalid for it, whose name is struck.
        open: whether a person is still needed for it.
        sheets: how many sheets bear the serial.
        ruled: the line as it stands with all decisions; None on a ballot item.
        verdict, faults: of the ballot with all decisions.
    """

    serial: str
    what: str
    kind: ItemKind
    style: str
    reasons: tuple[ReviewReason, ...]
    places: tuple[Place, ...]
    line: LineRuling | None = None
    beside: tuple[LineRuling, ...] = ()
    open: bool = True
    sheets: int = 1
    ruled: LineRuling | None = None
    verdict: Verdict = Verdict.REVIEW
    faults: tuple[BallotFault, ...] = ()

    @property
    def id(self) -> tuple[str, str]:
        return self.serial, self.what

    @property
    def official(self) -> str | None:
        return None if self.what == BALLOT else self.what.removeprefix(LINE)

    @property
    def score(self) -> float:
        """For a sheet of similar cases: the surest first."""
        return max((place.score for place in self.places), default=0.0)


@dataclass(frozen=True, slots=True)
class Queue:
    """Everything that a review has to decide or has decided.

    Attributes:
        unread: sheets and ballots of which nothing could be read; they are no items.
    """

    items: tuple[ReviewItem, ...]
    unread: int

    def find(self, serial: str, what: str) -> ReviewItem | None:
        return next((item for item in self.items if item.id == (serial, what)), None)

    def having(self, entry: BallotEntry) -> Queue:
        """With one ballot as it is ruled now."""
        items = tuple(_as_ruled(item, entry) if item.serial == entry.serial else item for item in self.items)
        return replace(self, items=items)

    def of_kind(self, kind: ItemKind | None) -> tuple[ReviewItem, ...]:
        return self.items if kind is None else tuple(item for item in self.items if item.kind is kind)


class QueueReader:
    """Reads queues of one record again and again; what was found on a page is kept."""

    def __init__(self, store: Store, rules: RuleSet) -> None:
        self._rules = rules
        self._layouts = _layouts(store)
        self._pages: dict[str, PageRecord] = {}

    def read(self, store: Store) -> Queue:
        """The queue as the record is now.

        Raises:
            StoreError: the record cannot be read.
            RuleSetError: the ballots were printed with other levels than the rules have.
        """
        decisions = read_decisions(store)
        counted = find_counted(store, self._rules, _undecided(decisions))
        found = [entry for entry in counted if isinstance(entry, BallotEntry)]
        if any(entry.style not in self._layouts for entry in found):
            self._layouts = _layouts(store)
        decided = [entry for entry in found if entry.serial in decisions.standing]
        now = {entry.serial: entry for entry in rule_again(store, self._rules, decided, decisions)}
        items: list[ReviewItem] = []
        unread = 0
        for entry in found:
            current = now.get(entry.serial, entry) if entry.serial is not None else entry
            unread += current.standing is Standing.UNREAD
            items += self.items_of(store, entry, current)
        return Queue(tuple(sorted(items, key=_order)), unread)

    def items_of(self, store: Store, found: BallotEntry, current: BallotEntry) -> tuple[ReviewItem, ...]:
        """The items of one ballot.

        Args:
            store: the record.
            found: as ruled without decisions.
            current: as ruled with them.
        """
        if found.serial is None or current.standing is not Standing.RULED:
            return ()
        items: dict[str, ReviewItem] = {}
        for entry in (found, current):
            if entry.verdict is Verdict.REVIEW and entry.standing is Standing.RULED:
                for item in self._asked(store, entry):
                    items.setdefault(item.what, item)
        return tuple(_as_ruled(item, current) for item in items.values())

    def fault_item(self, store: Store, entry: BallotEntry, official: str | None) -> ReviewItem | None:
        """What is invalid and waits for nobody, as an item that is not open: its places show the faults.

        Args:
            store: the record.
            entry: as ruled with all decisions.
            official: whose line; None for the ballot as a whole.

        Returns:
            None where the ballot has no such line.
        """
        pages = self._pages_of(store, entry)
        if official is None:
            return _as_ruled(self._ballot_item(entry, pages, Weight.FAULT), entry)
        line = next((line for line in entry.lines if line.official == official), None)
        return None if line is None else _as_ruled(self._line_item(entry, line, pages, Weight.FAULT), entry)

    def _asked(self, store: Store, entry: BallotEntry) -> Iterator[ReviewItem]:
        findings = self._pages_of(store, entry)
        for line in entry.lines:
            if line.review:
                yield self._line_item(entry, line, findings)
        if entry.review:
            yield self._ballot_item(entry, findings)

    def _pages_of(self, store: Store, entry: BallotEntry) -> list[tuple[PageRecord, tuple[Finding, ...]]]:
        pages = [self._whole(store, page) for page in entry.pages]
        return [(page, self._findings(page, entry)) for page in pages]

    def _line_item(
        self,
        entry: BallotEntry,
        line: LineRuling,
        pages: list[tuple[PageRecord, tuple[Finding, ...]]],
        weight: Weight = Weight.REVIEW,
    ) -> ReviewItem:
        strike = line.review == (ReviewReason.DOUBTFUL_STRIKE,)
        if weight is Weight.FAULT:
            strike = LineFault.STRUCK_NAME in line.faults
        places = []
        for page, findings in pages:
            layout = self._layout_of(page, entry)
            if layout is None or page.surplus or all(box.official != line.official for box in layout.boxes):
                continue
            asked = [f for f in findings if f.official == line.official and f.weight is weight]
            evidence = tuple(f.evidence for f in asked if f.evidence is not None)
            score = max((_score(finding) for finding in asked), default=0.0)
            boxes, name = _line_views(layout, line.official, asked)
            view, strip = (name, boxes) if strike and name is not None else (boxes, name)
            if not strike and ReviewReason.DOUBTFUL_STRIKE not in line.review:
                strip = None
            places.append(_place(page, view, evidence, score, strip))
        kind = ItemKind.STRIKES if strike else ItemKind.MARKS
        return ReviewItem(
            entry.serial or "", f"{LINE}{line.official}", kind, entry.style, line.review, tuple(places), line
        )

    def _ballot_item(
        self,
        entry: BallotEntry,
        pages: list[tuple[PageRecord, tuple[Finding, ...]]],
        weight: Weight = Weight.REVIEW,
    ) -> ReviewItem:
        lines = {line.official: line for line in entry.lines}
        places: list[Place] = []
        beside: list[LineRuling] = []
        for page, findings in pages:
            layout = self._layout_of(page, entry)
            for finding in findings:
                if finding.weight is not weight or not _is_of_ballot(finding, entry):
                    continue
                evidence = () if finding.evidence is None else (finding.evidence,)
                view = bounding_rect(evidence or (finding.place,)).inflated(_WRITING_MARGIN_MM)
                places.append(_place(page, _large_enough(view), evidence, _score(finding)))
                official = None if layout is None or not evidence else nearest_line(layout, evidence[0])
                if finding.kind is FindingKind.BESIDE and official in lines and lines[official] not in beside:
                    beside.append(lines[official])
        if weight is Weight.FAULT:
            beside = [line for line in entry.lines if LineFault.STRUCK_NAME in line.faults]
        seen = {place.sha256 for place in places}
        if not places or len(pages) > 1:
            places += [_place(page, None, (), 0.0) for page, _ in pages if page.sha256 not in seen]
        return ReviewItem(
            entry.serial or "", BALLOT, ItemKind.WRITING, entry.style, entry.review, tuple(places),
            beside=tuple(beside), sheets=len(entry.pages),
        )  # fmt: skip

    def _findings(self, page: PageRecord, entry: BallotEntry) -> tuple[Finding, ...]:
        layout = self._layout_of(page, entry)
        if layout is None or not isinstance(page.result, PageReading):
            return ()
        return page_findings(page.result, layout, entry)

    def _layout_of(self, page: PageRecord, entry: BallotEntry) -> LayoutPage | None:
        layout = self._layouts.get(entry.style)
        if layout is None or not isinstance(page.result, PageReading):
            return None
        return next((side for side in layout.pages if side.page == page.result.token.page), None)

    def _whole(self, store: Store, page: PageRecord) -> PageRecord:
        """The page with its scores and the places of its ink."""
        known = self._pages.get(page.sha256)
        if known is None or known.surplus != page.surplus or known.status is not page.status:
            known = store.page(page.sha256) or page
            self._pages[page.sha256] = known
        return known


def _is_of_ballot(finding: Finding, entry: BallotEntry) -> bool:
    """Whether a finding is about the ballot as a whole; a struck name is where it spoils all of it."""
    spoils = finding.kind is FindingKind.STRIKE and finding.weight is Weight.FAULT
    return finding.official is None or (spoils and BallotFault.STRUCK_NAME in entry.faults)


def _layouts(store: Store) -> dict[str, Layout]:
    return {form.style: layout_from_json(form.layout_json) for form in store.forms()}


def _undecided(decisions: Decisions) -> Decisions:
    """Only what sheets were found to be; ballots with other decisions are still looked at one by one."""
    kept = {
        target: tuple(one for one in found if one.decision.sheet is not None)
        for target, found in decisions.standing.items()
    }
    return Decisions(kept)


def _as_ruled(item: ReviewItem, current: BallotEntry) -> ReviewItem:
    """An item with what became of it."""
    line = next((line for line in current.lines if line.official == item.official), None)
    return replace(
        item,
        open=item.what in _open_parts(current),
        ruled=line,
        verdict=current.verdict,
        faults=current.faults,
    )


def _open_parts(entry: BallotEntry) -> frozenset[str]:
    if entry.verdict is not Verdict.REVIEW:
        return frozenset()
    lines = {f"{LINE}{line.official}" for line in entry.lines if line.review}
    return frozenset(lines | ({BALLOT} if entry.review else set()))


def _order(item: ReviewItem) -> tuple[str, int, int, float]:
    """By serial, then down the page; the ballot as a whole last."""
    first = item.places[0] if item.places else None
    top = first.view.y_mm if first is not None and first.view is not None else 0.0
    return item.serial, int(item.what == BALLOT), first.number if first else 0, top


def _place(
    page: PageRecord,
    view: Rect | None,
    evidence: tuple[Rect, ...],
    score: float,
    strip: Rect | None = None,
) -> Place:
    number = page.token.page if page.token else 0
    return Place(page.sha256, page.suffix, page.options, number, view, evidence, score, strip)


_SCORES = {
    FindingKind.BOX: ("cross_share", "cross_fit"),
    FindingKind.STRIKE: ("coverage",),
    FindingKind.WRITING: ("ink_mm2",),
    FindingKind.BESIDE: ("ink_mm2",),
    FindingKind.SEAL: ("coverage",),
}


def _score(finding: Finding) -> float:
    known: Mapping[str, float] = dict(finding.scores)
    return next((known[name] for name in _SCORES[finding.kind] if known.get(name)), 0.0)


def _line_views(layout: LayoutPage, official: str, asked: Iterable[Finding]) -> tuple[Rect, Rect | None]:
    """The boxes of the line and its name, each with the ink in question that belongs to it."""
    ink = [(f.kind is FindingKind.STRIKE, f.evidence) for f in asked if f.evidence is not None]
    boxes = [box.rect for box in layout.boxes if box.official == official]
    names = [name.rect for name in layout.names if name.official == official]
    around = bounding_rect((*boxes, *(rect for strike, rect in ink if not strike)))
    view = _large_enough(around.inflated(_BOXES_MARGIN_MM))
    if not names:
        return view, None
    struck = bounding_rect((*names, *(rect for strike, rect in ink if strike)))
    return view, _large_enough(struck.inflated(_NAME_MARGIN_MM))


def _large_enough(view: Rect) -> Rect:
    return Rect(
        view.x_mm - max(0.0, _SMALLEST_VIEW_MM - view.width_mm) / 2,
        view.y_mm - max(0.0, _SMALLEST_VIEW_MM / 2 - view.height_mm) / 2,
        max(view.width_mm, _SMALLEST_VIEW_MM),
        max(view.height_mm, _SMALLEST_VIEW_MM / 2),
    )


def nearest_line(layout: LayoutPage, ink: Rect) -> str | None:
    """The official whose boxes are nearest to some ink; None where none is near."""
    best = min(layout.boxes, key=lambda box: _gap_mm(box.rect, ink), default=None)
    return best.official if best is not None and _gap_mm(best.rect, ink) <= _NEAR_MM else None


def _gap_mm(one: Rect, other: Rect) -> float:
    across = max(0.0, one.x_mm - other.right_mm, other.x_mm - one.right_mm)
    down = max(0.0, one.y_mm - other.bottom_mm, other.y_mm - one.bottom_mm)
    return float((across**2 + down**2) ** 0.5)
