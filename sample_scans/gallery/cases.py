"""What a named scan of the gallery shows, as a value."""

from __future__ import annotations

from dataclasses import dataclass

from sample_scans.encoding import FileFormat
from sample_scans.mark_shapes import MarkKind
from sample_scans.pens import InkColour, PenKind
from sample_scans.printer import Printer
from sample_scans.settings import ScanSettings
from sample_scans.strike_shapes import StrikeKind

PLAIN_SCAN = ScanSettings(dpi=200, skew_deg=0.4, noise=0.8, jpeg_quality=None, paper_grain=0.6)
PLAIN_PRINT = Printer()


@dataclass(frozen=True, slots=True)
class Remark:
    """Added writing `height_mm` tall near a place given in shares of the page's width and height."""

    text: str
    x_share: float
    y_share: float
    width_mm: float = 30.0
    height_mm: float = 6.0


@dataclass(frozen=True, slots=True)
class Case:
    """One ballot scan.

    Attributes:
        name: the file's stem, unique.
        shows: one sentence for people.
        marks: one entry per official in print order: the level id ("" for none, "+" joins several),
            optionally with ":kind"; officials beyond the last entry get a straight X on "high".
        strikes: official id and kind.
        verdicts: acceptable ballot verdicts; empty derives them from the truth.
        weak: whether a careful program may send this plain ballot to a person.
        seed: the hand, the pen's texture and the scan's noise.
    """

    name: str
    shows: str
    marks: tuple[str, ...] = ()
    strikes: tuple[tuple[str, StrikeKind], ...] = ()
    remarks: tuple[Remark, ...] = ()
    stamped: bool = True
    pen: PenKind = PenKind.BALL
    ink: InkColour = InkColour.BLUE
    faint: float = 0.0
    settings: ScanSettings = PLAIN_SCAN
    printer: Printer = PLAIN_PRINT
    file_format: FileFormat = FileFormat.JPEG
    verdicts: tuple[str, ...] = ()
    weak: bool = False
    seed: int = 0


def marks_of(spec: str) -> tuple[tuple[str, MarkKind], ...]:
    """Level ids and kinds of one official's entry: "high", "low:tick", "high+low", "high:dot+low".

    Raises:
        ValueError: no such kind.
    """
    if not spec:
        return ()
    found = []
    for part in spec.split("+"):
        level, _, kind = part.partition(":")
        found.append((level, MarkKind(kind) if kind else MarkKind.CROSS_STRAIGHT))
    return tuple(found)
