"""`readings --explain`: why a ballot was read as it was, as annotated pictures and crops.

What is drawn is the record, because the record is what counts. The stored images are read once more, to
lay them upright and to see that they still read the same; where they do not, picture and report say so.
Names are made of the serial alone, and files bear a fixed day: nothing tells when a sheet was scanned.
"""

from __future__ import annotations

import io
import os
import re
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path

from PIL import Image

from audit.compare import decision_differences
from kiemphieu.ballots import BallotEntry, find_ballot
from kiemphieu.disk import SETTLED_TIME_S, disk_errors, write_atomic
from kiemphieu.explain_draw import PX_PER_MM
from kiemphieu.explain_findings import page_findings
from kiemphieu.explain_head import panel_head
from kiemphieu.explain_page import LaidScan, Pixels, lay_scan, numbers_agree
from kiemphieu.explain_panel import PanelHead
from kiemphieu.explain_sheet import annotated_page, raw_page
from kiemphieu.explain_words import Words
from kiemphieu.explained import SHORT_HASH, ExplainedFinding, ExplainedPage, ExplainReport, classify_reread
from kiemphieu.folder import VoteFolder, load_vote, read_page, vote_rules
from kiemphieu.messages import Language
from kiemphieu.page_file import PageBytes, decode_page
from kiemphieu.scanner_profiles import reading_contexts
from kiemphieu.scanning import reader_setup
from kiemphieu.store import PageRecord
from kiemphieu.vote_store import open_vote_store
from records.canonical import sha256_hex
from records.errors import StoreError, UsageError
from records.reading import PageReading
from records.vote import Vote
from scanner.image import MM_PER_INCH
from scanner.sheet import ReadingContext, read_sheet

_CROP_PX_PER_MM = 16.0
"""406 dpi: no scan that is usual loses anything."""
_OWN_CROP = re.compile(r"(seal|writing-\d+|strike-\d+-[a-z0-9-]+|[a-z0-9-]+-[a-z0-9-]+)\.png")


@dataclass(frozen=True, slots=True)
class Target:
    """Where one page's picture and crops go."""

    picture: Path
    crops: Path


def explain_ballot(folder: VoteFolder, wanted: str, output: Path | None, lang: Language) -> ExplainReport:
    """Draws every page of a ballot.

    Args:
        folder: the vote.
        wanted: a serial, spaces and small letters allowed; or, for a sheet without one, the first 8
            or more characters of its image's SHA-256.
        output: a `.png` for the picture, or a folder; the vote's `reports` where None.
        lang: of the words in the pictures.

    Raises:
        InputError: there is no such ballot, or it was not scanned.
        UsageError: `output` lies among the vote's own records.
        StoreError: a stored image is gone or was changed, or the pictures cannot be written.
    """
    vote = load_vote(folder)
    with closing(open_vote_store(folder, vote)) as store:
        entry = find_ballot(store, vote_rules(vote), wanted, folder.root)
        contexts = reading_contexts(folder, store, reader_setup(folder, vote))
    shown, others = _shown_pages(entry)
    targets = _targets(folder, entry, shown, output)
    rules = vote_rules(vote)
    words = Words(
        lang,
        {official.id: official.name for official in vote.officials},
        {level.id: level.label for level in rules.levels},
        dict(rules.faults),
    )
    explainer = _Explainer(folder, vote, contexts, entry, words)
    pages = [
        explainer.page(page, others[page.sha256], target) for page, target in zip(shown, targets, strict=True)
    ]
    return ExplainReport(entry, tuple(pages))


def _shown_pages(entry: BallotEntry) -> tuple[list[PageRecord], dict[str, tuple[str, ...]]]:
    """The sheet that counts of each page, and by its hash the hashes of the others."""
    by_number: dict[int, list[PageRecord]] = {}
    for page in entry.pages:
        by_number.setdefault(page.token.page if page.token else 0, []).append(page)
    shown, others = [], {}
    for number in sorted(by_number):
        sheets = by_number[number]
        counted = next((sheet for sheet in sheets if isinstance(sheet.result, PageReading)), sheets[0])
        shown.append(counted)
        others[counted.sha256] = tuple(sheet.sha256 for sheet in sheets if sheet is not counted)
    return shown, others


