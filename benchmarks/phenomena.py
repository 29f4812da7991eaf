"""Each phenomenon as a stratum of its own: what becomes of ballots that carry nothing else.

    python -m benchmarks.phenomena [--sheets 10] [--seed 1] [--officials 8] [--only NAME …]
        [--half tune|report]

A ballot is judged as in `benchmarks/accuracy_judging.py`. A sheet that is no readable page of a ballot errs
silently when it is rejected for a reason that loses it, or read without a person being called. `plain` counts
what is ruled valid or invalid, rightly, with no person.
"""

from __future__ import annotations

import argparse
from dataclasses import dataclass

import cv2

from benchmarks.accuracy_judging import judge_ballot
from benchmarks.votes import PrintedVote, print_vote, shared_strokes
from records.reading import SheetRejection, SheetResult
from records.rules import RuleSet
from records.ruling import Verdict
from sample_scans.campaign import Recordings, recordings_of
from sample_scans.phenomena import PHENOMENA, PhenomenonScan, simulate_phenomenon
from sample_scans.stroke_library import WriterHalf
from scanner.interpret import interpret_ballot
from scanner.sheet import read_sheet
from tally.rules import load_rule_set
from tally.validity import Issued, rule_ballot


@dataclass(frozen=True, slots=True)
class Outcome:
    """One sheet; `errors` are its silent errors in words."""

    errors: tuple[str, ...]
    to_a_person: bool


@dataclass(frozen=True, slots=True)
class Row:
    """One phenomenon's sheets; a sheet without a silent error went to a person or was read plainly."""

    name: str
    sheets: int
    silent: int
    to_a_person: int
    plain: int


def judge_scan(scan: PhenomenonScan, result: SheetResult, rules: RuleSet) -> Outcome:
    """What a reading of the scan comes to."""
    if isinstance(result, SheetRejection):
        lost = scan.truth is None and result.reason not in scan.rejections
        return Outcome((f"rejected as {result.reason.value}",) if lost else (), True)
    if scan.truth is None:
        verdict = rule_ballot(interpret_ballot([result]), rules, Issued.ISSUED).verdict
        called = verdict is Verdict.REVIEW
        return Outcome(() if called else (f"read, ruled {verdict.value}",), called)
    judged = judge_ballot([scan.truth], [result], rules)
    words = tuple(f"{error.official} {error.text}".strip() for error in judged.errors)
    return Outcome(words, judged.verdict is Verdict.REVIEW)


def measure(
    name: str, vote: PrintedVote, seed: int, recordings: Recordings, rules: RuleSet
) -> tuple[Row, tuple[str, ...]]:
    """One phenomenon on the first page of every ballot of `vote`, and its silent errors in words."""
    pages, outcomes, words = len(vote.form.layout.pages), [], []
    count = len(vote.serials)
    for index in range(count):
        sheet, other = (vote.sheet((index + step) % count * pages) for step in (0, 1))
        scan = simulate_phenomenon(name, sheet, seed + index, recordings, other)
        outcome = judge_scan(scan, read_sheet(scan.image, vote.context), rules)
        outcomes.append(outcome)
        words += [f"{name} seed {seed + index}: {text}" for text in outcome.errors]
    silent = [bool(outcome.errors) for outcome in outcomes]
    person = [outcome.to_a_person and not outcome.errors for outcome in outcomes]
    plain = count - sum(silent) - sum(person)
    return Row(name, count, sum(silent), sum(person), plain), tuple(words)


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", maxsplit=1)[0])
    parser.add_argument("--sheets", type=int, default=10, help="of each phenomenon")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--officials", type=int, default=8, help="lines of the one-page ballot")
    parser.add_argument("--only", nargs="+", choices=sorted(PHENOMENA), metavar="NAME")
    parser.add_argument("--half", type=WriterHalf, default=WriterHalf.TUNE)
    arguments = parser.parse_args()
    cv2.setNumThreads(1)
    library = shared_strokes()
    crosses = library and library.select(labels=("cross",), ballot_like=True, half=arguments.half)
    vote = print_vote(arguments.officials, arguments.sheets, seed=arguments.seed)
    rules, notes = load_rule_set("qd96"), []
    print(f"{'phenomenon':26s}{'sheets':>8s}{'silent':>8s}{'person':>8s}{'plain':>8s}")
    for name in arguments.only or PHENOMENA:
        row, words = measure(name, vote, arguments.seed * 10_000, recordings_of(crosses, 0.5), rules)
        notes += words
        print(f"{name:26s}{row.sheets:8d}{row.silent:8d}{row.to_a_person:8d}{row.plain:8d}", flush=True)
    print("\n".join(["", *notes]))


if __name__ == "__main__":
    main()
