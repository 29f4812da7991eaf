"""Scans that are uploaded for an audit: known by their first bytes, never by what they are called."""

from __future__ import annotations

from kiemphieu.desk.acts import Upload
from kiemphieu.file_kind import FileKind, kind_of_head
from records.errors import InputError, PageFileError

_HEAD_BYTES = 1024


def checked_kind(upload: Upload) -> FileKind:
    """What the file is.

    Raises:
        InputError: it is none of the four kinds that are read: no SVG, no HTML, whatever its name says.
    """
    with upload.path.open("rb") as file:
        head = file.read(_HEAD_BYTES)
    try:
        return kind_of_head(head)
    except PageFileError as error:
        raise InputError("desk_audit_not_a_scan", name=upload.name) from error
