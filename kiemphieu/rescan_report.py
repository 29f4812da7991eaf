"""The page on which an auditor sees what differs: both crops of every difference side by side."""

from __future__ import annotations

import base64
import html
from collections.abc import Iterator
from dataclasses import dataclass

import cv2

from audit.compare import AuditedPage, ComparedPage, Comparison, Difference, Drift
from kiemphieu.explain_page import LaidScan, lay_scan
from kiemphieu.folder import VoteFolder
from kiemphieu.messages import Language, translate
from kiemphieu.page_file import PageBytes, decode_page
from records.errors import PageFileError
from records.geometry import Rect
from records.layout import LayoutPage
from records.reading import PageReading
from records.vote import Vote
from scanner.sheet import ReadingContext

_PX_PER_MM = 8.0
_AROUND_MM = 4.0
_WIDE_MM = 100.0
"""A wider part of a page is drawn at half the resolution: it would not fit beside the other one."""
_SHOWN_DRIFT = ("darkness", "ink_mm2", "stroke_mm", "cross_fit", "excess", "cross_share")

_STYLE = """
body{font:15px/1.45 system-ui,sans-serif;margin:2em auto;max-width:72em;padding:0 1em;color:#1a1a1a}
table{border-collapse:collapse;width:100%;margin:1em 0}
th,td{border:1px solid #bbb;padding:.4em .6em;text-align:left;vertical-align:top}
th{background:#f0f0f0}img{max-height:11em;border:1px solid #888;background:#fff}
td.n{text-align:right;font-variant-numeric:tabular-nums}.now{font-weight:600}
"""


@dataclass(frozen=True, slots=True)
class RescanPictures:
    """Where the images of both records lie, and what lays them over their form."""

    recorded: VoteFolder
    now: VoteFolder
    context: ReadingContext

    def laid(self, folder: VoteFolder, page: AuditedPage) -> LaidScan | None:
        """A stored page upright over its form; None where it is gone or does not fit one."""
        path = next(iter(folder.pages.glob(f"{page.sha256}.*")), None)
        if path is None:
            return None
        try:
            pixels = decode_page(PageBytes(path.read_bytes(), path.suffix))
        except (OSError, PageFileError):
            return None
        return lay_scan(pixels, self.context)


def rescan_report(
    vote: Vote, name: str, comparison: Comparison, pictures: RescanPictures, lang: Language
) -> str:
    """The whole page as HTML, pictures within it."""
    words = _Words(lang)
    title = words("rescan_title", name=name, body=vote.body)
    parts = [
        f"<h1>{_text(title)}</h1>",
        f"<p>{_text(words('rescan_summary', **_numbers(comparison)))}</p>",
        *_differences(comparison, pictures, words),
        *_absent("rescan_missing", comparison.missing, words),
        *_absent("rescan_surplus", comparison.surplus, words),
        *_drift(comparison.drift, words),
    ]
    head = f'<meta charset="utf-8"><title>{_text(title)}</title><style>{_STYLE}</style>'
    return (
        f'<!doctype html><html lang="{lang.value}"><head>{head}</head><body>{"".join(parts)}</body></html>\n'
    )


def _numbers(comparison: Comparison) -> dict[str, int]:
    return {
        "same": comparison.same,
        "differing": len(comparison.differing),
        "missing": len(comparison.missing),
        "surplus": len(comparison.surplus),
    }


@dataclass(frozen=True, slots=True)
class _Words:
    lang: Language

    def __call__(self, message_id: str, **details: object) -> str:
        return translate(message_id, self.lang, **details)


def _text(value: object) -> str:
    return html.escape(str(value))


def _differences(comparison: Comparison, pictures: RescanPictures, words: _Words) -> Iterator[str]:
    if not comparison.differing:
        return
    yield f"<h2>{_text(words('rescan_differences'))}</h2><table><tr>"
    for column in ("rescan_ballot", "rescan_place", "rescan_recorded", "rescan_now"):
        yield f"<th>{_text(words(column))}</th>"
    yield "</tr>"
    for page in comparison.differing:
        yield from _rows(page, pictures)
    yield "</table>"


