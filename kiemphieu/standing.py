"""Entries of the journal that may be taken back: which of them still stand."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from kiemphieu.store import Store
from records.errors import StoreError
from records.journal import EventKind, JournalEntry

T = TypeVar("T")


def standing(store: Store, kind: EventKind, unpack: Callable[[JournalEntry], T]) -> list[T]:
    """What entries of a kind say, without those that a later entry took back by their number.

    Args:
        store: the record.
        kind: of the entries.
        unpack: an entry as a value; may raise ValueError, KeyError or TypeError where it is damaged.

    Returns:
        In the order in which they were made.

    Raises:
        StoreError: an entry is damaged.
    """
    found: dict[int, T] = {}
    for entry in store.journal(kind, EventKind.DECISION_UNDONE):
        try:
            if entry.kind == kind.value:
                found[entry.position] = unpack(entry)
            else:
                found.pop(int(entry.content["number"]), None)
        except (ValueError, KeyError, TypeError) as error:
            raise StoreError("journal_damaged", path=store.where, entry=entry.position) from error
    return list(found.values())
