"""The scanner profiles that a record was read with, kept beside it.

vote.toml names one profile, and its file is written anew when the scanner is measured again. What was read
with an earlier one, or by the scanner of another station, can be read again only with that one: so each is
kept under its hash before the first page is read with it.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace

from kiemphieu.disk import disk_errors, write_atomic
from kiemphieu.folder import VoteFolder, read_text
from kiemphieu.page_worker import ReaderSetup, reading_context
from kiemphieu.store import Store
from records.errors import InputError
from records.scanner_profile import ScannerProfile, profile_from_text, profile_sha256, profile_to_json
from scanner.prior import prior_of
from scanner.sheet import ReadingContext


def keep_profile(folder: VoteFolder, profile: ScannerProfile | None) -> None:
    """Keeps what pages are about to be read with; nothing where that is no profile.

    Raises:
        StoreError: the disk is full or the folder cannot be written.
    """
    if profile is None:
        return
    path = folder.profiles / f"{profile_sha256(profile)}.json"
    with disk_errors(path):
        if path.exists():
            return
        folder.profiles.mkdir(exist_ok=True)
    text = json.dumps(profile_to_json(profile), ensure_ascii=False, indent=1) + "\n"
    write_atomic(path, text.encode())


def kept_profiles(folder: VoteFolder) -> Iterator[ScannerProfile]:
    """Every profile that pages were read with; what is damaged is left out, since its pages will be named."""
    for path in sorted(folder.profiles.glob("*.json")):
        try:
            yield profile_from_text(read_text(path), str(path))
        except InputError:
            continue


def reading_contexts(folder: VoteFolder, store: Store, setup: ReaderSetup) -> dict[str, ReadingContext]:
    """Every way that pages of the record may have been read in, by the digest that is stored with them.

    The first is the way they are read in now; then without a profile, and with those of earlier.

    Raises:
        InputError: no ballot was printed yet.
        KeyFileError: the public key is missing.
    """
    now = reading_context(folder, store, setup)
    earlier = (prior_of(profile) for profile in kept_profiles(folder))
    ways = (now, *(replace(now, scanner=scanner) for scanner in (None, *earlier)))
    contexts: dict[str, ReadingContext] = {}
    for way in ways:
        contexts.setdefault(way.digest(), way)
    return contexts
