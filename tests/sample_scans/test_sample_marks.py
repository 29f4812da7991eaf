from __future__ import annotations

import numpy as np
import pytest
from sample_pages import ink_mm, share_inside, small_sheet

from records.reading import BoxState
from sample_scans.mark_shapes import MARK_SHAPES, MARK_STATES, MarkKind, draw_mark, fitted_mark
from sample_scans.pens import Hand, InkColour, PenKind, draw_strokes, make_pen
from sample_scans.strokes import bounds, frozen, writer_from_seed
from sample_scans.voter import Intent, MarkIntent, vote_on_page

NEAR = {MarkKind.CROSS_BESIDE, MarkKind.CROSS_BETWEEN, MarkKind.CROSS_ON_LINE, MarkKind.NEIGHBOUR_STROKE}
LEAST_INSIDE = {MarkKind.CROSS_LARGE: 0.25, MarkKind.INITIALS: 0.25, MarkKind.CONFIRMED_CROSS: 0.15}
"""A confirming ring runs outside the box all the way."""
FAINT = {MarkKind.PEN_REST, MarkKind.HESITATION}


def _hand(seed: int = 1, kind: PenKind = PenKind.BALL) -> Hand:
    return Hand(writer_from_seed(seed), make_pen(kind, InkColour.BLUE))


@pytest.mark.parametrize("kind", [kind for kind in MARK_SHAPES if kind not in NEAR])
def test_a_mark_leaves_its_ink_in_its_box(kind: MarkKind) -> None:
    sheet = small_sheet()
    box = next(box for box in sheet.place.boxes if (box.official, box.level) == ("o1", "medium"))
    for seed in range(3):
        intent = Intent((MarkIntent("o1", "medium", kind),))
        page, _ = vote_on_page(sheet, intent, _hand(seed), np.random.default_rng(seed))
        ink = ink_mm(sheet.paper, page)
        assert len(ink) > (5 if kind in FAINT else 60)
        inside = share_inside(box.rect, ink)
        assert inside > LEAST_INSIDE.get(kind, 0.45)
        centre = ink.mean(axis=0)
        assert np.abs(centre - box.rect.centre_mm).max() < 4.0


def test_a_mark_beside_its_box_stands_mostly_outside() -> None:
    sheet = small_sheet()
    box = next(box for box in sheet.place.boxes if (box.official, box.level) == ("o1", "medium"))
    intent = Intent((MarkIntent("o1", "medium", MarkKind.CROSS_BESIDE),))
    page, truth = vote_on_page(sheet, intent, _hand(), np.random.default_rng(3))
    ink = ink_mm(sheet.paper, page)
    assert share_inside(box.rect, ink) < 0.35
    assert BoxState.UNCLEAR in truth.boxes[4].also or truth.boxes[4].state is BoxState.UNCLEAR


def test_every_kind_has_a_true_state() -> None:
    assert set(MARK_STATES) == set(MarkKind)
    assert set(MARK_SHAPES) == set(MarkKind) - {MarkKind.CROSS_REAL}


@pytest.mark.parametrize("kind", list(MARK_SHAPES))
def test_the_same_seed_draws_the_same_mark(kind: MarkKind) -> None:
    first, second = (draw_mark(kind, writer_from_seed(5), np.random.default_rng(9)) for _ in range(2))
    assert len(first) == len(second)
    assert all(np.array_equal(a, b) for a, b in zip(first, second, strict=True))
    assert all(np.isfinite(stroke).all() for stroke in first)


def test_real_strokes_are_brought_to_box_size() -> None:
    strokes = (frozen([(0, 0), (1000, 800)]), frozen([(1000, 0), (0, 800)]))
    for seed in range(20):
        fitted = fitted_mark(strokes, writer_from_seed(seed), np.random.default_rng(seed))
        left, top, right, bottom = bounds(fitted)
        assert 0.44 < max(right - left, bottom - top) < 1.41
        assert abs((left + right) / 2) < 0.4
        assert abs((top + bottom) / 2) < 0.4


@pytest.mark.parametrize(
    ("kind", "low", "high"), [(PenKind.BALL, 0.25, 0.6), (PenKind.GEL, 0.35, 0.7), (PenKind.FELT, 0.7, 1.3)]
)
def test_lines_are_as_wide_as_the_pen(kind: PenKind, low: float, high: float) -> None:
    sheet = small_sheet()
    page = sheet.paper.copy()
    line = frozen(np.column_stack([np.linspace(10, 60, 200), np.full(200, 106.0)]))
    draw_strokes(page, sheet.px_per_mm, (line,), _hand(kind=kind), np.random.default_rng(1))
    ink = ink_mm(sheet.paper, page, least=60)
    area_mm2 = len(ink) / sheet.px_per_mm**2
    assert low < area_mm2 / 50.0 < high
