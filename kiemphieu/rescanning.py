"""`rescan`: archived ballots scanned again, read into a record of their own, and compared.

The record of the vote is opened for reading only. What is scanned again lies in `rescans/NAME/` with its own
pages, database and journal, and may be added to by the same command.
"""

from __future__ import annotations

import re
import shutil
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from itertools import groupby
from pathlib import Path

from audit.compare import AuditedPage, Comparison, compare_records
from kiemphieu.disk import disk_errors, write_atomic
from kiemphieu.folder import VoteFolder, load_vote
from kiemphieu.messages import Language
from kiemphieu.page_worker import ReaderSetup, reading_context
from kiemphieu.rescan_report import RescanPictures, rescan_report
from kiemphieu.scanning import Progress, ScanReport, Told, record_scans
from kiemphieu.store import PageRecord, Store
from kiemphieu.store.copying import copy_ballots
from kiemphieu.vote_store import open_vote_store
from records.errors import UsageError
from records.reading import PageReading, RejectionReason, ReviewReason, SheetRejection
from records.vote import Vote

RESCANS = "rescans"
"""Of a vote folder: the audit records."""
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,40}")


@dataclass(frozen=True, slots=True)
class AuditVote:
    """What is scanned again, and the folder that takes the audit records."""

    vote: Vote
    place: Path


@dataclass(frozen=True, slots=True)
class RescanReport:
    """What was scanned again and how it compares.

    Attributes:
        others: second sheets of a serial and sheets that could not be read, by what they are, where there are
            more of them than in the record.
        report: the HTML page with both crops of every difference.
    """

    name: str
    scan: ScanReport
    comparison: Comparison
    others: tuple[tuple[str, int], ...]
    report: Path


def rescan(
    folder: VoteFolder,
    paths: Sequence[Path],
    name: str,
    workers: int,
    lang: Language,
    progress: Progress | None = None,
    audit_vote: AuditVote | None = None,
) -> RescanReport:
    """Reads ballots again and compares them with the record.

    Args:
        folder: the vote; nothing of its record is changed.
        paths: files and folders with the new scans.
        name: of the audit record, new or to be gone on with.
        workers: processes that read.
        lang: of the report.
        progress: called with pages done and pages in all.
        audit_vote: the vote as read already, and another place for the audit record; None reads vote.toml
            and puts the record into the vote folder.

    Raises:
        UsageError: `name` is no plain name.
        InputError: nothing was printed, or a key is missing.
        StoreError: a record cannot be read or written.
    """
    if not is_rescan_name(name):
        raise UsageError("rescan_name", name=name)
    chosen = audit_vote or AuditVote(load_vote(folder), folder.root / RESCANS)
    vote, again = chosen.vote, VoteFolder(chosen.place / name)
    # Sheets are scanned again to be read by other means: on any scanner, without the first one's profile.
    apart = replace(vote, store_url="", scanner_profile="", profile_sha256="")
    with closing(open_vote_store(folder, vote)) as original:
        _prepare(folder, again, apart, original)
        plain = ReaderSetup(again.root.resolve(), apart.id, apart.store_url)
        scan = record_scans(again, apart, paths, workers, plain, Told(progress))
        comparison, others = _compared(original, again, apart)
        pictures = _pictures(folder, again, original, vote)
    report = again.root / "comparison.html"
    write_atomic(report, rescan_report(vote, name, comparison, pictures, lang).encode())
    return RescanReport(name, scan, comparison, others, report)


def is_rescan_name(name: str) -> bool:
    """Whether an audit record may be called so."""
    return _NAME.fullmatch(name) is not None


def compare_rescan(
    folder: VoteFolder, again: VoteFolder, vote: Vote
) -> tuple[Comparison, tuple[tuple[str, int], ...], RescanPictures]:
    """Sets what was scanned again beside the record once more; nothing is read or written.

    Raises:
        StoreError: a record cannot be read.
    """
    with closing(open_vote_store(folder, vote)) as original:
        comparison, others = _compared(original, again, replace(vote, store_url=""))
        return comparison, others, _pictures(folder, again, original, vote)


def _compared(
    original: Store, again: VoteFolder, apart: Vote
) -> tuple[Comparison, tuple[tuple[str, int], ...]]:
    with closing(open_vote_store(again, apart)) as audit:
        comparison = compare_records(_pages(original), _pages(audit))
        return comparison, tuple(sorted((_others(audit) - _others(original)).items()))


def _pictures(folder: VoteFolder, again: VoteFolder, original: Store, vote: Vote) -> RescanPictures:
    setup = ReaderSetup(folder.root.resolve(), vote.id, vote.store_url)
    return RescanPictures(folder, again, reading_context(folder, original, setup))


def _prepare(folder: VoteFolder, again: VoteFolder, vote: Vote, original: Store) -> None:
    """An audit record that knows the forms and serials of the vote."""
    with disk_errors(again.root):
        again.keys.mkdir(parents=True, exist_ok=True)
        if folder.public_key.exists() and not again.public_key.exists():
            shutil.copyfile(folder.public_key, again.public_key)
    with closing(open_vote_store(again, vote)) as store:
        copy_ballots(original, store)


def _pages(store: Store) -> Iterator[AuditedPage]:
    """The sheet that counts of every page of a ballot, by serial and page: the first that could be read."""
    for (serial, number), group in groupby(store.pages(), key=_place):
        if serial is None:
            continue
        sheets = list(group)
        sheet = next((one for one in sheets if isinstance(one.result, PageReading)), sheets[0])
        yield AuditedPage(serial, number, sheet.sha256, sheet.result)


def _place(page: PageRecord) -> tuple[str | None, int]:
    token = page.token
    return (None, 0) if token is None else (token.serial, token.page)


def _others(store: Store) -> Counter[str]:
    """Sheets that are no page of a ballot of their own, by what they are: second sheets, and rejections."""
    found: Counter[str] = Counter()
    for page in store.pages():
        if page.surplus:
            found[ReviewReason.DUPLICATE_SERIAL.value] += 1
        elif isinstance(page.result, SheetRejection) and page.result.reason is not RejectionReason.BLANK_PAGE:
            found[page.result.reason.value] += 1
    return found
