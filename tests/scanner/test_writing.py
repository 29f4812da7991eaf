from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import fields

import numpy as np
import pytest
from scanner_sheets import draw_on, hand, paint, read, scan, sheet_of, steady

from benchmarks.votes import PrintedVote
from records.geometry import Rect
from records.reading import BoxState, Certainty, PageReading, ReviewReason, WritingFinding
from sample_scans.device import scan_page
from sample_scans.mark_shapes import MarkKind
from sample_scans.pens import Hand, PenKind, make_pen
from sample_scans.settings import Fold, ScanSettings, Spot, Streak, Surround, Wear
from sample_scans.strokes import bowed
from sample_scans.voter import Intent, MarkIntent, WritingIntent, vote_on_page

BELOW_TABLE = Rect(40.0, 168.0, 60.0, 9.0)
SCAN = ScanSettings(dpi=300)


def written(vote: PrintedVote, text: str, area: Rect, pen: str = "blue ball", seed: int = 1) -> PageReading:
    sheet = sheet_of(vote)
    intent = Intent(writings=(WritingIntent(text, area),))
    page, _ = vote_on_page(sheet, intent, hand(seed, pen), np.random.default_rng(seed))
    return read(scan(page, sheet, SCAN, seed), vote)


def certain(findings: Iterable[WritingFinding]) -> list[WritingFinding]:
    return [finding for finding in findings if finding.certainty is Certainty.CERTAIN]


@pytest.mark.parametrize("text", ["không đồng ý", "Nguyễn Văn Bình", "tốt", "?", "5", ""])
@pytest.mark.parametrize("pen", ["blue ball", "pencil", "red felt"])
def test_added_writing_is_found(vote: PrintedVote, text: str, pen: str) -> None:
    reading = written(vote, text, BELOW_TABLE, pen)
    assert reading.writings
    for finding in reading.writings:
        assert finding.evidence.intersection_mm2(BELOW_TABLE.inflated(8)) > 0
    assert {box.state for box in reading.boxes} == {BoxState.EMPTY}


def test_a_remark_with_a_ball_pen_is_certain(vote: PrintedVote) -> None:
    findings = written(vote, "không đồng ý", BELOW_TABLE).writings
    assert certain(findings)
    assert sum(finding.ink_mm2 for finding in findings) > 3.0


@pytest.mark.parametrize(
    "area",
    [Rect(60.0, 20.0, 45.0, 7.0), Rect(20.0, 185.0, 60.0, 8.0), Rect(25.0, 178.0, 90.0, 10.0)],
    ids=["between seal and code", "at the foot", "across the sheet"],
)
def test_writing_anywhere_on_the_sheet_is_found(vote: PrintedVote, area: Rect) -> None:
    assert written(vote, "đề nghị xem lại", area).writings


@pytest.mark.parametrize("kind", [MarkKind.CROSS_BESIDE, MarkKind.CROSS_BETWEEN])
def test_a_cross_beside_its_box_is_for_a_person_to_place(vote: PrintedVote, kind: MarkKind) -> None:
    sheet = sheet_of(vote)
    for seed in range(3):
        intent = Intent((MarkIntent("o3", "medium", kind),))
        page, _ = vote_on_page(sheet, intent, steady(), np.random.default_rng(seed))
        reading = read(scan(page, sheet, SCAN), vote)
        asked = [f for f in reading.writings if f.reason is ReviewReason.MARK_OUTSIDE_BOX]
        states = [box.state for box in reading.boxes]
        assert asked or BoxState.UNCLEAR in states or BoxState.OTHER in states or BoxState.CROSS in states
        assert all(f.certainty is Certainty.DOUBTFUL for f in asked)


def test_a_cross_in_its_box_is_no_writing(vote: PrintedVote) -> None:
    sheet = sheet_of(vote)
    for kind in (
        MarkKind.CROSS_STRAIGHT,
        MarkKind.CROSS_LARGE,
        MarkKind.CROSS_HOOKED,
        MarkKind.CROSS_OUTSIDE,
    ):
        marks = tuple(MarkIntent(official, "medium", kind) for official in ("o1", "o3", "o5"))
        page, _ = vote_on_page(sheet, Intent(marks), steady(), np.random.default_rng(4))
        reading = read(scan(page, sheet, SCAN), vote)
        assert not certain(reading.writings), kind


CLEAN = {
    "plain": SCAN,
    "150 dpi": ScanSettings(dpi=150),
    "dusty": ScanSettings(dpi=300, wear=Wear(specks=80)),
    "black surround": ScanSettings(dpi=200, surround=Surround.BLACK, skew_deg=2.0, margin_mm=4.0),
    "grey surround": ScanSettings(dpi=200, surround=Surround.GREY, offset_x_mm=2.0, margin_mm=3.0),
    "shining through": ScanSettings(dpi=200, wear=Wear(bleed_through=0.06)),
    "uneven light": ScanSettings(dpi=200, illumination=0.2),
}


@pytest.mark.parametrize("name", CLEAN)
def test_a_page_nobody_wrote_on_has_no_writing(vote: PrintedVote, name: str) -> None:
    sheet = sheet_of(vote)
    assert read(scan(sheet.paper, sheet, CLEAN[name], 1), vote).writings == ()


DIRTY = {
    "punched": ScanSettings(dpi=300, wear=Wear(punch_holes=4)),
    "punched, black behind": ScanSettings(dpi=300, surround=Surround.BLACK, wear=Wear(punch_holes=2)),
    "stapled": ScanSettings(dpi=300, wear=Wear(staple=True)),
    "torn, black behind": ScanSettings(dpi=300, surround=Surround.BLACK, wear=Wear(torn_corner_mm=9.0)),
    "stained": ScanSettings(dpi=300, wear=Wear(stain=0.6)),
    "crumpled, shining through": ScanSettings(dpi=300, wear=Wear(crumple=0.5, bleed_through=0.1)),
    "a weak fold": ScanSettings(dpi=300, wear=Wear(folds=(Fold(150.0, False, 0.25),))),
    "a hair": ScanSettings(dpi=300, hair=True),
}


