"""Lines of a pen, drawn into a printed page: for ballots that are marked in advance."""

from __future__ import annotations

from dataclasses import dataclass

Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class PenStroke:
    """A line of one width with round ends, over whatever is printed.

    Attributes:
        points: page millimetres, x right, y down; at least two.
        colour: red, green, blue, 0 … 1.
    """

    points: tuple[Point, ...]
    width_mm: float
    colour: tuple[float, float, float] = (0.0, 0.0, 0.0)


@dataclass(frozen=True, slots=True)
class PageInk:
    """What is drawn on one page, and how the page lies.

    Attributes:
        upside_down: the whole page is printed turned by half a turn.
    """

    strokes: tuple[PenStroke, ...] = ()
    upside_down: bool = False
