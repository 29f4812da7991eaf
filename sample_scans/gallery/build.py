"""Builds the gallery as values: file names and bytes; the command in `__main__` writes them."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import numpy as np

from ballot_layout.form import Form
from records.canonical import sha256_hex
from records.codec import to_plain
from records.geometry import Rect
from records.layout import layout_to_json
from records.reading import RejectionReason
from sample_scans.campaign import stamping_in
from sample_scans.device import scan_page
from sample_scans.encoding import FileFormat, encode
from sample_scans.gallery.cases import PLAIN_SCAN, Case, marks_of
from sample_scans.gallery.damage_cases import DAMAGE_CASES
from sample_scans.gallery.expected import Expected, expected_ballot
from sample_scans.gallery.fault_cases import FAULT_CASES
from sample_scans.gallery.mark_cases import MARK_CASES
from sample_scans.gallery.votes import GalleryVote, vote_toml
from sample_scans.pens import Hand, Page, make_pen
from sample_scans.printer import printed
from sample_scans.settings import ScanSettings, damage_names
from sample_scans.strokes import writer_from_seed
from sample_scans.truth import Truth
from sample_scans.voter import Intent, MarkIntent, Sheet, StrikeIntent, WritingIntent, vote_on_page

CASES = (*MARK_CASES, *FAULT_CASES, *DAMAGE_CASES)
MANIFEST_FORMAT = 1
JPEG_QUALITY = 60
FINE_JPEG_QUALITY = 45
"""From 300 dpi on, where a pixel matters less: keeps the gallery small."""
_SUFFIX = {FileFormat.JPEG: "jpg", FileFormat.PNG: "png", FileFormat.TIFF: "tif", FileFormat.PDF: "pdf"}


@dataclass(frozen=True, slots=True)
class Entry:
    """One file of the gallery.

    Attributes:
        vote: the id of the vote it is to be read against.
        truths: one per image in the file; empty where it is no ballot.
        thumbnail: what the contact sheet shows; None for a file that is no image.
    """

    name: str
    file: str
    data: bytes
    shows: str
    origin: str
    vote: str
    expected: Expected
    truths: tuple[Truth, ...] = ()
    thumbnail: Page | None = None


def case_entries(vote: GalleryVote) -> Iterator[Entry]:
    """All ballots of `CASES`, each on a sheet of its own."""
    for ballot, case in enumerate(CASES):
        yield case_entry(vote, case, vote.sheet(ballot))


def case_entry(vote: GalleryVote, case: Case, sheet: Sheet) -> Entry:
    image, truth = scanned_case(case, sheet)
    usual = FINE_JPEG_QUALITY if case.settings.dpi >= 300 else JPEG_QUALITY
    quality = case.settings.jpeg_quality or usual
    data = encode(image, case.file_format, case.settings.dpi, quality)
    return Entry(
        case.name,
        f"{case.name}.{_SUFFIX[case.file_format]}",
        data,
        case.shows,
        origin_text(case.seed, case.settings),
        vote.vote.id,
        Expected(expected_ballot((truth,), case.verdicts, case.weak)),
        (truth,),
        image,
    )


def scanned_case(
    case: Case, sheet: Sheet, change: Callable[[Page], Page] = lambda page: page
) -> tuple[Page, Truth]:
    """The scan of `case` voted on `sheet`; `change` is done to the paper just before it is scanned."""
    rng = np.random.default_rng([case.seed, 0xCA5E])
    paper = printed(sheet.paper, sheet.px_per_mm, case.printer, case.seed)
    hand = Hand(writer_from_seed(case.seed), make_pen(case.pen, case.ink, case.faint), str(case.seed))
    voted, truth = vote_on_page(replace(sheet, paper=paper), case_intent(case, sheet, rng), hand, rng)
    settings = replace(case.settings, jpeg_quality=None)
    image = scan_page(change(voted), sheet.px_per_mm, settings, case.seed, back=paper)
    return image, replace(truth, damage=damage_names(case.settings))


def case_intent(case: Case, sheet: Sheet, rng: np.random.Generator) -> Intent:
    officials = tuple(dict.fromkeys(box.official for box in sheet.place.boxes))
    specs = (*case.marks, *("high",) * len(officials))[: len(officials)]
    marks = tuple(
        MarkIntent(official, level, kind)
        for official, spec in zip(officials, specs, strict=True)
        for level, kind in marks_of(spec)
    )
    height, width = (size / sheet.px_per_mm for size in sheet.paper.shape[:2])
    writings = tuple(
        WritingIntent(r.text, Rect(r.x_share * width, r.y_share * height, r.width_mm, r.height_mm))
        for r in case.remarks
    )
    seal = sheet.place.seal
    stamping = stamping_in(seal, rng) if case.stamped and seal is not None else None
    return Intent(marks, tuple(StrikeIntent(*strike) for strike in case.strikes), writings, stamping)


def origin_text(seed: int, settings: ScanSettings) -> str:
    """How a scan was made: seed, and every setting that is not the plain scan's."""
    plain, own = to_plain(PLAIN_SCAN), to_plain(settings)
    changed = {key: value for key, value in own.items() if value != plain[key]}
    return f"sample_scans simulator, seed {seed}, plain scan with {json.dumps(changed, sort_keys=True)}"


def rejected(reasons: tuple[RejectionReason, ...]) -> Expected:
    return Expected(rejections=reasons)


def manifest(entries: tuple[Entry, ...]) -> bytes:
    """manifest.json over all entries."""
    rows = [
        {
            "name": entry.name,
            "file": f"scans/{entry.file}",
            "sha256": sha256_hex(entry.data),
            "shows": entry.shows,
            "origin": entry.origin,
            "vote": entry.vote,
            "expected": to_plain(entry.expected),
            "truth": [to_plain(truth) for truth in entry.truths],
        }
        for entry in entries
    ]
    data = {"format": MANIFEST_FORMAT, "scans": rows}
    return (json.dumps(data, ensure_ascii=False, indent=1, sort_keys=True) + "\n").encode()


def vote_files(vote: GalleryVote) -> tuple[tuple[str, bytes], ...]:
    """The vote folder as path and bytes: vote.toml, layout.json, keys/ballot.pub and the serials issued."""
    folder = vote.vote.id
    return (
        (f"{folder}/vote.toml", vote_toml(vote.vote).encode()),
        (f"{folder}/layout.json", layout_bytes(vote.form)),
        (f"{folder}/keys/ballot.pub", vote.public_pem),
        (f"{folder}/issued.json", json.dumps(sorted(vote.serials), indent=1).encode() + b"\n"),
    )


def layout_bytes(form: Form) -> bytes:
    return (json.dumps(layout_to_json(form.layout), ensure_ascii=False, indent=1) + "\n").encode()
