from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scanner_sheets import (
    PENS,
    PLAIN,
    BoxKey,
    a5_vote,
    boxes_of,
    draw_on,
    hand,
    keys_of,
    mark_sheet,
    read,
    read_marks,
    rect_of,
    scan,
    sheet_of,
    states_of,
    steady,
)

from benchmarks.votes import PrintedVote
from records.reading import BoxState
from sample_scans.device import scan_page
from sample_scans.mark_shapes import MARK_STATES, PLAIN_CROSSES, MarkKind, fitted_mark
from sample_scans.pens import Hand, PenKind, make_pen
from sample_scans.settings import ColourMode, Fold, ScanSettings, Surround, Wear
from sample_scans.stroke_library import WriterHalf, stroke_library
from sample_scans.strokes import Strokes, bowed
from sample_scans.voter import Sheet
from scanner.options import MarkOptions

KINDS = tuple(kind for kind in MarkKind if kind is not MarkKind.CROSS_REAL)
CERTAIN = {BoxState.CROSS, BoxState.EMPTY}
IN_THE_BOX = tuple(
    kind
    for kind in KINDS
    if kind not in (MarkKind.CROSS_BESIDE, MarkKind.CROSS_BETWEEN, MarkKind.CROSS_LARGE)
)


def middle_column(sheet: Sheet) -> list[BoxKey]:
    return [key for key in keys_of(sheet) if key[1] == keys_of(sheet)[1][1]]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("dpi", [200, 300])
def test_a_mark_alone_in_its_row_reads_as_what_it_is(vote: PrintedVote, kind: MarkKind, dpi: int) -> None:
    """Five marks a page, one a row, with every pen: none is called what it is not without a person."""
    sheet = sheet_of(vote)
    for seed, pen in enumerate(PENS):
        reading = read_marks(
            vote, dict.fromkeys(middle_column(sheet), kind), hand(seed, pen), ScanSettings(dpi=dpi), seed
        )
        called = bool(reading.writings or reading.strikes)
        for key, box in boxes_of(reading).items():
            if key in middle_column(sheet):
                assert box.state in MARK_STATES[kind] or box.state not in CERTAIN, (pen, seed, box)
            elif kind not in (MarkKind.CROSS_BESIDE, MarkKind.CROSS_BETWEEN):
                assert box.state is BoxState.EMPTY, (pen, seed, box)
            else:
                assert box.state is not BoxState.CROSS or called, (pen, seed, box)


@pytest.mark.parametrize("pen", PENS)
def test_most_two_stroke_crosses_need_no_person(vote: PrintedVote, pen: str) -> None:
    two_strokes = [
        kind for kind in PLAIN_CROSSES[:6] if kind not in (MarkKind.CROSS_TWICE, MarkKind.CROSS_CONNECTED)
    ]
    sheet = sheet_of(vote)
    found = []
    for seed in range(4):
        marks = dict(zip(keys_of(sheet), two_strokes * 4, strict=False))
        states = states_of(read_marks(vote, marks, hand(40 + seed, pen), PLAIN, seed))
        found += [states[key] for key in marks]
    assert found.count(BoxState.EMPTY) == 0
    assert found.count(BoxState.CROSS) >= 0.85 * len(found)


def test_a_cross_tells_where_its_ink_is(vote: PrintedVote) -> None:
    sheet = sheet_of(vote)
    key = keys_of(sheet)[4]
    box = boxes_of(read_marks(vote, {key: MarkKind.CROSS_STRAIGHT}, steady()))[key]
    rect = rect_of(sheet, key)
    assert box.evidence is not None
    assert box.evidence.intersection_mm2(rect.inflated(0.8)) > 0.95 * box.evidence.area_mm2
    assert box.evidence.contains(*rect.centre_mm)
    assert box.scores.size_mm == pytest.approx(0.9 * rect.width_mm, abs=1.2)