def _targets(
    folder: VoteFolder, entry: BallotEntry, pages: Sequence[PageRecord], output: Path | None
) -> list[Target]:
    into = folder.reports if output is None else output
    stem = entry.serial or entry.pages[0].sha256[:SHORT_HASH]
    is_file = into.suffix.lower() == ".png" and not into.is_dir()
    if is_file:
        into, stem = into.parent, into.stem
    resolved = into.resolve()
    for own in (folder.pages, folder.keys, folder.ballots):
        if resolved.is_relative_to(own.resolve()):
            raise UsageError("explain_output_in_vote", path=str(output))
    targets = []
    for page in pages:
        number = page.token.page if page.token else 1
        name = stem if is_file and len(pages) == 1 else f"{stem}-{number}"
        targets.append(Target(into / f"{name}.png", into / f"{name}-crops"))
    return targets


@dataclass(frozen=True, slots=True)
class _Explainer:
    folder: VoteFolder
    vote: Vote
    contexts: Mapping[str, ReadingContext]
    entry: BallotEntry
    words: Words

    def page(self, record: PageRecord, others: tuple[str, ...], target: Target) -> ExplainedPage:
        """Draws one page and writes its files."""
        data = read_page(self.folder, record.sha256, record.suffix)
        if sha256_hex(data) != record.sha256:
            path = self.folder.page(record.sha256, record.suffix)
            raise StoreError("page_file_changed", path=str(path))
        pixels = decode_page(PageBytes(data, record.suffix))
        same_reader = record.options in self.contexts
        # A page of another reader is shown as the reader of today has it.
        context = self.contexts[record.options if same_reader else next(iter(self.contexts))]
        again = read_sheet(pixels, context)
        differences = decision_differences(record.result, again)
        reread = classify_reread(differences, same_reader, numbers_agree(record.result, again))
        head = panel_head(self.vote, self.entry, record, self.words, reread, differences, others)
        found: tuple[ExplainedFinding, ...] = ()
        scan = lay_scan(pixels, context) if isinstance(record.result, PageReading) else None
        _make_folder(target.picture.parent)
        if scan is None or not isinstance(record.result, PageReading):
            canvas = raw_page(pixels, self._without_form(head, record))
        else:
            found = self._findings(scan, record.result, target)
            crops = [scan.crop(item.finding.place, _CROP_PX_PER_MM) for item in found]
            shown = [item.finding for item in found]
            canvas = annotated_page(scan, record.result, shown, crops, head, self.words)
            _write_crops(target.crops, found, crops)
        _write_png(target.picture, canvas.image, PX_PER_MM)
        return ExplainedPage(record, target.picture, target.crops, reread, differences, others, found)

    def _findings(self, scan: LaidScan, reading: PageReading, target: Target) -> tuple[ExplainedFinding, ...]:
        return tuple(
            ExplainedFinding(item, target.crops / f"{item.name}.png")
            for item in page_findings(reading, scan.page, self.entry)
        )

    def _without_form(self, head: PanelHead, record: PageRecord) -> PanelHead:
        if not isinstance(record.result, PageReading):
            return head
        return replace(head, warnings=(*head.warnings, self.words.text("explain_unlaid")))


def _make_folder(path: Path) -> None:
    with disk_errors(path):
        path.mkdir(parents=True, exist_ok=True)


def _write_crops(folder: Path, found: Sequence[ExplainedFinding], crops: Sequence[Pixels]) -> None:
    """Writes the crops; those of an earlier picture that no longer belong to it go."""
    if not found:
        return
    _make_folder(folder)
    kept = {item.crop.name for item in found}
    for item, crop in zip(found, crops, strict=True):
        _write_png(item.crop, Image.fromarray(crop), _CROP_PX_PER_MM)
    with disk_errors(folder):
        for path in folder.iterdir():
            if _OWN_CROP.fullmatch(path.name) and path.name not in kept:
                path.unlink()


def _write_png(path: Path, picture: Image.Image, px_per_mm: float) -> None:
    """A PNG that says its resolution and nothing else, with a time that tells nothing."""
    dpi = px_per_mm * MM_PER_INCH
    out = io.BytesIO()
    picture.save(out, "PNG", dpi=(dpi, dpi), compress_level=3)
    write_atomic(path, out.getvalue())
    with disk_errors(path):
        os.utime(path, (SETTLED_TIME_S, SETTLED_TIME_S))
