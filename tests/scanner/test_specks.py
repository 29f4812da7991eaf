"""What in a box is no mark, and which box cannot be read."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from scanner_sheets import run_stages
from test_mark_network import BOX_MM, box_with

from benchmarks.votes import PrintedVote
from records.reading import BoxState
from scanner.box_ink import BoxInk
from scanner.mark_scores import score_box
from scanner.marks import _covered, classify_box
from scanner.options import MarkOptions
from scanner.streaks import PageLine

OPTIONS = MarkOptions()


def dots(count: int, length_mm: float = 0.05) -> BoxInk:
    """So many crumbs, each well under half a square millimetre, strewn over the box's diagonal."""
    places = np.linspace(0.2, 0.8, count)
    return box_with(*(((p, p), (p + length_mm / BOX_MM, p)) for p in places))


def state_of(found: BoxInk) -> BoxState:
    scores, fit = score_box(found, OPTIONS)
    return classify_box(scores, fit, found, OPTIONS)


def test_a_crumb_is_nothing_in_grey_and_somebodys_business_in_black_and_white() -> None:
    crumb = dots(1)
    scores, _ = score_box(crumb, OPTIONS)
    assert OPTIONS.speck_bilevel_mm2 < scores.inside_mm2 <= OPTIONS.speck_mm2
    assert state_of(crumb) is BoxState.EMPTY
    assert state_of(replace(crumb, bilevel=True)) is BoxState.UNCLEAR


def test_ink_strewn_over_the_box_is_nothing_where_it_is_a_shade() -> None:
    strewn = dots(2)
    core = strewn.darkness >= 110
    strewn = replace(strewn, ink=strewn.ink & core, own=strewn.own & core)
    scores, _ = score_box(strewn, OPTIONS)
    assert scores.size_mm > OPTIONS.speck_size_mm
    assert OPTIONS.scattered_mm2 < scores.inside_mm2 <= OPTIONS.speck_mm2
    assert state_of(strewn) is not BoxState.EMPTY
    shade = replace(strewn, darkness=(strewn.darkness // 8).astype(np.uint8))
    assert score_box(shade, OPTIONS)[0].darkness < OPTIONS.shade_darkness
    assert state_of(shade) is BoxState.EMPTY


@pytest.mark.parametrize(("lines", "read"), [(1, True), (8, False)])
def test_a_box_that_lies_under_streaks_is_not_read(
    vote: PrintedVote, clean_scan: np.ndarray, lines: int, read: bool
) -> None:
    stages = run_stages(clean_scan, vote)
    rect = stages.page.layout.boxes[0].rect
    across = np.linspace(rect.x_mm + 0.4, rect.right_mm - 0.4, lines)
    streaks = tuple(PageLine(np.array([[x, 0.0], [x, 297.0]]), 0.6) for x in across)
    covered = _covered(stages.page, replace(stages.ink, lines=streaks))
    assert bool(covered[0] <= OPTIONS.max_covered) is read
    assert covered[0] > 0
