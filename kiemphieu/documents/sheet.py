"""The results sheet that is projected at the meeting: a bar per person and level, with the thresholds."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil

from reportlab.lib.colors import Color
from reportlab.lib.units import mm
from reportlab.lib.utils import simpleSplit
from reportlab.pdfbase.pdfmetrics import stringWidth
from reportlab.pdfgen.canvas import Canvas

from kiemphieu.documents.facts import Facts, GroupFacts, Words
from kiemphieu.documents.pdf import BOLD, ITALIC, REGULAR, register_fonts
from records.count import OfficialResult
from records.rules import Publication, RuleSet
from records.vote import Official

PAGE = (338.7 * mm, 190.5 * mm)
"""16:9, as projectors have it."""
MARGIN = 12 * mm
MOST_ROWS = 12
MOST_ROW_HEIGHT = 26 * mm
HEAD_HEIGHT = 36 * mm
COLUMN_HEAD = 11 * mm
FOOT_HEIGHT = 9 * mm
NAME_SHARE, OUTCOME_SHARE = 0.25, 0.15
GAP = 4 * mm
_INK = Color(0.1, 0.1, 0.12)
_QUIET = Color(0.38, 0.38, 0.42)
_ROOM = Color(0.92, 0.92, 0.94)
_THRESHOLD = Color(0.72, 0.0, 0.12)
_BARS = (Color(0.13, 0.45, 0.33), Color(0.2, 0.4, 0.66), Color(0.8, 0.45, 0.1))
"""Told apart by their columns; the colour only helps."""


def write_sheet(facts: Facts, words: Words) -> bytes:
    """The sheet as PDF, at most `MOST_ROWS` persons on a page."""
    register_fonts()
    buffer = io.BytesIO()
    canvas = Canvas(buffer, pagesize=PAGE, invariant=1)
    canvas.setTitle(words("doc_sheet_title", act=words.act(facts.rules)))
    for group, page in _pages(facts):
        _draw_page(canvas, _Page(facts, group, words), page)
        canvas.showPage()
    canvas.save()
    return buffer.getvalue()


@dataclass(frozen=True, slots=True)
class _Page:
    facts: Facts
    group: GroupFacts
    words: Words

    @property
    def rules(self) -> RuleSet:
        return self.facts.rules


Row = tuple[Official, OfficialResult]


def _pages(facts: Facts) -> list[tuple[GroupFacts, tuple[Row, ...]]]:
    """Pages of about equally many persons."""
    pages: list[tuple[GroupFacts, tuple[Row, ...]]] = []
    for group in facts.groups:
        rows = [(facts.official(one.count.official), one) for one in group.result.officials]
        per_page = ceil(len(rows) / ceil(len(rows) / MOST_ROWS))
        pages += [(group, tuple(rows[i : i + per_page])) for i in range(0, len(rows), per_page)]
    return pages


def _draw_page(canvas: Canvas, page: _Page, rows: Sequence[Row]) -> None:
    _draw_head(canvas, page)
    top = PAGE[1] - MARGIN - HEAD_HEIGHT
    width = PAGE[0] - 2 * MARGIN
    levels = page.rules.levels
    column = width * (1 - NAME_SHARE - OUTCOME_SHARE) / len(levels)
    left = MARGIN + width * NAME_SHARE
    canvas.setFillColor(_INK)
    for number, level in enumerate(levels):
        _fit(
            canvas,
            page.words.level(level.id, level.label),
            left + number * column,
            top,
            column - GAP,
            BOLD,
            13,
        )
        _draw_threshold_names(canvas, page, level.id, left + number * column, top, column - GAP)
    _fit(
        canvas,
        page.words("doc_column_outcome"),
        left + len(levels) * column,
        top,
        width * OUTCOME_SHARE,
        BOLD,
        13,
    )
    room = top - COLUMN_HEAD - FOOT_HEIGHT - MARGIN
    height = min(room / len(rows), MOST_ROW_HEIGHT)
    for number, row in enumerate(rows):
        base_line = top - COLUMN_HEAD - (number + 1) * height
        _draw_row(canvas, page, row, base_line, height, column)
    _draw_foot(canvas, page)


def _draw_head(canvas: Canvas, page: _Page) -> None:
    facts, words = page.facts, page.words
    width = PAGE[0] - 2 * MARGIN
    y = PAGE[1] - MARGIN - 8 * mm
    canvas.setFillColor(_INK)
    title = words("doc_sheet_title", act=words.act(facts.rules))
    if not facts.result.final:
        title = f"{title} – {words('doc_sheet_open')}"
        canvas.setFillColor(_THRESHOLD)
    _fit(canvas, title, MARGIN, y, width, BOLD, 24)
    canvas.setFillColor(_INK)
    group = f" · {page.group.title}" if len(facts.groups) > 1 else ""
    where = f"{facts.vote.body}{group} · {words.day(facts.vote.date)}"
    _fit(canvas, where, MARGIN, y - 9 * mm, width, REGULAR, 16)
    ballots = page.group.result.ballots
    message_id = "doc_sheet_typed" if facts.typed else "doc_sheet_head"
    text = words(
        message_id,
        issued=ballots.issued,
        returned=ballots.returned,
        valid=ballots.valid,
        invalid=ballots.invalid,
    )
    _fit(canvas, text, MARGIN, y - 17 * mm, width, REGULAR, 14)


def _draw_threshold_names(
    canvas: Canvas, page: _Page, level: str, left: float, top: float, width: float
) -> None:
    """The shares, each over its line."""
    canvas.setFillColor(_THRESHOLD)
    for threshold in page.rules.thresholds:
        if threshold.level == level:
            x = left + width * threshold.numerator / threshold.denominator
            canvas.setFont(REGULAR, 9)
            canvas.drawCentredString(x, top - 6 * mm, f"{threshold.numerator}/{threshold.denominator}")
    canvas.setFillColor(_INK)


def _draw_row(canvas: Canvas, page: _Page, row: Row, base_line: float, height: float, column: float) -> None:
    official, result = row
    width = PAGE[0] - 2 * MARGIN
    left = MARGIN + width * NAME_SHARE
    size = min(18.0, height / mm * 1.2)
    middle = base_line + height / 2
    canvas.setFillColor(_INK)
    _draw_name(canvas, official, MARGIN, middle, width * NAME_SHARE - GAP, size)
    for number, (level, count) in enumerate(result.count.levels):
        _draw_bar(
            canvas, page, (level, count), result, left + number * column, column - GAP, base_line, height
        )
    reached = result.outcome is not None and result.outcome.value != "none"
    canvas.setFillColor(_THRESHOLD if reached else _INK)
    outcome = page.words.outcome(result, page.rules)
    font = BOLD if reached else REGULAR
    room = width * OUTCOME_SHARE
    _draw_lines(canvas, outcome, left + len(result.count.levels) * column, middle, room, font, size * 0.8)


def _draw_name(
    canvas: Canvas, official: Official, left: float, middle: float, width: float, size: float
) -> None:
    """Name over position; what is long takes two smaller lines."""
    _draw_lines(canvas, official.name, left, middle + size * 0.62, width, BOLD, size)
    canvas.setFillColor(_QUIET)
    _draw_lines(canvas, official.position, left, middle - size * 0.62, width, REGULAR, size * 0.72)


def _draw_lines(
    canvas: Canvas, text: str, left: float, middle: float, width: float, font: str, size: float
) -> None:
    """Text around the height `middle`, in two smaller lines where one does not hold it."""
    lines = simpleSplit(text, font, size, width)
    if len(lines) > 1:
        size *= 0.62
        lines = simpleSplit(text, font, size, width)
        lines = [*lines[:1], " ".join(lines[1:])]
    y = middle + size * (1.1 * (len(lines) - 1) / 2 - 0.35)
    for line in lines:
        _fit(canvas, line, left, y, width, font, size)
        y -= size * 1.1


def _draw_bar(
    canvas: Canvas,
    page: _Page,
    level_count: tuple[str, int],
    result: OfficialResult,
    left: float,
    width: float,
    base_line: float,
    height: float,
) -> None:
    """One level of one person: the bar is the share of the base, the words give number and percentage."""
    level, count = level_count
    number = [one.id for one in page.rules.levels].index(level)
    bottom, thick = base_line + height * 0.14, height * 0.4
    canvas.setFillColor(_ROOM)
    canvas.rect(left, bottom, width, thick, stroke=0, fill=1)
    if result.base:
        canvas.setFillColor(_BARS[number % len(_BARS)] if len(page.rules.levels) > 2 else _BARS[number * 2])
        canvas.rect(left, bottom, width * min(1.0, count / result.base), thick, stroke=0, fill=1)
        canvas.setStrokeColor(_THRESHOLD)
        canvas.setLineWidth(1.2)
        for threshold in page.rules.thresholds:
            if threshold.level == level:
                x = left + width * threshold.numerator / threshold.denominator
                canvas.line(x, bottom - 1.2 * mm, x, bottom + thick + 1.2 * mm)
    percent = dict(result.percent).get(level)
    text = f"{count} ({page.words.percent(percent)})" if percent else str(count)
    canvas.setFillColor(_INK)
    _fit(canvas, text, left, bottom + thick + height * 0.08, width, REGULAR, min(12.0, height / mm * 1.1))


def _draw_foot(canvas: Canvas, page: _Page) -> None:
    words, rules = page.words, page.rules
    bases = sorted({one.base for one in page.group.result.officials})
    text = words("doc_base", base=" · ".join(map(str, bases)), what=words(f"base_{rules.base.value}"))
    if bases == [0]:
        text = words("doc_no_base")
    if rules.documents.publication is Publication.CONFIDENTIAL:
        text = f"{words('doc_secret')} · {text}"
    canvas.setFillColor(_QUIET)
    _fit(canvas, f"{text} {rules.title}.", MARGIN, MARGIN - 3 * mm, PAGE[0] - 2 * MARGIN, ITALIC, 10)


def _fit(canvas: Canvas, text: str, x: float, y: float, width: float, font: str, size: float) -> None:
    """A line of text, smaller where it does not fit, and cut with dots where it would be too small."""
    least = size * 0.6
    while stringWidth(text, font, size) > width and size > least:
        size -= 0.25
    if stringWidth(text, font, size) > width:
        while text and stringWidth(f"{text}…", font, size) > width:
            text = text[:-1]
        text = f"{text.rstrip()}…"
    canvas.setFont(font, size)
    canvas.drawString(x, y, text)