@pytest.mark.parametrize(("width", "pen"), [(0.42, "blue ball"), (0.95, "red felt")])
def test_stroke_width_and_angle_are_those_drawn(vote: PrintedVote, width: float, pen: str) -> None:
    sheet = sheet_of(vote)
    cross = (bowed((-0.35, -0.35), (0.35, 0.35), 0.0), bowed((0.35, -0.35), (-0.35, 0.35), 0.0))
    key = keys_of(sheet)[1]
    scores = boxes_of(read_marks(vote, {key: cross}, steady(pen=pen), ScanSettings(dpi=300)))[key].scores
    assert scores.stroke_mm == pytest.approx(width, abs=0.25)
    assert scores.crossing_deg == pytest.approx(90, abs=4)
    assert scores.arm_share == pytest.approx(0.5, abs=0.06)
    assert scores.cross_fit > 0.95


@settings(max_examples=15)
@given(
    st.integers(0, 4),
    st.lists(st.sampled_from((None, *IN_THE_BOX)), min_size=3, max_size=3),
    st.integers(0, 40),
    st.sampled_from(sorted(PENS)),
)
def test_a_box_reads_the_same_whatever_its_row_holds(
    row: int, kinds: list[MarkKind | None], seed: int, pen: str
) -> None:
    vote = a5_vote()
    keys = keys_of(sheet_of(vote))[3 * row : 3 * row + 3]
    marks = {key: kind for key, kind in zip(keys, kinds, strict=True) if kind is not None}
    together = states_of(read_marks(vote, marks, hand(seed, pen), PLAIN, seed))
    for key in keys:
        only = {key: marks[key]} if key in marks else {}
        alone = states_of(read_marks(vote, only, hand(seed, pen), PLAIN, seed))[key]
        assert together[key] is alone or not {together[key], alone} & CERTAIN, (key, kinds)


@settings(max_examples=10)
@given(st.permutations(range(15)), st.integers(1, 15), st.integers(0, 100))
def test_crosses_and_only_they_are_read_as_crosses(order: list[int], count: int, seed: int) -> None:
    """Any choice of boxes, several on a line among them."""
    vote = a5_vote()
    sheet = sheet_of(vote)
    chosen = {keys_of(sheet)[index] for index in order[:count]}
    marks = dict.fromkeys(sorted(chosen), MarkKind.CROSS_STRAIGHT)
    states = states_of(read_marks(vote, marks, steady(), PLAIN, seed))
    assert {key for key, state in states.items() if state is BoxState.CROSS} == chosen
    assert {key for key, state in states.items() if state is BoxState.EMPTY} == set(states) - chosen


@pytest.mark.parametrize("dpi", [150, 200, 300, 400])
@pytest.mark.parametrize("size", [1.5, 1.9])
def test_a_large_cross_stays_with_its_own_box(vote: PrintedVote, dpi: int, size: float) -> None:
    """It leaves its box on all sides and reaches far towards the boxes around it."""
    sheet = sheet_of(vote)
    half = size / 2
    cross = (bowed((-half, -half), (half, half), 0.0), bowed((half, -half), (-half, half), 0.0))
    key = keys_of(sheet)[7]
    states = states_of(read_marks(vote, {key: cross}, steady(), ScanSettings(dpi=dpi)))
    assert states[key] is BoxState.CROSS
    assert {state for other, state in states.items() if other != key} == {BoxState.EMPTY}


@pytest.mark.parametrize("depth_mm", [0.8, 1.4, 2.0])
@pytest.mark.parametrize("indices", [(4, 7), (7, 4)], ids=["below", "above"])
def test_a_leg_that_ends_in_the_next_box_is_no_mark_there(
    vote: PrintedVote, depth_mm: float, indices: tuple[int, int]
) -> None:
    sheet = sheet_of(vote)
    own, other = (keys_of(sheet)[index] for index in indices)
    (x, y), far = rect_of(sheet, own).centre_mm, rect_of(sheet, other)
    down = 1 if far.y_mm > y else -1
    edge = (far.y_mm if down > 0 else far.bottom_mm) + down * depth_mm
    legs = (
        bowed((x - 0.6, y - down * 3.0), (x + 0.2 * abs(edge - y), edge), 0.0),
        bowed((x + 2.4, y - down * 2.4), (x - 2.4, y + down * 2.4), 0.0),
    )
    page = draw_on(sheet.paper, sheet, legs, steady())
    states = states_of(read(scan(page, sheet, ScanSettings(dpi=300)), vote))
    assert {state for key, state in states.items() if key != own} == {BoxState.EMPTY}
    assert states[own] is not BoxState.EMPTY


