"""Close: the equation, a backup, two members; reopening with a reason; the seal."""

from __future__ import annotations

from http import HTTPStatus
from pathlib import Path

from starlette.responses import Response

from kiemphieu.closing import (
    LONGEST_REASON,
    Balance,
    ClosingMember,
    HandCount,
    balance_of,
    close_count,
    read_closing,
    reopen_count,
)
from kiemphieu.desk.acts import Act
from kiemphieu.desk.live_count import live_count
from kiemphieu.desk.member_changes import NotedChange, changes_since_print
from kiemphieu.desk.roles import COUNTERS, Member
from kiemphieu.desk.screens import Screen
from kiemphieu.messages import DEFAULT_LANGUAGE
from kiemphieu.printed_batches import batch_files
from kiemphieu.sealing import seal_vote
from kiemphieu.sheet_problems import Waiting, what_waits
from kiemphieu.vote_documents import write_again
from records.errors import InputError, KiemphieuError

SCREEN = Screen("closing")

_CLOSE = "/votes/{vote}/close"


@SCREEN.get(_CLOSE)
def show_close(act: Act) -> Response:
    return _page(act)


def _page(act: Act, error: str = "") -> Response:
    live = live_count(act.folder)
    state = read_closing(act.folder)
    balance = balance_of(act.folder, live.report)
    changes = changes_since_print(act.folder)
    typed = act.form.text("counted")
    return act.page(
        "close.html",
        HTTPStatus.BAD_REQUEST if error else HTTPStatus.OK,
        error=error,
        state=state,
        changes=[_change_words(act, one) for one in changes],
        changed=_named_in(act, changes),
        balance=balance,
        ballots=balance.result.ballots,
        steps=_steps(balance, what_waits(live.report)),
        unseen_invalid=len(live.report.unseen_invalid),
        files=len(batch_files(act.folder)),
        counted=typed or ("" if balance.counted is None else str(balance.counted)),
        doubles=act.form.text("doubles", "0"),
        strays=act.form.text("strays", "0"),
        backups=act.form.text("backups"),
        own_backups=str(act.folder.backups),
        on_server=bool(live.report.vote.store_url),
        reason=act.form.text("reason"),
        longest_reason=LONGEST_REASON,
        may_change=act.member.role in COUNTERS,
        role=lambda one: act.t(f"desk_role_{one['role']}"),
    )


def _named_in(act: Act, changes: tuple[NotedChange, ...]) -> list[Member]:
    """Whom these changes speak of, as the desk knows them: the journal has no names."""
    ids = {one for change in changes for one in (*change.whom, change.by, change.second)}
    return [member for member in act.desk.people.everyone() if member.id in ids]


def _change_words(act: Act, change: NotedChange) -> str:
    """A change of members as a line; by ids, as the journal has it."""
    if change.way:
        by = act.t(f"desk_change_way_{change.way}")
    elif change.second:
        by = act.t("desk_change_by_two", member=change.by, second=change.second)
    else:
        by = act.t("desk_change_by_one", member=change.by)
    text = act.t(f"desk_change_{change.change.value}", whom=", ".join(change.whom), by=by)
    return f"{text} ({' → '.join(change.names)})" if change.names else text


def _steps(balance: Balance, waiting: Waiting) -> tuple[tuple[str, bool, str], ...]:
    """Message id of each thing to be done before, whether it is, and the screen where it is done."""
    adds_up = balance.sheets.scanned == balance.accounted
    return (
        ("desk_close_step_scanned", balance.sheets.scanned > 0 and not balance.open_batch, "scan"),
        ("desk_close_step_review", waiting == Waiting(0, 0), "problems" if waiting.problems else "review"),
        ("desk_close_step_final", balance.result.final, "count"),
        ("desk_close_step_adds_up", adds_up, "count"),
    )


@SCREEN.post(_CLOSE)
def close(act: Act) -> Response:
    form = act.form
    try:
        members = _both(act)
        act.desk.jobs.check_idle(act.folder)
        counted, place = form.number("counted"), form.text("backups")
        doubles, strays = form.number("doubles") or 0, form.number("strays") or 0
        hand = None if counted is None else HandCount(counted, doubles, strays)
        # The minutes are in the office's own language, whatever language the page is in.
        close_count(act.folder, hand, members, DEFAULT_LANGUAGE, _backup_place(place))
        write_again(act.folder)
    except KiemphieuError as error:
        return _page(act, act.say(error))
    return act.go(f"{act.vote_url('documents')}?closed=1")


def _backup_place(text: str) -> Path | None:
    """A folder on this machine; nothing written takes the vote's own.

    Raises:
        InputError: no whole path.
    """
    if not text:
        return None
    place = Path(text).expanduser()
    if not place.is_absolute():
        raise InputError("closing_backup_place", path=text)
    return place


@SCREEN.post(_CLOSE + "/reopen")
def reopen(act: Act) -> Response:
    try:
        members = _both(act)
        act.desk.jobs.check_idle(act.folder)
        reopen_count(act.folder, members, act.form.text("reason"))
    except KiemphieuError as error:
        return _page(act, act.say(error))
    return act.go(act.vote_url("close"))


@SCREEN.get(_CLOSE + "/seal", roles=COUNTERS)
def ask_seal(act: Act) -> Response:
    return _seal_page(act)


def _seal_page(act: Act, error: str = "") -> Response:
    state = read_closing(act.folder)
    if state.sealed or state.closed is None:
        return act.go(act.vote_url("close"))
    return act.page("close_seal.html", HTTPStatus.BAD_REQUEST if error else HTTPStatus.OK, error=error)


@SCREEN.post(_CLOSE + "/seal")
def seal(act: Act) -> Response:
    """Ends everything: nothing of the record is ever changed again."""
    try:
        if not act.form.text("sure"):
            raise InputError("desk_close_seal_not_sure")
        _both(act)
        act.desk.jobs.check_idle(act.folder)
        if read_closing(act.folder).closed is None:
            raise InputError("closing_not_closed")
        seal_vote(act.folder)
    except KiemphieuError as error:
        return _seal_page(act, act.say(error))
    return act.go(act.vote_url("close"))


def _both(act: Act) -> tuple[ClosingMember, ClosingMember]:
    second = act.second()
    first = act.member
    return ClosingMember(first.id, first.role.value), ClosingMember(second.id, second.role.value)
