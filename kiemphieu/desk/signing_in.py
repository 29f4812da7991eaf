"""Coming to the desk and leaving it: start address, first members, PIN, lock, language."""

from __future__ import annotations

from starlette.responses import Response

from kiemphieu.desk.acts import Act, Visitor
from kiemphieu.desk.member_changes import Change, Place, note_change
from kiemphieu.desk.member_names import checked_name, name_key
from kiemphieu.desk.roles import Role
from kiemphieu.desk.screens import Screen
from kiemphieu.desk.sessions import COOKIE, Session
from kiemphieu.messages import Language
from records.errors import InputError

SCREEN = Screen("signing_in")


def with_cookie(response: Response, session: Session, secure: bool) -> Response:
    """The answer that makes a browser the one of that session."""
    response.set_cookie(COOKIE, session.id, httponly=True, samesite="strict", secure=secure, path="/")
    return response


@SCREEN.greet("/sign-in")
def show_sign_in(visitor: Visitor) -> Response:
    if not visitor.desk.people.members():
        return visitor.page("first_members.html", error="", names=("", "", ""))
    return _sign_in_page(visitor, "")


@SCREEN.greet("/sign-in", "POST")
def sign_in(visitor: Visitor) -> Response:
    wanted = visitor.form.text("member")
    try:
        member = visitor.desk.people.check(wanted, visitor.form.text("pin"))
    except InputError as error:
        return _sign_in_page(visitor, visitor.say(error), 403)
    session = visitor.desk.sessions.sign_in(visitor.session, member.id)
    onward = "/kept" if session.kept is not None else _inside(visitor.form.text("next"))
    return with_cookie(visitor.go(onward), session, visitor.desk.place.scheme == "https")


def _sign_in_page(visitor: Visitor, error: str, status: int = 200) -> Response:
    chosen = visitor.form.text("member") or visitor.session.member_id
    onward = visitor.form.text("next") or visitor.query.get("next", "/")
    people = visitor.desk.people
    return visitor.page(
        "sign_in.html",
        status,
        members=people.members(),
        locked_heads=people.locked(Role.HEAD),
        chosen=chosen,
        onward=_inside(onward),
        error=error,
    )


def _inside(path: str) -> str:
    """A page of this desk, or its first one."""
    fine = path.startswith("/") and not path.startswith("//") and "\\" not in path and path.isprintable()
    return path if fine else "/"


@SCREEN.greet("/first-members", "POST")
def make_first_members(visitor: Visitor) -> Response:
    """The committee enter their names once; the PINs are told this once."""
    people = visitor.desk.people
    if people.members():
        return visitor.go("/sign-in")
    head, names = visitor.form.text("head"), [name for name in visitor.form.all("member") if name]
    try:
        _check_first(head, names)
        made = [people.add(head, Role.HEAD), *(people.add(name, Role.MEMBER) for name in names)]
    except InputError as error:
        kept = (head, *visitor.form.all("member"))
        return visitor.page("first_members.html", 400, error=visitor.say(error), names=kept)
    # Whoever takes the list of members away makes new ones here: every vote that is under way tells so.
    unnoted = note_change(visitor.desk.votes(), Change.ADDED, [member for member, _ in made], Place.FIRST)
    return visitor.page("pins.html", made=made, theirs="", unnoted=unnoted, onward="/sign-in")


def _check_first(head: str, names: list[str]) -> None:
    """All names or none: half a committee could not be completed here."""
    if not head or not names:
        raise InputError("desk_first_two")
    shown = [checked_name(name) for name in (head, *names)]
    keys = [name_key(name) for name in shown]
    twice = next((name for name in shown if keys.count(name_key(name)) > 1), None)
    if twice is not None:
        raise InputError("desk_name_taken", name=twice)


@SCREEN.post("/sign-out", roles=frozenset(Role))
def sign_out(act: Act) -> Response:
    act.desk.sessions.sign_out(act.visitor.session)
    return act.go("/sign-in")


@SCREEN.post("/language", roles=frozenset(Role))
def choose_language(act: Act) -> Response:
    wanted = act.form.text("lang")
    if wanted in tuple(Language):
        act.visitor.session.lang = Language(wanted)
    return act.go(_inside(act.form.text("next", "/")))


@SCREEN.get("/kept")
def show_kept(act: Act) -> Response:
    """What a member was about to send when the desk was locked."""
    kept = act.visitor.session.kept
    if kept is None:
        return act.go("/")
    act.visitor.session.kept = None
    return act.page("kept.html", kept=kept)
