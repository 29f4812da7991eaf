"""Pictures of a ballot that went wrong: its pages made small, and each place in question at full size."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from benchmarks.accuracy_judging import ErrorKind
from benchmarks.accuracy_records import BallotRecord
from records.geometry import Rect, bounding_rect
from records.layout import LayoutPage
from records.reading import BoxState, Certainty, PageReading, SheetResult
from sample_scans.campaign import Scan
from sample_scans.truth import Truth
from scanner.sheet import IdentifiedCode, LaidPage, ReadingContext, identify_code, lay_page, page_scan
from scanner.token import find_codes

_PAGE_SIDE_PX = 1100
_CROP_PX_PER_MM = 8.0
_AROUND_MM = 4.0
_QUALITY = 82
_MOST_CROPS = 6


def ballot_pictures(
    record: BallotRecord,
    scans: Sequence[Scan],
    results: Sequence[SheetResult],
    context: ReadingContext,
) -> tuple[tuple[str, bytes], ...]:
    """Name and JPEG of each picture: every page, then the lines and findings in question."""
    stem = f"{record.index:07d}"
    pictures = [
        (f"{stem}-page{scan.truth.page}.jpg", _jpeg(_reduced(scan.image, scan.settings.quarter_turns)))
        for scan in scans
    ]
    for scan, result in zip(scans, results, strict=True):
        laid = _laid(scan, context) if isinstance(result, PageReading) else None
        if laid is None or not isinstance(result, PageReading):
            continue
        missed = _missed_places(record, scan.truth)
        for name, rect in (*missed, *_places(record, result, laid.page.layout)):
            crop = laid.registration.transform.crop(laid.scan.detail, rect, _CROP_PX_PER_MM)
            pictures.append((f"{stem}-{name}.jpg", _jpeg(crop)))
    kept = len(scans) + _MOST_CROPS
    return tuple(dict(pictures[:kept]).items())


def _laid(scan: Scan, context: ReadingContext) -> LaidPage | None:
    """The page laid over its form once more: readings keep no map from paper to pixels."""
    image = page_scan(scan.image, context)
    identified = identify_code(find_codes(image.coarse, image.detail), context)
    if not isinstance(identified, IdentifiedCode):
        return None
    laid = lay_page(image, identified, context)
    return laid if isinstance(laid, LaidPage) else None


def _places(record: BallotRecord, reading: PageReading, page: LayoutPage) -> Iterator[tuple[str, Rect]]:
    """Lines with an error or a box in doubt, and findings, each with room around."""
    wrong = [error.official for error in record.errors] + [box.official for box in record.silent_boxes]
    unsure = [box.official for box in reading.boxes if box.state not in (BoxState.EMPTY, BoxState.CROSS)]
    for official in dict.fromkeys((*wrong, *unsure)):
        rects = [box.rect for box in page.boxes if box.official == official]
        if rects:
            rects += [name.rect for name in page.names if name.official == official]
            yield f"line-{official}", bounding_rect(rects).inflated(_AROUND_MM)
    for number, strike in enumerate(reading.strikes):
        yield f"strike{number}-{strike.certainty.value}", strike.evidence.inflated(_AROUND_MM)
    for number, writing in enumerate(reading.writings):
        doubtful = writing.certainty is Certainty.DOUBTFUL
        name = writing.reason.value if doubtful else "writing_certain"
        yield f"{name}{number}", writing.evidence.inflated(_AROUND_MM)


def _missed_places(record: BallotRecord, truth: Truth) -> Iterator[tuple[str, Rect]]:
    """Where the strokes and the writing are that a silent error overlooked."""
    if any(error.kind in (ErrorKind.MISSED_FAULT, ErrorKind.UNSEEN_STRIKE) for error in record.errors):
        areas = [strike.area for strike in truth.strikes] + [writing.area for writing in truth.writings]
        for number, area in enumerate(areas):
            yield f"missed{number}", area.inflated(_AROUND_MM)


def _reduced(image: NDArray[np.uint8], quarter_turns: int) -> NDArray[np.uint8]:
    upright = np.ascontiguousarray(np.rot90(image, -quarter_turns % 4))
    scale = _PAGE_SIDE_PX / max(upright.shape[:2])
    return np.asarray(
        cv2.resize(upright, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA), dtype=np.uint8
    )


def _jpeg(image: NDArray[np.uint8]) -> bytes:
    _, data = cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, _QUALITY])
    return data.tobytes()
