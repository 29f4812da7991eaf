from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from scanner_sheets import (
    keys_of,
    mark_sheet,
    run_stages,
    scan,
    sheet_of,
    steady,
)

from benchmarks.votes import PrintedVote
from records.geometry import Rect
from records.reading import BoxState, Certainty, PageReading, StrikeFinding
from sample_scans.mark_shapes import MarkKind
from scanner.debug_pictures import draw_reading, draw_registration
from scanner.sheet import read_sheet


def reading_of(vote: PrintedVote, image: np.ndarray) -> PageReading:
    result = read_sheet(image, vote.context)
    assert isinstance(result, PageReading)
    return result


def test_the_registration_is_drawn_on_the_scan(vote: PrintedVote) -> None:
    image = scan(sheet_of(vote).paper, sheet_of(vote))
    stages = run_stages(image, vote)
    picture = draw_registration(stages.scan, stages.registration)
    assert picture.shape == (*stages.scan.coarse.shape, 3)
    coloured = np.ptp(picture.astype(int), axis=2) > 60
    assert np.count_nonzero(coloured) > 100
    ratio = stages.scan.detail_factor / stages.scan.coarse_factor
    for x, y in stages.registration.fiducials_px * ratio:
        assert coloured[round(y) - 10 : round(y) + 10, round(x) - 10 : round(x) + 10].any()


def test_lost_corner_squares_are_drawn_nowhere(vote: PrintedVote) -> None:
    stages = run_stages(scan(sheet_of(vote).paper, sheet_of(vote)), vote)
    lost = replace(stages.registration, fiducials_px=np.full((4, 2), np.nan))
    assert draw_registration(stages.scan, lost).shape[2] == 3


@pytest.mark.parametrize("index", [0, 7, 14])
def test_a_cross_is_outlined_in_its_own_colour(vote: PrintedVote, index: int) -> None:
    """Around the marked box the colour differs from that of the empty boxes."""
    sheet = sheet_of(vote)
    key = keys_of(sheet)[index]
    image = scan(mark_sheet(sheet, {key: MarkKind.CROSS_STRAIGHT}, steady()), sheet)
    stages, reading = run_stages(image, vote), reading_of(vote, image)
    picture = draw_reading(stages.ink.darkness, reading, stages.page.layout)
    scale = picture.shape[1] / stages.size_mm[0]
    for box in sheet.place.boxes:
        rect = box.rect.inflated(0.5)
        x, y = round(rect.x_mm * scale), round((rect.y_mm + 2) * scale)
        edge = picture[y, x - 1 : x + 2].astype(int)
        coloured = bool((np.ptp(edge, axis=1) > 40).any())
        assert coloured == ((box.official, box.level) == key)


def test_every_finding_leaves_its_trace(vote: PrintedVote) -> None:
    sheet = sheet_of(vote)
    image = scan(sheet.paper, sheet)
    stages, reading = run_stages(image, vote), reading_of(vote, image)
    plain = draw_reading(stages.ink.darkness, reading, stages.page.layout)
    strike = StrikeFinding("o1", Certainty.CERTAIN, Rect(30.0, 88.0, 25.0, 4.0), 0.9, 25.0)
    marked = draw_reading(stages.ink.darkness, replace(reading, strikes=(strike,)), stages.page.layout)
    assert (plain != marked).any()
    for state in BoxState:
        boxes = tuple(replace(box, state=state) for box in reading.boxes)
        drawn = draw_reading(stages.ink.darkness, replace(reading, boxes=boxes), stages.page.layout)
        assert (drawn != plain).any() == (state is not BoxState.EMPTY)
