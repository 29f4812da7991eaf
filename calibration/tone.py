"""Brightness on the target: grey steps, noise, the paper's evenness, colours, and how much print grows."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from calibration.locate import LocatedTarget
from calibration.target import DOT_MM, GREY_STEPS, TestLine
from records.scanner_profile import (
    GainMeasures,
    LightMeasures,
    PaperLight,
    SeenMark,
    ToneMeasures,
    ToneStep,
)

FloatArray = NDArray[np.float64]
Inker = Callable[[FloatArray], FloatArray]

_PATCH_HALF_MM = 1.8
"""Of a patch of 6 mm: its middle, clear of blurred edges and of shifts up to a millimetre."""
_PAPER_HALF_MM = 2.0
_EVEN_SHARES = (2, 98)
_LINE_REACH_MM = 0.8
"""Half of the way from a test line to its neighbour."""


def measure_tone(located: LocatedTarget, light: LightMeasures) -> ToneMeasures:
    """The tone curve, black and white, noise and colours.

    The steps are as they would be where the paper has its median brightness: uneven light is told by
    `light` and must not bend the curve.
    """
    values: dict[tuple[int, int], float] = {}
    noise: dict[int, list[float]] = {percent: [] for percent in GREY_STEPS}
    white = float(np.median([place.value for place in light.places]))
    for grey in located.target.greys:
        patch = _grey(located, *grey.rect.centre_mm, _PATCH_HALF_MM)
        values[grey.percent, grey.copy] = float(patch.mean()) * white / _paper_at(light, *grey.rect.centre_mm)
        noise[grey.percent].append(_noise(located.window(*grey.rect.centre_mm, _PATCH_HALF_MM)))
    steps = tuple(
        ToneStep(percent, round(values[percent, 0], 2), round(values[percent, 1], 2))
        for percent in GREY_STEPS
    )
    cells = [located.window(*cell, _PAPER_HALF_MM) for cell in located.target.free_cells]
    return ToneMeasures(
        steps=steps,
        white=round(white, 2),
        black=round(steps[-1].value, 2),
        noise_white=round(float(np.median([_noise(cell) for cell in cells])), 3),
        noise_black=round(float(np.mean(noise[GREY_STEPS[-1]])), 3),
        white_rgb=_white_rgb(located, white),
        colours=_colours(located),
    )


def _paper_at(light: LightMeasures, x_mm: float, y_mm: float) -> float:
    """Brightness of the bare paper around a place, from the nearest free cells."""
    near = sorted(light.places, key=lambda place: np.hypot(place.x_mm - x_mm, place.y_mm - y_mm))[:6]
    return max(float(np.mean([place.value for place in near])), 1.0)


def measure_light(located: LocatedTarget) -> LightMeasures:
    """The paper's brightness in the cells without print, and how much of it the darkest place loses."""
    places = tuple(
        PaperLight(x, y, round(float(_grey(located, x, y, _PAPER_HALF_MM).mean()), 1))
        for x, y in located.target.free_cells
    )
    low, high = np.percentile([place.value for place in places], _EVEN_SHARES)
    return LightMeasures(round(float((high - low) / max(high, 1.0)), 4), places)


def measure_gain(located: LocatedTarget, tone: ToneMeasures) -> GainMeasures:
    """Dots, lines and reference marks against their nominal sizes; see `inker` for what counts as ink."""
    ink = inker(tone)
    across, down = located.px_per_mm
    areas = []
    for dot in located.dots_mm:
        part = located.grey_window(dot[0], dot[1], DOT_MM / 2 + 0.6)
        rim = np.concatenate((part[0], part[-1], part[1:-1, 0], part[1:-1, -1]))
        areas.append(float(_above_paper(part, rim, ink).sum()) / (across * down))
    diameter = 2 * float(np.sqrt(max(float(np.median(areas)), 0.0) / np.pi))
    surplus = {
        standing: float(
            np.mean(
                [
                    _line_surplus(located, line, ink)
                    for line in located.target.lines
                    if line.standing is standing
                ]
            )
        )
        for standing in (True, False)
    }
    return GainMeasures(
        dot_mm=round(diameter - DOT_MM, 4),
        line_x_mm=round(surplus[True], 4),
        line_y_mm=round(surplus[False], 4),
        marks=_marks(located, tone),
    )


