"""A voter at work: an intent becomes ink on a printed sheet, and the truth about it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from records.geometry import Rect
from records.layout import BoxPlace, LayoutPage
from records.reading import BoxState
from sample_scans.glyphs import signature, write_text
from sample_scans.mark_shapes import MARK_STATES, PLAIN_CROSSES, MarkKind, draw_mark, fitted_mark
from sample_scans.paper import text_lines
from sample_scans.pens import Hand, Page, draw_strokes
from sample_scans.stamp import Stamping, draw_stamp
from sample_scans.strike_shapes import STRIKES_A_NAME, StrikeKind, draw_strike
from sample_scans.strokes import Strokes, Writer, bounds, moved
from sample_scans.truth import BoxTruth, StrikeTruth, Truth, WritingTruth

_MISPLACED = frozenset({MarkKind.CROSS_BESIDE, MarkKind.CROSS_BETWEEN})
_ANY_STATE = (BoxState.UNCLEAR, BoxState.OTHER, BoxState.CROSS)
_PLAIN = frozenset({*PLAIN_CROSSES, MarkKind.PEN_REST, MarkKind.HESITATION})


@dataclass(frozen=True, slots=True)
class MarkIntent:
    """A mark for one box; `strokes` are a real person's (any unit), for CROSS_REAL or in place of a shape.

    Where they are `placed`, they are page millimetres and drawn as they stand: none means that the ink of
    another box's mark is all there is.
    """

    official: str
    level: str
    kind: MarkKind
    strokes: Strokes = ()
    placed: bool = False


@dataclass(frozen=True, slots=True)
class StrikeIntent:
    """A line at a name; `strokes`, where given, are page millimetres and drawn as they stand."""

    official: str
    kind: StrikeKind
    strokes: Strokes = ()


@dataclass(frozen=True, slots=True)
class WritingIntent:
    """Writing that fills `area` as far as its shape allows; an empty text is a signature.

    `strokes`, where given, are real handwriting in any unit.
    """

    text: str
    area: Rect
    strokes: Strokes = ()


@dataclass(frozen=True, slots=True)
class Intent:
    """What a voter means to put on one page; `stamping` is the office's, put on before."""

    marks: tuple[MarkIntent, ...] = ()
    strikes: tuple[StrikeIntent, ...] = ()
    writings: tuple[WritingIntent, ...] = ()
    stamping: Stamping | None = None


@dataclass(frozen=True, slots=True)
class Sheet:
    """One printed page before the vote.

    Attributes:
        paper: uint8 BGR, shape (height, width, 3), 255 = white; never changed.
        px_per_mm: its resolution.
        place: where everything stands on it.
        serial: what its code says; "" if it has none.
    """

    paper: Page
    px_per_mm: float
    place: LayoutPage
    serial: str = ""


def vote_on_page(sheet: Sheet, intent: Intent, hand: Hand, rng: np.random.Generator) -> tuple[Page, Truth]:
    """A copy of the printed page with `intent` carried out on it, and what is now true of it.

    Raises:
        KeyError: the intent names a box or an official that is not on the page.
    """
    page, place = sheet.paper.copy(), sheet.place
    if intent.stamping is not None:
        draw_stamp(page, sheet.px_per_mm, intent.stamping, rng)
    boxes = {(box.official, box.level): box for box in place.boxes}
    for mark in intent.marks:
        strokes = _mark_strokes(mark, boxes[mark.official, mark.level], hand.writer, rng)
        draw_strokes(page, sheet.px_per_mm, strokes, hand, rng)
    strikes = tuple(truth for strike in intent.strikes for truth in _strike(page, sheet, strike, hand, rng))
    writings = tuple(_write(page, sheet.px_per_mm, writing, hand, rng) for writing in intent.writings)
    plain = all(mark.kind in _PLAIN for mark in intent.marks)
    truth = Truth(
        serial=sheet.serial,
        page=place.page,
        boxes=_box_truths(place, intent),
        strikes=strikes,
        writings=writings,
        seal=None if place.seal is None else intent.stamping is not None,
        pen=hand.pen.kind.value,
        ink=hand.pen.colour.value,
        writer=hand.name,
        straightforward=plain and not intent.strikes and not intent.writings,
    )
    return page, truth


def _mark_strokes(mark: MarkIntent, box: BoxPlace, writer: Writer, rng: np.random.Generator) -> Strokes:
    if mark.placed:
        return mark.strokes
    unit = fitted_mark(mark.strokes, writer, rng) if mark.strokes else draw_mark(mark.kind, writer, rng)
    return moved(unit, (box.rect.width_mm, box.rect.height_mm), box.rect.centre_mm)


