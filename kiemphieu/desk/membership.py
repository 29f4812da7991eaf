"""Members whose name is set right, who leave the committee, and who come back: each agreed to by two.

A member who left keeps the id and every name: decisions and opinions stay whose they were, and nobody else
can take the name. An opinion given before counts; what still waits is for those who are there.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from enum import StrEnum
from types import MappingProxyType

from starlette.responses import Response

from kiemphieu.closing import read_closing
from kiemphieu.desk.acts import Act, vote_name
from kiemphieu.desk.member_changes import Change, Doers, note_change, note_renamed
from kiemphieu.desk.member_names import name_key
from kiemphieu.desk.members import agreeing, members_page, pin_page, status_of, witnesses_of
from kiemphieu.desk.roles import COUNTERS, Member, Role
from kiemphieu.desk.screens import Screen
from kiemphieu.folder import VoteFolder, load_vote
from kiemphieu.vote_store import has_record
from records.errors import InputError, KiemphieuError

SCREEN = Screen("membership")
_HEAD = frozenset({Role.HEAD})
_NO_WORD = re.compile("[^\\w\\s\u0300-\u036f]+")


class Step(StrEnum):
    """As in addresses and message ids."""

    RENAME = "rename"
    LEAVE = "leave"
    RETURN = "return"


@SCREEN.get("/members/change/{step}", roles=_HEAD)
def ask(act: Act) -> Response:
    step = _step(act)
    return _page(act, step, _member(act, step, act.query.get("member", "")))


@SCREEN.post("/members/change/{step}", roles=_HEAD)
def change(act: Act) -> Response:
    try:
        step = _step(act)
        whom = _member(act, step, act.form.text("member"))
    except InputError as error:
        return members_page(act, act.say(error))
    try:
        second = agreeing(act, whom) if whom.role in COUNTERS else None
        return _DOERS[step](act, whom, Doers(act.member, second))
    except KiemphieuError as error:
        return _page(act, step, whom, act.say(error))


def _rename(act: Act, whom: Member, doers: Doers) -> Response:
    renamed = act.desk.people.rename(whom.id, act.form.text("name"))
    if renamed == whom:
        return _done(act, Step.RENAME, renamed, ())
    unnoted = note_renamed(act.desk.votes(), whom, renamed, doers)
    return _done(act, Step.RENAME, renamed, unnoted, minutes_naming(act.desk.votes(), (whom.name,)))


def _leave(act: Act, whom: Member, doers: Doers) -> Response:
    people, votes = act.desk.people, act.desk.votes()
    head = people.leave(whom.id, act.form.text("successor"))
    act.desk.sessions.sign_out_everywhere(whom.id)
    unnoted = note_change(votes, Change.LEFT, [whom], doers)
    if head is not None:
        unnoted = tuple(dict.fromkeys((*unnoted, *note_change(votes, Change.HEAD_NAMED, [head], doers))))
    naming = minutes_naming(votes, (whom.name, *people.former_names(whom.id)))
    return _done(act, Step.LEAVE, whom, unnoted, naming, head)


def _return(act: Act, whom: Member, doers: Doers) -> Response:
    # A sign-in that overtook the leaving would come to life again.
    act.desk.sessions.sign_out_everywhere(whom.id)
    return pin_page(act, Change.RETURNED, whom, act.desk.people.come_back(whom.id), doers.second)


_DOERS: Mapping[Step, Callable[[Act, Member, Doers], Response]] = MappingProxyType(
    {Step.RENAME: _rename, Step.LEAVE: _leave, Step.RETURN: _return}
)


def minutes_naming(folders: Iterable[VoteFolder], names: Iterable[str]) -> tuple[VoteFolder, ...]:
    """Votes not yet sealed under whose minutes one of these names stands: typed in, it stays as it is."""
    wanted = [_in_words(name) for name in names]
    found = []
    for folder in folders:
        # What cannot be opened says so on its own pages.
        with suppress(KiemphieuError):
            vote = load_vote(folder)
            signed = vote.committee
            typed = (signed.head, signed.secretary, *signed.members, *signed.witnesses)
            named = any(name in _in_words(line) for name in wanted for line in typed)
            if named and not (has_record(folder, vote) and read_closing(folder).sealed):
                found.append(folder)
    return tuple(found)


def _in_words(text: str) -> str:
    """Words alone, a space around each: whole names are found beside titles and commas."""
    return f" {name_key(_NO_WORD.sub(' ', text))} "


def _done(
    act: Act,
    step: Step,
    whom: Member,
    unnoted: tuple[str, ...],
    naming: tuple[VoteFolder, ...] = (),
    head: Member | None = None,
) -> Response:
    return act.page(
        "member_changed.html",
        step=step.value,
        whom=whom,
        head=head,
        unnoted=unnoted,
        naming=[(folder.root.name, vote_name(folder)) for folder in naming],
        gone=whom.id == act.member.id and step is Step.LEAVE,
    )


def _page(act: Act, step: Step, whom: Member, error: str = "") -> Response:
    return act.page(
        "member_change.html",
        status_of(error),
        error=error,
        step=step.value,
        whom=whom,
        name=act.form.text("name") or whom.name,
        witnesses=witnesses_of(act, whom) if whom.role in COUNTERS else (),
        successors=_successors(act, whom) if step is Step.LEAVE else (),
        successor=act.form.text("successor"),
    )


def _successors(act: Act, whom: Member) -> tuple[Member, ...]:
    """Who could become head in the place of one without whom there would be none."""
    people = act.desk.people
    if not people.needs_successor(whom.id):
        return ()
    return tuple(
        one
        for one in people.members()
        if one.role is Role.MEMBER and one.id != whom.id and not people.is_locked(one.id)
    )


def _step(act: Act) -> Step:
    if act.path["step"] not in tuple(Step):
        raise InputError("desk_bad_request")
    return Step(act.path["step"])


def _member(act: Act, step: Step, member_id: str) -> Member:
    """Whom it is about: one who left for the way back, else one who is there."""
    people = act.desk.people
    found = next((one for one in people.gone() if one.id == member_id), None)
    if step is not Step.RETURN:
        found = people.member(member_id)
    if found is None:
        raise InputError("desk_member_unknown")
    return found
