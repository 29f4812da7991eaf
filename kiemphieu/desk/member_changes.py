"""Members added, renamed, gone, back, new heads and PINs: who did it, in the journal of every vote.

Who knows a PIN can act as its owner, and whoever makes one has seen it. The program cannot keep one person
from being two; the journal, whose head is signed with the minutes, tells when that became possible.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextlib import closing
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from kiemphieu.desk.journalling import note_act_everywhere
from kiemphieu.desk.roles import Member
from kiemphieu.folder import VoteFolder, load_vote
from kiemphieu.vote_store import open_vote_store
from records.journal import EventKind


class Change(StrEnum):
    """As the journal calls it."""

    ADDED = "member_added"
    RENEWED = "pin_renewed"
    RENAMED = "member_renamed"
    LEFT = "member_left"
    RETURNED = "member_returned"
    HEAD_NAMED = "head_named"


class Place(StrEnum):
    """Where it was done, when nobody was signed in."""

    FIRST = "first_members"
    """The page that a desk without members shows."""
    MACHINE = "machine"
    """A command run by the owner of the machine's account."""


@dataclass(frozen=True, slots=True)
class Doers:
    """Who changed something about members.

    Attributes:
        by: the member who was signed in.
        second: another one, who agreed by PIN; None where the first did it alone.
    """

    by: Member
    second: Member | None = None


def note_change(
    folders: tuple[VoteFolder, ...], change: Change, whom: Iterable[Member], doers: Doers | Place
) -> tuple[str, ...]:
    """Writes it into the journal of every vote whose record goes on: ids and roles, no names.

    Returns:
        The votes into whose journal it could not be written.
    """
    people = [{"member": one.id, "role": one.role.value} for one in whom]
    return note_act_everywhere(folders, {"action": change.value, "whom": people, **_doers_data(doers)})


def note_renamed(
    folders: tuple[VoteFolder, ...], before: Member, after: Member, doers: Doers
) -> tuple[str, ...]:
    """As `note_change`, with both names: decisions name people, and these two are one person.

    Returns:
        The votes into whose journal it could not be written.
    """
    whom = [{"member": after.id, "role": after.role.value}]
    names = {"was_called": before.name, "is_called": after.name}
    data = {"action": Change.RENAMED.value, "whom": whom, **names, **_doers_data(doers)}
    return note_act_everywhere(folders, data)


def _doers_data(doers: Doers | Place) -> dict[str, str]:
    if isinstance(doers, Place):
        return {"way": doers.value}
    data = {"role": doers.by.role.value, "member": doers.by.id}
    return data if doers.second is None else data | {"second": doers.second.id}


@dataclass(frozen=True, slots=True)
class NotedChange:
    """A change as the journal of a vote tells it.

    Attributes:
        whom: ids.
        by: id; empty where nobody was signed in, and `way` says where it was done.
        second: id; empty where nobody agreed.
        names: before and after, of one who was renamed; else empty.
    """

    change: Change
    whom: tuple[str, ...]
    by: str
    second: str
    way: str
    names: tuple[str, ...] = ()


def changes_since_print(folder: VoteFolder) -> tuple[NotedChange, ...]:
    """Every change since the first ballots of the vote were printed, in order.

    Raises:
        KiemphieuError: the vote or its record cannot be opened.
    """
    with closing(open_vote_store(folder, load_vote(folder))) as store:
        printed = store.first_entry(EventKind.BATCH_ISSUED)
        if printed is None:
            return ()
        acts = [one.content for one in store.journal(EventKind.DESK_ACTED) if one.position > printed.position]
    return tuple(_noted(data) for data in acts if data.get("action") in tuple(Change))


def _noted(data: Mapping[str, Any]) -> NotedChange:
    by, second, way = (str(data.get(name, "")) for name in ("member", "second", "way"))
    whom = tuple(str(one.get("member", "")) for one in data.get("whom", ()))
    names = tuple(str(data[name]) for name in ("was_called", "is_called") if name in data)
    return NotedChange(Change(data["action"]), whom, by, second, way, names)
