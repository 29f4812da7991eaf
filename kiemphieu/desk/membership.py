"""Members whose name is set right, who leave the committee, and who come back: each agreed to by two.

A member who left keeps the id and every name: decisions and opinions stay whose they were, and nobody else
can take the name. An opinion given before counts; what still waits is for any two of those who are there.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType

from starlette.responses import Response

from kiemphieu.desk.acts import Act
from kiemphieu.desk.member_changes import Change, Doers, note_change
from kiemphieu.desk.members import agreeing, members_page, pin_page, status_of, witnesses_of
from kiemphieu.desk.roles import COUNTERS, Member, Role
from kiemphieu.desk.screens import Screen
from records.errors import InputError, KiemphieuError

SCREEN = Screen("membership")
_HEAD = frozenset({Role.HEAD})


class Step(StrEnum):
    """As in addresses and message ids."""

    RENAME = "rename"
    LEAVE = "leave"
    RETURN = "return"


_CHANGES: Mapping[Step, Change] = MappingProxyType(
    {Step.RENAME: Change.RENAMED, Step.LEAVE: Change.LEFT, Step.RETURN: Change.RETURNED}
)


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
    people = act.desk.people
    try:
        second = agreeing(act, whom) if whom.role in COUNTERS else None
        match step:
            case Step.RENAME:
                whom = people.rename(whom.id, act.form.text("name"))
            case Step.LEAVE:
                people.leave(whom.id)
                act.desk.sessions.sign_out_everywhere(whom.id)
            case Step.RETURN:
                return pin_page(act, Change.RETURNED, whom, people.come_back(whom.id), second)
    except KiemphieuError as error:
        return _page(act, step, whom, act.say(error))
    unnoted = note_change(act.desk.votes(), _CHANGES[step], [whom], Doers(act.member, second))
    return act.page("member_changed.html", step=step.value, whom=whom, unnoted=unnoted)


def _page(act: Act, step: Step, whom: Member, error: str = "") -> Response:
    return act.page(
        "member_change.html",
        status_of(error),
        error=error,
        step=step.value,
        whom=whom,
        name=act.form.text("name") or whom.name,
        witnesses=witnesses_of(act, whom) if whom.role in COUNTERS else (),
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
