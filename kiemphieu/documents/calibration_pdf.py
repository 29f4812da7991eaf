"""A scanner's profile on one page: the verdict with its reasons, the figures, and what they look like."""

from __future__ import annotations

import io
from collections.abc import Iterator

from reportlab.lib.colors import Color
from reportlab.lib.pagesizes import A4
from reportlab.lib.units import mm
from reportlab.lib.utils import simpleSplit
from reportlab.pdfbase.pdfmetrics import stringWidth
from reportlab.pdfgen.canvas import Canvas

from kiemphieu.documents.calibration_plots import (
    INK,
    QUIET,
    draw_distortion,
    draw_light,
    draw_sharpness,
    draw_streaks,
    draw_tone,
    number_text,
)
from kiemphieu.documents.facts import Words
from kiemphieu.documents.pdf import BOLD, REGULAR, register_fonts
from records.scanner_profile import FaultFound, Fitness, ScannerFault, ScannerProfile, profile_sha256

MARGIN = 14 * mm
WIDTH = A4[0] - 2 * MARGIN
REASONS_HEIGHT = 62 * mm
MAP_SIZE = (56 * mm, 78 * mm)
CURVE_SIZE = (86 * mm, 48 * mm)
_COLOUR = {
    Fitness.FIT: Color(0.05, 0.45, 0.2),
    Fitness.LIMITS: Color(0.72, 0.42, 0.0),
    Fitness.UNFIT: Color(0.72, 0.0, 0.12),
}
_SHARES = frozenset(
    {ScannerFault.SCALE, ScannerFault.ANISOTROPY, ScannerFault.UNEVEN_LIGHT, ScannerFault.LIGHT_TONES}
)
"""Faults whose value is a share, shown in percent."""


def write_report_pdf(profile: ScannerProfile, words: Words) -> bytes:
    """The report; equal profiles give equal bytes."""
    register_fonts()
    buffer = io.BytesIO()
    canvas = Canvas(buffer, pagesize=A4, invariant=1)
    canvas.setTitle(words("calibrate_report_title", scanner=profile.scanner))
    y = _draw_head(canvas, profile, words)
    y = _draw_figures(canvas, profile, words, y - 6 * mm)
    _draw_reasons(canvas, profile, words, y - 4 * mm)
    _draw_plots(canvas, profile, words)
    canvas.setFont(REGULAR, 7)
    canvas.setFillColor(QUIET)
    canvas.drawString(MARGIN, 8 * mm, words("calibrate_report_hash", sha256=profile_sha256(profile)))
    canvas.showPage()
    canvas.save()
    return buffer.getvalue()


def fault_text(found: FaultFound, words: Words) -> str:
    """What is wrong, with the value measured and the limit."""
    value, limit = (fault_value(found.fault, number, words) for number in (found.value, found.limit))
    return words(f"calibrate_fault_{found.fault.value}", value=value, limit=limit)


def fault_value(fault: ScannerFault, number: float, words: Words) -> str:
    if fault in _SHARES:
        return f"{number_text(100 * number, 1, words)} %"
    if fault is ScannerFault.STREAKS:
        return f"{number:.0f}"
    digits = (
        0 if fault in {ScannerFault.RESOLUTION_LOW, ScannerFault.CONTRAST, ScannerFault.COLOUR_CAST} else 2
    )
    return number_text(number, digits, words)


def _draw_head(canvas: Canvas, profile: ScannerProfile, words: Words) -> float:
    y: float = A4[1] - MARGIN - 4 * mm
    canvas.setFillColor(INK)
    title = words("calibrate_report_title", scanner=profile.scanner)
    size = min(16.0, 16.0 * WIDTH / max(stringWidth(title, BOLD, 16.0), 1.0))
    canvas.setFont(BOLD, size)
    canvas.drawString(MARGIN, y, title)
    y -= 8 * mm
    canvas.setFont(BOLD, 13)
    canvas.setFillColor(_COLOUR[profile.fitness])
    canvas.drawString(MARGIN, y, words(f"calibrate_fitness_{profile.fitness.value}"))
    return y


