from __future__ import annotations

import math
from dataclasses import fields

import numpy as np
import pytest
from scanner_sheets import PLAIN, hand, name_rect, read, scan, sheet_of, steady

from benchmarks.votes import PrintedVote
from records.reading import BoxState, Certainty, PageReading
from sample_scans.pens import Hand, PenKind, make_pen
from sample_scans.printer import Printer, printed
from sample_scans.settings import ColourMode, Fold, ScanSettings, Wear
from sample_scans.strike_shapes import FOR_A_PERSON, STRIKES_A_NAME, StrikeKind
from sample_scans.voter import Intent, StrikeIntent, vote_on_page
from scanner.strikes import _moved

OFFICIALS = ("o2", "o4")


def struck(
    vote: PrintedVote,
    kind: StrikeKind,
    by: Hand,
    made: ScanSettings = PLAIN,
    seed: int = 0,
    officials: tuple[str, ...] = OFFICIALS,
) -> PageReading:
    sheet = sheet_of(vote)
    intent = Intent(strikes=tuple(StrikeIntent(official, kind) for official in officials))
    page, _ = vote_on_page(sheet, intent, by, np.random.default_rng(seed))
    return read(scan(page, sheet, made, seed), vote)


@pytest.mark.parametrize("kind", sorted(STRIKES_A_NAME))
@pytest.mark.parametrize("pen", ["blue ball", "black gel", "red felt"])
def test_a_struck_name_is_found(vote: PrintedVote, kind: StrikeKind, pen: str) -> None:
    """Certain or doubtful; as writing at least, so that a person looks."""
    reading = struck(vote, kind, hand(3, pen), ScanSettings(dpi=300), 3)
    found = {strike.official for strike in reading.strikes}
    assert found <= set(OFFICIALS) or kind is StrikeKind.DIAGONAL_ROWS
    assert found >= set(OFFICIALS) or reading.writings
    assert {box.state for box in reading.boxes} <= {BoxState.EMPTY, BoxState.UNCLEAR, BoxState.OTHER}


def test_most_names_struck_with_a_ball_pen_are_certain(vote: PrintedVote) -> None:
    certain = total = 0
    for kind in (StrikeKind.SINGLE, StrikeKind.DOUBLE, StrikeKind.ZIGZAG, StrikeKind.WAVE):
        for official in OFFICIALS:
            strikes = struck(vote, kind, steady(), ScanSettings(dpi=300), officials=(official,)).strikes
            certain += sum(strike.certainty is Certainty.CERTAIN for strike in strikes)
            total += 1
    assert certain >= 0.6 * total


@pytest.mark.parametrize("kind", [StrikeKind.SINGLE, StrikeKind.WAVE, StrikeKind.HALF])
@pytest.mark.parametrize("faint", [0.0, 0.4, 0.6])
def test_a_pencil_line_through_a_name_is_not_overlooked(
    vote: PrintedVote, kind: StrikeKind, faint: float
) -> None:
    pencil = Hand(steady().writer, make_pen(PenKind.PENCIL, faint=faint))
    for official in OFFICIALS:
        reading = struck(vote, kind, pencil, ScanSettings(dpi=300), officials=(official,))
        assert reading.strikes or reading.writings, official


@pytest.mark.parametrize("pen", ["blue ball", "red felt"])
def test_half_a_name_struck_within_its_letters_is_found(vote: PrintedVote, pen: str) -> None:
    """Such a line leaves next to no ink clear of the letters; it fills the paper between them."""
    for seed in range(4):
        reading = struck(vote, StrikeKind.HALF, hand(seed, pen), ScanSettings(dpi=300), seed)
        assert reading.strikes or reading.writings, seed


def test_every_strike_says_what_was_measured(vote: PrintedVote) -> None:
    reading = struck(vote, StrikeKind.SINGLE, steady(), ScanSettings(dpi=300))
    assert reading.strikes
    for strike in reading.strikes:
        scores = strike.scores
        assert (scores.length_mm, scores.coverage) == (strike.length_mm, strike.coverage)
        assert scores.surplus > 0.3
        assert scores.line_share > 0.8
        assert all(math.isfinite(getattr(scores, field.name)) for field in fields(scores))


