"""PDF and TIFF files give the pixels, and so the readings, of the images inside them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from wrapped_pages import (
    grey_image,
    grey_wrappers,
    jpeg_wrappers,
    layered_page,
    pdf,
    png,
    two_valued,
    two_valued_wrappers,
    written,
)

from kiemphieu.intake import FileProblem, PageRef, find_pages, load_page
from kiemphieu.page_file import PageBytes, decode_page
from kiemphieu.page_worker import PageReader, ReaderSetup, ReadPage
from records.reading import PageReading


@pytest.fixture
def reader(vote) -> Iterator[PageReader]:
    made = PageReader(ReaderSetup(vote.folder.root, "bdt-2023", ""))
    yield made
    made.close()


def first_page(path: Path) -> PageRef:
    ref = next(iter(find_pages([path])))
    assert isinstance(ref, PageRef), ref
    return ref


def reading_of(reader: PageReader, path: Path) -> PageReading:
    read = reader.read(first_page(path))
    assert isinstance(read, ReadPage), read
    assert isinstance(read.record.result, PageReading), read.record.result
    return read.record.result


def grey(pixels: np.ndarray) -> np.ndarray:
    return pixels if pixels.ndim == 2 else pixels[..., 1]


def sample_pixels(vote, number: int) -> np.ndarray:
    path = sorted(vote.scan_folder.iterdir())[number]
    return np.ascontiguousarray(grey(decode_page(PageBytes(path.read_bytes(), ".jpg"))))


@pytest.mark.parametrize("number", range(2))
def test_every_wrapper_gives_the_reading_of_the_image_inside(
    vote, reader: PageReader, tmp_path: Path, number: int
) -> None:
    """Equal in every value: boxes, their scores and evidence, names, seal, and where everything was found."""
    pixels = sample_pixels(vote, number)
    scan = sorted(vote.scan_folder.iterdir())[number]
    bare = written(
        tmp_path / "bare",
        {
            "grey.png": png(grey_image(pixels)),
            "bits.png": png(two_valued(pixels)),
            "scan.jpg": scan.read_bytes(),
        },
    )
    compared = boxes = 0
    for image, wrappers in (
        ("grey.png", grey_wrappers(pixels)),
        ("bits.png", two_valued_wrappers(pixels)),
        ("scan.jpg", jpeg_wrappers(scan.read_bytes())),
    ):
        wanted = reading_of(reader, bare[image])
        for name, path in written(tmp_path / image, wrappers).items():
            found = reading_of(reader, path)
            assert found.boxes == wanted.boxes, (image, name)
            assert found == wanted, (image, name)
            compared += 1
            boxes += len(found.boxes)
    assert (compared, boxes) == (18, 18 * 6)


@pytest.mark.parametrize("kind", ["grey", "bits"])
def test_every_wrapper_gives_the_pixels_of_the_image_inside(
    tmp_path: Path, page_pixels: np.ndarray, kind: str
) -> None:
    wrappers = grey_wrappers(page_pixels) if kind == "grey" else two_valued_wrappers(page_pixels)
    wanted = page_pixels if kind == "grey" else np.asarray(two_valued(page_pixels).convert("L"))
    for name, path in written(tmp_path, wrappers).items():
        assert np.array_equal(grey(decode_page(load_page(first_page(path)))), wanted), name


def test_a_jpeg_in_a_pdf_is_kept_byte_for_byte(vote, tmp_path: Path) -> None:
    data = next(vote.scan_folder.iterdir()).read_bytes()
    for name, path in written(tmp_path, jpeg_wrappers(data)).items():
        assert load_page(first_page(path)) == PageBytes(data, ".jpg"), name


def test_a_fine_layer_over_a_coarse_one_keeps_its_resolution(tmp_path: Path, page_pixels: np.ndarray) -> None:
    """A page cut into layers is drawn at the resolution of the finest, 600 dpi here."""
    fine = np.kron(page_pixels, np.ones((2, 2), np.uint8))
    (tmp_path / "a.pdf").write_bytes(pdf(layered_page(page_pixels, fine)))
    pixels = decode_page(load_page(first_page(tmp_path / "a.pdf")))
    assert np.array_equal(grey(pixels), fine)


OTHERS = {
    "a.webp": (b"RIFF\x10\0\0\0WEBPVP8 ", "file_other_kind", "WebP"),
    "a.bmp": (b"BM" + b"\0" * 60, "file_other_kind", "BMP"),
    "a.gif": (b"GIF89a" + b"\0" * 20, "file_other_kind", "GIF"),
    "a.jp2": (b"\0\0\0\x0cjP  \r\n\x87\n", "file_other_kind", "JPEG 2000"),
    "a.j2k": (b"\xff\x4f\xff\x51" + b"\0" * 20, "file_other_kind", "JPEG 2000"),
    "a.jxl": (b"\xff\x0a" + b"\0" * 20, "file_other_kind", "JPEG XL"),
    "a.avif": (b"\0\0\0\x1cftypavif" + b"\0" * 20, "file_other_kind", "AVIF"),
    "a.tif": (b"II+\0\x08\0\0\0" + b"\0" * 20, "file_other_kind", "BigTIFF"),
    "a.pgm": (b"P5\n2 2\n255\n\0\0\0\0", "file_other_kind", "PNM"),
    "a.heic": (b"\0\0\0\x18ftypmif1" + b"\0" * 20, "file_heic", None),
    "a.jpg": (b"hello", "file_type", None),
}


@pytest.mark.parametrize("name", OTHERS)
def test_other_kinds_are_called_by_their_name(tmp_path: Path, name: str) -> None:
    data, message_id, kind = OTHERS[name]
    (tmp_path / name).write_bytes(data)
    for given in (tmp_path, tmp_path / name):
        (item,) = find_pages([given])
        assert isinstance(item, FileProblem)
        assert (item.message_id, dict(item.details).get("kind")) == (message_id, kind)


@pytest.mark.parametrize("kept", [0.5, 0.9, 0.999])
def test_a_pdf_without_its_end_is_never_read(tmp_path: Path, page_pixels: np.ndarray, kept: float) -> None:
    """Such a file may hold earlier pages whole, and a mended one would leave the last ones out."""
    data = grey_wrappers(page_pixels)["grey.pdf"]
    (tmp_path / "a.pdf").write_bytes(data[: int(len(data) * kept)])
    (item,) = find_pages([tmp_path])
    assert isinstance(item, FileProblem)
    assert item.message_id == "file_truncated"
