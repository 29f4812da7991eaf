"""Real people's strokes, handed in as bytes; nothing here knows where they are kept."""

from __future__ import annotations

import gzip
import hashlib
import json
from dataclasses import dataclass
from enum import StrEnum

from sample_scans.strokes import Strokes, frozen


class WriterHalf(StrEnum):
    """Writers are split once and for all, so that nobody is reported on who was tuned on."""

    TUNE = "tune"
    REPORT = "report"


@dataclass(frozen=True, slots=True)
class RecordedMark:
    """One recording; `strokes` have their longer side scaled to 1000, y down."""

    label: str
    style: str
    ballot_like: bool
    writer: str
    text: str
    strokes: Strokes


@dataclass(frozen=True, slots=True)
class StrokeLibrary:
    marks: tuple[RecordedMark, ...]

    def select(
        self,
        labels: tuple[str, ...] = (),
        styles: tuple[str, ...] = (),
        ballot_like: bool | None = None,
        half: WriterHalf | None = None,
    ) -> StrokeLibrary:
        """The marks that meet every condition given; empty tuples and None ask for nothing."""
        return StrokeLibrary(
            tuple(
                mark
                for mark in self.marks
                if (not labels or mark.label in labels)
                and (not styles or mark.style in styles)
                and (ballot_like is None or mark.ballot_like == ballot_like)
                and (half is None or writer_half(mark.writer) is half)
            )
        )


def writer_half(writer: str) -> WriterHalf:
    """Which half a writer belongs to, by a hash of the name."""
    return (WriterHalf.TUNE, WriterHalf.REPORT)[hashlib.sha256(writer.encode()).digest()[0] & 1]


def stroke_library(data: bytes) -> StrokeLibrary:
    """Reads gzip-compressed JSON Lines with the fields label, style, ballot_like, writer, text, strokes.

    Raises:
        OSError, ValueError, KeyError: the bytes are not of that form.
    """
    lines = gzip.decompress(data).splitlines()
    return StrokeLibrary(tuple(_recorded(json.loads(line)) for line in lines if line.strip()))


def _recorded(row: dict[str, object]) -> RecordedMark:
    strokes = row["strokes"]
    if not isinstance(strokes, list):
        raise ValueError("strokes: expected a list")  # noqa: TRY004 - the data are wrong, not the caller
    return RecordedMark(
        label=str(row["label"]),
        style=str(row.get("style") or ""),
        ballot_like=bool(row.get("ballot_like")),
        writer=str(row["writer"]),
        text=str(row.get("text") or ""),
        strokes=tuple(frozen(stroke) for stroke in strokes if stroke),
    )