@pytest.mark.parametrize("seed", range(6))
def test_a_hair_over_the_names_is_no_strike(vote: PrintedVote, seed: int) -> None:
    sheet = sheet_of(vote)
    reading = read(scan(sheet.paper, sheet, ScanSettings(dpi=300, hair=True), seed), vote)
    assert not reading.strikes
    assert not reading.writings


@pytest.mark.parametrize("kind", sorted(FOR_A_PERSON | {StrikeKind.UNDERLINE, StrikeKind.TICK_BESIDE}))
def test_what_is_no_clear_strike_is_never_one(vote: PrintedVote, kind: StrikeKind) -> None:
    reading = struck(vote, kind, steady(), ScanSettings(dpi=300), 1)
    assert not [strike for strike in reading.strikes if strike.certainty is Certainty.CERTAIN]


@pytest.mark.parametrize("kind", sorted(FOR_A_PERSON))
def test_half_a_strike_goes_to_a_person(vote: PrintedVote, kind: StrikeKind) -> None:
    reading = struck(vote, kind, steady(), ScanSettings(dpi=300), 1)
    assert reading.strikes or reading.writings


def test_the_evidence_lies_on_the_name(vote: PrintedVote) -> None:
    reading = struck(vote, StrikeKind.SINGLE, steady(), ScanSettings(dpi=300))
    assert reading.strikes
    for strike in reading.strikes:
        rect = name_rect(sheet_of(vote), strike.official)
        assert strike.evidence.intersection_mm2(rect.inflated(1.5)) > 0.8 * strike.evidence.area_mm2
        assert strike.length_mm == pytest.approx(strike.evidence.width_mm, abs=1.0)
        assert 0 <= strike.coverage <= 1


CLEAN = {
    "150 dpi": ScanSettings(dpi=150),
    "400 dpi": ScanSettings(dpi=400),
    "one bit": ScanSettings(dpi=300, mode=ColourMode.BINARY, threshold=180),
    "skewed, stretched": ScanSettings(dpi=200, skew_deg=3.0, stretch_y=1.015, margin_mm=4.0),
    "uneven feed": ScanSettings(dpi=300, uneven_feed_mm=0.6, drift_mm=0.3, margin_mm=2.0),
    "blurred": ScanSettings(dpi=200, blur_mm=0.12),
    "dark": ScanSettings(dpi=200, gamma=1.6),
    "jpeg": ScanSettings(dpi=200, jpeg_quality=40),
    "photocopy": ScanSettings(dpi=300, photocopy=True),
    "dusty": ScanSettings(dpi=300, wear=Wear(specks=60)),
    "folded": ScanSettings(dpi=300, wear=Wear(folds=(Fold(90.0, False, 0.5),))),
}


@pytest.mark.parametrize("name", CLEAN)
def test_a_clean_page_has_no_struck_name(vote: PrintedVote, name: str) -> None:
    sheet = sheet_of(vote)
    reading = read(scan(sheet.paper, sheet, CLEAN[name], 2), vote)
    assert not [strike for strike in reading.strikes if strike.certainty is Certainty.CERTAIN]
    assert not reading.strikes or name in ("folded", "one bit", "photocopy")


@pytest.mark.parametrize("gain", [-0.02, 0.06])
def test_thin_and_fat_print_is_no_strike(vote: PrintedVote, gain: float) -> None:
    sheet = sheet_of(vote)
    paper = printed(sheet.paper, sheet.px_per_mm, Printer(dot_gain_mm=gain, roughness=0.7), 1)
    reading = read(scan(paper, sheet, ScanSettings(dpi=300)), vote)
    assert not [strike for strike in reading.strikes if strike.certainty is Certainty.CERTAIN]


@pytest.mark.parametrize("up", [-4, -2, 0, 2, 4])
@pytest.mark.parametrize("left", [-4, 0, 4])
def test_a_name_moves_by_whole_pixels_and_paper_comes_in(up: int, left: int) -> None:
    darkness = np.arange(1, 121, dtype=np.uint8).reshape(10, 12)
    around = np.pad(darkness, 4)
    wanted = around[4 + up : 14 + up, 4 + left : 16 + left]
    np.testing.assert_array_equal(_moved(darkness, up, left), wanted)
