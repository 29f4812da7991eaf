"""A new PIN by a command on the machine, for a committee in which nobody is left to give one.

Whoever owns the account can alter every file of the desk anyway; this way it stands in the journals.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from kiemphieu.desk.desk import MEMBERS, OWN_FOLDER, votes_in
from kiemphieu.desk.member_changes import Change, Place, note_change
from kiemphieu.desk.people import People
from kiemphieu.desk.roles import Member
from kiemphieu.desk.running import held
from records.errors import InputError


@dataclass(frozen=True, slots=True)
class Renewed:
    """A PIN that is told this once.

    Attributes:
        unnoted: names of votes into whose journal it could not be written.
    """

    member: Member
    pin: str
    unnoted: tuple[str, ...]


def renew_on_machine(root: Path, member_id: str) -> Renewed:
    """Gives a member of the desk over `root` a new PIN; the member is no longer locked.

    Raises:
        InputError: a desk is running over the folder, or it has no such member.
        StoreError: the members cannot be read or written.
    """
    own = root / OWN_FOLDER
    if not (own / MEMBERS).is_file():
        raise InputError("desk_renew_nobody", folder=str(root))
    with held(own) as free:
        if not free:
            raise InputError("desk_renew_running", folder=str(root))
        people = People(own / MEMBERS)
        member = people.member(member_id)
        if member is None:
            known = ", ".join(f"{one.id} ({one.name})" for one in people.members())
            raise InputError("desk_renew_unknown", member=member_id, known=known)
        pin = people.renew(member.id)
        unnoted = note_change(votes_in(root), Change.RENEWED, [member], Place.MACHINE)
    return Renewed(member, pin, unnoted)
