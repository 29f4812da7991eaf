"""The plots of a scanner's report, each in a frame (x, y, width, height) of the PDF's points, y up."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

from reportlab.lib.colors import Color
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas

from kiemphieu.documents.facts import Words
from kiemphieu.documents.pdf import BOLD, REGULAR
from kiemphieu.messages import Language
from records.scanner_profile import ScannerProfile, StreakAxis

Frame = tuple[float, float, float, float]
Place = Callable[[float, float], tuple[float, float]]

INK = Color(0.1, 0.1, 0.12)
QUIET = Color(0.4, 0.4, 0.44)
_FIRST, _SECOND = Color(0.13, 0.35, 0.62), Color(0.8, 0.4, 0.1)
_GRID = Color(0.85, 0.85, 0.87)
_ARROW_SCALES = (100, 50, 20, 10, 5, 2, 1)
_LONGEST_ARROW_MM = 12.0
"""Distortions are drawn lengthened, the longest arrow a little over one pitch of the dots at most."""
_PAPER_MM = {"A4": (210.0, 297.0), "A5": (148.0, 210.0)}
_MM_PER_INCH = 25.4


def draw_tone(canvas: Canvas, profile: ScannerProfile, words: Words, frame: Frame) -> None:
    """Brightness against ink coverage, both copies."""
    place = _axes(canvas, words("calibrate_plot_tone"), frame, (0, 100, 25), (0, 255, 51), words)
    steps = profile.tone.steps
    _curve(canvas, [place(step.percent, step.first) for step in steps], _FIRST)
    _curve(canvas, [place(step.percent, step.second) for step in steps], _SECOND)
    _legend(canvas, frame, (words("calibrate_plot_upper"), words("calibrate_plot_lower")))


def draw_sharpness(canvas: Canvas, profile: ScannerProfile, words: Words, frame: Frame) -> None:
    """Contrast against frequency, to where the pixels end."""
    sharp = profile.sharpness
    nyquist = min(profile.geometry.dpi_x, profile.geometry.dpi_y) / _MM_PER_INCH / 2
    end = max(2, round(nyquist + 0.5))
    title = words("calibrate_plot_sharpness")
    place = _axes(canvas, title, frame, (0, end, max(1, end // 4)), (0, 1, 0.25), words)
    if not sharp.frequencies:
        _note(canvas, frame, words("calibrate_plot_no_sharpness"))
        return
    for curve, colour in ((sharp.curve_x, _FIRST), (sharp.curve_y, _SECOND)):
        points = [
            place(frequency, min(1.0, value))
            for frequency, value in zip(sharp.frequencies, curve, strict=True)
            if frequency <= end
        ]
        _curve(canvas, points, colour)
    _legend(canvas, frame, (words("calibrate_plot_along_x"), words("calibrate_plot_along_y")))


def draw_distortion(canvas: Canvas, profile: ScannerProfile, words: Words, frame: Frame) -> None:
    """Every dot's mean shift as an arrow, lengthened."""
    most = max(math.hypot(shift.dx_mm, shift.dy_mm) for shift in profile.geometry.shifts)
    times = next((one for one in _ARROW_SCALES if one * most <= _LONGEST_ARROW_MM), 1)
    title = words("calibrate_plot_distortion", times=times)
    place = _page(canvas, profile, title, frame)
    canvas.setStrokeColor(_FIRST)
    canvas.setFillColor(INK)
    canvas.setLineWidth(0.6)
    for shift in profile.geometry.shifts:
        start = place(shift.x_mm, shift.y_mm)
        end = place(shift.x_mm + times * shift.dx_mm, shift.y_mm + times * shift.dy_mm)
        canvas.line(*start, *end)
        canvas.circle(*start, 0.45, stroke=0, fill=1)


def draw_light(canvas: Canvas, profile: ScannerProfile, words: Words, frame: Frame) -> None:
    """The paper's brightness in the free cells; the range is stretched so that a little unevenness shows."""
    places = profile.light.places
    values = sorted(one.value for one in places)
    low, high = values[0], values[-1]
    place = _page(canvas, profile, words("calibrate_plot_light", low=f"{low:.0f}", high=f"{high:.0f}"), frame)
    # At least 40 levels between dark and light, or noise would look like a shadow.
    bottom = min(low, high - 40.0)
    for one in places:
        share = (one.value - bottom) / (high - bottom)
        canvas.setFillColor(Color(0.25 + 0.75 * share, 0.3 + 0.7 * share, 0.45 + 0.53 * share))
        left, top = place(one.x_mm - 5, one.y_mm - 5)
        right, base = place(one.x_mm + 5, one.y_mm + 5)
        canvas.rect(left, base, right - left, top - base, stroke=0, fill=1)


