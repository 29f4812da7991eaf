"""The members of the desk: who they are, new ones, new PINs, and a head who is locked.

Whoever makes a PIN sees it. So a PIN of someone who may decide is made by two, where there is another one who
can be asked: else the head alone could be two persons.
"""

from __future__ import annotations

from http import HTTPStatus

from starlette.responses import Response

from kiemphieu.desk.acts import Act
from kiemphieu.desk.member_changes import Change, Doers, note_change
from kiemphieu.desk.people import locked_error
from kiemphieu.desk.roles import COUNTERS, Member, Role
from kiemphieu.desk.screens import Screen
from records.errors import InputError, KiemphieuError

SCREEN = Screen("members")
_HEAD = frozenset({Role.HEAD})


@SCREEN.get("/members", roles=_HEAD)
def show_members(act: Act) -> Response:
    return members_page(act)


def members_page(act: Act, error: str = "") -> Response:
    people = act.desk.people
    return act.page(
        "members.html",
        status_of(error),
        error=error,
        rows=[(one, people.is_locked(one.id), people.former_names(one.id)) for one in people.members()],
        gone=people.gone(),
        roles=tuple(Role),
        name=act.form.text("name"),
        role=act.form.text("role", Role.MEMBER.value),
        witnesses=witnesses_of(act),
    )


def status_of(error: str) -> int:
    return HTTPStatus.BAD_REQUEST if error else HTTPStatus.OK


@SCREEN.post("/members/station", roles=_HEAD)
def let_in_a_station(act: Act) -> Response:
    """A start address for one more browser, told this once."""
    origin = min(act.desk.place.origins)
    address = f"{origin}/start?key={act.desk.starts.issue()}&lang={act.lang.value}"
    return act.page("station.html", address=address)


@SCREEN.post("/members/add", roles=_HEAD)
def add_member(act: Act) -> Response:
    wanted = act.form.text("role")
    try:
        if wanted not in tuple(Role):
            raise InputError("desk_role_missing")
        second = agreeing(act) if Role(wanted) in COUNTERS else None
        made, pin = act.desk.people.add(act.form.text("name"), Role(wanted))
    except KiemphieuError as error:
        return members_page(act, act.say(error))
    return pin_page(act, Change.ADDED, made, pin, second)


@SCREEN.get("/members/renew", roles=_HEAD)
def ask_renewal(act: Act) -> Response:
    return _renewal_page(act, _member(act, act.query.get("member", "")))


@SCREEN.post("/members/renew", roles=_HEAD)
def renew_pin(act: Act) -> Response:
    try:
        whom = _member(act, act.form.text("member"))
    except InputError as error:
        return members_page(act, act.say(error))
    try:
        second = agreeing(act, whom) if whom.role in COUNTERS else None
        pin = act.desk.people.renew(whom.id)
    except KiemphieuError as error:
        return _renewal_page(act, whom, act.say(error))
    return pin_page(act, Change.RENEWED, whom, pin, second)


def _renewal_page(act: Act, whom: Member, error: str = "") -> Response:
    witnesses = witnesses_of(act, whom) if whom.role in COUNTERS else ()
    return act.page("member_renew.html", status_of(error), error=error, whom=whom, witnesses=witnesses)


@SCREEN.get("/members/locked", roles=COUNTERS)
def show_locked(act: Act) -> Response:
    """Heads who are locked: nobody else could unlock them."""
    return _locked_page(act)


def _locked_page(act: Act, error: str = "") -> Response:
    heads = act.desk.people.locked(Role.HEAD)
    if not heads and not error:
        return act.go("/")
    witnesses = () if act.desk.people.is_locked(act.member.id) else witnesses_of(act)
    return act.page("members_locked.html", status_of(error), error=error, heads=heads, witnesses=witnesses)


@SCREEN.post("/members/locked", roles=COUNTERS)
def renew_locked(act: Act) -> Response:
    """A locked head gets a new PIN from two others who are not locked."""
    people = act.desk.people
    try:
        whom = _member(act, act.form.text("member"))
        if whom not in people.locked(Role.HEAD):
            raise InputError("desk_head_not_locked", name=whom.name)
        if people.is_locked(act.member.id):
            raise locked_error(act.member)
        second = act.second()
        pin = people.renew(whom.id)
    except KiemphieuError as error:
        return _locked_page(act, act.say(error))
    return pin_page(act, Change.RENEWED, whom, pin, second)


def _member(act: Act, member_id: str) -> Member:
    found = act.desk.people.member(member_id)
    if found is None:
        raise InputError("desk_member_unknown")
    return found


def witnesses_of(act: Act, whom: Member | None = None) -> tuple[Member, ...]:
    """Who could agree: may decide, is not locked, and is neither the one at work nor the one it is about."""
    return tuple(one for one in act.others() if one != whom and not act.desk.people.is_locked(one.id))


def agreeing(act: Act, whom: Member | None = None) -> Member | None:
    """The one who agrees by PIN; None where there is nobody who could: a committee of two goes on.

    Raises:
        InputError: nobody did, or one who may not.
    """
    witnesses = witnesses_of(act, whom)
    if not witnesses:
        return None
    wanted = act.form.text("second")
    if wanted not in {one.id for one in witnesses}:
        raise InputError("desk_second_member")
    return act.second(wanted)


def pin_page(act: Act, change: Change, whom: Member, pin: str, second: Member | None) -> Response:
    unnoted = note_change(act.desk.votes(), change, [whom], Doers(act.member, second))
    return act.page(
        "pins.html",
        made=[(whom, pin)],
        theirs="" if whom == act.member else whom.name,
        unnoted=unnoted,
        onward="/members" if act.member.role is Role.HEAD else "/",
    )
