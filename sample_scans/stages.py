"""The changes that put one phenomenon on a natural ballot: marks, pens, strikes, writing, seal."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from records.geometry import Rect
from sample_scans.campaign import stamping_in
from sample_scans.mark_shapes import MarkKind
from sample_scans.paper import blank_places, text_lines
from sample_scans.pens import Hand, InkColour, PenKind, make_pen
from sample_scans.scene import Scene
from sample_scans.settings import ColourMode
from sample_scans.stamp import SEAL_DIAMETER_MM, Stamping
from sample_scans.strike_shapes import StrikeKind
from sample_scans.strokes import FloatArray, Strokes, bowed, smooth
from sample_scans.voter import MarkIntent, StrikeIntent, WritingIntent

Stage = Callable[[Scene, np.random.Generator], Scene]

BALL_1BIT = (120.0, 185.0)
"""Thresholds of 1-bit scans that still keep the printed form."""


def _some_marks(scene: Scene, rng: np.random.Generator, most: int) -> tuple[MarkIntent, ...]:
    """One to `most` of the crosses, on lines drawn at random."""
    marks = scene.intent.marks
    chosen = rng.choice(len(marks), min(len(marks), int(rng.integers(1, most + 1))), replace=False)
    return tuple(marks[int(i)] for i in chosen)


def _with_marks(scene: Scene, marks: tuple[MarkIntent, ...]) -> Scene:
    return replace(scene, intent=replace(scene.intent, marks=marks))


def crosses(kind: MarkKind) -> Stage:
    """Every cross of the ballot is of `kind`: one voter, one habit."""

    def stage(scene: Scene, _rng: np.random.Generator) -> Scene:
        return _with_marks(scene, tuple(replace(m, kind=kind, strokes=()) for m in scene.intent.marks))

    return stage


def instead(*kinds: MarkKind) -> Stage:
    """One to three lines carry a mark of one of `kinds` in place of their cross."""

    def stage(scene: Scene, rng: np.random.Generator) -> Scene:
        chosen = _some_marks(scene, rng, 3)
        marks = tuple(
            MarkIntent(m.official, m.level, kinds[int(rng.integers(len(kinds)))]) if m in chosen else m
            for m in scene.intent.marks
        )
        return _with_marks(scene, marks)

    return stage


def besides(*kinds: MarkKind, confirmed: bool = False) -> Stage:
    """One to three lines carry one of `kinds` in another box; `confirmed` rings the cross that counts."""

    def stage(scene: Scene, rng: np.random.Generator) -> Scene:
        marks: list[MarkIntent] = list(scene.intent.marks)
        for mark in _some_marks(scene, rng, 3):
            free = [box.level for box in scene.empty_boxes if box.official == mark.official]
            level, kind = free[int(rng.integers(len(free)))], kinds[int(rng.integers(len(kinds)))]
            marks.append(MarkIntent(mark.official, level, kind))
            if confirmed:
                ringed = MarkIntent(mark.official, mark.level, MarkKind.CONFIRMED_CROSS)
                marks[marks.index(mark)] = ringed
        return _with_marks(scene, tuple(marks))

    return stage


def long_strokes(scene: Scene, rng: np.random.Generator) -> Scene:
    """One or two crosses have an arm so long that it ends in an empty box beside, above or below."""
    boxes = {(box.official, box.level): box.rect for box in scene.sheet.place.boxes}
    marks, reached = list(scene.intent.marks), set(scene.marked)
    for mark in _some_marks(scene, rng, 2):
        own = boxes[mark.official, mark.level]
        near = sorted(
            (float(np.hypot(*np.subtract(rect.centre_mm, own.centre_mm))), key)
            for key, rect in boxes.items()
            if key not in reached
        )[:3]
        key = near[int(rng.integers(len(near)))][1]
        reached.add(key)
        strokes = _long_cross(np.array(own.centre_mm), np.array(boxes[key].centre_mm), own.width_mm, rng)
        marks[marks.index(mark)] = replace(mark, kind=MarkKind.CROSS_LARGE, strokes=strokes, placed=True)
        marks.append(MarkIntent(*key, MarkKind.NEIGHBOUR_STROKE, placed=True))
    return _with_marks(scene, tuple(marks))


def long_arm_to_name(scene: Scene, rng: np.random.Generator) -> Scene:
    """A cross in the first column has an arm that ends at the row's printed words."""
    sheet, marks = scene.sheet, list(scene.intent.marks)
    index = int(rng.integers(len(marks)))
    box = next(box for box in sheet.place.boxes if box.official == marks[index].official)
    name = next(name for name in sheet.place.names if name.official == box.official)
    words = text_lines(sheet.paper, sheet.px_per_mm, name.rect)[-1][0]
    side, centre = box.rect.width_mm, np.array(box.rect.centre_mm)
    tip = np.array([words.right_mm + rng.uniform(-2.0, 1.5), words.centre_mm[1] + rng.uniform(-1.5, 1.5)])
    long, short = _long_cross(centre, tip, side, rng)
    marks[index] = MarkIntent(box.official, box.level, MarkKind.CROSS_LARGE, (short,), placed=True)
    strike = StrikeIntent(box.official, StrikeKind.LARGE_CROSS, (long,))
    return replace(scene, intent=replace(scene.intent, marks=tuple(marks), strikes=(strike,)))