def draw_streaks(canvas: Canvas, profile: ScannerProfile, words: Words, frame: Frame) -> None:
    """Where the streaks lie in the image as scanned, each with its millimetres."""
    title = words("calibrate_plot_streaks", count=len(profile.streaks))
    dpi = profile.geometry.dpi_x, profile.geometry.dpi_y
    size = profile.width_px / dpi[0] * _MM_PER_INCH, profile.height_px / dpi[1] * _MM_PER_INCH
    place = _page(canvas, profile, title, frame, size)
    canvas.setFont(REGULAR, 6)
    for index, streak in enumerate(profile.streaks):
        vertical = streak.axis is StreakAxis.VERTICAL
        ends = (
            (place(streak.position_mm, 0.0), place(streak.position_mm, size[1]))
            if vertical
            else (place(0.0, streak.position_mm), place(size[0], streak.position_mm))
        )
        canvas.setStrokeColor(_SECOND)
        canvas.setLineWidth(0.5 + min(streak.width_px / 4, 1.5))
        canvas.line(*ends[0], *ends[1])
        canvas.setFillColor(INK)
        text = f"{streak.position_mm:.0f} mm"
        if vertical:
            canvas.drawString(ends[0][0] + 1.5, ends[0][1] - 7 - 7 * (index % 6), text)
        else:
            canvas.drawString(ends[0][0] + 2, ends[0][1] + 1.5, text)
    if not profile.streaks:
        _note(canvas, frame, words("calibrate_plot_no_streaks"))


def _page(
    canvas: Canvas,
    profile: ScannerProfile,
    title: str,
    frame: Frame,
    size_mm: tuple[float, float] | None = None,
) -> Place:
    """The outline of a page as large as the frame allows, and where its millimetres lie."""
    x, y, width, height = frame
    across, down = size_mm or _PAPER_MM[profile.paper]
    scale = min(width / across, height / down)
    left, top = x + (width - scale * across) / 2, y + (height + scale * down) / 2
    _title(canvas, title, frame)
    canvas.setStrokeColor(QUIET)
    canvas.setLineWidth(0.4)
    canvas.rect(left, top - scale * down, scale * across, scale * down, stroke=1, fill=0)
    return lambda x_mm, y_mm: (left + scale * x_mm, top - scale * y_mm)


def _axes(
    canvas: Canvas,
    title: str,
    frame: Frame,
    along: tuple[float, float, float],
    up: tuple[float, float, float],
    words: Words,
) -> Place:
    """Grid lines with numbers; each axis from, to and by; returns where values lie."""
    x, y, width, height = frame
    left, base, across, high = x + 8 * mm, y + 4 * mm, width - 9 * mm, height - 4 * mm

    def place(value: float, level: float) -> tuple[float, float]:
        share = (value - along[0]) / (along[1] - along[0]), (level - up[0]) / (up[1] - up[0])
        return left + across * share[0], base + high * share[1]

    _title(canvas, title, frame)
    canvas.setFont(REGULAR, 6.5)
    canvas.setFillColor(QUIET)
    canvas.setStrokeColor(_GRID)
    canvas.setLineWidth(0.4)
    for value in _steps(*along):
        canvas.line(*place(value, up[0]), *place(value, up[1]))
        canvas.drawCentredString(place(value, 0)[0], base - 3 * mm, _axis_text(value, words))
    for level in _steps(*up):
        canvas.line(*place(along[0], level), *place(along[1], level))
        canvas.drawRightString(left - 1 * mm, place(0, level)[1] - 2, _axis_text(level, words))
    return place


def number_text(value: float, digits: int, words: Words) -> str:
    """A number with the language's decimal sign."""
    text = f"{value:.{digits}f}"
    if not float(text):
        text = text.removeprefix("-")
    return text.replace(".", ",") if words.lang is Language.VIETNAMESE else text


def _axis_text(value: float, words: Words) -> str:
    return number_text(value, 0 if value == round(value) else 2, words)


def _steps(start: float, end: float, by: float) -> list[float]:
    return [start + by * step for step in range(round((end - start) / by - 0.49) + 1)]


def _title(canvas: Canvas, title: str, frame: Frame) -> None:
    x, y, _, height = frame
    canvas.setFont(BOLD, 7.5)
    canvas.setFillColor(INK)
    canvas.drawString(x, y + height + 1.8 * mm, title)


def _curve(canvas: Canvas, points: Sequence[tuple[float, float]], colour: Color) -> None:
    canvas.setStrokeColor(colour)
    canvas.setLineWidth(1.1)
    path = canvas.beginPath()
    path.moveTo(*points[0])
    for point in points[1:]:
        path.lineTo(*point)
    canvas.drawPath(path, stroke=1, fill=0)


def _legend(canvas: Canvas, frame: Frame, names: tuple[str, str]) -> None:
    x, y, width, height = frame
    canvas.setFont(REGULAR, 6.5)
    for index, (name, colour) in enumerate(zip(names, (_FIRST, _SECOND), strict=True)):
        line = y + height - 4 * mm - index * 3.2 * mm
        canvas.setFillColor(colour)
        canvas.drawRightString(x + width - 3 * mm, line, name)


def _note(canvas: Canvas, frame: Frame, text: str) -> None:
    x, y, width, height = frame
    canvas.setFont(REGULAR, 8)
    canvas.setFillColor(QUIET)
    canvas.drawCentredString(x + width / 2, y + height / 2, text)
