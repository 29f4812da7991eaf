"""Print: how many ballots were exchanged, never handed out, not returned."""

from __future__ import annotations

from http import HTTPStatus

from starlette.responses import Response

from kiemphieu.accounting import Fate, Statement, state_account, take_back
from kiemphieu.desk.acts import Act
from kiemphieu.desk.printing import is_over
from kiemphieu.desk.roles import COUNTERS
from kiemphieu.desk.screens import Screen
from kiemphieu.folder import load_vote
from kiemphieu.printed_batches import read_stock
from records.errors import InputError, KiemphieuError
from records.token import grouped_serial, serial_as_typed

SCREEN = Screen("print_account")

_ACCOUNT = "/votes/{vote}/print/account"
_MOST_SERIALS = 5000


@SCREEN.get(_ACCOUNT)
def show_account(act: Act) -> Response:
    return _page(act)


def _page(act: Act, error: str = "") -> Response:
    vote = load_vote(act.folder)
    return act.page(
        "print_account.html",
        HTTPStatus.BAD_REQUEST if error else HTTPStatus.OK,
        error=error,
        vote=vote,
        stock=read_stock(act.folder, vote),
        fates=tuple(fate.value for fate in Fate),
        titles={style.id: style.title or style.id for style in vote.styles},
        may_act=act.member.role in COUNTERS and not is_over(act.folder, vote),
        grouped=grouped_serial,
    )


@SCREEN.post(_ACCOUNT)
def state(act: Act) -> Response:
    form = act.form
    try:
        count, fate = form.number("count"), form.text("fate")
        if fate not in tuple(Fate):
            raise InputError("desk_account_no_fate")
        if count is None or (count == 0 and fate != Fate.NOT_RETURNED):
            raise InputError("desk_account_no_count")
        serials = typed_serials(form.text("serials"))
        statement = Statement(
            Fate(fate), count, form.text("group"), serials, _people(act), form.text("reason")
        )
        state_account(act.folder, statement)
    except KiemphieuError as error:
        return _page(act, act.say(error))
    act.journal("ballots_accounted", fate=fate)
    return act.go(act.vote_url("print", "account"))


def typed_serials(text: str) -> tuple[str, ...]:
    """Serials as typed, one a line, each in groups or not; sorted, so that no order of theirs is told.

    Raises:
        InputError: more than a committee can have at hand.
    """
    lines = [line for line in text.replace(",", "\n").replace(";", "\n").splitlines() if line.strip()]
    if len(lines) > _MOST_SERIALS:
        raise InputError("desk_account_serials", most=_MOST_SERIALS)
    return tuple(sorted({serial_as_typed(line) for line in lines}))


@SCREEN.get(_ACCOUNT + "/{number:int}", roles=COUNTERS)
def ask_take_back(act: Act) -> Response:
    return _undo_page(act)


def _undo_page(act: Act, error: str = "") -> Response:
    vote = load_vote(act.folder)
    number = int(act.path["number"])
    statements = read_stock(act.folder, vote).account.statements
    found = next((one for one in statements if one.number == number), None)
    if found is None:
        return act.go(act.vote_url("print", "account"))
    status = HTTPStatus.BAD_REQUEST if error else HTTPStatus.OK
    return act.page("print_undo.html", status, error=error, statement=found)


@SCREEN.post(_ACCOUNT + "/{number:int}")
def take_statement_back(act: Act) -> Response:
    reason = act.form.text("reason")
    try:
        if not reason:
            raise InputError("desk_account_no_reason")
        take_back(act.folder, int(act.path["number"]), _people(act), reason)
    except KiemphieuError as error:
        return _undo_page(act, act.say(error))
    act.journal("account_taken_back")
    return act.go(act.vote_url("print", "account"))


def _people(act: Act) -> tuple[str, ...]:
    """Who states it: the member at work, and the second one who has typed a PIN."""
    pin = act.form.text("second_pin")
    if not pin:
        return (act.member.name,)
    return act.member.name, act.second().name
