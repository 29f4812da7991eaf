"""The figures of `benchmarks.speed` as a picture: stages, whole scans, and earlier runs."""

from __future__ import annotations

import html
import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import resvg_py

from benchmarks.speed_scan import Scans
from benchmarks.speed_stages import STAGES, WHOLE, Stages

_WIDTH, _LEFT, _RIGHT, _ROW = 1100, 250, 70, 19
_GAP, _HEAD = 46, 56
_COLOURS = (
    "#9aa5b1", "#7b8794", "#52606d", "#1f4e9c", "#4c86d6", "#8fbcf0", "#1f7a4d", "#5bb585",
    "#e08a1e", "#c0392b", "#8e44ad", "#c39bd3", "#b7950b", "#6e2c00",
)  # fmt: skip
_BARS = {200: 2.5, 300: 2.0}
"""The most that a whole scan shall cost, by dpi."""
_HISTORY_HEIGHT = 150


@dataclass(frozen=True, slots=True)
class Scale:
    """From ratios to places along the picture."""

    most: float

    def x(self, value: float) -> float:
        return _LEFT + value / self.most * (_WIDTH - _LEFT - _RIGHT)


def speed_png(stages: Sequence[Stages], scans: Sequence[Scans], history: Sequence[dict[str, Any]]) -> bytes:
    """The picture as PNG."""
    ratios = [one.costs[WHOLE].ratio for one in stages] + [max(one.ratios("wall_ms")) for one in scans]
    scale = Scale(1.08 * max(ratios, default=1.0))
    parts, y = _stage_bars(stages, scale, 20.0) if stages else ([], 20.0)
    if scans:
        more, y = _scan_bars(scans, scale, y)
        parts += more
    if len(history) > 1:
        parts += _history(history, y)
        y += _HISTORY_HEIGHT + _HEAD
    svg = (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{_WIDTH}" height="{y:.0f}" font-family="sans-serif" '
        f'font-size="12">{"".join(parts)}</svg>'
    )
    return bytes(resvg_py.svg_to_bytes(svg_string=svg, background="#ffffff", zoom=1.5))


def _stage_bars(stages: Sequence[Stages], scale: Scale, y: float) -> tuple[list[str], float]:
    parts = [_text(10, y, "A page, one process: CPU over plain decoding of the same file", bold=True)]
    for place, stage in enumerate(STAGES):
        column, row = place % 7, place // 7
        x, line = 10 + 155 * column, y + 20 + 17 * row
        parts.append(f'<rect x="{x}" y="{line - 10}" width="11" height="11" fill="{_COLOURS[place]}"/>')
        parts.append(_text(x + 16, line, stage))
    y += _HEAD
    top = y
    bars: list[str] = []
    for one in stages:
        pages = f" on {one.pages} pages" if one.pages > 1 else ""
        bars.append(_text(_LEFT - 8, y + 12, f"{one.kind}, {one.lines} lines{pages}", anchor="end"))
        # A stage is as long as its part of the whole: medians of parts do not add up to the median of all.
        whole, total = one.costs[WHOLE].ratio, sum(one.costs[stage].ratio for stage in STAGES)
        left = 0.0
        for place, stage in enumerate(STAGES):
            share = one.costs[stage].ratio / total * whole
            bars.append(_bar(scale, left, left + share, y, _COLOURS[place]))
            left += share
        bars.append(_text(scale.x(whole) + 6, y + 12, f"{whole:.2f}"))
        y += _ROW
    return [*parts, *_grid(scale, top, y), *bars], y + _GAP


