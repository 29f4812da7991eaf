"""The journal as people read it: every entry in plain words, with whether its hash and signature hold."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import load_pem_public_key

from kiemphieu.documents.facts import Words
from kiemphieu.folder import VoteFolder, read_public_key
from kiemphieu.journal_order import find_order_faults
from kiemphieu.messages import has_text
from kiemphieu.pen import key_verifier
from kiemphieu.store import Store
from records.errors import KeyFileError
from records.journal import EventKind, JournalEntry, Verifier, find_journal_faults

ROWS = 50
"""Entries on one page."""
_TOLD = (
    "action",
    "role",
    "whom",
    "was_called",
    "is_called",
    "member",
    "second",
    "members",
    "way",
    "vote",
    "program",
    "seeded",
    "group",
    "style",
    "fate",
    "ballots",
    "count",
    "issued",
    "pages",
    "target",
    "number",
    "before",
    "after",
    "by",
    "reason",
    "final",
    "passed",
    "counted",
    "doubles",
    "strays",
    "scanned",
    "valid",
    "invalid",
    "explained",
    "summoned",
    "present",
    "delegates",
    "file",
    "version",
)
"""What of an entry is told beside its kind; the rest is hashes, and stands in the entry's own words."""
_WORDS = {"action": "desk_audit_act_", "role": "desk_role_", "fate": "fate_", "way": "desk_audit_way_"}
"""Beginnings of message ids of values that are words of the program."""


@dataclass(frozen=True, slots=True)
class JournalRow:
    """One entry to be shown.

    Attributes:
        facts: label and value.
        fault: in words; empty where the entry holds.
        text: its data as they were hashed.
    """

    position: int
    day: str
    title: str
    facts: tuple[tuple[str, str], ...]
    signed: bool
    fault: str
    hash: str
    text: str


@dataclass(frozen=True, slots=True)
class JournalView:
    """One page of a journal.

    Attributes:
        head: hash of the last entry, to be compared with the minutes.
        entries: in all, of every kind.
        unsigned: entries written while no key was at hand.
        broken: entries that do not hold.
        kinds: the kinds that there are, in words, with their numbers.
        page, pages: from 1.
    """

    head: str
    entries: int
    unsigned: int
    broken: int
    kinds: tuple[tuple[str, str, int], ...]
    rows: tuple[JournalRow, ...]
    page: int
    pages: int


def view_journal(store: Store, folder: VoteFolder, kind: str, page: int, words: Words) -> JournalView:
    """A page of the journal.

    Args:
        store: the record.
        folder: where its public key lies.
        kind: of the entries wanted; any other word wants all.
        page: from 1; beyond the last, the last.
        words: of the reader.
    """
    entries = tuple(store.journal())
    faults = dict(find_order_faults(entries))
    faults |= {one.position: fault.value for one, fault in find_journal_faults(entries, _verifier(folder))}
    wanted = [entry for entry in entries if kind not in tuple(EventKind) or entry.kind == kind]
    pages = max(1, -(-len(wanted) // ROWS))
    shown = min(max(1, page), pages)
    part = wanted[(shown - 1) * ROWS : shown * ROWS]
    counted = Counter(entry.kind for entry in entries)
    return JournalView(
        head=entries[-1].hash if entries else "",
        entries=len(entries),
        unsigned=sum(not entry.signer for entry in entries),
        broken=len(faults),
        kinds=tuple((one.value, _title(one.value, words), counted[one]) for one in EventKind if counted[one]),
        rows=tuple(_row(entry, faults.get(entry.position, ""), words) for entry in part),
        page=shown,
        pages=pages,
    )


def _verifier(folder: VoteFolder) -> Verifier:
    try:
        key = load_pem_public_key(read_public_key(folder))
    except (KeyFileError, ValueError):
        return lambda *_: False
    return key_verifier(key) if isinstance(key, Ed25519PublicKey) else lambda *_: False


def _row(entry: JournalEntry, fault: str, words: Words) -> JournalRow:
    return JournalRow(
        entry.position,
        entry.day,
        _title(entry.kind, words),
        tuple(_facts(entry, words)),
        bool(entry.signer),
        words(f"desk_audit_fault_{fault}") if fault else "",
        entry.hash,
        entry.data,
    )


def _title(kind: str, words: Words) -> str:
    return words.any_of(f"desk_audit_event_{kind}", otherwise=kind)


def _facts(entry: JournalEntry, words: Words) -> Iterator[tuple[str, str]]:
    try:
        content: Mapping[str, Any] = entry.content
    except ValueError:
        return
    for name in _TOLD:
        value = content.get(name)
        if value not in (None, "", []):
            yield words(f"desk_audit_data_{name}"), _value(name, value, words)


def _value(name: str, value: object, words: Words) -> str:
    if isinstance(value, bool):
        return words("desk_audit_yes" if value else "desk_audit_no")
    if isinstance(value, list):
        return ", ".join(_one(one, words) for one in value)
    known = _WORDS.get(name)
    return words(f"{known}{value}") if known and has_text(f"{known}{value}") else str(value)


def _one(value: object, words: Words) -> str:
    if not isinstance(value, dict):
        return str(value)
    role = words.any_of(f"desk_role_{value.get('role')}", otherwise="")
    return f"{value.get('member')} ({role})" if role else str(value.get("member"))
