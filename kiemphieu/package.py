"""`export --package`: a finished record in one signed file, and checking such a file anywhere.

The file is a tar: the record as a database, vote.toml, the layouts, the public key, reports, the page images
where they are wanted, and `manifest.json` with the size and SHA-256 of each, signed with the vote's key.
"""

from __future__ import annotations

import tarfile
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import load_pem_public_key

from ballot_layout.tokens import load_private_key
from kiemphieu.archive import add_member
from kiemphieu.disk import atomic_file, disk_errors
from kiemphieu.folder import VoteFolder, load_vote, read_page, read_private_key
from kiemphieu.store import Store, open_store
from kiemphieu.store.copying import copy_record
from kiemphieu.verify_report import Fault, Mismatch, VerifyReport
from kiemphieu.verifying import Progress, verify_folder
from kiemphieu.vote_store import check_sealed, open_vote_store
from records.canonical import canonical_json, sha256_hex
from records.errors import InputError
from records.journal import EventKind
from records.json_text import parse_json
from records.vote import Vote

MANIFEST, SIGNATURE = "manifest.json", "manifest.sig"
_DOMAIN = b"kiemphieu package 1\n"
_FORMAT = 1
_LARGEST_FILE = 1 << 31
_Content = Iterator[tuple[str, bytes]]


@dataclass(frozen=True, slots=True)
class PackageReport:
    """What was packed.

    Attributes:
        head: hash of the last entry of the journal in it.
        key: SHA-256 of the public key, by which a receiver knows the committee.
    """

    path: Path
    files: int
    pages: int
    head: str
    key: str


def write_package(folder: VoteFolder, out: Path, images: bool, unsealed: bool = False) -> PackageReport:
    """Packs the record of a vote.

    Args:
        folder: the vote.
        out: the new file.
        images: whether the page images go with it.
        unsealed: pack a record although it is not sealed.

    Raises:
        InputError: `out` exists, or the record is not sealed.
        KeyFileError: the private key is not at hand to sign with.
        StoreError: the record cannot be read, an image is gone, or the disk is full.
    """
    vote = load_vote(folder)
    key = load_private_key(read_private_key(folder))
    with disk_errors(out):
        if out.exists():
            raise InputError("output_exists", path=str(out))
    with closing(open_vote_store(folder, vote)) as store:
        if unsealed and store.last_entry(EventKind.RECORD_SEALED) is None:
            store.close_pages()
        elif not unsealed:
            check_sealed(store, folder)
        with tempfile.TemporaryDirectory(prefix="kiemphieu-package-") as place:
            database = Path(place) / folder.database.name
            copy_record(store, database)
            listed: list[dict[str, Any]] = []
            with atomic_file(out) as file, tarfile.open(fileobj=file, mode="w") as tar:
                for name, data in _content(folder, vote, store, database, images):
                    add_member(tar, name, data)
                    listed.append({"name": name, "size": len(data), "sha256": sha256_hex(data)})
                head = _head_of(database)
                about = {"format": _FORMAT, "vote": vote.id, "head": head, "images": images, "files": listed}
                manifest = canonical_json(about)
                add_member(tar, MANIFEST, manifest)
                add_member(tar, SIGNATURE, key.sign(_DOMAIN + manifest).hex().encode())
        pages = store.page_count() if images else 0
    fingerprint = sha256_hex(key.public_key().public_bytes_raw())
    return PackageReport(out, len(listed), pages, head, fingerprint)


def _head_of(database: Path) -> str:
    """Of the copy: another station may have gone on since."""
    with closing(open_store(database)) as store:
        last = store.last_entry()
        return "" if last is None else last.hash


def _content(folder: VoteFolder, vote: Vote, store: Store, database: Path, images: bool) -> _Content:
    yield folder.database.name, database.read_bytes()
    text = folder.vote_file.read_bytes()
    # A server's address may hold its password, and bears on nothing that is checked.
    yield folder.vote_file.name, text.replace(vote.store_url.encode(), b"") if vote.store_url else text
    if vote.rules_text:
        yield vote.rules, vote.rules_text.encode()
    if vote.scanner_profile:
        yield vote.scanner_profile, (folder.root / vote.scanner_profile).read_bytes()
    for path in sorted(folder.profiles.glob("*.json")):
        yield f"{folder.profiles.name}/{path.name}", path.read_bytes()
    yield f"keys/{folder.public_key.name}", folder.public_key.read_bytes()
    for path in sorted(folder.root.glob("layout*.json")):
        yield path.name, path.read_bytes()
    for entry in store.journal(EventKind.REPORT_WRITTEN):
        name = str(entry.content.get("file"))
        path = folder.report(name)
        if path.is_file():
            yield f"reports/{name}", path.read_bytes()
    if images:
        for page in store.pages():
            yield f"pages/{page.sha256}{page.suffix}", read_page(folder, page.sha256, page.suffix)


@dataclass(frozen=True, slots=True)
class Unpacked:
    """A package in a folder of its own.

    Attributes:
        head: hash of the journal's last entry, as the manifest says.
        images: whether page images are in it.
        key: SHA-256 of the public key that the manifest is signed with; empty where no signature holds.
        faults: what is wrong with the package itself; where there are any, nothing of it is to be read.
    """

    folder: VoteFolder
    head: str
    images: bool
    key: str
    faults: tuple[Fault, ...]