def _figures(profile: ScannerProfile, words: Words) -> Iterator[tuple[str, str]]:
    """Label and value of every figure."""
    geometry, tone, gain = profile.geometry, profile.tone, profile.gain

    def number(value: float | None, digits: int) -> str:
        return "–" if value is None else number_text(value, digits, words)

    mode = words(f"calibrate_mode_{profile.mode.value}")
    yield words("calibrate_row_scans"), f"{profile.scans} · {profile.paper} · {mode}"
    yield words("calibrate_row_dpi"), f"{number(geometry.dpi_x, 2)} × {number(geometry.dpi_y, 2)} dpi"
    yield words("calibrate_row_anisotropy"), f"{number(100 * geometry.anisotropy, 2)} %"
    yield words("calibrate_row_skew"), f"{number(geometry.skew_deg, 2)}°"
    most, mean = number(geometry.distortion_max_mm, 2), number(geometry.distortion_rms_mm, 2)
    yield words("calibrate_row_distortion"), f"{most} mm ({mean} mm)"
    yield words("calibrate_row_tones"), f"{number(tone.white, 0)} / {number(tone.black, 0)}"
    yield words("calibrate_row_noise"), f"{number(tone.noise_white, 1)} / {number(tone.noise_black, 1)}"
    sharp = profile.sharpness
    yield words("calibrate_row_sharpness"), f"{number(sharp.mtf50_x, 1)} / {number(sharp.mtf50_y, 1)} lp/mm"
    yield words("calibrate_row_light"), f"{number(100 * profile.light.loss, 1)} %"
    yield words("calibrate_row_cast"), number(tone.colour_cast, 0)
    growth = " / ".join(number(one, 2) for one in (gain.dot_mm, gain.line_x_mm, gain.line_y_mm))
    yield words("calibrate_row_gain"), f"{growth} mm"
    again = profile.repeatability
    steady = "–" if again is None else f"{number(again.place_mm, 3)} mm · {number(again.tone, 1)}"
    yield words("calibrate_row_repeatability"), steady


def _draw_figures(canvas: Canvas, profile: ScannerProfile, words: Words, y: float) -> float:
    rows = tuple(_figures(profile, words))
    half = (len(rows) + 1) // 2
    for index, (label, value) in enumerate(rows):
        x = MARGIN + (index // half) * (WIDTH / 2 + 2 * mm)
        line = y - (index % half) * 4.6 * mm
        canvas.setFillColor(QUIET)
        canvas.setFont(REGULAR, 8.5)
        canvas.drawString(x, line, label)
        canvas.setFillColor(INK)
        canvas.setFont(BOLD, 8.5)
        canvas.drawRightString(x + WIDTH / 2 - 4 * mm, line, value)
    end: float = y - half * 4.6 * mm
    return end


def _draw_reasons(canvas: Canvas, profile: ScannerProfile, words: Words, y: float) -> None:
    """Every reason with its remedy, as many as there is room for."""
    end = y - REASONS_HEIGHT
    for index, found in enumerate(profile.faults):
        head = simpleSplit(f"• {fault_text(found, words)}", BOLD, 8.5, WIDTH)
        remedy = simpleSplit(words(f"calibrate_remedy_{found.fault.value}"), REGULAR, 8.5, WIDTH - 4 * mm)
        height = (len(head) + len(remedy)) * 3.7 * mm + 1.2 * mm
        if y - height < end + 4 * mm:
            rest = len(profile.faults) - index
            canvas.setFont(REGULAR, 8.5)
            canvas.setFillColor(INK)
            canvas.drawString(MARGIN, y, words("calibrate_report_more", count=rest))
            return
        canvas.setFillColor(_COLOUR[found.grade])
        canvas.setFont(BOLD, 8.5)
        for line in head:
            canvas.drawString(MARGIN, y, line)
            y -= 3.7 * mm
        canvas.setFillColor(INK)
        canvas.setFont(REGULAR, 8.5)
        for line in remedy:
            canvas.drawString(MARGIN + 4 * mm, y, line)
            y -= 3.7 * mm
        y -= 1.2 * mm


def _draw_plots(canvas: Canvas, profile: ScannerProfile, words: Words) -> None:
    """Three maps of the page over two curves, at the foot."""
    low = 18 * mm
    for index, draw_curve in enumerate((draw_tone, draw_sharpness)):
        x = MARGIN + index * (WIDTH - CURVE_SIZE[0])
        draw_curve(canvas, profile, words, (x, low, *CURVE_SIZE))
    high = low + CURVE_SIZE[1] + 16 * mm
    for index, draw_map in enumerate((draw_distortion, draw_light, draw_streaks)):
        x = MARGIN + index * (WIDTH - MAP_SIZE[0]) / 2
        draw_map(canvas, profile, words, (x, high, *MAP_SIZE))
