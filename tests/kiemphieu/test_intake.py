from __future__ import annotations

import io
import os
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from kiemphieu.intake import FileProblem, PageRef, SkippedFile, find_pages, load_page, natural_key
from kiemphieu.page_file import PageBytes, decode_page
from kiemphieu.tiff_file import FileBytes, tiff_page, tiff_page_count
from records.errors import PageFileError


def encoded(pixels: np.ndarray, kind: str, **options: object) -> bytes:
    out = io.BytesIO()
    Image.fromarray(pixels).save(out, kind, **options)
    return out.getvalue()


def two_valued(pixels: np.ndarray) -> Image.Image:
    return Image.fromarray(((pixels > 150) * 255).astype(np.uint8)).convert("1", dither=Image.Dither.NONE)


def pages_of(path: Path) -> list[np.ndarray]:
    found = list(find_pages([path]))
    assert all(isinstance(item, PageRef) for item in found), found
    return [decode_page(load_page(item)) for item in found if isinstance(item, PageRef)]


def problem_of(path: Path) -> str:
    """The message id that the file's first page comes to, wherever it shows."""
    (item,) = find_pages([path])
    if isinstance(item, FileProblem):
        return item.message_id
    assert isinstance(item, PageRef)
    with pytest.raises(PageFileError) as caught:
        decode_page(load_page(item))
    return caught.value.message_id


def test_jpeg_is_kept_as_received(tmp_path: Path, page_pixels: np.ndarray) -> None:
    data = encoded(page_pixels, "JPEG", quality=95)
    path = tmp_path / "a.jpg"
    path.write_bytes(data)
    (ref,) = find_pages([path])
    assert isinstance(ref, PageRef)
    assert load_page(ref) == PageBytes(data, ".jpg")
    assert (ref.source, ref.index) == ("a.jpg", 0)
    assert np.abs(decode_page(load_page(ref)).astype(int) - page_pixels).mean() < 3


