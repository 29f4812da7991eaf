"""What goes into the store and comes out of it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from functools import lru_cache
from typing import Any

from records.canonical import canonical_json
from records.codec import from_plain, to_plain
from records.json_text import parse_object
from records.reading import (
    BoxReading,
    BoxState,
    MarkScores,
    PageReading,
    RejectionReason,
    SheetRejection,
    SheetResult,
)
from records.token import Token, TokenKind

_FOREIGN = frozenset({RejectionReason.BAD_SIGNATURE, RejectionReason.OTHER_VOTE, RejectionReason.TEST_BALLOT})


class PageStatus(StrEnum):
    READ = "read"
    REJECTED = "rejected"


class RecordOutcome(StrEnum):
    """What recording a page did."""

    NEW = "new"
    SURPLUS = "surplus"
    """Another sheet with this serial and page was recorded before; this one is kept beside it."""
    KNOWN = "known"
    """The same image was recorded before; nothing changed."""


@dataclass(frozen=True, slots=True)
class StoredForm:
    """A printed form: its layout.json and the blank form as PDF.

    Attributes:
        seal: how the stamp comes onto the ballot, as the scanner calls it: `stamped` or `printed`.
    """

    layout_sha256: str
    style: str
    layout_json: str
    reference_pdf: bytes
    seal: str


@dataclass(frozen=True, slots=True)
class IssuedBallot:
    serial: str
    style: str
    kind: TokenKind


@dataclass(frozen=True, slots=True)
class PageKey:
    """What a count asks of a page first.

    Attributes:
        serial: None for a sheet without a usable code.
        plain: see `kiemphieu.store.plain`; empty where the reading must be looked at.
    """

    sha256: str
    serial: str | None
    surplus: bool
    plain: str


@dataclass(frozen=True, slots=True)
class PageRecord:
    """One scanned page image and what was read on it.

    Attributes:
        sha256: of the page image's bytes as stored.
        suffix: of the stored file, such as `.jpg`.
        source: the file's name as given; None once the vote is sealed.
        index: 0-based place of the page in that file.
        options: digest of the reader's options.
        surplus: set by the store: an earlier sheet holds this serial and page.
    """

    sha256: str
    suffix: str
    source: str | None
    index: int
    result: SheetResult
    options: str
    surplus: bool = False

    @property
    def status(self) -> PageStatus:
        return PageStatus.READ if isinstance(self.result, PageReading) else PageStatus.REJECTED

    @property
    def token(self) -> Token | None:
        """The token that ties this page to a ballot of this vote.

        None where the code is not this committee's word: a forged serial must not take a place
        among the ballots.
        """
        if isinstance(self.result, SheetRejection) and self.result.reason in _FOREIGN:
            return None
        return self.result.token


def is_foreign(result: SheetResult) -> bool:
    """Whether the sheet's code shows that the committee did not issue it as a ballot of this vote."""
    return isinstance(result, SheetRejection) and result.reason in _FOREIGN


def is_failure(result_text: str) -> bool:
    """Whether a stored result says that the program failed on the page."""
    try:
        result = result_from_text(result_text)
    except ValueError:
        return False  # damaged: that is told where it is read in full
    return isinstance(result, SheetRejection) and result.reason is RejectionReason.INTERNAL_ERROR


def result_to_text(result: SheetResult) -> str:
    """`result` as canonical JSON with a `type`."""
    kind = "reading" if isinstance(result, PageReading) else "rejection"
    return canonical_json({"type": kind, **to_plain(result)}).decode()


# While a scan goes on, every count asks for the same pages again.
@lru_cache(maxsize=1024)
def facts_from_text(text: str) -> SheetResult:
    """As `result_from_text`, without the scores and places of boxes: all that a ruling asks for.

    Raises:
        ValueError: the text is not a stored result.
    """
    data = parse_object(text)
    try:
        boxes = tuple(
            BoxReading(box["official"], box["level"], BoxState(box["state"]), _NO_SCORES)
            for box in data.pop("boxes", ())
        )
    except (KeyError, TypeError) as error:
        raise ValueError(f"no box of a reading: {error}") from error
    result = _result({**data, "boxes": []} if data.get("type") == "reading" else data)
    return replace(result, boxes=boxes) if isinstance(result, PageReading) else result


_NO_SCORES = MarkScores()


def result_from_text(text: str) -> SheetResult:
    """Inverse of `result_to_text`.

    Raises:
        ValueError: the text is not a stored result.
    """
    return _result(parse_object(text))


def _result(data: dict[str, Any]) -> SheetResult:
    match data.pop("type", None):
        case "reading":
            return from_plain(PageReading, data)
        case "rejection":
            return from_plain(SheetRejection, data)
        case other:
            raise ValueError(f"unknown result type {other!r}")
