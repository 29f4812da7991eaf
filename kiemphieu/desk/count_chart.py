"""A person's counts as bars with the lines that a rule set draws: geometry for an inline SVG."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from kiemphieu.documents.facts import Words
from records.count import OfficialResult
from records.rules import RuleSet, Threshold

WIDTH = 720
BAR_LEFT = 178
BAR_WIDTH = 400
VALUE_LEFT = BAR_LEFT + BAR_WIDTH + 10
_ROW = 34
_BAR_HEIGHT = 22
_LINE_OVER = 5
"""How far a threshold's line stands out above and below its bar."""
_LABEL_ROOM = 24
_TOP = 8
INVALID = "invalid"


@dataclass(frozen=True, slots=True)
class Bar:
    """One level; lengths in units of the view box.

    Attributes:
        kind: "0", "1", … in column order, or `INVALID`.
        text_y: the base line of its words.
    """

    kind: str
    label: str
    value: str
    y: int
    height: int
    width: float
    text_y: int


@dataclass(frozen=True, slots=True)
class Line:
    """A threshold over the bar of its level.

    Attributes:
        end: whether its words stand to the left of it.
    """

    x: float
    top: int
    bottom: int
    label: str
    label_y: int
    end: bool


@dataclass(frozen=True, slots=True)
class Chart:
    """All of one person.

    Attributes:
        words: the same in a sentence, for those who do not see it.
    """

    bars: tuple[Bar, ...]
    lines: tuple[Line, ...]
    height: int
    words: str


def draw_chart(result: OfficialResult, rules: RuleSet, words: Words) -> Chart:
    """The bars of one person; every bar is a share of the same base."""
    counts = dict(result.count.levels)
    percent = dict(result.percent)
    bars: list[Bar] = []
    lines: list[Line] = []
    y = _TOP
    for number, level in enumerate(rules.levels):
        value = _value(counts[level.id], percent, level.id, words)
        bars.append(_bar(str(number), words.level(level.id, level.label), value, counts[level.id], result, y))
        found = sorted((t for t in rules.thresholds if t.level == level.id), key=_share)
        lines += [_line(one, place == 0 and len(found) > 1, y, words) for place, one in enumerate(found)]
        y += _ROW + (_LABEL_ROOM if found else 0)
    invalid = str(result.count.invalid)
    bars.append(_bar(INVALID, words("doc_column_invalid"), invalid, result.count.invalid, result, y))
    sentence = ", ".join(f"{bar.label} {bar.value}" for bar in bars)
    return Chart(tuple(bars), tuple(lines), y + _ROW, sentence)


def _share(threshold: Threshold) -> Fraction:
    return Fraction(threshold.numerator, threshold.denominator)


def _value(count: int, percent: Mapping[str, str], level: str, words: Words) -> str:
    return f"{count} · {words.percent(percent[level])}" if level in percent else str(count)


def _bar(kind: str, label: str, value: str, count: int, result: OfficialResult, y: int) -> Bar:
    share = min(Fraction(count, result.base), Fraction(1)) if result.base > 0 else Fraction(0)
    width = round(float(share) * BAR_WIDTH, 1)
    return Bar(kind, label, value, y, _BAR_HEIGHT, width, y + _BAR_HEIGHT - 5)


def _line(threshold: Threshold, end: bool, y: int, words: Words) -> Line:
    x = round(BAR_LEFT + float(_share(threshold)) * BAR_WIDTH, 1)
    bottom = y + _BAR_HEIGHT + _LINE_OVER
    return Line(x, y - _LINE_OVER, bottom + 8, words.share(threshold), bottom + 12, end)