def _long_cross(own: FloatArray, other: FloatArray, side_mm: float, rng: np.random.Generator) -> Strokes:
    """An X at `own` with one arm that ends near `other`, page millimetres."""
    way = (other - own) / np.linalg.norm(other - own)
    across = np.array([-way[1], way[0]]) * rng.choice((-1.0, 1.0))
    half = rng.uniform(0.38, 0.55, 3)[:, None] * side_mm
    middle = own + rng.normal(0.0, 0.05, 2) * side_mm
    end = other - (way * rng.uniform(-0.3, 0.4) + across * rng.uniform(-0.35, 0.35)) * side_mm
    long = smooth(
        [own + (across - way) * half[0], middle, middle + (way - across * 0.5) * half[1] * 1.4, end]
    )
    short = bowed(own - (way + across) * half[2], own + (way + across) * half[2], float(rng.normal(0, 0.04)))
    return long, short


def written_with(
    kind: PenKind, faint: tuple[float, float] = (0.0, 0.3), thin: float = 1.0, binary: bool = False
) -> Stage:
    """The whole ballot with one pen; `thin` multiplies its width."""

    def stage(scene: Scene, rng: np.random.Generator) -> Scene:
        colour = InkColour.BLUE if rng.random() < 0.6 else InkColour.BLACK
        pen = make_pen(kind, colour, float(rng.uniform(*faint)))
        hand = Hand(scene.hand.writer, replace(pen, width_mm=pen.width_mm * thin), scene.hand.name)
        scene = replace(scene, hand=hand)
        if binary:
            scene = scene.scanned(mode=ColourMode.BINARY, threshold=float(rng.uniform(*BALL_1BIT)))
        return scene

    return stage


def striking(kind: StrikeKind) -> Stage:
    """A line of `kind` at one name."""

    def stage(scene: Scene, rng: np.random.Generator) -> Scene:
        names = scene.sheet.place.names
        strike = StrikeIntent(names[int(rng.integers(len(names)))].official, kind)
        return replace(scene, intent=replace(scene.intent, strikes=(strike,)))

    return stage


def writing(*texts: str, height_mm: tuple[float, float] = (3.5, 9.0)) -> Stage:
    """One of `texts` ("" a signature) somewhere on blank paper."""

    def stage(scene: Scene, rng: np.random.Generator) -> Scene:
        text, height = texts[int(rng.integers(len(texts)))], float(rng.uniform(*height_mm))
        width = (2.0 + 3.2 * len(text) if text else 28.0) * height / 7.0
        places = blank_places(scene.sheet.paper, scene.sheet.px_per_mm, min(60.0, width), height)
        if not places:
            places = (scene.below_table,)
        return _with_writing(scene, text, places[int(rng.integers(len(places)))])

    return stage


