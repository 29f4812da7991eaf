"""What may follow what in the journal: nothing after the seal, and no change while the count is closed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from records.journal import EventKind, JournalEntry

CHANGES = frozenset(
    {
        EventKind.PAGES_RECORDED.value,
        EventKind.DECISION_MADE.value,
        EventKind.DECISION_UNDONE.value,
        EventKind.BALLOTS_ACCOUNTED.value,
        EventKind.SETTINGS_CHANGED.value,
        EventKind.BATCH_ISSUED.value,
        EventKind.BATCH_WITHDRAWN.value,
    }
)
"""Kinds of events after which a count drawn before need not hold any more."""


def find_order_faults(entries: Sequence[JournalEntry]) -> Iterator[tuple[int, str]]:
    """The position of every entry that may not stand where it stands, and what is wrong with it."""
    yield from _after_seal(entries)
    yield from _closings(entries)


def _after_seal(entries: Sequence[JournalEntry]) -> Iterator[tuple[int, str]]:
    sealed = False
    for entry in entries:
        if sealed and entry.kind != EventKind.REPORT_WRITTEN.value:
            yield entry.position, "after_seal"
        sealed = sealed or entry.kind == EventKind.RECORD_SEALED.value


def _closings(entries: Sequence[JournalEntry]) -> Iterator[tuple[int, str]]:
    """A count is closed on the result that was drawn last."""
    closed, drawn = False, ""
    for entry in entries:
        if entry.kind in CHANGES:
            drawn = ""
            if closed:
                yield entry.position, "while_closed"
        elif entry.kind == EventKind.TALLY_DRAWN.value:
            drawn = _result(entry)
        elif entry.kind == EventKind.COUNT_CLOSED.value:
            if closed or not drawn or drawn != _result(entry):
                yield entry.position, "closed"
            closed = True
        elif entry.kind == EventKind.COUNT_REOPENED.value:
            if not closed:
                yield entry.position, "not_closed"
            closed = False


def _result(entry: JournalEntry) -> str:
    """The digest that an entry speaks of; empty where its data are damaged, which is told elsewhere."""
    try:
        return str(entry.content.get("result", ""))
    except ValueError:
        return ""
