"""Printed votes, and voted and scanned pages of them as files: what the benchmarks of speed read."""

from __future__ import annotations

import io
import multiprocessing
from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import cache
from pathlib import Path

import cv2
import numpy as np
import pypdfium2 as pdfium
from PIL import Image

from benchmarks.printing import make_vote
from kiemphieu.folder import VoteFolder, load_layout
from kiemphieu.printing import PrintOrder, print_ballots
from records.layout import Layout
from sample_scans.campaign import STRAIGHTFORWARD, voted_sheet
from sample_scans.device import scan_page
from sample_scans.settings import ColourMode
from sample_scans.strata import Stratum, stratum_settings
from sample_scans.voter import Sheet

PAPER_DPI = 300
JPEG_QUALITY = 85
_JPEG_START = 2


class Picture(StrEnum):
    """What the scanner's files are."""

    GREY = "grey JPEG"
    COLOUR = "colour JPEG"
    TIFF = "1-bit TIFF"
    """CCITT group 4."""
    PNG = "1-bit PNG"

    @property
    def suffix(self) -> str:
        return {Picture.TIFF: ".tif", Picture.PNG: ".png"}.get(self, ".jpg")

    @property
    def mode(self) -> ColourMode:
        return {Picture.GREY: ColourMode.GREY, Picture.COLOUR: ColourMode.COLOUR}.get(self, ColourMode.BINARY)


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of page file."""

    dpi: int
    picture: Picture

    def __str__(self) -> str:
        return f"{self.dpi} dpi {self.picture}"


@dataclass(frozen=True, slots=True)
class Printed:
    """A vote whose ballots are printed and nothing recorded yet."""

    folder: VoteFolder
    pdf: Path
    pages: int


def print_folder(root: Path, officials: int, ballots: int) -> Printed:
    """A vote folder `root` on so many people, with its ballots."""
    make_vote(root, officials, ballots)
    folder, pdf = VoteFolder(root), root.with_suffix(".pdf")
    print_ballots(folder, PrintOrder(ballots, seed=1, out=pdf))
    return Printed(folder, pdf, ballots * len(_layout(root).pages))


@cache
def _layout(root: Path) -> Layout:
    layout = load_layout(VoteFolder(root), "")
    assert layout is not None
    return layout


@dataclass(frozen=True, slots=True)
class _Job:
    printed: Printed
    index: int
    kinds: tuple[Kind, ...]


def draw_pages(
    printed: Printed, pages: int, kinds: Sequence[Kind], processes: int = 2
) -> dict[Kind, list[bytes]]:
    """The first pages of the print, each voted on once and scanned into a file of every kind."""
    jobs = [_Job(printed, index, tuple(kinds)) for index in range(pages)]
    with multiprocessing.get_context("spawn").Pool(processes, cv2.setNumThreads, (1,)) as pool:
        drawn = pool.map(_draw, jobs, chunksize=1)
    return {kind: [files[place] for files in drawn] for place, kind in enumerate(kinds)}


def _draw(job: _Job) -> list[bytes]:
    places = _layout(job.printed.folder.root).pages
    with pdfium.PdfDocument(job.printed.pdf) as document:
        paper = np.ascontiguousarray(document[job.index].render(scale=PAPER_DPI / 72).to_numpy()[:, :, :3])
    place, ballot = places[job.index % len(places)], job.index // len(places)
    sheet = Sheet(paper, PAPER_DPI / 25.4, place, f"sheet-{ballot}")
    voted, _, rng = voted_sheet(sheet, STRAIGHTFORWARD, 1)
    day = replace(stratum_settings(Stratum.FEEDER, rng), jpeg_quality=None)
    scans = {
        (kind.dpi, kind.picture.mode): scan_page(
            voted, sheet.px_per_mm, replace(day, dpi=kind.dpi, mode=kind.picture.mode), job.index
        )
        for kind in job.kinds
    }
    return [_encoded(scans[kind.dpi, kind.picture.mode], kind.picture) for kind in job.kinds]


def _encoded(image: np.ndarray, picture: Picture) -> bytes:
    if picture.suffix == ".jpg":
        return cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, JPEG_QUALITY])[1].tobytes()
    out = io.BytesIO()
    bits = Image.fromarray(image).convert("1")
    if picture is Picture.TIFF:
        bits.save(out, "TIFF", compression="group4")
    else:
        bits.save(out, "PNG")
    return out.getvalue()


def write_files(drawn: Sequence[bytes], suffix: str, into: Path) -> list[Path]:
    """Every page in a file of its own."""
    into.mkdir(parents=True)
    paths = [into / f"scan-{number:06}{suffix}" for number in range(len(drawn))]
    for path, data in zip(paths, drawn, strict=True):
        path.write_bytes(data)
    return paths


def spread_pages(drawn: Sequence[bytes], pages: int, into: Path) -> list[Path]:
    """So many JPEG files with bytes of their own: a comment near the start tells equal images apart."""
    into.mkdir()
    paths = []
    for number in range(pages):
        data, comment = drawn[number % len(drawn)], f"page {number}".encode()
        segment = b"\xff\xfe" + (len(comment) + 2).to_bytes(2, "big") + comment
        path = into / f"scan-{number:06}.jpg"
        path.write_bytes(data[:_JPEG_START] + segment + data[_JPEG_START:])
        paths.append(path)
    return paths
