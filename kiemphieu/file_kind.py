"""What kind of file it is, from its first bytes: the four that are read, and others called by their name."""

from __future__ import annotations

from enum import StrEnum

from records.errors import PageFileError


class FileKind(StrEnum):
    JPEG = "jpeg"
    PNG = "png"
    TIFF = "tiff"
    PDF = "pdf"


_OTHERS = (
    (0, b"II+\0", "BigTIFF"),
    (0, b"MM\0+", "BigTIFF"),
    (0, b"BM", "BMP"),
    (0, b"GIF8", "GIF"),
    (0, b"\0\0\0\x0cjP  ", "JPEG 2000"),
    (0, b"\xff\x4f\xff\x51", "JPEG 2000"),
    (0, b"\0\0\0\x0cJXL ", "JPEG XL"),
    (0, b"\xff\x0a", "JPEG XL"),
    (0, b"II\xbc\x01", "JPEG XR"),
    (0, b"\x97JB2\r\n\x1a\n", "JBIG2"),
    (0, b"AT&TFORM", "DjVu"),
    (4, b"ftypavif", "AVIF"),
    (8, b"WEBP", "WebP"),
    *((0, b"P%d" % number, "PNM") for number in range(1, 8)),
)
"""Offset, bytes, name. What scanners and phones also write."""
_HEIC = (b"ftypheic", b"ftypheix", b"ftypheim", b"ftypheis", b"ftypmif1", b"ftypmsf1", b"ftyphevc")


def kind_of_head(head: bytes) -> FileKind:
    """The kind of a file that begins with `head` (1 KB of it, or all).

    Raises:
        PageFileError: empty, or of a kind that is not read; the message says what to do.
    """
    if not any(head):
        raise PageFileError("file_empty")
    if head.startswith(b"\xff\xd8\xff"):
        return FileKind.JPEG
    if head.startswith(b"\x89PNG\r\n\x1a\n"):
        return FileKind.PNG
    if head[:4] in (b"II*\0", b"MM\0*"):
        return FileKind.TIFF
    if b"%PDF-" in head:
        return FileKind.PDF
    if head[4:12] in _HEIC:
        raise PageFileError("file_heic")
    for offset, mark, name in _OTHERS:
        if head[offset:].startswith(mark):
            raise PageFileError("file_other_kind", kind=name)
    raise PageFileError("file_type")
