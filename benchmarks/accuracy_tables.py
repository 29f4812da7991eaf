"""Counts over a campaign's ballots, and the bars they are held against."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from benchmarks.accuracy_judging import OUTSIDE_BOX, ErrorKind, FindingOutcome, Found, FoundWhat
from benchmarks.accuracy_records import BallotRecord
from benchmarks.intervals import lower_bound, upper_bound
from records.reading import BoxState
from sample_scans.strata import Stratum

MIN_LINES = 100_000
MAX_SILENT_PER_LINE = 1e-5
MAX_NEEDLESS, MAX_NEEDLESS_CLEAN = 0.01, 0.003
MAX_REJECTED = 0.001
MIN_FOUND = 0.999
MAX_FALSE_FINDINGS = 0.001


@dataclass(frozen=True, slots=True)
class Rate:
    """`count` of `total`; the bounds are exact, one-sided, 95 %, and None of nothing."""

    count: int
    total: int

    @property
    def share(self) -> float | None:
        return self.count / self.total if self.total else None

    @property
    def at_most(self) -> float | None:
        return upper_bound(self.count, self.total) if self.total else None

    @property
    def at_least(self) -> float | None:
        return lower_bound(self.count, self.total) if self.total else None


@dataclass(frozen=True, slots=True)
class Row:
    """One group of ballots; `silent` sets line errors and ballot errors against lines."""

    name: str
    ballots: int
    silent: Rate
    silent_boxes: int
    needless: Rate
    rejected: Rate
    false_findings: Rate


@dataclass(frozen=True, slots=True)
class Bar:
    """One demand.

    Attributes:
        met: whether the count meets it; None where there is nothing to count.
        proven: whether the exact bound meets it, too.
    """

    text: str
    measured: Rate
    met: bool | None
    proven: bool | None
    bound: float | None


def row(name: str, records: Sequence[BallotRecord]) -> Row:
    good = [record for record in records if record.good]
    return Row(
        name=name,
        ballots=len(records),
        silent=Rate(sum(len(r.errors) for r in records), sum(r.lines for r in records)),
        silent_boxes=sum(len(record.silent_boxes) for record in records),
        needless=Rate(sum(record.needless for record in good), len(good)),
        rejected=Rate(sum(bool(record.rejected) for record in records), len(records)),
        false_findings=Rate(sum(_falsely_found(record) for record in good), len(good)),
    )


def _falsely_found(record: BallotRecord) -> bool:
    return any(word != OUTSIDE_BOX for word in record.false_findings)


def rows(records: Sequence[BallotRecord], names: Callable[[BallotRecord], Iterable[str]]) -> list[Row]:
    """A row for each name that `names` gives a ballot; a ballot may stand in several."""
    groups: dict[str, list[BallotRecord]] = {}
    for record in records:
        for name in names(record):
            groups.setdefault(name, []).append(record)
    return [row(name, groups[name]) for name in sorted(groups)]


def stratum_rows(records: Sequence[BallotRecord]) -> list[Row]:
    """All strata that occur, from clean to hostile, and all together."""
    by_name = {found.name: found for found in rows(records, lambda record: (record.stratum,))}
    return [*(by_name[s.value] for s in Stratum if s.value in by_name), row("all", records)]


BREAKDOWNS: tuple[tuple[str, Callable[[BallotRecord], Iterable[str]]], ...] = (
    ("Pen", lambda record: (record.pen,)),
    ("Ink colour", lambda record: (record.ink,)),
    ("Hand", lambda record: ("recorded writer" if record.recorded else "simulated hand",)),
    ("Resolution", lambda record: (f"{record.dpi} dpi",)),
    ("Colour depth", lambda record: (record.mode,)),
    ("Damage", lambda record: record.damage or ("none",)),
)


def bars(records: Sequence[BallotRecord]) -> list[Bar]:
    """Every demand on these ballots, in the order in which they are made."""
    everything = row("all", records)
    by_stratum = {found.name: found for found in stratum_rows(records)}
    lines = everything.silent.total
    found = [
        Bar(f"at least {MIN_LINES:,} lines", Rate(lines, lines), lines >= MIN_LINES, None, None),
        _at_most("silent errors: at most 1 in 100,000 lines", everything.silent, MAX_SILENT_PER_LINE),
    ]
    for stratum in (Stratum.CLEAN, Stratum.FEEDER):
        if stratum.value in by_stratum:
            rate = by_stratum[stratum.value].silent
            found.append(_at_most(f"silent errors, {stratum.value}: none", rate, 0.0))
    found.append(_at_most("good ballots to a person: at most 1 %", everything.needless, MAX_NEEDLESS))
    if Stratum.CLEAN.value in by_stratum:
        rate = by_stratum[Stratum.CLEAN.value].needless
        found.append(_at_most("good ballots to a person, clean: at most 0.3 %", rate, MAX_NEEDLESS_CLEAN))
    found.append(_at_most("sheets rejected: at most 0.1 %", everything.rejected, MAX_REJECTED))
    for what, words in ((FoundWhat.STRIKE, "struck names"), (FoundWhat.WRITING, "added writing")):
        outcomes = [f.found for record in records for f in record.findings if f.what is what]
        caught = Rate(sum(outcome is not Found.MISSED for outcome in outcomes), len(outcomes))
        found.append(_at_least(f"{words} found or sent to a person: at least 99.9 %", caught, MIN_FOUND))
    text = "strikes or writing found on good ballots: at most 0.1 %"
    found.append(_at_most(text, everything.false_findings, MAX_FALSE_FINDINGS))
    return found


def _at_most(text: str, rate: Rate, limit: float) -> Bar:
    share, bound = rate.share, rate.at_most
    if share is None or bound is None:
        return Bar(text, rate, None, None, None)
    return Bar(text, rate, share <= limit, bound <= limit if limit else None, bound)


def _at_least(text: str, rate: Rate, limit: float) -> Bar:
    share, bound = rate.share, rate.at_least
    if share is None or bound is None:
        return Bar(text, rate, None, None, None)
    return Bar(text, rate, share >= limit, bound >= limit, bound)


@dataclass(frozen=True, slots=True)
class MarkRow:
    """One kind of mark over all boxes it was drawn in.

    Attributes:
        read: how often it was read as which state.
        silent_boxes: read as empty or a cross, wrongly.
        silent_lines: silent line errors on lines with such a mark.
    """

    mark: str
    boxes: int
    read: tuple[tuple[BoxState, int], ...]
    silent_boxes: int
    silent_lines: int


def mark_rows(records: Sequence[BallotRecord]) -> list[MarkRow]:
    read: dict[str, Counter[BoxState]] = {}
    for record in records:
        for box in record.boxes:
            read.setdefault(box.mark or "(no mark: dirt, spills)", Counter())[box.read] += 1
    boxes = Counter(b.mark for record in records for b in record.silent_boxes)
    lines = Counter(mark for r in records for e in r.errors if e.kind is ErrorKind.LINE for mark in e.marks)
    return [
        MarkRow(
            mark,
            counts.total(),
            tuple((state, counts[state]) for state in BoxState),
            boxes["none" if mark.startswith("(") else mark],
            lines["none" if mark.startswith("(") else mark],
        )
        for mark, counts in sorted(read.items())
    ]


@dataclass(frozen=True, slots=True)
class FindingRow:
    name: str
    found: tuple[tuple[Found, int], ...]

    @property
    def caught(self) -> Rate:
        """Found or sent to a person."""
        counts = dict(self.found)
        total = sum(counts.values())
        return Rate(total - counts[Found.MISSED], total)


def finding_rows(
    records: Sequence[BallotRecord],
    what: FoundWhat,
    name: Callable[[BallotRecord, FindingOutcome], str],
) -> list[FindingRow]:
    groups: dict[str, Counter[Found]] = {}
    for record in records:
        for finding in record.findings:
            if finding.what is what:
                groups.setdefault(name(record, finding), Counter())[finding.found] += 1
    return [
        FindingRow(group, tuple((found, counts[found]) for found in Found))
        for group, counts in sorted(groups.items())
    ]


def size_class(size_mm: float) -> str:
    limits = (3, 5, 8, 12, 20, 40)
    for low, high in zip((0, *limits), limits, strict=False):
        if size_mm <= high:
            return f"{low:02d} to {high:02d} mm"
    return f"over {limits[-1]} mm"
