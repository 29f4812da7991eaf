"""The changes that put one phenomenon on a natural ballot: print, paper, scanner; sheets that are none."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from records.geometry import Rect
from records.reading import RejectionReason
from sample_scans.gallery.bad_inputs import covered, overlaid
from sample_scans.glyphs import write_text
from sample_scans.mark_shapes import MarkKind, draw_mark
from sample_scans.pens import Hand, InkColour, PenKind, draw_strokes, make_pen
from sample_scans.scene import Scene
from sample_scans.settings import Fold, Spot, Streak
from sample_scans.stages import Stage
from sample_scans.strokes import bounds, moved

Draw = Callable[[np.random.Generator], Mapping[str, Any]]

TWO_SHEETS = (RejectionReason.SEVERAL_SHEETS, RejectionReason.NOT_REGISTERED, RejectionReason.NO_CODE)
HALF_SHEET = (RejectionReason.NOT_REGISTERED, RejectionReason.NO_CODE)
BACK = (RejectionReason.BLANK_PAGE, RejectionReason.NO_CODE, RejectionReason.NOT_REGISTERED)
"""A strong front may show a mirrored code that a decoder reads."""
BACK_WITH_REMARK = (RejectionReason.NO_CODE, RejectionReason.NOT_REGISTERED)
"""Not blank: a remark that is thrown away with the blank backs is lost."""


def scanner(draw: Draw) -> Stage:
    """Settings of the scanner drawn by `draw`."""
    return lambda scene, rng: scene.scanned(**draw(rng))


def paper(draw: Draw) -> Stage:
    """Wear of the sheet drawn by `draw`."""
    return lambda scene, rng: scene.worn(**draw(rng))


def print_(draw: Draw) -> Stage:
    """The printer's state drawn by `draw`."""
    return lambda scene, rng: replace(scene, printer=replace(scene.printer, **draw(rng)))


def streak_down_boxes(scene: Scene, rng: np.random.Generator) -> Scene:
    """One streak through a whole column of boxes."""
    boxes = scene.sheet.place.boxes
    box = boxes[int(rng.integers(len(boxes)))].rect
    middle = scene.image_mm(box.centre_mm[0], scene.size_mm[1] / 2)[0]
    at = middle + float(rng.uniform(-0.4, 0.4)) * box.width_mm
    return scene.scanned(streaks=(Streak(at, float(rng.uniform(0.08, 0.6)), _strength(rng)),))


def streaks_anywhere(scene: Scene, rng: np.random.Generator) -> Scene:
    streaks = tuple(
        Streak(float(rng.uniform(0, scene.size_mm[0])), float(rng.uniform(0.08, 0.6)), _strength(rng))
        for _ in range(int(rng.integers(1, 5)))
    )
    return scene.scanned(streaks=streaks)


def _strength(rng: np.random.Generator) -> float:
    """Dark three times out of four: glare is rarer than dirt."""
    return float(rng.uniform(0.15, 0.95)) * (1.0 if rng.random() < 0.75 else -1.0)


def fold_through_boxes(scene: Scene, rng: np.random.Generator) -> Scene:
    """A crease along a row or down a column of boxes."""
    boxes = scene.sheet.place.boxes
    box, upright = boxes[int(rng.integers(len(boxes)))].rect, bool(rng.random() < 0.5)
    at = box.centre_mm[0 if upright else 1] + float(rng.uniform(-0.4, 0.4)) * box.width_mm
    return scene.worn(folds=(Fold(at, upright, float(rng.uniform(0.3, 1.0))),))


def hair_over_box(scene: Scene, rng: np.random.Generator) -> Scene:
    boxes = scene.empty_boxes
    at = boxes[int(rng.integers(len(boxes)))].rect.centre_mm
    return scene.scanned(hair=True, hair_at_mm=scene.image_mm(*at))


def spots_in_boxes(radius_mm: tuple[float, float], darkness: tuple[float, float], most: int = 6) -> Stage:
    """One to `most` empty boxes get a spot of dirt."""

    def stage(scene: Scene, rng: np.random.Generator) -> Scene:
        boxes, spots = scene.empty_boxes, []
        for index in rng.choice(len(boxes), min(len(boxes), int(rng.integers(1, most + 1))), replace=False):
            rect = boxes[int(index)].rect
            x, y = np.array(rect.centre_mm) + rng.uniform(-0.4, 0.4, 2) * rect.width_mm
            spots.append(
                Spot(float(x), float(y), float(rng.uniform(*radius_mm)), float(rng.uniform(*darkness)))
            )
        return scene.worn(spots=tuple(spots))

    return stage


