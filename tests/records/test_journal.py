"""The chain of events, without a store."""

from __future__ import annotations

from dataclasses import fields, replace

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from kiemphieu.pen import key_verifier, signer_of
from records.journal import (
    GENESIS,
    EventKind,
    JournalEntry,
    JournalFault,
    Pen,
    find_journal_faults,
    next_entry,
)

KEY = Ed25519PrivateKey.from_private_bytes(bytes(32))
SIGNING = Pen("2023-07-20", signer_of(KEY.public_key()), KEY.sign)
VERIFIER = key_verifier(KEY.public_key())


def chain(count: int, pen: Pen = SIGNING) -> list[JournalEntry]:
    entries: list[JournalEntry] = []
    for number in range(count):
        last = entries[-1] if entries else None
        entries.append(next_entry(last, EventKind.PAGES_RECORDED, {"pages": number, "tên": "Đức"}, pen))
    return entries


def faults(entries: list[JournalEntry]) -> list[tuple[int, JournalFault]]:
    return [(entry.position, fault) for entry, fault in find_journal_faults(entries, VERIFIER)]


def test_a_chain_holds() -> None:
    entries = chain(4)
    assert faults(entries) == []
    assert [entry.position for entry in entries] == [1, 2, 3, 4]
    assert entries[0].previous == GENESIS
    assert entries[1].previous == entries[0].hash
    assert entries[0].content == {"pages": 0, "tên": "Đức"}


def test_without_a_key_entries_are_chained_and_unsigned() -> None:
    entries = chain(3, Pen("2023-07-20"))
    assert faults(entries) == []
    assert {entry.signature for entry in entries} == {""}


@given(st.data())
def test_a_change_of_any_field_is_told_at_the_entry(data: st.DataObject) -> None:
    entries = chain(5)
    place = data.draw(st.integers(0, 4))
    name = data.draw(st.sampled_from([field.name for field in fields(JournalEntry)]))
    old = getattr(entries[place], name)
    if isinstance(old, int):
        new: object = data.draw(st.integers(0, 9).filter(lambda value: value != old))
    else:
        at = data.draw(st.integers(0, len(old) - 1))
        letter = data.draw(st.characters(codec="ascii").filter(lambda letter: letter != old[at]))
        new = old[:at] + letter + old[at + 1 :]
    entries[place] = replace(entries[place], **{name: new})
    assert faults(entries)[0][0] in {entries[place].position, place + 1}


def test_a_missing_a_doubled_and_a_swapped_entry_are_told() -> None:
    entries = chain(5)
    assert faults(entries[:2] + entries[3:])[0] == (4, JournalFault.POSITION)
    assert faults(entries[:3] + entries[2:])[0] == (3, JournalFault.POSITION)
    assert faults([entries[0], entries[2], entries[1]])[0] == (3, JournalFault.POSITION)


def test_a_chain_made_anew_without_the_key_does_not_hold() -> None:
    other = Ed25519PrivateKey.generate()
    forged = chain(3, Pen("2023-07-20", signer_of(other.public_key()), other.sign))
    assert faults(forged)[0] == (1, JournalFault.SIGNATURE)
    pretended = chain(3, Pen("2023-07-20", SIGNING.signer, other.sign))
    assert faults(pretended)[0] == (1, JournalFault.SIGNATURE)


def test_an_entry_of_no_known_kind_or_form_is_told() -> None:
    entry = chain(1, Pen("2023-07-20"))[0]
    from records.journal import entry_hash  # noqa: PLC0415

    for kind, text in (("pages_eaten", entry.data), (entry.kind, '{"b": 1}'), (entry.kind, "[]")):
        made = entry_hash(1, entry.day, kind, text, GENESIS, "")
        changed = replace(entry, kind=kind, data=text, hash=made)
        assert faults([changed]) == [(1, JournalFault.DATA)]


def test_the_content_of_an_entry_is_an_object() -> None:
    with pytest.raises(ValueError, match="object"):
        _ = replace(chain(1)[0], data="[1]").content