def _box_truths(place: LayoutPage, intent: Intent) -> tuple[BoxTruth, ...]:
    kinds: Mapping[tuple[str, str], MarkKind] = {
        (mark.official, mark.level): mark.kind for mark in intent.marks
    }
    misplaced = {mark.official for mark in intent.marks if mark.kind in _MISPLACED}
    truths = []
    for box in place.boxes:
        kind = kinds.get((box.official, box.level))
        if kind is not None:
            state, *also = MARK_STATES[kind]
            truths.append(BoxTruth(box.official, box.level, state, tuple(also), kind))
        else:
            near = _ANY_STATE if box.official in misplaced else ()
            truths.append(BoxTruth(box.official, box.level, BoxState.EMPTY, near))
    return tuple(truths)


def _strike(
    page: Page, sheet: Sheet, intent: StrikeIntent, hand: Hand, rng: np.random.Generator
) -> tuple[StrikeTruth, ...]:
    """Each printed line of the name (or of the position) gets its stroke."""
    rect = next((name.rect for name in sheet.place.names if name.official == intent.official), None)
    if rect is None:
        raise KeyError(intent.official)
    if intent.strokes:
        draw_strokes(page, sheet.px_per_mm, intent.strokes, hand, rng)
        struck = intent.kind in STRIKES_A_NAME
        return (StrikeTruth(intent.official, intent.kind, struck, _area(intent.strokes)),)
    if intent.kind is StrikeKind.DIAGONAL_ROWS:
        return _strike_rows(page, sheet, intent, hand, rng)
    struck = intent.kind in STRIKES_A_NAME
    truths = []
    for line in _lines_to_strike(text_lines(sheet.paper, sheet.px_per_mm, rect), rect, intent.kind):
        strokes = draw_strike(intent.kind, line, hand.writer, rng)
        draw_strokes(page, sheet.px_per_mm, strokes, hand, rng)
        truths.append(StrikeTruth(intent.official, intent.kind, struck, _area(strokes)))
    return tuple(truths)


def _strike_rows(
    page: Page, sheet: Sheet, intent: StrikeIntent, hand: Hand, rng: np.random.Generator
) -> tuple[StrikeTruth, ...]:
    """One line from the official's name over those of the rows below, as far as it meets their type."""
    ids = [name.official for name in sheet.place.names]
    names = sheet.place.names[min(ids.index(intent.official), max(0, len(ids) - 3)) :][:3]
    lines = {
        name.official: line
        for name in names
        for line in _lines_to_strike(
            text_lines(sheet.paper, sheet.px_per_mm, name.rect), name.rect, StrikeKind.SINGLE
        )[:1]
    }
    left, right = min(r.x_mm for r in lines.values()), max(r.right_mm for r in lines.values())
    top, bottom = min(r.y_mm for r in lines.values()), max(r.bottom_mm for r in lines.values())
    strokes = draw_strike(intent.kind, Rect(left, top, right - left, bottom - top), hand.writer, rng)
    draw_strokes(page, sheet.px_per_mm, strokes, hand, rng)
    points = np.concatenate(strokes)
    met = [o for o, line in lines.items() if any(line.contains(float(x), float(y)) for x, y in points)]
    if not met:
        return (StrikeTruth(intent.official, intent.kind, False, _area(strokes)),)
    return tuple(StrikeTruth(official, intent.kind, True, _area(strokes)) for official in met)


def _lines_to_strike(columns: tuple[tuple[Rect, ...], ...], rect: Rect, kind: StrikeKind) -> tuple[Rect, ...]:
    """Name lines, or position lines: a second column, or the lines under the first."""
    if not columns:
        return (rect.inflated(-rect.height_mm / 4),)
    if kind is not StrikeKind.POSITION_ONLY:
        return columns[0] if len(columns) > 1 else columns[0][:1]
    if len(columns) > 1:
        return columns[1]
    return columns[0][1:] or columns[0]


def _write(
    page: Page, px_per_mm: float, intent: WritingIntent, hand: Hand, rng: np.random.Generator
) -> WritingTruth:
    drawn = intent.strokes or (
        write_text(intent.text, hand.writer, rng) if intent.text else signature(hand.writer, rng)
    )
    left, top, right, bottom = bounds(drawn)
    scale = min(
        intent.area.width_mm / max(right - left, 1e-9), intent.area.height_mm / max(bottom - top, 1e-9)
    )
    shift = (intent.area.x_mm - left * scale, intent.area.y_mm - top * scale)
    strokes = moved(drawn, scale, shift)
    draw_strokes(page, px_per_mm, strokes, hand, rng)
    return WritingTruth(intent.text, _area(strokes))


def _area(strokes: Strokes) -> Rect:
    left, top, right, bottom = bounds(strokes)
    return Rect(left, top, right - left, bottom - top).rounded()