def inker(tone: ToneMeasures) -> Inker:
    """What turns brightness, as a share of the paper's, into ink coverage 0 … 1: the tone curve backwards.

    Blur spreads ink and takes none away, so the ink summed up over a dot tells its area whatever the
    sharpness, once the tone curve is undone. A 1-bit scan has no curve: its pixels are ink or paper.
    """
    values = np.minimum.accumulate([step.value for step in tone.steps]) / max(tone.white, 1.0)
    share = np.array([step.percent / 100 for step in tone.steps])
    if len(set(values)) < len(values) / 2:
        values, share = np.array([1.0, values[-1]]), np.array([0.0, 1.0])
    values[0] = max(1.0, values[0])

    def ink(brightness: FloatArray) -> FloatArray:
        found: FloatArray = np.interp(brightness, values[::-1], share[::-1])
        return found

    return ink


def _above_paper(part: NDArray[np.uint8], paper: NDArray[np.uint8], ink: Inker) -> FloatArray:
    """Ink over that of the paper beside, by whose brightness that of the light is taken out."""
    light = max(float(np.median(paper)), 1.0)
    over: FloatArray = ink(part / light) - float(np.median(ink(paper / light)))
    return over


def _line_surplus(located: LocatedTarget, line: TestLine, ink: Inker) -> float:
    part = located.grey_window(*line.rect.centre_mm, max(_LINE_REACH_MM, line.width_mm / 2 + 0.6))
    part = part if line.standing else part.T
    found = _above_paper(part, part[:, [0, -1]], ink)
    return float(found.sum(axis=1).mean()) / located.px_per_mm[0 if line.standing else 1] - line.width_mm


def _marks(located: LocatedTarget, tone: ToneMeasures) -> tuple[SeenMark, ...]:
    """Darkness in the middle of the crosses' arms."""
    seen = []
    for mark in located.target.marks:
        inner = mark.box.inflated(-2.0)
        shares = np.linspace(0.05, 0.35, 12)
        arms = [
            (inner.x_mm + share * inner.width_mm, inner.y_mm + share * inner.height_mm) for share in shares
        ]
        pixels = np.round(located.to_pixels(np.array(arms))).astype(np.intp)
        inside = np.clip(pixels, 0, np.array(located.grey.shape[::-1]) - 1)
        value = float(np.mean(located.grey[inside[:, 1], inside[:, 0]]))
        darkness = (tone.white - value) / max(tone.white - tone.black, 1.0)
        seen.append(SeenMark(mark.line_mm, mark.percent, round(darkness, 3)))
    return tuple(seen)


def _grey(located: LocatedTarget, x_mm: float, y_mm: float, half_mm: float) -> FloatArray:
    """A window in grey; a single paper-white pixel where it lies beyond the scan."""
    part = located.grey_window(x_mm, y_mm, half_mm).astype(np.float64)
    return part if part.size else np.full((1, 1), np.nan)


def _noise(patch: NDArray[np.uint8]) -> float:
    """Standard deviation about the plane through a patch, so that a slope of the light is no noise.

    Of a colour patch the mean over the channels: folded into brightness, a third of the noise would vanish
    that the reader, which takes the darkest channel, has to do with.
    """
    if not patch.size:
        return float("nan")
    rows, columns = np.indices(patch.shape[:2])
    design = np.column_stack((rows.ravel(), columns.ravel(), np.ones(rows.size)))
    values = patch.reshape(rows.size, -1).astype(np.float64)
    solution, *_ = np.linalg.lstsq(design, values, rcond=None)
    return float(np.std(values - design @ solution, axis=0).mean())


def _white_rgb(located: LocatedTarget, white: float) -> tuple[float, float, float]:
    if located.colour is None:
        return (round(white, 2),) * 3
    cells = [located.window(*cell, _PAPER_HALF_MM) for cell in located.target.free_cells]
    means = np.median([cell.reshape(-1, cell.shape[2]).mean(axis=0) for cell in cells if cell.size], axis=0)
    blue, green, red = (round(float(part), 2) for part in means[:3])
    return red, green, blue


def _colours(located: LocatedTarget) -> tuple[tuple[str, float, float, float], ...]:
    if located.colour is None:
        return ()
    found = []
    for patch in located.target.colours:
        part = located.window(*patch.rect.centre_mm, _PATCH_HALF_MM)
        blue, green, red = (
            round(float(value), 1) for value in part.reshape(-1, part.shape[2]).mean(axis=0)[:3]
        )
        found.append((patch.name, red, green, blue))
    return tuple(found)
