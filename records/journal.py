"""The journal: an append-only chain of every event that bears on the result.

An entry's hash covers its content and the hash of the entry before it: whoever changes one entry must
change all that follow, and the last hash, which stands on the minutes, is then another. An entry signed
with the vote's key names that key within the hashed content, so that a signature cannot be taken off.

An entry carries a day and no time, and entries about recorded pages speak of the record as a whole: no
position in the chain tells when a ballot was scanned.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from records.canonical import canonical_json
from records.json_text import parse_object

GENESIS = "0" * 64
"""What stands before the first entry."""

_DOMAIN = b"kiemphieu journal 1\n"

Verifier = Callable[[str, bytes, bytes], bool]
"""Whether a signature holds: called with the signer, the signed message and the signature."""


class EventKind(StrEnum):
    RECORD_OPENED = "record_opened"
    KEYS_MADE = "keys_made"
    BATCH_ISSUED = "batch_issued"
    BATCH_WITHDRAWN = "batch_withdrawn"
    """Serials taken back whose batch never became a file."""
    PAGES_RECORDED = "pages_recorded"
    DECISION_MADE = "decision_made"
    DECISION_UNDONE = "decision_undone"
    BALLOTS_ACCOUNTED = "ballots_accounted"
    """Ballots that did not come back as votes: exchanged, not returned, never handed out."""
    SETTINGS_CHANGED = "settings_changed"
    TALLY_DRAWN = "tally_drawn"
    REPORT_WRITTEN = "report_written"
    RECORD_SEALED = "record_sealed"
    DESK_ACTED = "desk_acted"
    """Something done at the desk that no other entry tells, with the role of who did it."""
    COUNT_CLOSED = "count_closed"
    COUNT_REOPENED = "count_reopened"


class JournalFault(StrEnum):
    """What can be wrong with an entry."""

    POSITION = "position"
    """Entries are missing, or stand in another order."""
    PREVIOUS = "previous"
    """It does not follow the entry before it."""
    HASH = "hash"
    """Its content is not what its hash was taken of."""
    SIGNATURE = "signature"
    DATA = "data"
    """Its content is not canonical JSON, or of an unknown kind."""


@dataclass(frozen=True, slots=True)
class JournalEntry:
    """One event.

    Attributes:
        position: 1, 2, 3, … in the chain.
        day: ISO date on which it was written.
        data: canonical JSON of an object: what happened.
        previous: hash of the entry before, or `GENESIS`.
        signer: SHA-256 of the public key that signed, hex; empty where no key was at hand.
        hash: SHA-256 over all of the above, hex.
        signature: Ed25519 over the hash, hex; empty where `signer` is.
    """

    position: int
    day: str
    kind: str
    data: str
    previous: str
    signer: str
    hash: str
    signature: str

    @property
    def content(self) -> dict[str, Any]:
        """`data` as values.

        Raises:
            ValueError: it is no JSON object.
        """
        return parse_object(self.data)


@dataclass(frozen=True, slots=True)
class Pen:
    """Who writes entries, and on which day.

    Attributes:
        signer: see `JournalEntry.signer`; empty without `sign`.
        sign: signs a message; None where the private key is not at hand.
    """

    day: str
    signer: str = ""
    sign: Callable[[bytes], bytes] | None = None


def next_entry(last: JournalEntry | None, kind: EventKind, data: dict[str, Any], pen: Pen) -> JournalEntry:
    """The entry that follows `last` (None: the first)."""
    position = 1 if last is None else last.position + 1
    previous = GENESIS if last is None else last.hash
    text = canonical_json(data).decode()
    signer = pen.signer if pen.sign is not None else ""
    found = entry_hash(position, pen.day, kind.value, text, previous, signer)
    signature = pen.sign(signed_message(found)).hex() if pen.sign is not None else ""
    return JournalEntry(position, pen.day, kind.value, text, previous, signer, found, signature)


def entry_hash(position: int, day: str, kind: str, data: str, previous: str, signer: str) -> str:
    """SHA-256 of an entry's content, hex."""
    content = {
        "position": position,
        "day": day,
        "kind": kind,
        "data": data,
        "previous": previous,
        "signer": signer,
    }
    return hashlib.sha256(_DOMAIN + canonical_json(content)).hexdigest()


def signed_message(found_hash: str) -> bytes:
    """What is signed: the hash with a word before it, so that it is no message of another purpose."""
    return _DOMAIN + found_hash.encode()


def find_journal_faults(
    entries: Iterable[JournalEntry], verifier: Verifier
) -> Iterator[tuple[JournalEntry, JournalFault]]:
    """Every entry that does not hold, with the first thing wrong with it."""
    position, previous = 0, GENESIS
    for entry in entries:
        position += 1
        fault = _fault_of(entry, position, previous, verifier)
        if fault is not None:
            yield entry, fault
        position, previous = entry.position, entry.hash


def _fault_of(entry: JournalEntry, position: int, previous: str, verifier: Verifier) -> JournalFault | None:
    wanted = entry_hash(entry.position, entry.day, entry.kind, entry.data, entry.previous, entry.signer)
    if entry.position != position:
        return JournalFault.POSITION
    if entry.hash != wanted:
        return JournalFault.HASH
    if entry.previous != previous:
        return JournalFault.PREVIOUS
    if not _signature_holds(entry, verifier):
        return JournalFault.SIGNATURE
    return None if _is_canonical(entry) else JournalFault.DATA


def _signature_holds(entry: JournalEntry, verifier: Verifier) -> bool:
    if not entry.signer:
        return not entry.signature
    try:
        signature = bytes.fromhex(entry.signature)
    except ValueError:
        return False
    # As it was written: a change of capitals in the hex is a change, too.
    return signature.hex() == entry.signature and verifier(
        entry.signer, signed_message(entry.hash), signature
    )


def _is_canonical(entry: JournalEntry) -> bool:
    try:
        return entry.kind in tuple(EventKind) and canonical_json(entry.content).decode() == entry.data
    except ValueError:
        return False