EMPTY_SCANS = {
    "150 dpi": ScanSettings(dpi=150),
    "600 dpi": ScanSettings(dpi=600),
    "colour, yellow light": ScanSettings(dpi=200, mode=ColourMode.COLOUR, warmth=1.0),
    "one bit, light": ScanSettings(dpi=300, mode=ColourMode.BINARY, threshold=130),
    "one bit, dark": ScanSettings(dpi=300, mode=ColourMode.BINARY, threshold=185),
    "dithered": ScanSettings(dpi=300, mode=ColourMode.DITHER),
    "skewed": ScanSettings(dpi=200, skew_deg=5.0, margin_mm=6.0),
    "upside down, skewed": ScanSettings(dpi=200, quarter_turns=2, skew_deg=-4.0, margin_mm=6.0),
    "stretched": ScanSettings(dpi=200, stretch_x=0.985, stretch_y=1.02),
    "uneven feed": ScanSettings(dpi=300, uneven_feed_mm=0.6, drift_mm=0.3, margin_mm=2.0),
    "printed small": ScanSettings(dpi=200, print_scale=0.96),
    "uneven light": ScanSettings(dpi=200, illumination=0.25),
    "grey paper": ScanSettings(dpi=200, white=205, black=60),
    "noisy": ScanSettings(dpi=200, noise=7.0, paper_grain=3.0),
    "jpeg": ScanSettings(dpi=200, jpeg_quality=35),
    "blurred": ScanSettings(dpi=200, blur_mm=0.12),
    "black surround": ScanSettings(dpi=200, surround=Surround.BLACK, margin_mm=5.0),
    "dust": ScanSettings(dpi=300, wear=Wear(specks=80)),
    "folded and crumpled": ScanSettings(
        dpi=200, wear=Wear(folds=(Fold(118.0, False, 0.6), Fold(74.0, True, 0.4)), crumple=0.6)
    ),
    "photocopy": ScanSettings(dpi=300, photocopy=True),
}


TO_A_PERSON = ("folded and crumpled",)


@pytest.mark.parametrize("name", EMPTY_SCANS)
def test_an_unmarked_page_reads_empty(vote: PrintedVote, name: str) -> None:
    sheet = sheet_of(vote)
    reading = read(scan(sheet.paper, sheet, EMPTY_SCANS[name], 3), vote)
    states = set(states_of(reading).values())
    assert states == {BoxState.EMPTY} or name in TO_A_PERSON
    assert BoxState.CROSS not in states
    assert all(box.evidence is None for box in reading.boxes if box.state is BoxState.EMPTY)


def test_print_that_shines_through_is_no_mark(vote: PrintedVote) -> None:
    sheet = sheet_of(vote)
    marks = dict.fromkeys(keys_of(sheet), MarkKind.CROSS_STRAIGHT)
    back = mark_sheet(sheet, marks, steady(pen="red felt"))
    image = scan_page(
        sheet.paper, sheet.px_per_mm, ScanSettings(dpi=300, wear=Wear(bleed_through=0.08)), 0, back
    )
    assert set(states_of(read(image, vote)).values()) == {BoxState.EMPTY}