def _rows(page: ComparedPage, pictures: RescanPictures) -> Iterator[str]:
    scans = pictures.laid(pictures.recorded, page.recorded), pictures.laid(pictures.now, page.now)
    for difference in page.differences:
        yield f"<tr><td>{_text(page.recorded.serial)} / {page.recorded.page}</td>"
        yield f"<td>{_text(difference.place)}</td>"
        crops = [_picture(scan, page, difference) for scan in scans]
        yield f"<td>{_text(difference.recorded)}{crops[0]}</td>"
        yield f'<td class="now">{_text(difference.now)}{crops[1]}</td></tr>'


def _picture(scan: LaidScan | None, page: ComparedPage, difference: Difference) -> str:
    data = b"" if scan is None else crop_jpeg(scan, page, difference)
    return f'<br><img alt="" src="data:image/jpeg;base64,{base64.b64encode(data).decode()}">' if data else ""


def crop_jpeg(scan: LaidScan, page: ComparedPage, difference: Difference) -> bytes:
    """The part of a page on which a difference is to be seen; empty where it cannot be drawn."""
    place = _bounds(tuple(_places(scan.page, page, difference)) or _lines(scan.page))
    crop = scan.crop(place, _PX_PER_MM if place.width_mm < _WIDE_MM else _PX_PER_MM / 2)
    done, data = cv2.imencode(".jpg", cv2.cvtColor(crop, cv2.COLOR_RGB2BGR), [cv2.IMWRITE_JPEG_QUALITY, 85])
    return data.tobytes() if done else b""


def _places(layout: LayoutPage, page: ComparedPage, difference: Difference) -> Iterator[Rect]:
    """Where either reading saw what the other did not: a box, the seal, struck names, writing."""
    for box in layout.boxes:
        if difference.place == f"{box.official}-{box.level}":
            yield box.rect.inflated(_AROUND_MM)
    if difference.place == "seal" and layout.seal is not None:
        yield layout.seal
    results = page.recorded.result, page.now.result
    readings = [result for result in results if isinstance(result, PageReading)]
    if difference.place == "strikes":
        struck = {strike.official for reading in readings for strike in reading.strikes}
        yield from (name.rect.inflated(_AROUND_MM) for name in layout.names if name.official in struck)
    if difference.place == "writing":
        found = [writing for reading in readings for writing in reading.writings]
        yield from (writing.evidence.inflated(_AROUND_MM) for writing in found)


def _lines(layout: LayoutPage) -> tuple[Rect, ...]:
    return tuple(name.rect for name in layout.names) + tuple(box.rect for box in layout.boxes)


def _bounds(rects: tuple[Rect, ...]) -> Rect:
    left, top = min(r.x_mm for r in rects), min(r.y_mm for r in rects)
    right, bottom = max(r.right_mm for r in rects), max(r.bottom_mm for r in rects)
    return Rect(left, top, right - left, bottom - top)


def _absent(message_id: str, pages: tuple[AuditedPage, ...], words: _Words) -> Iterator[str]:
    if not pages:
        return
    yield f"<h2>{_text(words(message_id, count=len(pages)))}</h2><p>"
    yield ", ".join(f"{_text(page.serial)}&nbsp;/&nbsp;{page.page}" for page in pages)
    yield "</p>"


def _drift(drift: tuple[Drift, ...], words: _Words) -> Iterator[str]:
    shown = [one for one in drift if one.score in _SHOWN_DRIFT and one.boxes]
    if not shown:
        return
    yield f"<h2>{_text(words('rescan_drift', boxes=shown[0].boxes))}</h2><table><tr>"
    for column in ("rescan_score", "rescan_mean", "rescan_largest"):
        yield f"<th>{_text(words(column))}</th>"
    yield "</tr>"
    for one in shown:
        yield f'<tr><td>{_text(one.score)}</td><td class="n">{one.mean:+.4f}</td>'
        yield f'<td class="n">{one.largest:.4f}</td></tr>'
    yield "</table>"
