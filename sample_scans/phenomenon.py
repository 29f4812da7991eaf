"""What is known of one phenomenon."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from sample_scans.stages import Stage


class Group(StrEnum):
    CROSS = "cross"
    OTHER_MARK = "other_mark"
    CORRECTED = "corrected"
    NO_MARK = "no_mark"
    STRUCK = "struck"
    NOT_STRUCK = "not_struck"
    WRITING = "writing"
    NO_WRITING = "no_writing"
    SHEET = "sheet"
    SEAL = "seal"


@dataclass(frozen=True, slots=True)
class Entry:
    """One phenomenon.

    Attributes:
        shows: one sentence.
        stage: puts it on a natural ballot, at a strength drawn anew each time.
        gallery: names of the scans that show it.
    """

    group: Group
    shows: str
    stage: Stage
    gallery: tuple[str, ...]