@pytest.mark.parametrize("size", [0.06, 0.12, 0.2])
def test_tiny_ink_is_no_vote(vote: PrintedVote, size: float) -> None:
    """A pen's touch, even if shaped like an X, is nothing or for a person."""
    sheet = sheet_of(vote)
    cross = (bowed((-size, -size), (size, size), 0.0), bowed((size, -size), (-size, size), 0.0))
    reading = read_marks(vote, dict.fromkeys(middle_column(sheet), cross), steady(), ScanSettings(dpi=300))
    smallest = MarkOptions().min_size_mm
    for box in reading.boxes:
        assert box.state is not BoxState.CROSS or box.scores.size_mm >= smallest
        assert box.state in CERTAIN | {BoxState.UNCLEAR, BoxState.OTHER}


@pytest.mark.parametrize("strength", [0.03, 0.06, 0.10, 0.16])
def test_faint_ink_is_never_a_vote_unseen(vote: PrintedVote, strength: float) -> None:
    """A shadow of a cross, as from the ballot below in the pile or a pen that gave out."""
    sheet = sheet_of(vote)
    marked = mark_sheet(sheet, dict.fromkeys(middle_column(sheet), MarkKind.CROSS_STRAIGHT), steady())
    page = (sheet.paper * (1 - strength) + marked * strength).astype(np.uint8)
    for box in read(scan(page, sheet, ScanSettings(dpi=300)), vote).boxes:
        assert box.state is not BoxState.CROSS or box.scores.darkness >= MarkOptions().min_darkness


@pytest.mark.parametrize("faint", [0.3, 0.6])
def test_a_cross_of_a_failing_pen_is_not_lost(vote: PrintedVote, faint: float) -> None:
    sheet = sheet_of(vote)
    pen = Hand(steady().writer, make_pen(PenKind.BALL, faint=faint))
    reading = read_marks(
        vote, dict.fromkeys(middle_column(sheet), MarkKind.CROSS_STRAIGHT), pen, ScanSettings(dpi=300)
    )
    states = states_of(reading)
    assert {states[key] for key in middle_column(sheet)} <= {BoxState.CROSS, BoxState.UNCLEAR}


def recorded(folder: Path, labels: tuple[str, ...], styles: tuple[str, ...], count: int) -> list[Strokes]:
    """A fixed sample of recordings of the half of the writers that nothing was tuned on, in box units."""
    library = stroke_library((folder / "data" / "strokes.jsonl.gz").read_bytes())
    chosen = library.select(labels, styles, True if labels == ("cross",) else None, WriterHalf.REPORT).marks
    step = max(1, len(chosen) // count)
    rng = np.random.default_rng(8)
    return [fitted_mark(mark.strokes, steady().writer, rng) for mark in chosen[::step][:count]]


def read_all(vote: PrintedVote, marks: list[Strokes]) -> list[BoxState]:
    sheet, states = sheet_of(vote), []
    keys = keys_of(sheet)
    for start in range(0, len(marks), len(keys)):
        page = dict(zip(keys, marks[start : start + len(keys)], strict=False))
        pen = list(PENS)[start // len(keys) % 3]
        read_states = states_of(read_marks(vote, page, steady(pen=pen), ScanSettings(dpi=300), start))
        states += [read_states[key] for key in page]
    return states


def test_real_crosses_are_read_as_crosses(large_vote: PrintedVote, shared_folder: Path) -> None:
    marks = recorded(shared_folder, ("cross",), ("two_straight", "two_curved"), 144)
    assert len(marks) >= 100
    states = read_all(large_vote, marks)
    assert states.count(BoxState.EMPTY) == 0
    assert states.count(BoxState.CROSS) >= 0.9 * len(states)


@pytest.mark.parametrize("label", ["tick", "circle", "slash", "line"])
def test_real_marks_of_other_shapes_are_seen(
    large_vote: PrintedVote, shared_folder: Path, label: str
) -> None:
    marks = recorded(shared_folder, (label,), (), 36)
    if not marks:
        pytest.skip(f"no recording labelled {label}")
    states = read_all(large_vote, marks)
    assert states.count(BoxState.EMPTY) == 0
    assert states.count(BoxState.CROSS) <= 0.03 * len(states)
