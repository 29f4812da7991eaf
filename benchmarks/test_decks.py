"""Test decks: read to their expected tally through simulated scanners; a moved mark is found.

python -m benchmarks.test_decks decks --officials 12 --scanners 4     decks of every stratum
python -m benchmarks.test_decks moves --officials 12 --moves 20       every kind of move, that often
python -m benchmarks.test_decks swaps                                 every pair of columns and of lines
python -m benchmarks.test_decks fit --officials 1 12 60               every scanner that the verdict calls fit
"""

from __future__ import annotations

import argparse
import itertools
import os
import random
import sys
import time
from collections import Counter
from concurrent.futures import ProcessPoolExecutor

from benchmarks.deck_bench import Readings, Scanner, bench_of, make_scanner
from benchmarks.deck_moves import MoveKind, draw_move
from benchmarks.deck_scanners import SCANNERS, run_fit
from kiemphieu.deck_comparing import DeckComparison
from kiemphieu.deck_expected import expected_tally
from records.reading import SheetResult
from records.scanner_profile import Fitness
from records.vote import PaperSize
from sample_scans.strata import Stratum

STRATA = (Stratum.CLEAN, Stratum.FEEDER, Stratum.OFFICE_COPIER)
_CHUNK = 6


Job = tuple[int, bool, str, Stratum, int, tuple[str, ...]]


def read_some(job: Job) -> dict[str, tuple[SheetResult, ...]]:
    """Some ballots of a deck through one scanner."""
    officials, short, paper, stratum, seed, serials = job
    bench, scanner = bench_of(officials, short, paper), make_scanner(stratum, seed)
    deck = bench.deck
    return {serial: bench.read(serial, bench.ink(serial, deck[serial]), scanner) for serial in serials}


def read_deck(
    pool: ProcessPoolExecutor, officials: int, short: bool, paper: str, scanner: Scanner
) -> Readings:
    serials = bench_of(officials, short, paper).group.serials
    jobs = [
        (officials, short, paper, scanner.stratum, scanner.seed, serials[at : at + _CHUNK])
        for at in range(0, len(serials), _CHUNK)
    ]
    readings: dict[str, tuple[SheetResult, ...]] = {}
    for part in pool.map(read_some, jobs):
        readings |= part
    return readings


def run_decks(arguments: argparse.Namespace, pool: ProcessPoolExecutor) -> int:
    failed = 0
    for officials in arguments.officials:
        bench = bench_of(officials, arguments.short, arguments.paper)
        pages = len(bench.form.pages)
        total = len(bench.group.serials)
        print(f"{officials} officials: {total} ballots, {total * pages} pages", flush=True)
        for stratum in arguments.strata:
            for seed in range(arguments.seed, arguments.seed + (arguments.scanners or 1)):
                start = time.perf_counter()
                scanner = make_scanner(stratum, seed)
                readings = read_deck(pool, officials, arguments.short, arguments.paper, scanner)
                found = bench.compare(readings)
                failed += not found.equal
                _tell_deck(scanner, found, time.perf_counter() - start)
    print(f"decks that failed: {failed}")
    return 1 if failed else 0


def _tell_deck(scanner: Scanner, found: DeckComparison, seconds: float) -> None:
    settings = scanner.settings
    about = f"{settings.dpi} dpi {settings.mode.value} jpeg {settings.jpeg_quality}"
    cautious = ", ".join(ballot.case.value for ballot in found.cautious) or "none"
    said = "equal" if found.equal else f"{len(found.differences)} DIFFERENCES"
    print(
        f"  {scanner.stratum.value:14} {scanner.seed:3}  {about:30} {said:10} cautious: {cautious}"
        f"  ({seconds:.0f} s)",
        flush=True,
    )
    for difference in found.differences:
        print(f"      {difference}", flush=True)


MoveJob = tuple[int, bool, str, Stratum, int, MoveKind, int]


def read_move(job: MoveJob) -> dict[str, dict[int, SheetResult]] | None:
    """The pages that one move changes, printed, scanned and read."""
    officials, short, paper, stratum, seed, kind, number = job
    bench, scanner = bench_of(officials, short, paper), make_scanner(stratum, seed)
    move = draw_move(bench, kind, random.Random(f"{seed} {kind} {number}"))
    if move is None:
        return None
    found = {}
    for serial in move.ballots:
        papers = bench.papers(serial, move.ink(bench, serial), move.pages(bench, serial))
        found[serial] = {p: bench.read_page(serial, p, paper, scanner) for p, paper in papers.items()}
    return found