def _scan_bars(scans: Sequence[Scans], scale: Scale, y: float) -> tuple[list[str], float]:
    parts = [
        _text(10, y, "Whole scans, start-up taken off: wall time over plain decoding with as many", bold=True)
    ]
    y += 14
    top = y
    bars: list[str] = []
    for one in scans:
        ratios = one.ratios("wall_ms")
        middle = statistics.median(ratios)
        name = f"{one.pages} pages, {one.dpi} dpi, {one.processes} process{'es' if one.processes > 1 else ''}"
        bars.append(_text(_LEFT - 8, y + 12, name, anchor="end"))
        bars.append(_bar(scale, 0.0, middle, y, "#4c86d6"))
        middle_y = y + _ROW / 2 - 1
        bars.append(_line(scale.x(ratios[0]), middle_y, scale.x(ratios[-1]), middle_y, "#222"))
        bars.append(_text(scale.x(ratios[-1]) + 6, y + 12, f"{middle:.2f}"))
        if (limit := _BARS.get(one.dpi)) is not None:
            bars.append(_line(scale.x(limit), y - 2, scale.x(limit), y + _ROW - 2, "#c0392b", width=2))
        y += _ROW
    parts.append(_text(_WIDTH - 10, top - 14, "red: what is asked for", anchor="end", colour="#c0392b"))
    return [*parts, *_grid(scale, top, y), *bars], y + _GAP


def _grid(scale: Scale, top: float, bottom: float) -> list[str]:
    step = next(step for step in (1, 2, 5, 10, 20, 50, 100) if scale.most / step <= 12)
    parts, value = [], 0
    while value <= scale.most:
        parts.append(_line(scale.x(value), top - 3, scale.x(value), bottom, "#e0e0e0"))
        parts.append(_text(scale.x(value), bottom + 13, f"{value}", anchor="middle"))
        value += step
    return parts


def _history(history: Sequence[dict[str, Any]], y: float) -> list[str]:
    """The ratio of whole scans, run by run, oldest first."""
    lines: dict[tuple[int, int], list[tuple[int, float]]] = {}
    for place, entry in enumerate(history):
        for one in entry.get("scans", ()):
            plain = [run["cpu_ms"] for run in one["decoding"]]
            ratio = statistics.median(run["cpu_ms"] / p for run, p in zip(one["runs"], plain, strict=True))
            lines.setdefault((one["dpi"], one["processes"]), []).append((place, ratio))
    parts = [_text(10, y, "Whole scans, earlier runs first: CPU over plain decoding", bold=True)]
    most = 1.1 * max((ratio for line in lines.values() for _, ratio in line), default=1.0)
    base, span = y + 20 + _HISTORY_HEIGHT, max(1, len(history) - 1)

    def point(place: int, ratio: float) -> str:
        x = _LEFT + place / span * (_WIDTH - _LEFT - _RIGHT - 90)
        return f"{x:.1f},{base - ratio / most * _HISTORY_HEIGHT:.1f}"

    for value in range(int(most) + 1):
        height = base - value / most * _HISTORY_HEIGHT
        parts.append(_line(_LEFT, height, _WIDTH - _RIGHT - 90, height, "#e0e0e0"))
        parts.append(_text(_LEFT - 6, height + 4, f"{value}", anchor="end"))
    for number, ((dpi, processes), line) in enumerate(sorted(lines.items())):
        colour = _COLOURS[3 + 2 * number]
        points = " ".join(point(place, ratio) for place, ratio in line)
        parts.append(f'<polyline points="{points}" fill="none" stroke="{colour}" stroke-width="2"/>')
        parts += [
            f'<circle cx="{p.split(",")[0]}" cy="{p.split(",")[1]}" r="3" fill="{colour}"/>'
            for p in points.split()
        ]
        parts.append(_text(10, y + 34 + 17 * number, f"{dpi} dpi, {processes} at once", colour=colour))
    return parts


def _bar(scale: Scale, left: float, right: float, y: float, colour: str) -> str:
    width = scale.x(right) - scale.x(left)
    return f'<rect x="{scale.x(left):.1f}" y="{y}" width="{width:.1f}" height="{_ROW - 4}" fill="{colour}"/>'


def _line(x: float, y: float, to_x: float, to_y: float, colour: str, width: float = 1) -> str:
    return (
        f'<line x1="{x:.1f}" y1="{y:.1f}" x2="{to_x:.1f}" y2="{to_y:.1f}" '
        f'stroke="{colour}" stroke-width="{width}"/>'
    )


def _text(
    x: float, y: float, text: str, *, anchor: str = "start", colour: str = "#222", bold: bool = False
) -> str:
    look = f'text-anchor="{anchor}" fill="{colour}"' + (' font-weight="bold"' if bold else "")
    return f'<text x="{x:.1f}" y="{y:.1f}" {look}>{html.escape(text)}</text>'
