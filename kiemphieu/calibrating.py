"""Use cases of calibration: print the target, measure a scanner, check a print."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from calibration.measure import ScanMeasures, measure_scan
from calibration.print_check import PrintFault, PrintMeasures, ScannerResolution, check_print, judge_print
from calibration.profile import make_profile
from calibration.target import make_target
from calibration.target_pdf import write_target_pdf
from kiemphieu.disk import disk_errors, write_atomic
from kiemphieu.documents.calibration_pdf import write_report_pdf
from kiemphieu.documents.facts import Words
from kiemphieu.folder import VoteFolder, load_vote
from kiemphieu.intake import FileProblem, PageRef, find_pages, load_page
from kiemphieu.page_file import decode_page
from kiemphieu.page_worker import ReaderSetup, reading_context
from kiemphieu.plain_words import plain_name
from kiemphieu.vote_store import open_vote_store
from records.canonical import sha256_hex
from records.errors import InputError, PageFileError
from records.scanner_profile import (
    Fitness,
    ScannerProfile,
    profile_from_text,
    profile_sha256,
    profile_to_json,
)
from records.vote import PaperSize

Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class MeasureReport:
    """A scanner's profile and where it was written."""

    profile: ScannerProfile
    sha256: str
    profile_path: Path
    report_path: Path


@dataclass(frozen=True, slots=True)
class PrintReport:
    """What the pages say of the printer."""

    pages: tuple[PrintMeasures, ...]
    fitness: Fitness
    faults: tuple[PrintFault, ...]


def write_target(paper: PaperSize, path: Path, words: Words) -> None:
    """Writes the target to print."""
    write_atomic(path, target_pdf(paper, words))


def target_pdf(paper: PaperSize, words: Words) -> bytes:
    """The target to print, as PDF."""
    texts = (
        words("calibrate_target_title", paper=paper.value),
        words("calibrate_target_print"),
        words("calibrate_target_ruler"),
    )
    return write_target_pdf(make_target(paper), texts)


def measure_scanner(
    paths: Sequence[Path], name: str, folder: Path, words: Words, progress: Progress | None = None
) -> MeasureReport:
    """Measures a scanner from scans of the target, and writes its profile and the report.

    Raises:
        InputError: a file cannot be opened, is no scan of the target, or the scans do not go together.
        StoreError: the folder cannot be written.
    """
    scanner = " ".join(name.split())
    if not scanner:
        raise InputError("calibrate_no_name")
    measures = tuple(_measured(paths, words, progress))
    profile = make_profile(scanner, measures)
    with disk_errors(folder):
        folder.mkdir(parents=True, exist_ok=True)
    base = folder / f"scanner-{file_stem(scanner)}"
    profile_path, report_path = base.with_suffix(".json"), base.with_suffix(".pdf")
    data = json.dumps(profile_to_json(profile), ensure_ascii=False, indent=1) + "\n"
    write_atomic(profile_path, data.encode())
    write_atomic(report_path, write_report_pdf(profile, words))
    return MeasureReport(profile, profile_sha256(profile), profile_path, report_path)


def _measured(paths: Sequence[Path], words: Words, progress: Progress | None) -> Iterator[ScanMeasures]:
    refs = _refs(paths, words)
    seen: dict[str, str] = {}
    for done, (ref, (image, sha256)) in enumerate(_images(refs, words), start=1):
        name = scan_name(ref, refs)
        if sha256 in seen:
            # Counted twice, it would make a scanner look steadier than it is.
            raise InputError("calibrate_scan_twice", first=seen[sha256], second=name)
        seen[sha256] = name
        yield measure_scan(image, name)
        if progress is not None:
            progress(done, len(refs))


def check_prints(
    folder: VoteFolder, paths: Sequence[Path], resolution: ScannerResolution, words: Words
) -> PrintReport:
    """Measures scans of printed blank ballots of a vote. Nothing of it is kept.

    Raises:
        InputError: a file cannot be opened, or a page is no ballot of the vote.
    """
    vote = load_vote(folder)
    refs = _refs(paths, words)
    with closing(open_vote_store(folder, vote)) as store:
        # Print is measured as it was scanned: what is known of a scanner would set right what is looked for.
        plain = ReaderSetup(folder.root.resolve(), vote.id, vote.store_url)
        context = reading_context(folder, store, plain)
    pages = tuple(
        check_print(image, scan_name(ref, refs), context, resolution)
        for ref, (image, _) in _images(refs, words)
    )
    return PrintReport(pages, *judge_print(pages))


def read_profile(path: Path) -> ScannerProfile:
    """The profile in a file.

    Raises:
        InputError: it cannot be read, is no profile, or was changed.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise InputError("profile_unreadable", path=str(path), reason=str(error)) from error
    return profile_from_text(text, str(path))


def _refs(paths: Sequence[Path], words: Words) -> tuple[PageRef, ...]:
    found = tuple(find_pages(paths))
    for item in found:
        if isinstance(item, FileProblem):
            reason = words(item.message_id, **dict(item.details))
            raise InputError("calibrate_bad_file", scan=item.source, reason=reason)
    refs = tuple(item for item in found if isinstance(item, PageRef))
    if not refs:
        raise InputError("calibrate_no_scans")
    return refs


def _images(refs: Sequence[PageRef], words: Words) -> Iterator[tuple[PageRef, tuple[NDArray[np.uint8], str]]]:
    """The pixels of every page and the hash of its file's bytes."""
    for ref in refs:
        try:
            page = load_page(ref)
            yield ref, (decode_page(page), sha256_hex(page.data))
        except PageFileError as error:
            reason = words(error.message_id, **error.details)
            raise InputError("calibrate_bad_file", scan=ref.source, reason=reason) from error


def scan_name(ref: PageRef, refs: Sequence[PageRef]) -> str:
    """A scan as it is called in messages: its file, and its page where the file has several."""
    alone = all(other.index == 0 for other in refs if other.path == ref.path)
    return ref.source if alone else f"{ref.source} [{ref.index + 1}]"


def file_stem(name: str) -> str:
    """A scanner's name as part of a file's name: plain letters, digits and hyphens."""
    return plain_name(name)[:60] or "1"
