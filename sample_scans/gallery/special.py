"""Gallery: sheets that are more or less than one good ballot, and files that are none."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from records.geometry import Rect
from records.reading import RejectionReason
from sample_scans.device import scan_page
from sample_scans.encoding import FileFormat, encode
from sample_scans.gallery.bad_inputs import cat_photo, covered, long_strip, overlaid, with_foreign_code
from sample_scans.gallery.build import JPEG_QUALITY, Entry, origin_text, rejected, scanned_case
from sample_scans.gallery.cases import PLAIN_SCAN, Case
from sample_scans.gallery.expected import Expected, expected_ballot
from sample_scans.gallery.votes import GalleryVote, forged_ballots, other_layout, printed_as_test
from sample_scans.pens import Page
from sample_scans.settings import ColourMode, Surround, Wear
from sample_scans.voter import Sheet

_TWO_SHEETS = (RejectionReason.SEVERAL_SHEETS, RejectionReason.NOT_REGISTERED, RejectionReason.NO_CODE)
_NOTHING = (RejectionReason.BLANK_PAGE, RejectionReason.NO_CODE, RejectionReason.PAGE_IMAGE)
_BACK = (RejectionReason.BLANK_PAGE, RejectionReason.NO_CODE, RejectionReason.NOT_REGISTERED)
"""A strong back may show a mirrored code that a decoder reads."""
_MIXED = ("high", "medium", "low", "high", "medium", "high", "low")


def special_entries(vote: GalleryVote, two_pages: GalleryVote, first_free: int) -> Iterator[Entry]:
    """Everything beside the plain cases; ballots of `vote` from number `first_free` on are used."""
    yield from _damaged_sheets(vote, first_free)
    yield from _foreign_sheets(vote, two_pages)
    yield from _two_page_ballots(two_pages)
    yield from _no_ballots(vote)


def _case(name: str, shows: str, seed: int, weak: bool = True) -> Case:
    return Case(name, shows, _MIXED, seed=seed, weak=weak)


def _jpeg(image: Page, dpi: int = 200) -> bytes:
    return encode(image, FileFormat.JPEG, dpi, JPEG_QUALITY)


def _entry(vote: GalleryVote, case: Case, image: Page, expected: Expected, **extra: object) -> Entry:
    truths = extra.get("truths", ())
    return Entry(
        case.name,
        f"{case.name}.jpg",
        _jpeg(image, case.settings.dpi),
        case.shows,
        origin_text(case.seed, case.settings),
        vote.vote.id,
        expected,
        truths if isinstance(truths, tuple) else (),
        image,
    )


def _damaged_sheets(vote: GalleryVote, first: int) -> Iterator[Entry]:
    sheet = vote.sheet(first)
    scale, place = sheet.px_per_mm, sheet.place
    corner = place.fiducials[2].inflated(3.0)
    case = _case("fiducial-covered", "one corner square hidden under a slip of paper", 100)
    image, truth = scanned_case(case, sheet, lambda page: covered(page, scale, corner, 250))
    yield _entry(vote, case, image, Expected(expected_ballot((truth,), weak=True)), truths=(truth,))

    case = _case("code-covered", "the code hidden under a slip of paper", 101)
    image, _ = scanned_case(
        case, vote.sheet(first + 1), lambda p: covered(p, scale, place.qr.inflated(2), 250)
    )
    yield _entry(vote, case, image, rejected((RejectionReason.NO_CODE,)))

    case = _case("half-sheet", "the lower half torn off", 102)
    height = sheet.paper.shape[0] / scale
    lower = Rect(0, height * 0.52, sheet.paper.shape[1] / scale + 1, height)
    image, _ = scanned_case(case, vote.sheet(first + 2), lambda page: covered(page, scale, lower, 22))
    yield _entry(vote, case, image, rejected((RejectionReason.NOT_REGISTERED,)))

    case = _case("two-sheets", "two ballots fed together, one over the other", 103)
    upper = vote.sheet(first + 3).paper
    image, _ = scanned_case(case, vote.sheet(first + 4), lambda p: overlaid(p, upper, scale, (9.0, 61.0)))
    yield _entry(vote, case, image, rejected(_TWO_SHEETS))

    copied = replace(PLAIN_SCAN, photocopy=True, skew_deg=-0.8)
    case = replace(
        Case("photocopy", "a photocopy of the ballot in photocopy-original"), settings=copied, seed=104
    )
    original = replace(
        case, name="photocopy-original", shows="the ballot that was photocopied", settings=PLAIN_SCAN
    )
    for one, duplicate_of in ((original, ""), (case, original.name)):
        image, truth = scanned_case(one, vote.sheet(first + 5))
        expected = Expected(expected_ballot((truth,), weak=bool(duplicate_of)), duplicate_of=duplicate_of)
        yield _entry(vote, one, image, expected, truths=(truth,))


def _foreign_sheets(vote: GalleryVote, two_pages: GalleryVote) -> Iterator[Entry]:
    listed = (
        ("other-vote", "a ballot of another vote", two_pages.sheet(2), RejectionReason.OTHER_VOTE),
        ("test-ballot", "a test ballot", printed_as_test(vote).sheet(0), RejectionReason.TEST_BALLOT),
        (
            "forged",
            "a code signed by another key",
            forged_ballots(vote).sheet(0),
            RejectionReason.BAD_SIGNATURE,
        ),
        (
            "other-layout",
            "an older form of this vote",
            other_layout(vote).sheet(0),
            RejectionReason.UNKNOWN_LAYOUT,
        ),
    )
    for number, (name, shows, sheet, reason) in enumerate(listed):
        case = _case(name, shows, 110 + number)
        image, _ = scanned_case(case, sheet)
        yield _entry(vote, case, image, rejected((reason,)))
    sheet = vote.sheet(0)
    contents = {
        "code-bytes": bytes(np.random.default_rng(5).integers(0, 256, 90, dtype=np.uint8)),
        "code-web-address": b"https://example.org/phieu?id=1",
    }
    for number, (name, content) in enumerate(contents.items()):
        case = _case(name, "the code says something that is no ballot token", 120 + number)
        page = with_foreign_code(sheet.paper, sheet.px_per_mm, sheet.place.qr, content)
        image, _ = scanned_case(case, replace(sheet, paper=page))
        yield _entry(vote, case, image, rejected((RejectionReason.FOREIGN_CODE,)))


def _two_page_ballots(vote: GalleryVote) -> Iterator[Entry]:
    binary = replace(PLAIN_SCAN, dpi=300, mode=ColourMode.BINARY, threshold=175.0)
    case = replace(_case("two-pages", "both pages of a ballot in one 1-bit TIFF file", 130), settings=binary)
    pages = [scanned_case(case, vote.sheet(0, page)) for page in (1, 2)]
    truths = tuple(truth for _, truth in pages)
    yield Entry(
        case.name,
        "two-pages.tif",
        encode([image for image, _ in pages], FileFormat.TIFF, case.settings.dpi),
        case.shows,
        origin_text(case.seed, case.settings),
        vote.vote.id,
        Expected(expected_ballot(truths, weak=True)),
        truths,
        pages[0][0],
    )
    case = _case("missing-page", "the second page of a ballot whose first was not scanned", 131)
    image, truth = scanned_case(case, vote.sheet(1, 2))
    expected = Expected(expected_ballot((truth,), missing_page=True))
    yield _entry(vote, case, image, expected, truths=(truth,))


def _no_ballots(vote: GalleryVote) -> Iterator[Entry]:
    sheet = vote.sheet(0)
    cat = cat_photo(3)
    yield _entry(vote, Case("cat", "a photo of a cat"), cat, rejected(_NOTHING))
    blank = replace(sheet, paper=np.full_like(sheet.paper, 255))
    image = scan_page(blank.paper, sheet.px_per_mm, PLAIN_SCAN, 140)
    yield _entry(vote, Case("blank", "an empty sheet"), image, rejected((RejectionReason.BLANK_PAGE,)))
    image = _back_side(sheet)
    yield _entry(vote, Case("back", "a ballot's back, the front showing through"), image, rejected(_BACK))
    too_small, too_large = encode(np.full((1, 1), 255, np.uint8), FileFormat.PNG, 300), long_strip(20000)
    small = rejected((RejectionReason.PAGE_IMAGE,))
    whole = _jpeg(image)
    files = (
        ("one-pixel", "one-pixel.png", too_small, "an image of one pixel", small),
        ("long-strip", "long-strip.png", too_large, "an image 20,000 pixels high", small),
        ("empty-file", "empty-file.jpg", b"", "a file without a byte", Expected(unreadable_file=True)),
        (
            "text-file",
            "text-file.jpg",
            b"not an image\n",
            "a text named .jpg",
            Expected(unreadable_file=True),
        ),
        ("broken-pdf", "broken-pdf.pdf", b"%PDF-1.7\n1 0 obj", "half a PDF", Expected(unreadable_file=True)),
        (
            "cut-jpeg",
            "cut-jpeg.jpg",
            whole[:600],
            "a JPEG cut off in its head",
            Expected(unreadable_file=True),
        ),
    )
    for name, file, data, shows, expected in files:
        yield Entry(name, file, data, shows, "sample_scans, made by hand", vote.vote.id, expected)


def _back_side(front: Sheet) -> Page:
    settings = replace(PLAIN_SCAN, surround=Surround.WHITE, wear=Wear(bleed_through=0.12))
    return scan_page(np.full_like(front.paper, 255), front.px_per_mm, settings, 141, back=front.paper)