def run_moves(arguments: argparse.Namespace, pool: ProcessPoolExecutor) -> int:
    """Every move against the deck's own readings through the same scanner."""
    missed = 0
    for officials, stratum in itertools.product(arguments.officials, arguments.strata):
        scanner = make_scanner(stratum, arguments.seed)
        bench = bench_of(officials, arguments.short, arguments.paper)
        readings = read_deck(pool, officials, arguments.short, arguments.paper, scanner)
        before = bench.compare(readings)
        print(f"{officials} officials, {stratum.value}: unchanged deck equal: {before.equal}", flush=True)
        missed += not before.equal
        for kind in MoveKind:
            jobs: list[MoveJob] = [
                (officials, arguments.short, arguments.paper, stratum, arguments.seed, kind, number)
                for number in range(arguments.moves)
            ]
            counts: Counter[str] = Counter()
            for changed in pool.map(read_move, jobs):
                if changed is None:
                    continue
                found = bench.compare(_patched(readings, changed))
                counts["tried"] += 1
                counts["found"] += not found.equal
                counts["by the tally alone"] += bool(found.unequal_cells)
                counts["at the ballot"] += {d.serial for d in found.differences} == set(changed)
            missed += counts["tried"] - counts["found"]
            told = ", ".join(f"{name} {count}" for name, count in counts.items()) or "none possible"
            print(f"  {kind.value:16} {told}", flush=True)
    print(f"moves not found: {missed}")
    return 1 if missed else 0


def _patched(readings: Readings, changed: dict[str, dict[int, SheetResult]]) -> Readings:
    patched = dict(readings)
    for serial, pages in changed.items():
        results = list(patched[serial])
        for page, result in pages.items():
            results[page] = result
        patched[serial] = tuple(results)
    return patched


def run_swaps(arguments: argparse.Namespace) -> int:
    """Every pair of columns, and every pair of lines, in the expected tally of decks of all sizes."""
    hidden = tried = 0
    for officials in arguments.officials:
        bench = bench_of(officials, arguments.short, arguments.paper)
        [group] = bench.expected.groups
        cells = dict(expected_tally(group, (b.ruling for b in bench.expected.ballots)).cells)
        lines = [[cells[o, level] for level in group.levels] for o in group.officials]
        one_line = [pair for row in lines for pair in itertools.combinations(row, 2)]
        one_column = [p for column in zip(*lines, strict=True) for p in itertools.combinations(column, 2)]
        anywhere = list(itertools.combinations([total for row in lines for total in row], 2))
        tried += len(one_line) + len(one_column)
        hidden += sum(a == b for a, b in (*one_line, *one_column))
        ballots, pages = len(bench.group.serials), len(bench.form.pages)
        equal = [sum(a == b for a, b in pairs) for pairs in (one_line, one_column, anywhere)]
        print(
            f"{officials:2} officials: {ballots:3} ballots, {ballots * pages:4} pages; equal totals: "
            f"{equal[0]} in a line, {equal[1]} in a column, {equal[2]} anywhere; "
            f"least total {min(map(min, lines))}"
        )
    print(f"swaps of two columns or two lines: {tried}, hidden: {hidden}")
    return 1 if hidden else 0


def main(words: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("what", nargs="?", choices=("decks", "moves", "swaps", "fit"), default="decks")
    parser.add_argument("--officials", type=int, nargs="+", default=None)
    parser.add_argument("--strata", type=Stratum, nargs="+", default=STRATA)
    parser.add_argument("--scanners", type=int, help=f"of each stratum (1), or all in all ({SCANNERS})")
    parser.add_argument("--verdict", type=Fitness, choices=tuple(Fitness), default=Fitness.FIT)
    parser.add_argument("--most", type=int, help="take no more scanners with that verdict")
    parser.add_argument("--moves", type=int, default=20, help="of each kind")
    parser.add_argument("--short", action="store_true", help="decks as of testdeck --short")
    parser.add_argument("--paper", choices=[size.value for size in PaperSize], default="A4")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--workers", type=int, default=os.cpu_count())
    arguments = parser.parse_args(words)
    if arguments.what == "swaps":
        arguments.officials = arguments.officials or list(range(1, 61))
        return run_swaps(arguments)
    arguments.officials = arguments.officials or [1, 12]
    with ProcessPoolExecutor(arguments.workers) as pool:
        run = {"decks": run_decks, "moves": run_moves, "fit": run_fit}[arguments.what]
        return run(arguments, pool)


if __name__ == "__main__":
    sys.exit(main())
