"""Acts at the desk, in the journal of a vote."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import closing

from kiemphieu.folder import VoteFolder, load_vote
from kiemphieu.vote_store import has_record, open_vote_store
from records.errors import KiemphieuError
from records.journal import EventKind


def note_act(folder: VoteFolder, data: Mapping[str, object]) -> None:
    """Writes an entry about an act, where the vote has a record that goes on.

    Never a serial, the name of a file or a time: nothing may tell which ballot came when.

    Raises:
        KiemphieuError: the vote or its record cannot be opened or written.
    """
    if not folder.vote_file.is_file():
        return
    vote = load_vote(folder)
    if not has_record(folder, vote):
        return
    with closing(open_vote_store(folder, vote)) as store:
        if store.last_entry(EventKind.RECORD_SEALED) is None:
            store.append(EventKind.DESK_ACTED, dict(data))


def note_act_everywhere(folders: tuple[VoteFolder, ...], data: Mapping[str, object]) -> tuple[str, ...]:
    """Writes an entry into the journal of every vote whose record goes on.

    Returns:
        The names of the votes into whose journal it could not be written: one that cannot be opened is no
        reason to leave the others out.
    """
    unnoted = []
    for folder in folders:
        try:
            note_act(folder, data)
        except KiemphieuError:
            unnoted.append(folder.root.name)
    return tuple(unnoted)
