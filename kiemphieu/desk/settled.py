"""What was settled on the screen Problems is taken back, with a reason and as many members as decide."""

from __future__ import annotations

from http import HTTPStatus

from starlette.responses import Response

from kiemphieu.desk.acts import Act
from kiemphieu.desk.problems import own_words, people
from kiemphieu.desk.review_room import room_of
from kiemphieu.desk.roles import COUNTERS
from kiemphieu.desk.screens import Screen
from kiemphieu.desk.settled_words import settled_row, why_closed
from kiemphieu.folder import load_vote
from kiemphieu.settled_sheets import SettledSheet, settled_sheets, undo_settled
from kiemphieu.sheet_problems import Words
from records.errors import InputError, KiemphieuError
from records.token import grouped_serial

SCREEN = Screen("settled")

_UNDO = "/votes/{vote}/problems/settled/{target}/undo"
_MOST_REASON = 500


@SCREEN.get(_UNDO, roles=COUNTERS)
def show_undo(act: Act) -> Response:
    """Asks why it is taken back, and by whom."""
    return _page(act, _asked(act))


@SCREEN.post(_UNDO)
def undo_sheet(act: Act) -> Response:
    """Takes back what was decided about it; it waits for the committee again."""
    room = room_of(act)
    with room.lock:
        sheet = _asked(act)
        try:
            if act.form.text("seen") != _seen(sheet):
                raise InputError("desk_problems_settled_changed")
            words = Words(people(act), own_words(act)[:_MOST_REASON])
            undo_settled(act.folder, sheet, words)
        except KiemphieuError as error:
            return _page(act, _found(act, sheet.target) or sheet, error)
        finally:
            room.forget()
    act.journal("sheet_undone", way=sheet.way.value)
    return act.go(act.vote_url("problems") + "?done=undone")


def _page(act: Act, sheet: SettledSheet, error: KiemphieuError | None = None) -> Response:
    return act.page(
        "problem_undo.html",
        HTTPStatus.OK if error is None else HTTPStatus.BAD_REQUEST,
        error="" if error is None else act.say(error),
        first=_first(act, error),
        row=settled_row(act, sheet),
        seen=_seen(sheet),
        closed=why_closed(act),
        two=load_vote(act.folder).two_person,
    )


def _first(act: Act, error: KiemphieuError | None) -> tuple[str, str] | None:
    """What has to be taken back before: where that is done, and of which ballot."""
    if error is None or error.message_id != "decision_undo_order":
        return None
    serial = str(error.details["serial"])
    here = _found(act, serial) is not None
    url = act.vote_url("problems", "settled", serial, "undo") if here else act.vote_url("review")
    return url, grouped_serial(serial)


def _asked(act: Act) -> SettledSheet:
    """What the address names.

    Raises:
        InputError: nothing that stands.
    """
    found = _found(act, act.path["target"])
    if found is None:
        raise InputError("desk_problems_settled_gone")
    return found


def _found(act: Act, target: str) -> SettledSheet | None:
    sheets = settled_sheets(act.folder, load_vote(act.folder))
    return next((one for one in sheets if one.target == target), None)


def _seen(sheet: SettledSheet) -> str:
    """Names what the member was shown: what was decided since is not taken back unseen."""
    return " ".join(str(number) for number in sheet.numbers)
