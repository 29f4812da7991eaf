"""Pictures for the review: made before they are asked for, and kept in memory only."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from enum import StrEnum

import cv2
import numpy as np

from kiemphieu.explain_page import LaidScan, Pixels, as_rgb, lay_scan
from kiemphieu.folder import VoteFolder, read_page
from kiemphieu.page_file import PageBytes, decode_page
from kiemphieu.review_items import Place
from records.canonical import sha256_hex
from records.errors import KiemphieuError, StoreError
from records.geometry import Rect, bounding_rect
from scanner.sheet import ReadingContext

_BAND_PX_PER_MM, _PAGE_PX_PER_MM, _THUMB_PX_PER_MM = 11.0, 7.5, 5.0
"""A scan of 300 dpi has 11.8 pixels to the millimetre: the band loses hardly any of it."""
_NODE_MM = 1.0
_RAW_HEIGHT_PX = 2000
_JPEG_QUALITY = 88
_MOST_BYTES = 160_000_000
_MOST_SCANS = 3
"""Decoded pages of 8 to 25 MB each."""
_MOST_WAITING = 60
_HEAD_START_S = 0.25
"""The page on which the next ones were asked for comes first; a person looks longer than that."""

_WORKERS = ThreadPoolExecutor(1, "desk-pictures")
"""One for all votes: pictures are made beside other work and not instead of it."""

Contexts = Mapping[str, ReadingContext]
Key = tuple[str, str, str]


class Size(StrEnum):
    """Which picture of a place."""

    BAND = "band"
    """The page over its whole width, at the height of what is in question."""
    PAGE = "page"
    THUMB = "thumb"


@dataclass(frozen=True, slots=True)
class Wanted:
    place: Place
    size: Size

    @property
    def key(self) -> Key:
        return self.place.sha256, self.size.value, repr(self.place.view)


def band_of(place: Place, page_width_mm: float) -> Rect:
    """What the band of a place shows: all its width, and more than its height.

    Raises:
        ValueError: the place is a whole sheet.
    """
    view = bounding_rect(rect for rect in (place.view, place.strip) if rect is not None)
    tall = view.inflated(view.height_mm * 0.45)
    left, right = min(0.0, view.x_mm), max(page_width_mm, view.right_mm)
    return Rect(left, tall.y_mm, right - left, tall.height_mm)


class Pictures:
    """Pictures of one vote, the least recently seen dropped first."""

    def __init__(self, folder: VoteFolder, contexts: Callable[[str], Contexts]) -> None:
        """Nothing is read yet.

        Args:
            folder: of the vote.
            contexts: gives every way that pages of the record may have been read in; called in any thread
                with the digest of one that is wanted.
        """
        self._folder = folder
        self._contexts = contexts
        self._lock = threading.Lock()
        self._made: OrderedDict[Key, bytes] = OrderedDict()
        self._size = 0
        self._scans: OrderedDict[str, LaidScan | Pixels] = OrderedDict()
        self._page_locks: dict[str, threading.Lock] = {}
        self._waiting: list[Wanted] = []
        self._working = False

    def get(self, place: Place, size: Size) -> bytes:
        """A JPEG; made now where it is not there yet.

        Raises:
            StoreError: the stored image is gone or was changed.
            PageFileError: it cannot be opened.
        """
        wanted = Wanted(place, size)
        known = self._known(wanted.key)
        if known is not None:
            return known
        with self._lock_of(place.sha256):
            known = self._known(wanted.key)
            return known if known is not None else self._make(wanted)

    def holds(self, place: Place, size: Size) -> bool:
        """Whether a picture is there without work."""
        return Wanted(place, size).key in self._made

    def prepare(self, wanted: Iterable[Wanted]) -> None:
        """Makes pictures in the background, these before any that were asked for earlier."""
        with self._lock:
            fresh = [one for one in wanted if one.key not in self._made]
            self._waiting = (fresh + [one for one in self._waiting if one not in fresh])[:_MOST_WAITING]
            if self._waiting and not self._working:
                self._working = True
                _WORKERS.submit(self._begin)

    def wait(self, timeout_s: float) -> None:
        """Until the background work is done, for tests and measurements."""
        until = time.monotonic() + timeout_s
        while self._working and time.monotonic() < until:
            time.sleep(0.01)

    def _begin(self) -> None:
        time.sleep(_HEAD_START_S)
        self._work()

    def _work(self) -> None:
        """Makes one picture, and asks for its next turn: the end of the program waits for one at most."""
        with self._lock:
            if not self._waiting:
                self._working = False
                return
            wanted = self._waiting.pop(0)
        # A page that cannot be shown says so where it is looked at.
        with suppress(KiemphieuError):
            self.get(wanted.place, wanted.size)
        try:
            _WORKERS.submit(self._work)
        except RuntimeError:  # the program ends
            self._working = False

    def _known(self, key: Key) -> bytes | None:
        with self._lock:
            data = self._made.get(key)
            if data is not None:
                self._made.move_to_end(key)
            return data

    def _lock_of(self, sha256: str) -> threading.Lock:
        with self._lock:
            return self._page_locks.setdefault(sha256, threading.Lock())

    def _make(self, wanted: Wanted) -> bytes:
        scan = self._scan(wanted.place)
        data = _jpeg(_raw(scan) if not isinstance(scan, LaidScan) else _cut(scan, wanted))
        with self._lock:
            self._made[wanted.key] = data
            self._size += len(data)
            while self._size > _MOST_BYTES and len(self._made) > 1:
                _, dropped = self._made.popitem(last=False)
                self._size -= len(dropped)
        return data

    def _scan(self, place: Place) -> LaidScan | Pixels:
        with self._lock:
            known = self._scans.get(place.sha256)
            if known is not None:
                self._scans.move_to_end(place.sha256)
                return known
        data = read_page(self._folder, place.sha256, place.suffix)
        if sha256_hex(data) != place.sha256:
            raise StoreError("page_file_changed", path=str(self._folder.page(place.sha256, place.suffix)))
        pixels = decode_page(PageBytes(data, place.suffix))
        contexts = self._contexts(place.options)
        context = contexts.get(place.options) or next(iter(contexts.values()))
        # No form fits: it is shown as it was scanned.
        scan: LaidScan | Pixels = lay_scan(pixels, context) or pixels
        with self._lock:
            self._scans[place.sha256] = scan
            while len(self._scans) > _MOST_SCANS:
                self._scans.popitem(last=False)
        return scan


def _cut(scan: LaidScan, wanted: Wanted) -> Pixels:
    whole = Rect(0.0, 0.0, scan.layout.width_mm, scan.layout.height_mm)
    view = wanted.place.view
    match wanted.size:
        case Size.BAND if wanted.place.view is not None:
            return _laid(scan, band_of(wanted.place, whole.width_mm), _BAND_PX_PER_MM)
        case Size.THUMB if view is not None:
            return _laid(scan, view, _THUMB_PX_PER_MM)
        case Size.THUMB:
            return _laid(scan, whole, 1.0)
        case _:
            return _laid(scan, whole, _PAGE_PX_PER_MM)


def _laid(scan: LaidScan, rect: Rect, px_per_mm: float) -> Pixels:
    """The page under `rect`, as `LaidScan.crop` gives it, for the eye alone.

    Where the paper lies is worked out for every millimetre and not for every pixel: ten times as fast, and
    no grey value differs by more than one.
    """
    step = max(1, round(_NODE_MM * px_per_mm))
    width, height = (max(step, round(side * px_per_mm)) for side in (rect.width_mm, rect.height_mm))
    columns, rows = -(-width // step) + 2, -(-height // step) + 2  # one more on each side, cut off again
    x_mm = rect.x_mm + (np.arange(columns) - 0.5) * step / px_per_mm
    y_mm = rect.y_mm + (np.arange(rows) - 0.5) * step / px_per_mm
    points = np.stack(np.meshgrid(x_mm, y_mm), axis=2).reshape(-1, 2)
    factor = scan.transform.detail_factor
    places = scan.transform.to_pixels(points) * factor + (factor - 1) / 2
    nodes = places.reshape(rows, columns, 2).astype(np.float32)
    fine = cv2.resize(nodes, (columns * step, rows * step), interpolation=cv2.INTER_LINEAR)
    grid = np.ascontiguousarray(fine[step : step + height, step : step + width])
    picture = cv2.remap(scan.pixels, grid, None, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)  # type: ignore[call-overload]
    return as_rgb(picture.astype(np.uint8))


def _raw(pixels: Pixels) -> Pixels:
    scale = min(1.0, _RAW_HEIGHT_PX / pixels.shape[0])
    size = (max(1, round(pixels.shape[1] * scale)), max(1, round(pixels.shape[0] * scale)))
    return as_rgb(cv2.resize(pixels, size, interpolation=cv2.INTER_AREA).astype(np.uint8))


def _jpeg(rgb: Pixels) -> bytes:
    bgr = cv2.cvtColor(rgb, cv2.COLOR_RGB2BGR)
    _, data = cv2.imencode(".jpg", bgr, [cv2.IMWRITE_JPEG_QUALITY, _JPEG_QUALITY])
    return bytes(data)
