"""Single pages of a TIFF file, cut out without touching their compressed data.

A page cut out is the same bytes whichever file it stands in, so a scan that is appended to and read
again brings only its new pages. Tags that tell a time, a place in the file or a device are left out.
Source: TIFF Revision 6.0 (Aldus, 1992), section 2.
"""

from __future__ import annotations

import os
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, BinaryIO, Protocol

from kiemphieu.page_file import PageBytes
from records.errors import PageFileError

MAX_PAGES = 100_000
_BLANK_BYTES = 16

_ENTRY_BYTES = 12
_TYPE_BYTES = {1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 6: 1, 7: 1, 8: 2, 9: 4, 10: 8, 11: 4, 12: 8}
_INTEGER_CODES = {1: "B", 3: "H", 4: "I"}
_LONG = 4

_STRIPS = (273, 279)
_TILES = (324, 325)
# What a decoder needs: size, bits, compression, polarity, strips, predictor, palette, JPEG tables, YCbCr.
_KEPT = frozenset(
    {256, 257, 258, 259, 262, 266, 274, 277, 278, 282, 283, 284, 292, 293, 296, 317, 320, 322, 323, 338, 339}
    | {347, 529, 530, 531, 532, *_STRIPS, *_TILES}
)


class Sliceable(Protocol):
    """Bytes, wherever they are."""

    def __getitem__(self, part: slice, /) -> bytes:
        """As of `bytes`, for slices with an end that do not count from the end."""


class FileBytes:
    """The bytes of an open file, of which only what is asked for is read.

    A file of many pages is opened once for each of them, and may be larger than the memory.
    """

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._size = file.seek(0, os.SEEK_END)

    def __getitem__(self, part: slice, /) -> bytes:
        """Raises OSError where the file cannot be read."""
        start = part.start or 0
        self._file.seek(start)
        return self._file.read(max(0, min(part.stop, self._size) - start))


@dataclass(frozen=True, slots=True)
class _Entry:
    tag: int
    type: int
    count: int
    value: bytes


def tiff_page_count(data: Sliceable) -> int:
    """How many pages the file holds.

    Raises:
        PageFileError: the file is broken.
    """
    return sum(1 for _ in _directories(data))


def tiff_page(data: Sliceable, index: int) -> PageBytes:
    """Page `index` (0-based) as a TIFF of its own.

    Raises:
        PageFileError: the file is broken or has no such page.
    """
    order = _byte_order(data)
    for number, offset in enumerate(_directories(data)):
        if number == index:
            entries = _read_entries(data, offset, order)
            return PageBytes(_single_page(data, entries, order), ".tif")
    raise PageFileError("file_truncated")


def tiff_blank_end(data: Sliceable) -> bool:
    """Whether a page's image data ends in zero bytes, as space does that is reserved and not filled yet.

    The other kinds of file end in a mark; a TIFF that begins with its directories has none. Compressed
    pages do not end like that; an uncompressed one whose lower edge is black does.
    """
    order = _byte_order(data)
    for offset in _directories(data):
        blocks = _blocks(data, _read_entries(data, offset, order), order)
        if not any(blocks[-1][-_BLANK_BYTES:]):
            return True
    return False


def _byte_order(data: Sliceable) -> str:
    order = {b"II*\0": "<", b"MM\0*": ">"}.get(data[:4])
    if order is None:
        raise PageFileError("file_broken", reason="TIFF header")
    return order


def _directories(data: Sliceable) -> Iterator[int]:
    """Offsets of the file's directories, in order."""
    order = _byte_order(data)
    (offset,) = _unpack(order + "I", data, 4)
    seen: set[int] = set()
    while offset:
        if offset in seen or len(seen) >= MAX_PAGES:
            raise PageFileError("file_broken", reason="TIFF directories")
        seen.add(offset)
        yield offset
        (count,) = _unpack(order + "H", data, offset)
        (offset,) = _unpack(order + "I", data, offset + 2 + count * _ENTRY_BYTES)