@pytest.mark.parametrize("name", DIRTY)
@pytest.mark.parametrize("seed", [1, 2])
def test_dirt_is_no_writing(vote: PrintedVote, name: str, seed: int) -> None:
    sheet = sheet_of(vote)
    image = scan_page(sheet.paper, sheet.px_per_mm, DIRTY[name], seed, sheet.paper)
    assert read(image, vote).writings == ()


@pytest.mark.parametrize("faint", [0.3, 0.6])
@pytest.mark.parametrize("text", ["A", "7", "tốt"])
def test_a_letter_in_faint_pencil_is_found(vote: PrintedVote, text: str, faint: float) -> None:
    sheet = sheet_of(vote)
    pencil = Hand(steady().writer, make_pen(PenKind.PENCIL, faint=faint))
    for area in (Rect(60.0, 172.0, 20.0, 4.0), Rect(4.5, 120.0, 8.0, 4.0), Rect(136.0, 150.0, 7.0, 4.0)):
        intent = Intent(writings=(WritingIntent(text, area),))
        page, _ = vote_on_page(sheet, intent, pencil, np.random.default_rng(3))
        assert read(scan(page, sheet, SCAN, 3), vote).writings, area


def test_a_word_over_the_outline_of_an_empty_box_is_found(vote: PrintedVote) -> None:
    """The ink inside the outline reaches into the box and is no mark in it; it is not lost with it."""
    sheet = sheet_of(vote)
    box = next(box.rect for box in sheet.place.boxes if box.official == "o3")
    area = Rect(box.x_mm - 5.0, box.y_mm + 1.0, 7.0, 4.5)
    intent = Intent(writings=(WritingIntent("tốt", area),))
    page, _ = vote_on_page(sheet, intent, hand(1, "pencil"), np.random.default_rng(1))
    reading = read(scan(page, sheet, SCAN, 1), vote)
    assert reading.writings or {box.state for box in reading.boxes} != {BoxState.EMPTY}


def test_a_writing_says_what_was_measured(vote: PrintedVote) -> None:
    for finding in written(vote, "không đồng ý", BELOW_TABLE).writings:
        scores = finding.scores
        assert scores.ink_mm2 == finding.ink_mm2
        assert scores.size_mm >= scores.side_mm > 0
        assert 0.25 < scores.stroke_mm < 1.0
        assert scores.peak >= scores.darkness
        assert all(math.isfinite(getattr(scores, field.name)) for field in fields(scores))


DAMAGED = {
    "punched": ScanSettings(dpi=200, wear=Wear(punch_holes=2)),
    "punched, black behind": ScanSettings(
        dpi=200, surround=Surround.BLACK, margin_mm=3.0, wear=Wear(punch_holes=2)
    ),
    "dark streak": ScanSettings(dpi=200, streaks=(Streak(60.0, 0.3, 0.8),)),
    "two streaks": ScanSettings(dpi=200, streaks=(Streak(60.0, 0.3, 0.8), Streak(101.0, 0.15, 0.5))),
    "light streak": ScanSettings(dpi=200, streaks=(Streak(110.0, 0.4, -0.9),)),
    "fold": ScanSettings(dpi=200, wear=Wear(folds=(Fold(170.0, False, 0.8),))),
    "upright fold": ScanSettings(dpi=200, wear=Wear(folds=(Fold(74.0, True, 0.8),))),
    "staple": ScanSettings(dpi=200, wear=Wear(staple=True)),
    "torn corner": ScanSettings(dpi=200, surround=Surround.BLACK, wear=Wear(torn_corner_mm=9.0)),
    "large spot": ScanSettings(dpi=200, wear=Wear(spots=(Spot(75.0, 172.0, 2.2, 0.9),))),
}


@pytest.mark.parametrize("name", DAMAGED)
def test_damage_is_never_certain_writing(vote: PrintedVote, name: str) -> None:
    sheet = sheet_of(vote)
    reading = read(scan(sheet.paper, sheet, DAMAGED[name], 1), vote)
    assert not certain(reading.writings)
    assert BoxState.CROSS not in {box.state for box in reading.boxes}


def test_a_ruled_line_over_a_page_is_not_certain_writing(vote: PrintedVote) -> None:
    sheet = sheet_of(vote)
    page = draw_on(sheet.paper, sheet, (bowed((20.0, 170.0), (125.0, 171.0), 0.0),), steady())
    reading = read(scan(page, sheet, SCAN), vote)
    assert reading.writings
    assert not certain(reading.writings)


def test_writing_through_a_streak_is_still_found(vote: PrintedVote) -> None:
    sheet = sheet_of(vote)
    intent = Intent(writings=(WritingIntent("không đồng ý", BELOW_TABLE),))
    page, _ = vote_on_page(sheet, intent, steady(), np.random.default_rng(1))
    streaked = ScanSettings(dpi=300, streaks=(Streak(70.0, 0.3, 0.8),))
    assert read(scan(page, sheet, streaked), vote).writings


def test_a_dark_patch_is_not_certain_writing(vote: PrintedVote) -> None:
    sheet = sheet_of(vote)
    page = paint(sheet.paper, sheet, Rect(50.0, 170.0, 30.0, 12.0), 120)
    reading = read(scan(page, sheet), vote)
    assert reading.writings
    assert not certain(reading.writings)
