"""The campaign of test decks, in small: a deck through one scanner, and one move of every kind."""

from __future__ import annotations

import random
from concurrent.futures import ThreadPoolExecutor

import pytest

from benchmarks import deck_scanners
from benchmarks.deck_bench import DeckBench, Readings, Scanner, bench_of, make_bench, make_scanner
from benchmarks.deck_moves import Move, MoveKind, draw_move
from benchmarks.deck_scanners import Calibrated, Way, calibrated, read_ballots, run_deck, scan_ballot
from benchmarks.test_decks import _patched, main
from calibration.deck_totals import Spread
from kiemphieu.deck_printing import DeckOrder
from records.scanner_profile import Fitness
from sample_scans.strata import Stratum


@pytest.fixture(scope="module")
def scanner() -> Scanner:
    return make_scanner(Stratum.FEEDER, 2)


@pytest.fixture(scope="module")
def bench() -> DeckBench:
    return make_bench(2, DeckOrder(Spread.LINES))


@pytest.fixture(scope="module")
def readings(bench: DeckBench, scanner: Scanner) -> Readings:
    return {serial: bench.read(serial, bench.ink(serial, b), scanner) for serial, b in bench.deck.items()}


def test_an_unchanged_deck_equals(bench: DeckBench, readings: Readings) -> None:
    found = bench.compare(readings)
    assert found.equal
    assert found.ballots == len(bench.deck)


@pytest.mark.parametrize("kind", MoveKind)
def test_a_move_of_every_kind_is_found(
    kind: MoveKind, bench: DeckBench, readings: Readings, scanner: Scanner
) -> None:
    move = draw_move(bench, kind, random.Random(f"{kind}"))
    assert isinstance(move, Move)
    changed = {
        serial: {
            page: bench.read_page(serial, page, paper, scanner)
            for page, paper in bench.papers(
                serial, move.ink(bench, serial), move.pages(bench, serial)
            ).items()
        }
        for serial in move.ballots
    }
    found = bench.compare(_patched(readings, changed))
    assert {difference.serial for difference in found.differences} == set(move.ballots)
    assert bool(found.unequal_cells) is (kind is not MoveKind.SWAPPED_BALLOTS)


def test_a_lost_ballot_is_found(bench: DeckBench, readings: Readings) -> None:
    lost = next(iter(readings))
    found = bench.compare({serial: pages for serial, pages in readings.items() if serial != lost})
    assert [difference.serial for difference in found.differences] == [lost]


def test_a_scanner_stays_what_it_is_and_sheets_lie_differently(bench: DeckBench, scanner: Scanner) -> None:
    again = make_scanner(Stratum.FEEDER, 2)
    assert again == scanner
    assert not scanner.settings.streaks
    serial = next(iter(bench.deck))
    [paper] = bench.papers(serial, (), [0]).values()
    first, same, other = (scanner.scan(paper, key) for key in ("a", "a", "b"))
    assert (first == same).all()
    assert first.shape != other.shape or (first != other).any()


def test_no_swap_is_hidden_in_any_size(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["swaps", "--officials", "1", "2", "7", "13"]) == 0
    assert main(["swaps", "--short", "--officials", "1", "2", "7", "13"]) == 0
    assert "hidden: 0" in capsys.readouterr().out


DECK = (1, True, "A4")


@pytest.fixture(scope="module")
def fit_scanner() -> Calibrated:
    return calibrated(0, 1)


def test_a_deck_reads_right_in_a_scanner_called_fit(
    fit_scanner: Calibrated, capsys: pytest.CaptureFixture[str]
) -> None:
    assert fit_scanner.verdict is Fitness.FIT
    assert not run_deck(ThreadPoolExecutor(1), DECK, [fit_scanner])
    told = capsys.readouterr().out
    assert "14 ballots, 14 pages" in told
    assert "decks that failed: with profile 0, without 0" in told


def test_a_deck_that_fails_one_way_is_counted_for_that_way(
    fit_scanner: Calibrated, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    bench = bench_of(*DECK)
    some = read_ballots(bench, bench.group.serials[:2], fit_scanner)
    assert all(len(some[way]) == 2 for way in Way)
    monkeypatch.setattr(deck_scanners, "read_deck", lambda *_: {**some, Way.PROFILE: {}})
    assert run_deck(ThreadPoolExecutor(1), DECK, [fit_scanner]) == {Way.PROFILE: 1, Way.PLAIN: 1}
    told = capsys.readouterr().out
    assert "with profile 14 DIFFERENCES" in told
    assert "without 12 DIFFERENCES" in told


def test_either_way_of_reading_gets_the_same_scan(fit_scanner: Calibrated) -> None:
    bench = bench_of(*DECK)
    serial, other = bench.group.serials[:2]
    first, again, different = (
        next(scan_ballot(bench, one, fit_scanner.scanner)) for one in (serial, serial, other)
    )
    assert (first == again).all()
    assert first.shape != different.shape or (first != different).any()


def test_without_a_profile_a_scanner_is_unfit_and_read_plainly(fit_scanner: Calibrated) -> None:
    plain = bench_of(*DECK).context
    assert fit_scanner.context(Way.PLAIN, plain) is plain
    assert fit_scanner.context(Way.PROFILE, plain).scanner is not None
    unknown = Calibrated(0, fit_scanner.scanner, None)
    assert unknown.verdict is Fitness.UNFIT
    assert unknown.context(Way.PROFILE, plain) is plain
