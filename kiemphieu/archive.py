"""Members of the tar files that the program writes."""

from __future__ import annotations

import io
import tarfile

from kiemphieu.disk import SETTLED_TIME_S


def add_member(tar: tarfile.TarFile, name: str, data: bytes, mode: int = 0o644) -> None:
    """Adds a file without the time, the owner or the order of its making."""
    member = tarfile.TarInfo(name)
    member.size, member.mode, member.mtime = len(data), mode, SETTLED_TIME_S
    tar.addfile(member, io.BytesIO(data))
