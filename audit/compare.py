"""Two readings of the same ballots set beside each other: what the record says, and what a re-scan says.

Only what is said of the paper counts as a difference. How far the scores of marks that both call the same
have moved is told apart, as drift: it shows an ageing lamp or faded ink before it turns a decision.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, fields

from records.reading import BoxState, MarkScores, PageReading, SheetRejection, SheetResult

_SCORES = tuple(field.name for field in fields(MarkScores))


@dataclass(frozen=True, slots=True)
class Difference:
    """Something a page reads as now that the record has otherwise.

    Attributes:
        place: such as `o3-high`, `strikes`, `seal`, `reading`.
    """

    place: str
    recorded: str
    now: str


@dataclass(frozen=True, slots=True)
class AuditedPage:
    """One page of a ballot in a record."""

    serial: str
    page: int
    sha256: str
    result: SheetResult

    @property
    def key(self) -> tuple[str, int]:
        return self.serial, self.page


@dataclass(frozen=True, slots=True)
class ComparedPage:
    """A page that both records have; `differences` is empty where they agree."""

    recorded: AuditedPage
    now: AuditedPage
    differences: tuple[Difference, ...]


@dataclass(frozen=True, slots=True)
class Drift:
    """How far a score of the marks has moved, over boxes with ink that both call the same.

    Attributes:
        mean: of now less recorded.
        largest: of the absolute differences.
    """

    score: str
    boxes: int
    mean: float
    largest: float


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two records of the same ballots.

    Attributes:
        same: pages on which both agree.
        missing: pages of the record that were not scanned again.
        surplus: pages scanned again that the record does not have.
    """

    same: int
    differing: tuple[ComparedPage, ...]
    missing: tuple[AuditedPage, ...]
    surplus: tuple[AuditedPage, ...]
    drift: tuple[Drift, ...]


def compare_records(recorded: Iterable[AuditedPage], now: Iterable[AuditedPage]) -> Comparison:
    """Compares page by page.

    Args:
        recorded: by ascending serial and page, each once.
        now: the same.
    """
    same = 0
    differing: list[ComparedPage] = []
    missing: list[AuditedPage] = []
    surplus: list[AuditedPage] = []
    drift = _DriftSum()
    for old, new in _side_by_side(recorded, now):
        if new is None and old is not None:
            missing.append(old)
        elif old is None and new is not None:
            surplus.append(new)
        elif old is not None and new is not None:
            found = decision_differences(old.result, new.result)
            drift.add(old.result, new.result)
            if found:
                differing.append(ComparedPage(old, new, found))
            else:
                same += 1
    return Comparison(same, tuple(differing), tuple(missing), tuple(surplus), drift.result())


def _side_by_side(
    left: Iterable[AuditedPage], right: Iterable[AuditedPage]
) -> Iterator[tuple[AuditedPage | None, AuditedPage | None]]:
    """Both in one pass; None where one of them lacks the page."""
    lefts, rights = iter(left), iter(right)
    old, new = next(lefts, None), next(rights, None)
    while old is not None or new is not None:
        if new is None or (old is not None and old.key < new.key):
            yield old, None
            old = next(lefts, None)
        elif old is None or new.key < old.key:
            yield None, new
            new = next(rights, None)
        else:
            yield old, new
            old, new = next(lefts, None), next(rights, None)


def decision_differences(recorded: SheetResult, now: SheetResult) -> tuple[Difference, ...]:
    """Where the two say different things about the paper; scores alone make no difference."""
    before, after = dict(_decisions(recorded)), dict(_decisions(now))
    return tuple(
        Difference(place, before.get(place, "–"), after.get(place, "–"))
        for place in dict.fromkeys((*before, *after))
        if before.get(place) != after.get(place)
    )


def _decisions(result: SheetResult) -> Iterator[tuple[str, str]]:
    if isinstance(result, SheetRejection):
        yield "reading", result.reason.value
        return
    yield "reading", "read"
    yield "code", f"{result.token.serial}/{result.token.page}"
    yield "review", _joined(reason.value for reason in result.review)
    for box in result.boxes:
        yield f"{box.official}-{box.level}", box.state.value
    yield "strikes", _joined(f"{strike.official} {strike.certainty.value}" for strike in result.strikes)
    yield "writing", _joined(f"{w.certainty.value} {w.reason.value}" for w in result.writings)
    yield "seal", result.seal.state.value if result.seal else "–"


def _joined(words: Iterator[str]) -> str:
    return ", ".join(sorted(words)) or "–"


class _DriftSum:
    """Sums of score differences."""

    def __init__(self) -> None:
        self._boxes = 0
        self._sums = dict.fromkeys(_SCORES, 0.0)
        self._largest = dict.fromkeys(_SCORES, 0.0)

    def add(self, recorded: SheetResult, now: SheetResult) -> None:
        if not isinstance(recorded, PageReading) or not isinstance(now, PageReading):
            return
        before = {(box.official, box.level): box for box in recorded.boxes}
        for box in now.boxes:
            old = before.get((box.official, box.level))
            if old is None or old.state is not box.state or box.state is BoxState.EMPTY:
                continue
            self._boxes += 1
            for name in _SCORES:
                moved = float(getattr(box.scores, name)) - float(getattr(old.scores, name))
                self._sums[name] += moved
                self._largest[name] = max(self._largest[name], abs(moved))

    def result(self) -> tuple[Drift, ...]:
        count = max(1, self._boxes)
        return tuple(
            Drift(name, self._boxes, self._sums[name] / count, self._largest[name]) for name in _SCORES
        )
