"""From recorded pages to ballots: which sheets belong together, and how each is to be taken.

A ballot is the pages that carry one signed serial. Sheets without a usable code stand alone:

* *foreign*: the code shows that the committee did not issue the sheet (another vote, a signature that
  does not hold, a test ballot); so does a signed serial that is not in the record of issued ones;
* *blank*: nothing printed, nothing written: the back of a single-sided ballot, no ballot at all;
* *unread*: anything else; a person must look, and until then it counts as returned and in review.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from itertools import groupby
from typing import Any

from kiemphieu.store import IssuedBallot, PageRecord, Store
from kiemphieu.store.rows import is_foreign
from records.reading import PageReading, RejectionReason, ReviewReason, SheetRejection
from records.rules import RuleSet
from records.ruling import BallotFault, BallotRuling, LineRuling, Verdict
from records.token import Token
from records.vote import DEFAULT_STYLE_ID
from scanner.interpret import interpret_ballot
from tally.validity import Issued, rule_ballot


class Standing(StrEnum):
    """Where a ballot stands in the count."""

    RULED = "ruled"
    """Its ruling says: valid, invalid or in review."""
    UNREAD = "unread"
    """Returned, in review, and nothing of it could be read."""
    FOREIGN = "foreign"
    BLANK = "blank"


@dataclass(frozen=True, slots=True)
class BallotEntry:
    """One entry of `kiemphieu readings`.

    Attributes:
        serial: None for a sheet that could not be identified.
        pages: every sheet with this serial, the first of each page before any other.
    """

    serial: str | None
    style: str
    standing: Standing
    verdict: Verdict
    faults: tuple[BallotFault, ...]
    review: tuple[ReviewReason, ...]
    lines: tuple[LineRuling, ...]
    pages: tuple[PageRecord, ...]

    @property
    def ruling(self) -> BallotRuling | None:
        """What the count takes; None where nothing of the ballot could be read."""
        if self.serial is None or self.standing is not Standing.RULED:
            return None
        return BallotRuling(self.serial, self.style, self.verdict, self.lines, self.faults, self.review)


def find_ballots(store: Store, rules: RuleSet) -> Iterator[BallotEntry]:
    """Every ballot by serial, then the sheets that could not be identified.

    Raises:
        RuleSetError: the ballots were printed with other levels than `rules` has.
    """
    issued = store.issued()
    single: list[BallotEntry] = []
    for serial, group in groupby(store.pages(), key=_serial_of):
        if serial is None:
            single += [_single_sheet(page) for page in group]
        else:
            yield _ballot(serial, tuple(group), issued, rules)
    # Hashes order the rest: they say nothing about when a sheet was scanned.
    yield from sorted(single, key=lambda entry: entry.pages[0].sha256)


def _serial_of(page: PageRecord) -> str | None:
    return page.token.serial if page.token else None


def _single_sheet(page: PageRecord) -> BallotEntry:
    rejection = page.result
    if not isinstance(rejection, SheetRejection):
        raise TypeError("a page that was read has a serial")
    if is_foreign(rejection) or rejection.reason is RejectionReason.BLANK_PAGE:
        standing = Standing.FOREIGN if is_foreign(rejection) else Standing.BLANK
        return _entry_without_lines(page, standing, Verdict.INVALID, (BallotFault.NOT_ISSUED,), ())
    reasons = (ReviewReason(rejection.reason.value),)
    return _entry_without_lines(page, Standing.UNREAD, Verdict.REVIEW, (), reasons)


def _entry_without_lines(
    page: PageRecord,
    standing: Standing,
    verdict: Verdict,
    faults: tuple[BallotFault, ...],
    review: tuple[ReviewReason, ...],
) -> BallotEntry:
    return BallotEntry(None, DEFAULT_STYLE_ID, standing, verdict, faults, review, (), (page,))


def _ballot(
    serial: str, pages: tuple[PageRecord, ...], issued: Mapping[str, IssuedBallot], rules: RuleSet
) -> BallotEntry:
    token = _token_of(pages[0])
    known = issued.get(serial)
    genuine = known is not None and known.style == token.style and known.kind == token.kind
    readings = _readings(pages)
    if not readings:
        return _unread_ballot(token, pages, genuine)
    reading = interpret_ballot(readings)
    present = {_token_of(page).page for page in pages}
    missing = tuple(number for number in range(1, token.pages + 1) if number not in present)
    # A page that was scanned and could not be read is not missing: it has a reason of its own.
    reasons = _joined(reading.review, _page_reasons(pages))
    reading = replace(reading, missing_pages=missing, review=reasons)
    ruling = rule_ballot(reading, rules, Issued.ISSUED if genuine else Issued.NOT_ISSUED)
    if not genuine:
        ruling = _settled_as_foreign(ruling)
    return BallotEntry(
        serial,
        token.style,
        Standing.RULED if genuine else Standing.FOREIGN,
        ruling.verdict,
        ruling.faults,
        ruling.review,
        ruling.lines,
        pages,
    )


def _token_of(page: PageRecord) -> Token:
    if page.token is None:
        raise TypeError("a page of a ballot has a token")
    return page.token


def _readings(pages: Sequence[PageRecord]) -> tuple[PageReading, ...]:
    """One reading per page number: the first sheet's, or of the first sheet that could be read."""
    chosen: dict[int, PageReading] = {}
    for page in pages:
        if isinstance(page.result, PageReading):
            chosen.setdefault(page.result.token.page, page.result)
    return tuple(chosen[number] for number in sorted(chosen))


