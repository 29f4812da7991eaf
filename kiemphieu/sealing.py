"""`seal`: ends the count. What is left then bears no order and no name of a scanned file."""

from __future__ import annotations

from contextlib import closing
from dataclasses import dataclass

from kiemphieu.counting import draw_tally
from kiemphieu.folder import VoteFolder, load_vote
from kiemphieu.vote_store import check_not_sealed, note_settings, open_vote_store
from records.count import OpenPoint
from records.errors import InputError, ReconciliationError
from records.journal import EventKind


@dataclass(frozen=True, slots=True)
class SealReport:
    """What was sealed.

    Attributes:
        head: hash of the last entry of the journal, for the minutes.
    """

    pages: int
    head: str


def seal_vote(folder: VoteFolder, force: bool = False) -> SealReport:
    """Ends the count of a vote.

    Args:
        folder: the vote.
        force: end it although the result is not final.

    Raises:
        InputError: the record is sealed already, or ballots wait for a person.
        ReconciliationError: the counts do not reconcile.
        StoreError: the record refuses.
    """
    vote = load_vote(folder)
    with closing(open_vote_store(folder, vote)) as store:
        if store.last_entry(EventKind.RECORD_SEALED) is not None:
            # A seal that was interrupted is written, and its traces may not be erased yet.
            store.compact()
        check_not_sealed(store)
        note_settings(store, vote)
    result = draw_tally(folder).result
    if not force and not result.final:
        points = ", ".join(point.value for point in result.open_points)
        if OpenPoint.NOT_RECONCILED in result.open_points:
            raise ReconciliationError("seal_not_final", points=points)
        raise InputError("seal_not_final", points=points)
    with closing(open_vote_store(folder, vote)) as store:
        entry = store.seal()
        return SealReport(store.page_count(), entry.hash)
