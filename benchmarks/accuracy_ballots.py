"""A campaign's ballots: the one with a given number is printed, voted on, scanned, read and judged.

A ballot depends on the campaign's settings and its own number alone, so that a campaign can be resumed,
extended and spread over processes.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import asdict, astuple, dataclass, fields, replace
from enum import StrEnum
from typing import Any

import numpy as np

from ballot_layout.tokens import draw_serials
from benchmarks.accuracy_judging import judge_ballot
from benchmarks.accuracy_pictures import ballot_pictures
from benchmarks.accuracy_records import FORMAT, BallotRecord, BoxRecord, code_digest
from benchmarks.votes import PrintedVote, print_vote, shared_strokes
from records.reading import MarkScores, PageReading, SheetRejection, SheetResult
from records.rules import RuleSet
from sample_scans.campaign import STRAIGHTFORWARD, Mix, Recordings, Scan, recordings_of, simulate_sheet
from sample_scans.strata import Stratum
from sample_scans.strike_shapes import STRIKES_A_NAME
from sample_scans.stroke_library import StrokeLibrary, WriterHalf
from scanner.options import ReaderOptions
from scanner.sheet import read_sheet
from tally.rules import load_rule_set

RULES = "qd96"
NATURAL_STRATA: tuple[tuple[Stratum, float], ...] = (
    (Stratum.CLEAN, 0.30),
    (Stratum.FEEDER, 0.45),
    (Stratum.OFFICE_COPIER, 0.17),
    (Stratum.WORN, 0.06),
    (Stratum.HOSTILE, 0.02),
)
"""Ballots are new paper and go through a feeder or over a flatbed on the day; a copier is second choice,
worn sheets come from an archive, and hostile ones show where the limits are. No survey stands behind it:
the report gives every stratum by itself."""

_PRINTED_AT_ONCE = 50
_SERIALS, _STRATUM = 1, 2
"""Tell apart the random streams of one ballot."""


class MixName(StrEnum):
    NATURAL = "natural"
    STRAIGHTFORWARD = "straightforward"
    FAULTS = "faults"
    """Half of the ballots with a struck name, half with added writing: enough of them to bound their rate."""


_ALL_STRIKES = tuple(sorted(STRIKES_A_NAME))
_WRITING_MM = (3.5, 10.0)
MIXES: dict[MixName, Mix] = {
    MixName.NATURAL: Mix(strike_kinds=_ALL_STRIKES, writing_height_mm=_WRITING_MM),
    MixName.STRAIGHTFORWARD: STRAIGHTFORWARD,
    MixName.FAULTS: Mix(
        struck_ballot=0.5,
        writing_ballot=0.5,
        doubtful_strike_ballot=0.1,
        strike_kinds=_ALL_STRIKES,
        writing_height_mm=_WRITING_MM,
    ),
}


@dataclass(frozen=True, slots=True)
class Campaign:
    """What the results depend on besides the code.

    Attributes:
        strata: weights, any sum.
        recorded_share: share of the voters who draw real writers' marks, where these are at hand.
    """

    seed: int = 1
    mix: MixName = MixName.NATURAL
    strata: tuple[tuple[Stratum, float], ...] = NATURAL_STRATA
    officials: int = 12
    half: WriterHalf = WriterHalf.TUNE
    recorded_share: float = 0.7

    def stratum(self, index: int) -> Stratum:
        """Which stratum the ballot with this number is of."""
        weights = np.array([weight for _, weight in self.strata])
        rng = np.random.default_rng([self.seed, index, _STRATUM])
        return self.strata[int(rng.choice(len(weights), p=weights / weights.sum()))][0]

    def serials(self, start: int, count: int) -> tuple[str, ...]:
        """Serials of the ballots from number `start` on."""
        bits = (
            int.from_bytes(np.random.default_rng([self.seed, index, _SERIALS]).bytes(8))
            for index in range(start, start + count)
        )
        return draw_serials(count, frozenset(), lambda wanted: next(bits) >> (64 - wanted))


def identity(campaign: Campaign) -> dict[str, Any]:
    """What must be equal for results to belong together, as JSON values."""
    settings = asdict(campaign)
    settings["strata"] = ", ".join(f"{stratum.value}={weight:g}" for stratum, weight in campaign.strata)
    return {
        "format": FORMAT,
        **{name: str(value) for name, value in settings.items()},
        "rules": RULES,
        "recorded_strokes": shared_strokes() is not None,
        "reader": ReaderOptions().digest(),
        "code": code_digest(),
        "scores": [field.name for field in fields(MarkScores)],
    }


class BallotMaker:
    """Makes and judges ballots of one campaign; prints them some at a time."""

    def __init__(self, campaign: Campaign) -> None:
        self._campaign = campaign
        self._recordings = recordings_for(shared_strokes(), campaign)
        self._rules: RuleSet = load_rule_set(RULES)
        self._vote = print_vote(campaign.officials, 1, seed=campaign.seed)
        self._printed_from = -1

    def ballot(self, index: int) -> tuple[BallotRecord, tuple[tuple[str, bytes], ...]]:
        """The ballot with this number, and its pictures (name, JPEG) where someone will want to look."""
        vote = self._print(index)
        pages = len(vote.form.layout.pages)
        first = (index - self._printed_from) * pages
        scans, results, milliseconds = [], [], 0.0
        for page in range(first, first + pages):
            scan = simulate_sheet(
                vote.sheet(page),
                MIXES[self._campaign.mix],
                self._campaign.stratum(index),
                self._campaign.seed,
                self._recordings,
            )
            start = time.perf_counter()
            results.append(read_sheet(scan.image, vote.context))
            milliseconds += (time.perf_counter() - start) * 1000
            scans.append(scan)
        record = judged(blank_record(index, scans, milliseconds), scans, results, self._rules)
        if not (record.errors or record.silent_boxes or record.needless or record.rejected):
            return record, ()
        pictures = ballot_pictures(record, scans, results, vote.context)
        return replace(record, pictures=tuple(name for name, _ in pictures)), pictures

    def _print(self, index: int) -> PrintedVote:
        start = index - index % _PRINTED_AT_ONCE
        if start != self._printed_from:
            self._vote = self._vote.reprinted(self._campaign.serials(start, _PRINTED_AT_ONCE))
            self._printed_from = start
        return self._vote


def recordings_for(library: StrokeLibrary | None, campaign: Campaign) -> Recordings:
    """Of one half of the writers, the crosses that anyone calls an X, and every other mark."""
    if library is None:
        return Recordings()
    marks = tuple(
        mark
        for mark in library.select(half=campaign.half).marks
        if mark.label != "cross" or (mark.ballot_like and mark.style in ("two_straight", "two_curved"))
    )
    return recordings_of(StrokeLibrary(marks), campaign.recorded_share)


def blank_record(index: int, scans: Sequence[Scan], milliseconds: float) -> BallotRecord:
    """What is known of a ballot before it is judged."""
    truths = [scan.truth for scan in scans]
    first = scans[0]
    return BallotRecord(
        index=index,
        serial=first.truth.serial,
        stratum=first.stratum.value,
        dpi=first.settings.dpi,
        mode=first.settings.mode.value,
        damage=tuple(dict.fromkeys(name for truth in truths for name in truth.damage)),
        pen=first.truth.pen,
        ink=first.truth.ink,
        # A simulated hand is named by its number.
        recorded=not first.truth.writer.isdigit(),
        good=all(truth.straightforward for truth in truths),
        lines=len({box.official for truth in truths for box in truth.boxes}),
        milliseconds=round(milliseconds, 1),
    )


def judged(
    record: BallotRecord, scans: Sequence[Scan], results: Sequence[SheetResult], rules: RuleSet
) -> BallotRecord:
    """`record` with what the reading made of the ballot."""
    rejections = [result for result in results if isinstance(result, SheetRejection)]
    pages = [result for result in results if isinstance(result, PageReading)]
    if rejections:
        words = (" ".join(f"{name}={value}" for name, value in r.details) for r in rejections)
        reasons = (f"{r.reason.value} {text}".strip() for r, text in zip(rejections, words, strict=True))
        return replace(record, rejected="; ".join(reasons))
    truths = [scan.truth for scan in scans]
    found = judge_ballot(truths, pages, rules)
    return replace(
        record,
        verdict=found.verdict,
        reasons=found.reasons,
        errors=found.errors,
        silent_boxes=found.boxes,
        findings=found.findings,
        false_findings=found.false_findings,
        review_marks=found.review_marks,
        boxes=_box_records(scans, pages),
    )


def _box_records(scans: Sequence[Scan], pages: Sequence[PageReading]) -> tuple[BoxRecord, ...]:
    truths = {(box.official, box.level): box for scan in scans for box in scan.truth.boxes}
    records = []
    for box in (box for page in pages for box in page.boxes):
        truth = truths[box.official, box.level]
        if truth.mark is None and box.scores == MarkScores():
            continue
        scores = tuple(float(f"{value:.6g}") for value in astuple(box.scores))
        mark = truth.mark.value if truth.mark else ""
        records.append(BoxRecord(box.official, box.level, mark, truth.state, box.state, scores))
    return tuple(records)