def verify_package(path: Path, key: bytes | None = None, head: str = "") -> VerifyReport:
    """Checks a package: its signature, every file in it, and the record as `verify` does.

    Args:
        path: the package.
        key: the vote's public key as PEM, had from elsewhere; None takes the one in the package, which
            proves only that the package is of one piece.
        head: as for `verify_folder`.

    Raises:
        InputError: the file is no package.
    """
    with tempfile.TemporaryDirectory(prefix="kiemphieu-verify-") as place:
        return verify_unpacked(unpack_package(path, VoteFolder(Path(place) / "vote"), key), head)


def unpack_package(path: Path, folder: VoteFolder, key: bytes | None = None) -> Unpacked:
    """Checks a package's signature and files, and writes what it lists into `folder`, which is new.

    Raises:
        InputError: the file is no package.
    """
    with _opened(path) as tar:
        manifest, faults, signer = _unpack(tar, folder, path, key)
        if faults:
            return Unpacked(folder, "", False, signer, tuple(faults))
        return Unpacked(folder, str(manifest["head"]), bool(manifest["images"]), signer, ())


def verify_unpacked(unpacked: Unpacked, head: str = "", progress: Progress | None = None) -> VerifyReport:
    """The second half of `verify_package`; `head` and `progress` as for `verify_folder`."""
    if unpacked.faults:
        return VerifyReport(0, 0, "", 0, 0, (), False, unpacked.faults)
    folder = unpacked.folder
    report = verify_folder(folder, head, progress, packaged_vote(folder), unpacked.images)
    if report.head == unpacked.head:
        return report
    return replace(report, faults=(*report.faults, Fault(Mismatch.PACKAGE, MANIFEST, "head")))


def packaged_vote(folder: VoteFolder) -> Vote:
    """The vote of an unpacked package, whose record is the file in it and on no server."""
    return replace(load_vote(folder), store_url="")


@contextmanager
def _opened(path: Path) -> Iterator[tarfile.TarFile]:
    try:
        with tarfile.open(path, "r:") as tar:
            yield tar
    except (tarfile.TarError, OSError, EOFError) as error:
        raise InputError("package_unreadable", path=str(path), reason=str(error)) from error
    except (ValueError, LookupError, TypeError) as error:
        # A manifest that this program did not write, signed with a key of its own making.
        raise InputError("package_unreadable", path=str(path), reason=MANIFEST) from error


def _unpack(
    tar: tarfile.TarFile, folder: VoteFolder, path: Path, key: bytes | None
) -> tuple[dict[str, Any], list[Fault], str]:
    """Writes what the signed manifest lists, and nothing else."""
    members = {member.name: member for member in tar.getmembers() if member.isfile()}
    if sum(member.size for member in members.values()) > path.stat().st_size:
        # A sparse file says it is large and holds nothing: it would fill memory and disk.
        raise InputError("package_unreadable", path=str(path), reason="sparse")
    if MANIFEST not in members or SIGNATURE not in members:
        raise InputError("package_unreadable", path=str(path), reason=MANIFEST)
    text, signature = _data(tar, members[MANIFEST]), _data(tar, members[SIGNATURE])
    own = members.get(f"keys/{folder.public_key.name}")
    pem = key if key is not None else _data(tar, own) if own is not None else b""
    signer = _signer(text, signature, pem)
    if not signer:
        return {}, [Fault(Mismatch.PACKAGE, SIGNATURE, "signature")], ""
    manifest: dict[str, Any] = parse_json(text)
    listed = {str(item["name"]): item for item in manifest["files"]}
    unlisted = sorted(set(members) - set(listed) - {MANIFEST, SIGNATURE})
    faults = [Fault(Mismatch.PACKAGE, name, "unlisted") for name in unlisted]
    for name, item in listed.items():
        member = members.get(name)
        data = _data(tar, member) if member is not None else None
        if data is None or sha256_hex(data) != item["sha256"] or len(data) != item["size"]:
            faults.append(Fault(Mismatch.PACKAGE, name, "missing" if data is None else "changed"))
            continue
        target = folder.root / _inside(name, path)
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(data)
    return manifest, faults, signer


def _inside(name: str, path: Path) -> PurePosixPath:
    plain = PurePosixPath(name)
    if plain.is_absolute() or ".." in plain.parts:
        raise InputError("package_unreadable", path=str(path), reason=name)
    return plain


def _data(tar: tarfile.TarFile, member: tarfile.TarInfo) -> bytes:
    file = tar.extractfile(member) if member.size <= _LARGEST_FILE else None
    return file.read() if file is not None else b""


def _signer(manifest: bytes, signature: bytes, pem: bytes) -> str:
    """SHA-256 of the key, where the signature holds under it; else empty."""
    try:
        key = load_pem_public_key(pem)
        if not isinstance(key, Ed25519PublicKey):
            return ""
        key.verify(bytes.fromhex(signature.decode("ascii")), _DOMAIN + manifest)
    except (InvalidSignature, ValueError):
        return ""
    return sha256_hex(key.public_bytes_raw())
