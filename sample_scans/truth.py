"""What is really on a simulated sheet, beside its scan."""

from __future__ import annotations

import json
from dataclasses import dataclass

from records.codec import from_plain, to_plain
from records.geometry import Rect
from records.reading import BoxState
from sample_scans.mark_shapes import MarkKind
from sample_scans.strike_shapes import StrikeKind


@dataclass(frozen=True, slots=True)
class BoxTruth:
    """One box.

    Attributes:
        state: what is in it, as a careful person sees it.
        also: other states that are no silent error; UNCLEAR among them costs a review at most.
        mark: what was drawn; None where nothing was.
    """

    official: str
    level: str
    state: BoxState
    also: tuple[BoxState, ...] = ()
    mark: MarkKind | None = None


@dataclass(frozen=True, slots=True)
class StrikeTruth:
    """A line at a printed name; `struck` tells whether everyone calls the name struck out."""

    official: str
    kind: StrikeKind
    struck: bool
    area: Rect


@dataclass(frozen=True, slots=True)
class WritingTruth:
    """Added writing: its text ("" for a signature) and where it stands, page millimetres."""

    text: str
    area: Rect


@dataclass(frozen=True, slots=True)
class Truth:
    """One side of one ballot.

    Attributes:
        serial: as printed; "" where the caller gave none.
        page: 1-based.
        boxes: all boxes of the page in layout order.
        seal: whether a stamp was put on the page (None where the page has no seal zone).
        damage: names from `settings.damage_names`.
        pen, ink, writer: how it was written; `writer` is the hand's seed or a real writer's name.
        straightforward: crosses only, at most one a line, nothing struck, written or corrected: a
            ballot that must be read right and without a person.
    """

    serial: str
    page: int
    boxes: tuple[BoxTruth, ...]
    strikes: tuple[StrikeTruth, ...] = ()
    writings: tuple[WritingTruth, ...] = ()
    seal: bool | None = None
    damage: tuple[str, ...] = ()
    pen: str = ""
    ink: str = ""
    writer: str = ""
    straightforward: bool = True

    @property
    def struck_officials(self) -> tuple[str, ...]:
        """Officials whose names everyone calls struck out, in order, each once."""
        return tuple(dict.fromkeys(strike.official for strike in self.strikes if strike.struck))


def truth_to_json(truth: Truth) -> str:
    return json.dumps(to_plain(truth), ensure_ascii=False, sort_keys=True)


def truth_from_json(text: str | bytes) -> Truth:
    """Inverse of `truth_to_json`.

    Raises:
        records.codec.CodecError, ValueError: not a truth.
    """
    return from_plain(Truth, json.loads(text))
