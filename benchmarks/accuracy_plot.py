"""How far the weakest true mark lies from the strongest non-mark: histograms of the scores, as SVG."""

from __future__ import annotations

import html
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from benchmarks.accuracy_records import BallotRecord, BoxRecord
from records.reading import BoxState
from sample_scans.mark_shapes import PLAIN_CROSSES, MarkKind
from scanner.options import MarkOptions

_CROSSES = frozenset(kind.value for kind in PLAIN_CROSSES)
_MISPLACED = frozenset({MarkKind.CROSS_BESIDE.value, MarkKind.CROSS_BETWEEN.value})
_WIDTH, _HEIGHT, _LEFT, _BOTTOM, _TOP = 880, 230, 46, 34, 34
_BINS = 80


@dataclass(frozen=True, slots=True)
class Axis:
    """How a score is laid along the axis: `place` brings it to a line from `low` to `high`."""

    low: float
    high: float
    place: Callable[[float], float]
    ticks: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Plot:
    """`strong` chooses the boxes of the first series, `weak` those of the second."""

    score: str
    title: str
    axis: Axis
    strong_name: str
    strong: Callable[[BoxRecord], bool]
    weak_name: str
    weak: Callable[[BoxRecord], bool]
    limits: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Extreme:
    """One box at the edge of its series."""

    ballot: int
    stratum: str
    box: BoxRecord
    value: float


def is_mark(box: BoxRecord) -> bool:
    return box.true is not BoxState.EMPTY


def is_no_mark(box: BoxRecord) -> bool:
    return box.true is BoxState.EMPTY


def is_cross(box: BoxRecord) -> bool:
    return box.mark in _CROSSES


def is_no_cross(box: BoxRecord) -> bool:
    return box.true in (BoxState.EMPTY, BoxState.OTHER, BoxState.CORRECTED)


def _log(value: float) -> float:
    return math.log10(max(value, 1e-9))


def _log_odds(share: float) -> float:
    return math.log10(max(share, 1e-9) / max(1.0 - share, 1e-9))


_AREA = Axis(-2.0, 2.3, _log, (0.01, 0.1, 1.0, 10.0, 100.0))
_LENGTH = Axis(-1.0, 1.5, _log, (0.1, 0.3, 1.0, 3.0, 10.0, 30.0))
_DARK = Axis(-1.5, 0.0, _log, (0.05, 0.1, 0.2, 0.5, 1.0))
_ODDS = Axis(-6.0, 6.0, _log_odds, (1e-5, 1e-3, 0.1, 0.5, 0.9, 0.999, 0.99999))

PLOTS = (
    Plot("ink_mm2", "ink, mm²", _AREA, "marks", is_mark, "no marks", is_no_mark, ("speck_mm2",)),
    Plot("inside_mm2", "ink inside, mm²", _AREA, "marks", is_mark, "no marks", is_no_mark, ("speck_mm2",)),
    Plot(
        "size_mm",
        "longer side, mm",
        _LENGTH,
        "marks",
        is_mark,
        "no marks",
        is_no_mark,
        ("speck_size_mm", "min_size_mm"),
    ),
    Plot(
        "darkness",
        "mean darkness",
        _DARK,
        "marks",
        is_mark,
        "no marks",
        is_no_mark,
        ("min_darkness", "other_min_darkness"),
    ),
    Plot(
        "cross_share",
        "how sure of an X (log odds)",
        _ODDS,
        "crosses",
        is_cross,
        "everything else",
        is_no_cross,
        ("cross_min_share", "other_max_cross_share"),
    ),
)


def values_of(
    records: Sequence[BallotRecord], position: int, wanted: Callable[[BoxRecord], bool]
) -> list[Extreme]:
    """The score at `position` of every box that is wanted, smallest first.

    Lines with a mark beside or between boxes are left out: it is in none of them, or in two.
    """
    found = []
    for record in records:
        misplaced = {box.official for box in record.boxes if box.mark in _MISPLACED}
        found += [
            Extreme(record.index, record.stratum, box, box.scores[position])
            for box in record.boxes
            if box.official not in misplaced and wanted(box)
        ]
    return sorted(found, key=lambda extreme: extreme.value)


