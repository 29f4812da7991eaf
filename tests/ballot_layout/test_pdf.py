from __future__ import annotations

import io
import tracemalloc
from collections.abc import Iterator

import numpy as np
import pypdfium2
import pytest
import zxingcpp
from sample_votes import batch_pdf, page_images, sample_ballots, sample_form

from ballot_layout.codes import code_modules, code_runs
from ballot_layout.pdf import PrintedBallot, write_batch_pdf, write_reference_pdf
from records.errors import LayoutError
from records.token import grouped_serial
from records.vote import Sides


class Sink(io.RawIOBase):
    """Counts what is written and keeps nothing."""

    size = 0

    def writable(self) -> bool:
        return True

    def write(self, data: object) -> int:
        size = len(data)  # type: ignore[arg-type]
        self.size += size
        return size


def test_equal_input_gives_equal_bytes() -> None:
    form = sample_form(12)
    assert write_reference_pdf(form) == write_reference_pdf(sample_form(12))
    assert batch_pdf(form, sample_ballots(form, 3)) == batch_pdf(sample_form(12), sample_ballots(form, 3))
    assert batch_pdf(form, sample_ballots(form, 3)) != batch_pdf(form, sample_ballots(form, 3, seed=2))


def test_a_ballot_differs_from_the_reference_only_in_code_and_serial() -> None:
    form, dpi = sample_form(5), 150
    [blank] = page_images(write_reference_pdf(form), dpi)
    [ballot] = page_images(batch_pdf(form, sample_ballots(form, 1)), dpi)
    different = blank != ballot
    page = form.layout.pages[0]
    for place in (page.qr, page.serial):
        rect = place.inflated(0.2)
        rows = slice(int(rect.y_mm * dpi / 25.4), int(rect.bottom_mm * dpi / 25.4) + 1)
        columns = slice(int(rect.x_mm * dpi / 25.4), int(rect.right_mm * dpi / 25.4) + 1)
        assert different[rows, columns].any()
        different[rows, columns] = False
    assert not different.any()


@pytest.mark.parametrize("serial", ["K7Q2ABCDEFGH", "WWWWWWWWWWWW", "111111111111"])
def test_serial_is_text_and_stays_in_its_place(serial: str) -> None:
    form, dpi = sample_form(1, "A5"), 300
    code = sample_ballots(form, 1)[0].codes[0]
    data = batch_pdf(form, [PrintedBallot(serial, (code,))])
    document = pypdfium2.PdfDocument(data)
    text = document[0].get_textpage().get_text_bounded()
    document.close()
    assert grouped_serial(serial) in text
    [blank], [image] = page_images(write_reference_pdf(form), dpi), page_images(data, dpi)
    page = form.layout.pages[0]
    below = slice(int((page.qr.bottom_mm + 1) * dpi / 25.4), None)
    rows, columns = np.nonzero(blank[below] != image[below])
    assert columns.min() / dpi * 25.4 >= page.serial.x_mm - 0.1
    assert columns.max() / dpi * 25.4 <= page.serial.right_mm + 0.1
    assert rows.min() / dpi * 25.4 + page.qr.bottom_mm + 1 >= page.serial.y_mm - 0.1
    assert rows.max() / dpi * 25.4 + page.qr.bottom_mm + 1 <= page.serial.bottom_mm + 0.1


@pytest.mark.parametrize("people", [12, 60])
def test_the_printed_squares_are_the_codes_modules(people: int) -> None:
    form, dpi = sample_form(people), 600
    [ballot] = sample_ballots(form, 1, seed=3)
    for page, code, image in zip(
        form.layout.pages, ballot.codes, page_images(batch_pdf(form, [ballot]), dpi), strict=True
    ):
        side, scale = code_modules(len(code)), dpi / 25.4
        expected = np.full((side, side), False)
        for column, row, length in code_runs(code):
            expected[row, column : column + length] = True
        module = page.qr.width_mm / side
        centres = (np.arange(side) + 0.5) * module * scale
        rows = (page.qr.y_mm * scale + centres).astype(int)
        columns = (page.qr.x_mm * scale + centres).astype(int)
        assert ((image[np.ix_(rows, columns)] < 128) == expected).all()
        assert [found.text for found in zxingcpp.read_barcodes(image)] == [code]


def test_the_cross_reference_table_points_at_every_object() -> None:
    form = sample_form(20)
    data = batch_pdf(form, sample_ballots(form, 70))
    table = int(data[data.rindex(b"startxref") + 9 :].split()[0])
    head, *entries = data[table:].split(b"trailer")[0].removeprefix(b"xref\n").splitlines()
    assert head == b"0 %d" % len(entries)
    for number, entry in enumerate(entries[1:], start=1):
        assert data[int(entry[:10]) :].startswith(b"%d 0 obj\n" % number)


def test_pages_share_the_forms_drawing_and_print_unscaled() -> None:
    form = sample_form(20)
    few, many = (batch_pdf(form, sample_ballots(form, count)) for count in (1, 70))
    assert few.count(b"/Subtype/Form") == many.count(b"/Subtype/Form") == 2
    assert b"/PrintScaling/None" in many
    document = pypdfium2.PdfDocument(many)
    assert len(document) == 140
    document.close()


@pytest.mark.parametrize(
    ("sides", "people", "pages"), [(Sides.DUPLEX, 3, 4), (Sides.DUPLEX, 20, 4), (Sides.SINGLE, 3, 2)]
)
def test_duplex_starts_every_ballot_on_a_new_sheet(sides: Sides, people: int, pages: int) -> None:
    form = sample_form(people, sides=sides)
    images = page_images(batch_pdf(form, sample_ballots(form, 2)), 30)
    assert len(images) == pages
    blank = [bool(image.min() > 250) for image in images]
    assert blank == ([False, True] * 2 if sides is Sides.DUPLEX and people == 3 else [False] * pages)


def test_codes_must_match_the_pages() -> None:
    form = sample_form(3)
    [ballot] = sample_ballots(form, 1)
    with pytest.raises(LayoutError, match="print_page_count"):
        batch_pdf(form, [PrintedBallot(ballot.serial, ballot.codes * 2)])
    with pytest.raises(LayoutError, match="print_code_too_fine"):
        batch_pdf(form, [PrintedBallot(ballot.serial, ("A" * 400,))])


def test_progress_counts_ballots() -> None:
    form, seen = sample_form(15), []
    write_batch_pdf(form, sample_ballots(form, 3), io.BytesIO(), seen.append)
    assert seen == [1, 2, 3]


def test_memory_does_not_grow_with_the_batch() -> None:
    form = sample_form(1)
    [ballot] = sample_ballots(form, 1)

    def peak(count: int) -> int:
        def repeated() -> Iterator[PrintedBallot]:
            for _ in range(count):
                yield ballot

        tracemalloc.start()
        write_batch_pdf(form, repeated(), Sink())  # type: ignore[arg-type]
        peaked = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return peaked

    peak(5)
    # 250 more ballots are 400 kB of PDF; only their objects' starting points may stay.
    assert peak(270) - peak(20) < 30_000