def bleed_of_print(scene: Scene, rng: np.random.Generator) -> Scene:
    """The other side of a two-sided print shows, mirrored."""
    return replace(scene, back=scene.sheet.paper).worn(bleed_through=float(rng.uniform(0.03, 0.2)))


def bleed_of_marks(scene: Scene, rng: np.random.Generator) -> Scene:
    """Crosses on the other side that come through right where empty boxes are."""
    back = np.full_like(scene.sheet.paper, 255)
    hand = Hand(scene.hand.writer, make_pen(PenKind.FELT, InkColour.BLACK))
    boxes, width = scene.empty_boxes, scene.size_mm[0]
    for index in rng.choice(len(boxes), min(len(boxes), int(rng.integers(2, 8))), replace=False):
        rect = boxes[int(index)].rect
        unit = draw_mark(MarkKind.CROSS_STRAIGHT, scene.hand.writer, rng)
        centre = (width - rect.centre_mm[0] + float(rng.normal(0, 1.0)), rect.centre_mm[1])
        draw_strokes(back, scene.sheet.px_per_mm, moved(unit, rect.width_mm, centre), hand, rng)
    return replace(scene, back=back).worn(bleed_through=float(rng.uniform(0.05, 0.3)))


def one_corner_covered(scene: Scene, rng: np.random.Generator) -> Scene:
    place = scene.sheet.place.fiducials[int(rng.integers(4))].inflated(float(rng.uniform(0.5, 4.0)))
    return _covering(scene, place, int(rng.integers(200, 253)))


def code_covered(scene: Scene, rng: np.random.Generator) -> Scene:
    hidden = _covering(scene, scene.sheet.place.qr.inflated(2.0), int(rng.integers(200, 253)))
    return replace(hidden, rejections=(RejectionReason.NO_CODE,))


def half_sheet(scene: Scene, rng: np.random.Generator) -> Scene:
    width, height = scene.size_mm
    lower = Rect(-1.0, height * float(rng.uniform(0.4, 0.7)), width + 2.0, height)
    return replace(_covering(scene, lower, 22), rejections=HALF_SHEET)


def _covering(scene: Scene, place: Rect, grey: int) -> Scene:
    return replace(scene, change=lambda page: covered(page, scene.sheet.px_per_mm, place, grey))


def two_sheets(scene: Scene, rng: np.random.Generator) -> Scene:
    """Another ballot, or a bare sheet where none is given, lies over the lower part of this one."""
    upper = np.full_like(scene.sheet.paper, 252) if scene.other is None else scene.other.paper
    shift = (float(rng.uniform(4.0, 20.0)), float(rng.uniform(45.0, 90.0)))
    return replace(
        scene,
        change=lambda page: overlaid(page, upper, scene.sheet.px_per_mm, shift),
        rejections=TWO_SHEETS,
    )


def back_side(scene: Scene, rng: np.random.Generator) -> Scene:
    shown = scene.worn(bleed_through=float(rng.uniform(0.02, 0.12)))
    return replace(shown, shows_back=True, rejections=BACK)


def back_with_remark(scene: Scene, rng: np.random.Generator) -> Scene:
    """The back lies on the glass and says something."""
    scale, back = scene.sheet.px_per_mm, np.full_like(scene.sheet.paper, 255)
    text = ("không đồng ý", "đề nghị xem lại", "tốt")[int(rng.integers(3))]
    drawn, height = write_text(text, scene.hand.writer, rng), float(rng.uniform(5.0, 9.0))
    left, top, right, bottom = bounds(drawn)
    factor = min(height / max(bottom - top, 1e-9), 90.0 / max(right - left, 1e-9))
    at = rng.uniform((15.0, 20.0), (50.0, scene.size_mm[1] - 30.0)) - np.array([left, top]) * factor
    draw_strokes(back, scale, moved(drawn, factor, at), scene.hand, rng)
    shown = scene.worn(bleed_through=float(rng.uniform(0.0, 0.06)))
    return replace(shown, back=back, shows_back=True, rejections=BACK_WITH_REMARK)


def blank_sheet(scene: Scene, _rng: np.random.Generator) -> Scene:
    return replace(scene, shows_back=True, rejections=(RejectionReason.BLANK_PAGE,)).worn(bleed_through=0.0)