def below_table(*texts: str) -> Stage:
    """One of `texts` under the table."""

    def stage(scene: Scene, rng: np.random.Generator) -> Scene:
        room, text = scene.below_table, texts[int(rng.integers(len(texts)))]
        height = float(rng.uniform(4.0, min(8.0, room.height_mm)))
        width = min(room.width_mm, 0.45 * height * len(text))
        x = room.x_mm + float(rng.uniform(0.0, room.width_mm - width))
        y = room.y_mm + float(rng.uniform(0.0, room.height_mm - height))
        return _with_writing(scene, text, Rect(x, y, width, height))

    return stage


def at_margin(*texts: str) -> Stage:
    """One of `texts` in the left margin, beside the table."""

    def stage(scene: Scene, rng: np.random.Generator) -> Scene:
        boxes, text = scene.sheet.place.boxes, texts[int(rng.integers(len(texts)))]
        y = float(rng.uniform(boxes[0].rect.y_mm, boxes[-1].rect.y_mm))
        return _with_writing(
            scene, text, Rect(float(rng.uniform(1.5, 3.0)), y, 8.5, float(rng.uniform(3.5, 6.0)))
        )

    return stage


def _with_writing(scene: Scene, text: str, area: Rect) -> Scene:
    return replace(scene, intent=replace(scene.intent, writings=(WritingIntent(text, area),)))


def both(first: Stage, second: Stage) -> Stage:
    """One stage after the other."""
    return lambda scene, rng: second(first(scene, rng), rng)


def sealed(colour: ColourMode, *, grey: bool = False) -> Stage:
    """The seal where it belongs, on a scan of the mode given."""

    def stage(scene: Scene, rng: np.random.Generator) -> Scene:
        zone = scene.sheet.place.seal
        if zone is None:
            return scene
        stamping = replace(stamping_in(zone, rng), grey=grey)
        return replace(scene.scanned(mode=colour), intent=replace(scene.intent, stamping=stamping))

    return stage


def unsealed(scene: Scene, _rng: np.random.Generator) -> Scene:
    return replace(scene, intent=replace(scene.intent, stamping=None))


def sealed_on_box(scene: Scene, rng: np.random.Generator) -> Scene:
    """The seal's rim runs through one box, crossed or not; grey scans cannot tell the inks apart."""
    boxes = scene.sheet.place.boxes
    x, y = boxes[int(rng.integers(len(boxes)))].rect.centre_mm
    angle, reach = float(rng.uniform(0, 2 * np.pi)), SEAL_DIAMETER_MM / 2 + float(rng.uniform(-2.0, 2.0))
    return _sealed_at(scene, (x + reach * float(np.cos(angle)), y + reach * float(np.sin(angle))), rng)


def sealed_on_table(scene: Scene, rng: np.random.Generator) -> Scene:
    """The seal put on the table, over several lines."""
    boxes = scene.sheet.place.boxes
    x = float(rng.uniform(boxes[0].rect.x_mm - 25.0, boxes[0].rect.right_mm))
    return _sealed_at(scene, (x, float(rng.uniform(boxes[0].rect.y_mm, boxes[-1].rect.y_mm))), rng)


def sealed_elsewhere(scene: Scene, rng: np.random.Generator) -> Scene:
    """The seal half outside its zone or under the table, touching no box."""
    zone = scene.sheet.place.seal
    if zone is None or rng.random() < 0.5:
        room = scene.below_table
        return _sealed_at(scene, (room.x_mm + float(rng.uniform(20, 60)), room.bottom_mm - 8.0), rng)
    x, y = zone.centre_mm
    return _sealed_at(scene, (x + float(rng.uniform(6.0, 16.0)), y + float(rng.uniform(-6.0, 8.0))), rng)


def _sealed_at(scene: Scene, centre_mm: tuple[float, float], rng: np.random.Generator) -> Scene:
    mode = ColourMode.COLOUR if rng.random() < 0.5 else ColourMode.GREY
    stamping = Stamping(centre_mm, float(rng.normal(0, 10)), float(rng.uniform(0.5, 0.95)))
    return replace(scene.scanned(mode=mode), intent=replace(scene.intent, stamping=stamping))
