"""What may follow what in the journal."""

from __future__ import annotations

from typing import Any

import pytest

from kiemphieu.journal_order import CHANGES, find_order_faults
from records.journal import EventKind, JournalEntry, Pen, next_entry

K = EventKind
DRAWN = (K.TALLY_DRAWN, {"result": "a"})
CLOSED = (K.COUNT_CLOSED, {"result": "a"})
REOPENED = (K.COUNT_REOPENED, {"reason": "x"})
REPORT = (K.REPORT_WRITTEN, {"file": "x.pdf"})
ACTED = (K.DESK_ACTED, {"action": "looked"})
SEALED = (K.RECORD_SEALED, {})


def journal(*events: tuple[EventKind, dict[str, Any]]) -> list[JournalEntry]:
    entries: list[JournalEntry] = []
    for kind, data in events:
        entries.append(next_entry(entries[-1] if entries else None, kind, data, Pen("2026-01-01")))
    return entries


@pytest.mark.parametrize(
    "events",
    [
        (),
        (DRAWN, REPORT, CLOSED),
        (DRAWN, ACTED, CLOSED, DRAWN, REPORT, ACTED, SEALED, REPORT),
        (DRAWN, CLOSED, REPORT, REOPENED, (K.PAGES_RECORDED, {}), DRAWN, CLOSED),
    ],
)
def test_a_count_as_the_program_closes_it_has_no_fault(events):
    assert list(find_order_faults(journal(*events))) == []


@pytest.mark.parametrize("kind", sorted(CHANGES))
def test_nothing_that_bears_on_it_happens_while_it_is_closed(kind):
    events = journal(DRAWN, CLOSED, (EventKind(kind), {}))
    assert list(find_order_faults(events)) == [(3, "while_closed")]


@pytest.mark.parametrize(
    ("events", "faults"),
    [
        ((CLOSED,), [(1, "closed")]),
        ((DRAWN, (K.DECISION_MADE, {}), CLOSED), [(3, "closed")]),
        (((K.TALLY_DRAWN, {"result": "b"}), CLOSED), [(2, "closed")]),
        ((DRAWN, CLOSED, CLOSED), [(3, "closed")]),
        ((REOPENED,), [(1, "not_closed")]),
        ((DRAWN, CLOSED, REOPENED, REOPENED), [(4, "not_closed")]),
        ((DRAWN, SEALED, ACTED), [(3, "after_seal")]),
    ],
)
def test_what_stands_where_it_may_not_is_named(events, faults):
    assert list(find_order_faults(journal(*events))) == faults