def _unpack(form: str, data: Sliceable, offset: int) -> tuple[Any, ...]:
    try:
        return struct.unpack(form, data[offset : offset + struct.calcsize(form)])
    except struct.error as error:
        raise PageFileError("file_truncated") from error


def _read_entries(data: Sliceable, offset: int, order: str) -> dict[int, _Entry]:
    (count,) = _unpack(order + "H", data, offset)
    entries: dict[int, _Entry] = {}
    for number in range(count):
        start = offset + 2 + number * _ENTRY_BYTES
        tag, kind, length = _unpack(order + "HHI", data, start)
        if tag not in _KEPT or kind not in _TYPE_BYTES:
            continue
        size = _TYPE_BYTES[kind] * length
        place = start + 8 if size <= 4 else _unpack(order + "I", data, start + 8)[0]
        entries[tag] = _Entry(tag, kind, length, _slice(data, place, size))
    return entries


def _slice(data: Sliceable, offset: int, size: int) -> bytes:
    part = data[offset : offset + size]
    if len(part) != size:
        raise PageFileError("file_truncated")
    return part


def _integers(entry: _Entry, order: str) -> tuple[int, ...]:
    code = _INTEGER_CODES.get(entry.type)
    if code is None:
        raise PageFileError("file_broken", reason=f"TIFF tag {entry.tag}")
    return struct.unpack(f"{order}{entry.count}{code}", entry.value)


def _single_page(data: Sliceable, entries: dict[int, _Entry], order: str) -> bytes:
    """Header, directory, long values, then the strips or tiles, in that order."""
    offsets_tag = (_STRIPS if _STRIPS[0] in entries else _TILES)[0]
    blocks = _blocks(data, entries, order)
    entries = dict(entries)
    entries[offsets_tag] = _Entry(offsets_tag, _LONG, len(blocks), b"\0" * 4 * len(blocks))
    first_block = 8 + 2 + len(entries) * _ENTRY_BYTES + 4 + sum(_long_size(e) for e in entries.values())
    places = [first_block]
    for block in blocks[:-1]:
        places.append(places[-1] + len(block) + len(block) % 2)
    value = struct.pack(f"{order}{len(places)}I", *places)
    entries[offsets_tag] = _Entry(offsets_tag, _LONG, len(blocks), value)
    return _directory(entries, order) + b"".join(block + b"\0" * (len(block) % 2) for block in blocks)


def _blocks(data: Sliceable, entries: dict[int, _Entry], order: str) -> list[bytes]:
    """The strips or tiles, in order."""
    offsets_tag, sizes_tag = _STRIPS if _STRIPS[0] in entries else _TILES
    if offsets_tag not in entries or sizes_tag not in entries:
        raise PageFileError("file_broken", reason="TIFF strips")
    offsets = _integers(entries[offsets_tag], order)
    sizes = _integers(entries[sizes_tag], order)
    if len(offsets) != len(sizes) or not offsets:
        raise PageFileError("file_broken", reason="TIFF strips")
    return [_slice(data, offset, size) for offset, size in zip(offsets, sizes, strict=True)]


def _long_size(entry: _Entry) -> int:
    size = len(entry.value)
    return 0 if size <= 4 else size + size % 2


def _directory(entries: dict[int, _Entry], order: str) -> bytes:
    mark = b"II*\0" if order == "<" else b"MM\0*"
    head = bytearray(mark + struct.pack(order + "IH", 8, len(entries)))
    values = bytearray()
    values_start = 8 + 2 + len(entries) * _ENTRY_BYTES + 4
    for entry in sorted(entries.values(), key=lambda entry: entry.tag):
        head += struct.pack(order + "HHI", entry.tag, entry.type, entry.count)
        if len(entry.value) <= 4:
            head += entry.value.ljust(4, b"\0")
        else:
            head += struct.pack(order + "I", values_start + len(values))
            values += entry.value + b"\0" * (len(entry.value) % 2)
    return bytes(head + b"\0\0\0\0" + values)
