"""A PDF file written front to back: what has been written is not kept, only where it starts.

Structure as in ISO 32000-1: header, objects, cross-reference table, trailer. Pages hang on nodes of
`PAGES_PER_NODE`, so that memory stays flat but for 8 bytes an object.
"""

from __future__ import annotations

import hashlib
import zlib
from array import array
from typing import BinaryIO

PAGES_PER_NODE = 64
CATALOG, ROOT_PAGES = 1, 2


class PdfFile:
    """One PDF going out to a stream that need not be seekable."""

    def __init__(self, out: BinaryIO, file_id: bytes) -> None:
        """Writes the header.

        Args:
            out: a binary stream.
            file_id: what tells this file from others; equal input gives an equal file.
        """
        self._out = out
        self._at = 0
        self._starts = array("Q", [0, 0, 0])
        self._id = hashlib.sha256(file_id).hexdigest()[:32].upper()
        self._nodes: list[tuple[int, int]] = []
        self._node = 0
        self._kids: list[int] = []
        self._write(b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n")

    def reserve(self) -> int:
        """The number of an object to be written later."""
        self._starts.append(0)
        return len(self._starts) - 1

    def put(self, number: int, body: bytes) -> int:
        """Writes the object `number`; returns the number."""
        self._starts[number] = self._at
        self._write(b"%d 0 obj\n%b\nendobj\n" % (number, body))
        return number

    def add(self, body: bytes) -> int:
        return self.put(self.reserve(), body)

    def add_stream(self, entries: bytes, data: bytes) -> int:
        """Writes a compressed stream; `entries` are its dictionary's other entries."""
        packed = zlib.compress(data, 6)
        head = b"<<%b/Filter/FlateDecode/Length %d>>\nstream\n" % (entries, len(packed))
        return self.add(head + packed + b"\nendstream")

    def add_page(self, entries: bytes) -> None:
        """Writes a page object with `entries` (contents, resources, media box)."""
        if not self._node:
            self._node = self.reserve()
        self._kids.append(self.add(b"<</Type/Page/Parent %d 0 R%b>>" % (self._node, entries)))
        if len(self._kids) == PAGES_PER_NODE:
            self._close_node()

    def finish(self, catalog_entries: bytes, info_entries: bytes) -> None:
        """Writes the page tree, the cross-reference table and the trailer."""
        self._close_node()
        kids = b" ".join(b"%d 0 R" % node for node, _ in self._nodes)
        count = sum(size for _, size in self._nodes)
        self.put(ROOT_PAGES, b"<</Type/Pages/Kids[%b]/Count %d>>" % (kids, count))
        self.put(CATALOG, b"<</Type/Catalog/Pages %d 0 R%b>>" % (ROOT_PAGES, catalog_entries))
        info = self.add(b"<<%b>>" % info_entries)
        table = self._at
        self._write(b"xref\n0 %d\n0000000000 65535 f \n" % len(self._starts))
        for start in self._starts[1:]:
            self._write(b"%010d 00000 n \n" % start)
        name = self._id.encode("ascii")
        self._write(
            b"trailer\n<</Size %d/Root %d 0 R/Info %d 0 R/ID[<%b><%b>]>>\nstartxref\n%d\n%%%%EOF\n"
            % (len(self._starts), CATALOG, info, name, name, table)
        )

    def _close_node(self) -> None:
        if not self._kids:
            return
        kids = b" ".join(b"%d 0 R" % kid for kid in self._kids)
        body = b"<</Type/Pages/Parent %d 0 R/Kids[%b]/Count %d>>" % (ROOT_PAGES, kids, len(self._kids))
        self.put(self._node, body)
        self._nodes.append((self._node, len(self._kids)))
        self._node, self._kids = 0, []

    def _write(self, data: bytes) -> None:
        self._out.write(data)
        self._at += len(data)
