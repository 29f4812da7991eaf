"""From recorded pages to ballots: which sheets belong together, and how each is to be taken.

A ballot is the pages that carry one signed serial. Sheets without a usable code stand alone:

* *foreign*: the code shows that the committee did not issue the sheet (another vote, a signature that
  does not hold, a test ballot); so does a signed serial that is not in the record of issued ones;
* *blank*: nothing printed, nothing written: the back of a single-sided ballot, no ballot at all;
* *unread*: anything else; a person must look, and until then it counts as returned and in review.

A person may find that such a sheet is no ballot, or foreign, or the ballot of a serial that stands on it in
plain letters: it then is one, with the lines that the committee decides.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from itertools import groupby
from pathlib import Path
from typing import Any

from kiemphieu.decisions import Decisions, read_decisions
from kiemphieu.plain_ballots import PlainRuler
from kiemphieu.store import IssuedBallot, PageRecord, Store
from kiemphieu.store.plain import PlainPage, plain_page
from kiemphieu.store.rows import PageKey, is_foreign
from records.decision import SheetStanding
from records.errors import InputError, StoreError
from records.layout import layout_from_json
from records.reading import BallotReading, PageReading, RejectionReason, ReviewReason, SheetRejection
from records.rules import RuleSet
from records.ruling import BallotFault, BallotRuling, LineRuling, Verdict
from records.token import serial_as_typed
from records.vote import DEFAULT_STYLE_ID
from scanner.interpret import interpret_ballot
from tally.decisions import UNDECIDED
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


def find_ballots(store: Store, rules: RuleSet, decisions: Decisions | None = None) -> Iterator[BallotEntry]:
    """Every ballot by serial, then the sheets that could not be identified.

    Args:
        store: the record.
        rules: with the committee's overrides applied.
        decisions: those to go by; None takes those that stand in the journal.

    Raises:
        RuleSetError: the ballots were printed with other levels than `rules` has.
    """
    known = read_decisions(store) if decisions is None else decisions
    finder = _finder(store, rules, known)
    single: list[BallotEntry] = []
    for serial, pages in _pages_by_serial(store, finder.decisions):
        if serial is None:
            single += [entry for page in pages if (entry := finder.single_sheet(page)) is not None]
        else:
            yield finder.ballot(serial, pages)
    # Hashes order the rest: they say nothing about when a sheet was scanned.
    yield from sorted(single, key=lambda entry: entry.pages[0].sha256)


def find_counted(
    store: Store, rules: RuleSet, decisions: Decisions | None = None
) -> Iterator[BallotRuling | BallotEntry]:
    """Everything that `find_ballots` finds, for a count: in no order, and plain ballots as their ruling only.

    Raises:
        RuleSetError: as for `find_ballots`.
        StoreError: a decision is about a page that the record does not have.
    """
    decisions = read_decisions(store) if decisions is None else decisions
    by_person: dict[str, list[str]] = {}
    for read_serial, sha256 in decisions.sheets_of_ballots():
        by_person.setdefault(read_serial, []).append(sha256)
    ruler, finder = PlainRuler(rules), _finder(store, rules, decisions)
    waiting: list[tuple[str | None, list[str]]] = []
    for serial, group in groupby(store.page_keys(), key=_serial_of_key):
        keys = list(group)
        hashes = [key.sha256 for key in keys]
        if serial is None:
            waiting += [(None, [sha256]) for sha256 in hashes]
        elif serial in by_person:
            by_person[serial] = hashes + by_person[serial]
        elif (
            serial not in decisions.standing and (page := _plain(keys, finder.issued.get(serial))) is not None
        ):
            yield ruler.rule(serial, page)
        else:
            waiting.append((serial, hashes))
        if len(waiting) >= _AT_ONCE:
            yield from _looked_at(store, finder, waiting)
            waiting = []
    waiting += by_person.items()
    yield from _looked_at(store, finder, waiting)


def _serial_of_key(key: PageKey) -> str | None:
    return key.serial


def _plain(keys: Sequence[PageKey], known: IssuedBallot | None) -> PlainPage | None:
    """The one plain page of a ballot of the kind and group that was issued; None where it is no such."""
    if len(keys) != 1 or not keys[0].plain or keys[0].surplus or known is None:
        return None
    page = plain_page(keys[0].plain)
    return page if (page.style, page.kind) == (known.style, int(known.kind)) else None


def _looked_at(
    store: Store, finder: _Finder, waiting: Sequence[tuple[str | None, list[str]]]
) -> Iterator[BallotEntry]:
    """Entries of ballots whose readings must be unpacked.

    Raises:
        StoreError: a decision is about a page that the record does not have.
    """
    hashes = [sha256 for _, group in waiting for sha256 in group]
    pages = {page.sha256: page for page in store.facts_of(hashes)}
    if not pages.keys() >= set(hashes):
        raise StoreError("store_damaged", path=store.where)
    for serial, group in waiting:
        found = tuple(pages[sha256] for sha256 in group)
        entry = finder.single_sheet(found[0]) if serial is None else finder.ballot(serial, found)
        if entry is not None:
            yield entry


_AT_ONCE = 200
"""Ballots whose readings are unpacked together."""


def find_ballot(
    store: Store, rules: RuleSet, wanted: str, folder: Path, decisions: Decisions | None = None
) -> BallotEntry:
    """The ballot that a person names.

    Args:
        store: the record.
        rules: with the committee's overrides applied.
        wanted: a serial, spaces and small letters allowed; or, for a sheet without one, the first 8
            or more characters of its image's SHA-256.
        folder: of the vote, for the messages.
        decisions: as for `find_ballots`.

    Raises:
        InputError: there is no such ballot, or it was not scanned.
    """
    serial = serial_as_typed(wanted)
    known = read_decisions(store) if decisions is None else decisions
    finder = _finder(store, rules, known)
    # Of a record of many ballots, only the readings of those asked for are unpacked.
    pages = _pages_called(store, lambda key: key.serial is not None and key.serial == serial)
    pages += [
        page
        for other, sha256 in known.sheets_of_ballots()
        if other == serial
        for page in _stored(store, sha256)
    ]
    if pages:
        return finder.ballot(serial, tuple(pages))
    prefix = wanted.strip().lower()
    found: list[BallotEntry] = []
    if _PREFIX.fullmatch(prefix):
        sheets = _pages_called(store, lambda key: key.serial is None and key.sha256.startswith(prefix))
        found = [entry for page in sheets if (entry := finder.single_sheet(page)) is not None]
    if len(found) > 1:
        raise InputError("explain_sheet_ambiguous", prefix=prefix)
    if found:
        return found[0]
    if serial in store.issued():
        raise InputError("explain_serial_not_scanned", serial=serial, folder=str(folder))
    raise InputError("explain_serial_unknown", serial=wanted, folder=str(folder))


def rule_again(
    store: Store, rules: RuleSet, entries: Iterable[BallotEntry], decisions: Decisions
) -> Iterator[BallotEntry]:
    """Entries with a serial, as they are ruled under other decisions."""
    finder = _finder(store, rules, decisions)
    for entry in entries:
        if entry.serial is not None:
            yield finder.ballot(entry.serial, entry.pages)


def _pages_called(store: Store, wanted: Callable[[PageKey], bool]) -> list[PageRecord]:
    """Pages by what a count asks of them first, with their readings whole."""
    keys = [key.sha256 for key in store.page_keys() if wanted(key)]
    return [page for sha256 in keys for page in _stored(store, sha256)]


def _stored(store: Store, sha256: str) -> tuple[PageRecord, ...]:
    page = store.page(sha256)
    return () if page is None else (page,)


_PREFIX = re.compile(r"[0-9a-f]{8,64}")


def _finder(store: Store, rules: RuleSet, decisions: Decisions) -> _Finder:
    # Who is listed matters only where decisions may add lines.
    officials = _officials_by_style(store) if decisions.standing else {}
    return _Finder(rules, store.issued(), decisions, officials)


def _officials_by_style(store: Store) -> dict[str, tuple[str, ...]]:
    return {form.style: layout_from_json(form.layout_json).officials for form in store.forms()}


def _pages_by_serial(
    store: Store, decisions: Decisions
) -> Iterator[tuple[str | None, tuple[PageRecord, ...]]]:
    """Pages with one serial together, those whose serial a person read among them, in order of serial."""
    read_by_person: dict[str, list[PageRecord]] = {}
    for read_serial, sha256 in decisions.sheets_of_ballots():
        page = store.page(sha256)
        if page is not None:
            read_by_person.setdefault(read_serial, []).append(page)
    waiting = deque(sorted(read_by_person))
    for serial, group in groupby(store.pages(), key=_serial_of):
        while serial is not None and waiting and waiting[0] < serial:
            other = waiting.popleft()
            yield other, tuple(read_by_person[other])
        found = tuple(group)
        if serial is not None and waiting and waiting[0] == serial:
            found += tuple(read_by_person[waiting.popleft()])
        yield serial, found
    for other in waiting:
        yield other, tuple(read_by_person[other])


@dataclass(frozen=True, slots=True)
class _Finder:
    """What is needed to say what a sheet is."""

    rules: RuleSet
    issued: Mapping[str, IssuedBallot]
    decisions: Decisions
    officials: Mapping[str, tuple[str, ...]]

    def single_sheet(self, page: PageRecord) -> BallotEntry | None:
        """A sheet without a usable code; None where a person found which ballot it is."""
        rejection = page.result
        if not isinstance(rejection, SheetRejection):
            raise TypeError("a page that was read has a serial")
        decided = self.decisions.on_sheet(page.sha256)
        if decided is not None and decided.standing is SheetStanding.BALLOT:
            return None
        standing = _standing(rejection) if decided is None else _DECIDED_STANDING[decided.standing]
        if standing is not Standing.UNREAD:
            return _entry_without_lines(page, standing, Verdict.INVALID, (BallotFault.NOT_ISSUED,), ())
        reasons = (ReviewReason(rejection.reason.value),)
        return _entry_without_lines(page, standing, Verdict.REVIEW, (), reasons)

    def ballot(self, serial: str, pages: tuple[PageRecord, ...]) -> BallotEntry:
        """The sheets with one serial."""
        known = self.issued.get(serial)
        token = next((page.token for page in pages if page.token is not None), None)
        if token is None:
            style = known.style if known is not None else DEFAULT_STYLE_ID
            genuine = known is not None
        else:
            style = token.style
            genuine = known is not None and known.style == token.style and known.kind == token.kind
        readings = _readings(pages)
        decided = self.decisions.on_ballot(serial)
        if decided.ballot is not None and len(pages) > decided.ballot.sheets:
            # A sheet turned up that nobody looked at.
            decided = replace(decided, ballot=None)
        if not readings and (not genuine or decided == UNDECIDED):
            return _unread_ballot(serial, style, pages, genuine)
        reading = self._reading(serial, style, pages, readings)
        issued = Issued.ISSUED if genuine else Issued.NOT_ISSUED
        ruling = rule_ballot(reading, self.rules, issued, decided, self.officials.get(style, ()))
        if not genuine:
            ruling = _settled_as_foreign(ruling)
        return BallotEntry(
            serial,
            style,
            Standing.RULED if genuine else Standing.FOREIGN,
            ruling.verdict,
            ruling.faults,
            ruling.review,
            ruling.lines,
            pages,
        )

    def _reading(
        self, serial: str, style: str, pages: tuple[PageRecord, ...], readings: tuple[PageReading, ...]
    ) -> BallotReading:
        tokens = [page.token for page in pages if page.token is not None]
        reading = interpret_ballot(readings) if readings else BallotReading(serial, style, ())
        present = {token.page for token in tokens}
        count = tokens[0].pages if tokens else 0
        missing = tuple(number for number in range(1, count + 1) if number not in present)
        # A page that was scanned and could not be read is not missing: it has a reason of its own.
        reasons = _joined(reading.review, _page_reasons(pages))
        return replace(reading, missing_pages=missing, review=reasons)


_DECIDED_STANDING = {
    SheetStanding.FOREIGN: Standing.FOREIGN,
    SheetStanding.NO_BALLOT: Standing.BLANK,
    SheetStanding.SCANNED_AGAIN: Standing.BLANK,
}


def _standing(rejection: SheetRejection) -> Standing:
    if is_foreign(rejection):
        return Standing.FOREIGN
    return Standing.BLANK if rejection.reason is RejectionReason.BLANK_PAGE else Standing.UNREAD


def _serial_of(page: PageRecord) -> str | None:
    return page.token.serial if page.token else None


def _entry_without_lines(
    page: PageRecord,
    standing: Standing,
    verdict: Verdict,
    faults: tuple[BallotFault, ...],
    review: tuple[ReviewReason, ...],
) -> BallotEntry:
    return BallotEntry(None, DEFAULT_STYLE_ID, standing, verdict, faults, review, (), (page,))


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
    read_by_person = any(page.token is None for page in pages)
    if any(page.surplus for page in pages) or (read_by_person and len(pages) > 1):
        reasons.add(ReviewReason.DUPLICATE_SERIAL)
    return _joined(reasons)


def _joined(*parts: Iterable[ReviewReason]) -> tuple[ReviewReason, ...]:
    """Reasons without repeats, in the order of the enum."""
    found = {reason for part in parts for reason in part}
    return tuple(reason for reason in ReviewReason if reason in found)


def _unread_ballot(serial: str, style: str, pages: tuple[PageRecord, ...], genuine: bool) -> BallotEntry:
    if not genuine:
        faults = (BallotFault.NOT_ISSUED,)
        return BallotEntry(serial, style, Standing.FOREIGN, Verdict.INVALID, faults, (), (), pages)
    reasons = _page_reasons(pages)
    return BallotEntry(serial, style, Standing.UNREAD, Verdict.REVIEW, (), reasons, (), pages)


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