def test_png_grey_colour_one_bit_alpha_and_16_bit(tmp_path: Path, page_pixels: np.ndarray) -> None:
    colour = np.dstack([page_pixels, page_pixels // 2, 255 - page_pixels])
    alpha = np.dstack([colour, np.zeros_like(page_pixels)])
    for name, pixels in (("grey", page_pixels), ("colour", colour), ("alpha", alpha)):
        (tmp_path / f"{name}.png").write_bytes(encoded(pixels, "PNG"))
    Image.fromarray(page_pixels.astype(np.uint16) << 8).save(tmp_path / "deep.png")
    two_valued(page_pixels).save(tmp_path / "bit.png")
    assert np.array_equal(pages_of(tmp_path / "grey.png")[0], page_pixels)
    assert np.array_equal(pages_of(tmp_path / "colour.png")[0], colour[:, :, ::-1])
    assert pages_of(tmp_path / "alpha.png")[0].min() == 255
    assert np.array_equal(pages_of(tmp_path / "deep.png")[0], page_pixels)
    assert set(np.unique(pages_of(tmp_path / "bit.png")[0])) == {0, 255}


@pytest.mark.parametrize("compression", [None, "tiff_lzw", "tiff_adobe_deflate", "packbits", "jpeg"])
def test_tiff_of_one_page(tmp_path: Path, page_pixels: np.ndarray, compression: str | None) -> None:
    path = tmp_path / "a.tif"
    path.write_bytes(encoded(page_pixels, "TIFF", compression=compression))
    (pixels,) = pages_of(path)
    assert pixels.shape == page_pixels.shape
    assert np.abs(pixels.astype(int) - page_pixels).mean() < 4


def test_tiff_of_several_pages_in_group_4(tmp_path: Path, page_pixels: np.ndarray) -> None:
    first = two_valued(page_pixels)
    turned = first.rotate(90, expand=True)
    path = tmp_path / "a.tiff"
    first.save(path, compression="group4", save_all=True, append_images=[turned])
    one, two = pages_of(path)
    assert np.array_equal(one, np.asarray(first.convert("L")))
    assert np.array_equal(two, np.asarray(turned.convert("L")))


def test_a_tiff_page_is_the_same_bytes_whatever_stands_beside_it(page_pixels: np.ndarray) -> None:
    first, second = two_valued(page_pixels), two_valued(255 - page_pixels)
    files = []
    for beside in ([], [second]):
        out = io.BytesIO()
        first.save(out, "TIFF", compression="group4", save_all=True, append_images=beside)
        files.append(out.getvalue())
    assert [tiff_page_count(data) for data in files] == [1, 2]
    assert tiff_page(files[0], 0) == tiff_page(files[1], 0)


class CountedFile(io.BytesIO):
    """How many bytes were read of it."""

    taken = 0

    def read(self, size: int | None = -1, /) -> bytes:
        part = super().read(size)
        self.taken += len(part)
        return part


def test_a_page_of_a_large_tiff_is_read_without_the_others() -> None:
    """Reading all of a file for each of its pages took 20 s for 60 pages, and its size in memory."""
    noise = np.random.default_rng(4).integers(0, 255, (9, 200, 150), dtype=np.uint8)
    out = io.BytesIO()
    pages = [Image.fromarray(page) for page in noise]
    pages[0].save(out, "TIFF", save_all=True, append_images=pages[1:])
    whole = out.getvalue()
    for index in (0, 8):
        file = CountedFile(whole)
        assert tiff_page(FileBytes(file), index) == tiff_page(whole, index)
        assert file.taken < 30_000 + 9 * 1000 < len(whole) / 5
    for cut in (3, 7, len(whole) // 2):
        for source in (whole[:cut], FileBytes(io.BytesIO(whole[:cut]))):
            with pytest.raises(PageFileError):
                tiff_page(source, 8)


def test_pdf_pages_are_the_scanned_images(tmp_path: Path, page_pixels: np.ndarray) -> None:
    path = tmp_path / "a.pdf"
    jpeg = Image.open(io.BytesIO(encoded(page_pixels, "JPEG", quality=90)))
    jpeg.save(path, resolution=100, save_all=True, append_images=[two_valued(page_pixels)])
    grey, bits = pages_of(path)
    assert grey.shape == page_pixels.shape
    assert np.abs(grey.astype(int) - page_pixels).mean() < 4
    assert bits.shape == page_pixels.shape
    assert np.abs(bits.astype(int) - np.asarray(two_valued(page_pixels).convert("L"))).mean() < 12


def test_pdf_without_images_is_rendered_at_300_dpi(tmp_path: Path, printed) -> None:
    (pdf,) = printed.folder.ballots.glob("*.pdf")
    pages = pages_of(pdf)
    assert len(pages) == 4
    assert pages[0].shape[:2] == (3508, 2481)


def test_truncated_files_are_told(tmp_path: Path, page_pixels: np.ndarray) -> None:
    for kind, name in (("JPEG", "a.jpg"), ("PNG", "a.png"), ("TIFF", "a.tif")):
        data = encoded(page_pixels, kind)
        (tmp_path / name).write_bytes(data[: len(data) // 2])
        assert problem_of(tmp_path / name) == "file_truncated"


@given(share=st.floats(0.05, 0.999))
@settings(max_examples=40, deadline=None)
def test_a_jpeg_cut_anywhere_is_never_read(share: float) -> None:
    rng = np.random.default_rng(3)
    data = encoded(rng.integers(0, 255, (160, 120), dtype=np.uint8), "JPEG")
    with pytest.raises(PageFileError):
        decode_page(PageBytes(data[: int(len(data) * share)], ".jpg"))


@given(
    data=st.binary(max_size=400), head=st.sampled_from([b"", b"II*\0", b"MM\0*", b"\xff\xd8\xff", b"%PDF-"])
)
@settings(max_examples=150, deadline=None)
def test_arbitrary_bytes_are_a_problem_and_nothing_else(
    tmp_path_factory: pytest.TempPathFactory, data: bytes, head: bytes
) -> None:
    path = tmp_path_factory.mktemp("bytes") / "a.jpg"
    path.write_bytes(head + data)
    for item in find_pages([path]):
        if isinstance(item, PageRef):
            with pytest.raises(PageFileError):
                decode_page(load_page(item))


def test_empty_wrong_and_unknown_files(tmp_path: Path) -> None:
    (tmp_path / "empty.jpg").write_bytes(b"")
    (tmp_path / "text.jpg").write_text("not a picture", encoding="utf-8")
    (tmp_path / "phone.heic").write_bytes(b"\0\0\0\x18ftypheic" + b"\0" * 40)
    (tmp_path / "broken.pdf").write_bytes(b"%PDF-1.7\n%%EOF\n")
    assert problem_of(tmp_path / "empty.jpg") == "file_empty"
    assert problem_of(tmp_path / "text.jpg") == "file_type"
    assert problem_of(tmp_path / "phone.heic") == "file_heic"
    assert problem_of(tmp_path / "broken.pdf") == "file_broken"
    assert problem_of(tmp_path / "absent.jpg") == "file_missing"


def test_pdf_with_a_password(tmp_path: Path, page_pixels: np.ndarray) -> None:
    pikepdf = pytest.importorskip("pikepdf")
    plain = tmp_path / "plain.pdf"
    Image.fromarray(page_pixels).save(plain)
    locked = tmp_path / "locked.pdf"
    with pikepdf.open(plain) as document:
        document.save(locked, encryption=pikepdf.Encryption(user="secret", owner="secret"))
    assert problem_of(locked) == "pdf_password"


def test_a_bomb_is_refused_before_it_is_decoded(tmp_path: Path) -> None:
    Image.new("1", (20_001, 10)).save(tmp_path / "long.png")
    Image.new("1", (13_000, 13_000)).save(tmp_path / "huge.png")
    assert problem_of(tmp_path / "long.png") == "page_too_large"
    assert problem_of(tmp_path / "huge.png") == "page_too_large"


def test_one_pixel_is_left_to_the_scanner(tmp_path: Path) -> None:
    Image.new("L", (1, 1)).save(tmp_path / "a.png")
    assert pages_of(tmp_path / "a.png")[0].shape == (1, 1)


def test_folders_in_natural_order_without_furniture(tmp_path: Path, page_pixels: np.ndarray) -> None:
    data = encoded(page_pixels, "JPEG")
    (tmp_path / "sub").mkdir()
    for name in ("scan-10.jpg", "scan-2.jpg", "sub/scan-1.jpg", ".hidden.jpg", "Thumbs.db"):
        (tmp_path / name).write_bytes(data)
    (tmp_path / "notes.txt").write_text("x", encoding="utf-8")
    found = list(find_pages([tmp_path]))
    assert [item.source for item in found] == ["notes.txt", "scan-2.jpg", "scan-10.jpg", "sub/scan-1.jpg"]
    assert isinstance(found[0], SkippedFile)


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may read everything")
def test_an_unreadable_folder_for_real(tmp_path: Path) -> None:
    (tmp_path / "shut").mkdir(mode=0o000)
    assert [item.message_id for item in find_pages([tmp_path])] == ["folder_unreadable"]


def test_an_unreadable_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(path: object) -> list[str]:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("kiemphieu.intake.os.listdir", refuse)
    (item,) = find_pages([tmp_path])
    assert isinstance(item, FileProblem)
    assert item.message_id == "folder_unreadable"


def test_natural_key() -> None:
    assert sorted(["b10", "b9", "a", "B1"], key=natural_key) == ["a", "B1", "b9", "b10"]