def histogram_svg(plot: Plot, strong: Sequence[float], weak: Sequence[float], options: MarkOptions) -> str:
    """Both series over the score's axis, counts on a logarithmic scale, the limits as dashed lines."""
    series = (
        (plot.weak_name, "#c0392b", _bins(plot.axis, weak)),
        (plot.strong_name, "#1f7a4d", _bins(plot.axis, strong)),
    )
    most = max((max(counts) for _, _, counts in series), default=1) or 1
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {_HEIGHT}" font-family="sans-serif" '
        f'font-size="11"><text x="{_LEFT}" y="14" font-weight="bold">{html.escape(plot.title)}</text>'
    ]
    parts += [_axes(plot.axis, most)]
    for number, (name, colour, counts) in enumerate(series):
        parts.append(_bars(counts, most, colour, number))
        parts.append(
            f'<text x="{_WIDTH - 10}" y="{14 + 13 * number}" text-anchor="end" fill="{colour}">'
            f"{html.escape(name)}: {sum(counts):,}</text>"
        )
    for number, limit in enumerate(plot.limits):
        value = getattr(options, limit, None)
        if value is not None:
            parts.append(_limit(plot.axis, float(value), limit, number))
    return "".join(parts) + "</svg>"


def _bins(axis: Axis, values: Sequence[float]) -> list[int]:
    """Counts; what lies beyond an end is in the last bin there."""
    counts = [0] * _BINS
    for value in values:
        share = (axis.place(value) - axis.low) / (axis.high - axis.low)
        counts[min(_BINS - 1, max(0, int(share * _BINS)))] += 1
    return counts


def _x(axis: Axis, value: float) -> float:
    share = (axis.place(value) - axis.low) / (axis.high - axis.low)
    return _LEFT + min(1.0, max(0.0, share)) * (_WIDTH - _LEFT - 10)


def _y(count: float, most: int) -> float:
    room = _HEIGHT - _BOTTOM - _TOP
    return _HEIGHT - _BOTTOM - room * (math.log10(count) + 0.3) / (math.log10(most) + 0.3)


def _bars(counts: Sequence[int], most: int, colour: str, number: int) -> str:
    step = (_WIDTH - _LEFT - 10) / _BINS
    base = _HEIGHT - _BOTTOM
    drawn = []
    for place, count in enumerate(counts):
        if count:
            x, y = _LEFT + place * step + number * step / 2, _y(count, most)
            size = f'width="{step / 2:.1f}" height="{base - y:.1f}"'
            drawn.append(f'<rect x="{x:.1f}" y="{y:.1f}" {size} fill="{colour}"/>')
    return "".join(drawn)


def _axes(axis: Axis, most: int) -> str:
    base = _HEIGHT - _BOTTOM
    parts = [f'<line x1="{_LEFT}" y1="{base}" x2="{_WIDTH - 10}" y2="{base}" stroke="#444"/>']
    for tick in axis.ticks:
        x = _x(axis, tick)
        parts.append(f'<line x1="{x:.1f}" y1="{base}" x2="{x:.1f}" y2="{base + 4}" stroke="#444"/>')
        parts.append(f'<text x="{x:.1f}" y="{base + 16}" text-anchor="middle">{tick:g}</text>')
    count = 1
    while count <= most:
        y = _y(count, most)
        parts.append(f'<line x1="{_LEFT}" y1="{y:.1f}" x2="{_WIDTH - 10}" y2="{y:.1f}" stroke="#e4e4e4"/>')
        parts.append(f'<text x="{_LEFT - 5}" y="{y + 4:.1f}" text-anchor="end">{count:,}</text>')
        count *= 10
    return "".join(parts)


def _limit(axis: Axis, value: float, name: str, number: int) -> str:
    x = _x(axis, value)
    return (
        f'<line x1="{x:.1f}" y1="{_TOP - 6}" x2="{x:.1f}" y2="{_HEIGHT - _BOTTOM}" stroke="#1f4e9c" '
        f'stroke-dasharray="4 3"/><text x="{x + 3:.1f}" y="{_TOP + 2 + 12 * number}" fill="#1f4e9c">'
        f"{html.escape(name)} {value:g}</text>"
    )