def _page_reasons(pages: Sequence[PageRecord]) -> tuple[ReviewReason, ...]:
    """Why the pages as such need a person: sheets too many, and sheets that could not be read."""
    reasons = {
        ReviewReason(page.result.reason.value) for page in pages if isinstance(page.result, SheetRejection)
    }
    if any(page.surplus for page in pages):
        reasons.add(ReviewReason.DUPLICATE_SERIAL)
    return _joined(reasons)


def _joined(*parts: Iterable[ReviewReason]) -> tuple[ReviewReason, ...]:
    """Reasons without repeats, in the order of the enum."""
    found = {reason for part in parts for reason in part}
    return tuple(reason for reason in ReviewReason if reason in found)


def _unread_ballot(token: Token, pages: tuple[PageRecord, ...], genuine: bool) -> BallotEntry:
    if not genuine:
        faults = (BallotFault.NOT_ISSUED,)
        return BallotEntry(
            token.serial, token.style, Standing.FOREIGN, Verdict.INVALID, faults, (), (), pages
        )
    reasons = _page_reasons(pages)
    return BallotEntry(token.serial, token.style, Standing.UNREAD, Verdict.REVIEW, (), reasons, (), pages)


def _settled_as_foreign(ruling: BallotRuling) -> BallotRuling:
    """A sheet the committee did not issue is invalid, whatever else may be in doubt about it."""
    lines = tuple(replace(line, review=()) for line in ruling.lines)
    return replace(ruling, verdict=Verdict.INVALID, lines=lines, review=())


def entry_to_json(entry: BallotEntry) -> dict[str, Any]:
    """The contract's line of `kiemphieu readings`; `group` appears only with a named style."""
    data: dict[str, Any] = {
        "serial": entry.serial,
        "verdict": entry.verdict.value,
        "faults": [fault.value for fault in entry.faults],
        "review": [reason.value for reason in entry.review],
        "lines": [_line_to_json(line) for line in entry.lines],
        "pages": [_page_to_json(page) for page in entry.pages],
    }
    if entry.style != DEFAULT_STYLE_ID:
        data["group"] = entry.style
    return data


def _line_to_json(line: LineRuling) -> dict[str, Any]:
    return {
        "official": line.official,
        "boxes": {level: state.value for level, state in line.boxes},
        "choice": line.choice,
        "faults": [fault.value for fault in line.faults],
        "review": [reason.value for reason in line.review],
    }


def _page_to_json(page: PageRecord) -> dict[str, Any]:
    token = page.token
    return {"source": page.source, "index": page.index, "page": token.page if token else None}
