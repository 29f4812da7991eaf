"""What is audited at the desk: the record of a vote on this machine, or a package that was brought.

What an audit makes lies in the desk's own folder, `audits/`. A vote folder is only read, and a package is
unpacked into a folder of its own.
"""

from __future__ import annotations

import json
import re
import secrets
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kiemphieu.desk.acts import Act
from kiemphieu.desk.desk import Desk
from kiemphieu.disk import disk_errors, write_atomic
from kiemphieu.folder import VoteFolder, load_vote
from kiemphieu.package import Unpacked, packaged_vote, unpack_package
from kiemphieu.store import Store
from kiemphieu.verify_report import Fault, VerifyReport
from kiemphieu.vote_store import has_record, open_vote_store
from records.codec import CodecError, from_plain, to_plain
from records.errors import InputError, StoreError
from records.vote import Vote

AUDITS = "audits"
VERIFY_FILE = "verify.json"
_ABOUT_FILE = "package.json"
_PACKAGE_ID = re.compile(r"[0-9a-f]{12}")
_MOST_NAME = 120


@dataclass(frozen=True, slots=True)
class Brought:
    """A package that was imported.

    Attributes:
        name: of its file, to be shown.
        sha256: of its file.
        vote: the vote's name; empty where it could not be read.
    """

    id: str
    name: str
    sha256: str
    vote: str
    head: str
    images: bool
    key: str
    faults: tuple[Fault, ...]


@dataclass(frozen=True, slots=True)
class Subject:
    """One record under audit.

    Attributes:
        folder: of the vote, or of the unpacked package.
        place: takes what the audit makes.
        url: of its pages.
        brought: the package; None for a vote of this machine.
    """

    folder: VoteFolder
    place: Path
    url: str
    brought: Brought | None = None

    @property
    def rescans(self) -> Path:
        return self.place / "rescans"

    def vote(self) -> Vote:
        """The vote; a package's record is never on a server that it names."""
        return load_vote(self.folder) if self.brought is None else packaged_vote(self.folder)

    def open(self) -> Store:
        """The record, which is there: looking at it makes none.

        Raises:
            InputError: nothing was recorded yet, or the package is not one to be read.
        """
        if self.brought is not None and self.brought.faults:
            raise InputError("desk_audit_not_whole")
        vote = self.vote()
        if not has_record(self.folder, vote):
            raise InputError("nothing_printed", path=str(self.folder.root))
        return open_vote_store(self.folder, vote)

    def unpacked(self) -> Unpacked | None:
        """The package as it was unpacked; None for a vote of this machine."""
        if (found := self.brought) is None:
            return None
        return Unpacked(self.folder, found.head, found.images, found.key, found.faults)


@dataclass(frozen=True, slots=True)
class KeptVerify:
    """The last check of a record, and who at the desk made it."""

    report: VerifyReport
    asked: str
    by: str
    role: str


def subject_of(act: Act) -> Subject:
    """What the address names.

    Raises:
        InputError: there is no such package.
    """
    if act.known is not None:
        name = act.folder.root.name
        return Subject(act.folder, _place(act.desk) / "votes" / name, act.vote_url("audit"))
    found = find_package(act.desk, act.path.get("package", ""))
    if found is None:
        raise InputError("desk_audit_no_package")
    return found


def packages(desk: Desk) -> tuple[Subject, ...]:
    """Every package that was imported, by name."""
    try:
        names = sorted(path.name for path in (_place(desk) / "packages").iterdir())
    except OSError:
        return ()
    found = [subject for name in names if (subject := find_package(desk, name)) is not None]
    return tuple(sorted(found, key=lambda one: one.brought.name if one.brought else ""))


def find_package(desk: Desk, package_id: str) -> Subject | None:
    """The package of that id, which is a plain word and never a path."""
    if not _PACKAGE_ID.fullmatch(package_id):
        return None
    place = _place(desk) / "packages" / package_id
    try:
        about = from_plain(Brought, json.loads((place / _ABOUT_FILE).read_text(encoding="utf-8")))
    except (OSError, ValueError, CodecError):
        return None
    return Subject(VoteFolder(place / "vote"), place, f"/audit/packages/{package_id}", about)


def import_package(desk: Desk, path: Path, name: str, digest: str) -> Subject:
    """Unpacks a package beside the votes; the file itself is only read.

    Args:
        desk: takes it.
        path: the file.
        name: of the file, to be shown.
        digest: SHA-256 of the file.

    Raises:
        InputError: it is no package.
        StoreError: the disk is full or cannot be written.
    """
    package_id = secrets.token_hex(6)
    place = _place(desk) / "packages" / package_id
    with disk_errors(place):
        place.mkdir(mode=0o700, parents=True)
    try:
        found = unpack_package(path, VoteFolder(place / "vote"))
        vote = "" if found.faults else packaged_vote(found.folder).body
        about = Brought(
            package_id, name[:_MOST_NAME], digest, vote, found.head, found.images, found.key, found.faults
        )
        write_atomic(place / _ABOUT_FILE, _text(to_plain(about)))
    except BaseException:
        shutil.rmtree(place, ignore_errors=True)
        raise
    return Subject(VoteFolder(place / "vote"), place, f"/audit/packages/{package_id}", about)


def make_place(place: Path) -> Path:
    """A folder for what an audit makes.

    Raises:
        StoreError: it cannot be written.
    """
    with disk_errors(place):
        place.mkdir(mode=0o700, parents=True, exist_ok=True)
    return place


def keep_verify(subject: Subject, kept: KeptVerify) -> None:
    """Keeps a check, so that it is there after the desk was started anew."""
    write_atomic(make_place(subject.place) / VERIFY_FILE, _text(to_plain(kept)))


def kept_verify(subject: Subject) -> KeptVerify | None:
    """The last check; None where there was none or it cannot be read."""
    try:
        data = json.loads((subject.place / VERIFY_FILE).read_text(encoding="utf-8"))
        return from_plain(KeptVerify, data)
    except (OSError, ValueError, CodecError, StoreError):
        return None


def scanners_place(desk: Desk) -> Path:
    """Where the profiles of scanners measured at the desk lie."""
    return _place(desk) / "scanners"


def _place(desk: Desk) -> Path:
    return desk.own / AUDITS


def _text(data: Any) -> bytes:
    return (json.dumps(data, ensure_ascii=False, indent=1) + "\n").encode()
