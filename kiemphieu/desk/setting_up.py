"""Vote set-up: check the answers, look at the ballot, and freeze it by two members."""

from __future__ import annotations

from contextlib import closing
from dataclasses import dataclass, replace
from enum import StrEnum
from http import HTTPStatus

from starlette.responses import Response

from kiemphieu.desk.acts import Act
from kiemphieu.desk.drafts import check_open, draft_of, in_words, seen, was_changed_meanwhile
from kiemphieu.desk.previews import Preview, preview_of
from kiemphieu.desk.screens import Screen
from kiemphieu.desk.signers import signer
from kiemphieu.draft_file import current_draft, draft_problems, save_draft
from kiemphieu.folder import VoteFolder, load_vote
from kiemphieu.freezing import (
    Freezing,
    FreezingMember,
    definition_sha256,
    freeze,
    is_printed,
    lift_freezing,
    note_frozen,
    read_freezing,
)
from kiemphieu.vote_draft import VoteDraft, draft_of_vote
from kiemphieu.vote_store import has_record, open_vote_store
from records.errors import InputError, KiemphieuError
from records.journal import EventKind
from records.vote import Vote
from tally.rules import rule_sets

SCREEN = Screen("setting_up")

_SETUP = "/votes/{vote}/setup"
_COUNTS = "summoned", "present", "delegates"


class SetUpState(StrEnum):
    DRAFT = "draft"
    READY = "ready"
    FROZEN = "frozen"
    PRINTED = "printed"


@dataclass(frozen=True, slots=True)
class Todo:
    """A mistake to mend, with the address of the field it stands in; empty where no form has it."""

    text: str
    href: str = ""


@dataclass(frozen=True, slots=True)
class SetUp:
    """A vote as its set-up page shows it.

    Attributes:
        draft: None where vote.toml says more than the form can.
        vote: None until the draft is without mistakes.
        changed: what was frozen is no longer what vote.toml says.
    """

    draft: VoteDraft | None
    vote: Vote | None
    state: SetUpState
    todo: tuple[Todo, ...]
    preview: Preview
    sha256: str = ""
    freezing: Freezing | None = None
    changed: bool = False


@SCREEN.get(_SETUP)
def show_set_up(act: Act) -> Response:
    return _page(act, saved="saved" in act.query)


@SCREEN.post("/votes/{vote}/setup/freeze")
def freeze_vote(act: Act) -> Response:
    """Freezes what both members were shown."""
    try:
        check_open(act)
        if _set_up(act).state is not SetUpState.READY:
            raise InputError("freezing_not_as_shown")
        members = _both(act)
        freeze(act.folder, act.form.text("sha256"), members)
    except KiemphieuError as error:
        return _page(act, error=act.say(error))
    _note(act)
    return act.go(act.vote_url("setup"))


@SCREEN.post("/votes/{vote}/setup/unfreeze")
def unfreeze_vote(act: Act) -> Response:
    """Takes the freezing back while nothing is printed."""
    try:
        _, second = _both(act)
        lift_freezing(act.folder)
    except KiemphieuError as error:
        return _page(act, error=act.say(error))
    act.journal("vote_unfrozen", second=second.member)
    return act.go(act.vote_url("setup"))


@SCREEN.post("/votes/{vote}/setup/attendance")
def save_attendance(act: Act) -> Response:
    """The head counts, which are known only on the day and are no part of what is frozen.

    The quorum and every majority depend on them: once there are ballots, two members say them.
    """
    try:
        draft = draft_of(act)
        text = act.form.text
        typed = replace(
            draft, summoned=text("summoned"), present=text("present"), delegates=text("delegates")
        )
        _check_counts(typed)
        if was_changed_meanwhile(act, draft):
            raise InputError("draft_changed_meanwhile")
        _check_not_closed(act)
        second = {"second": _both(act)[1].member} if _counts_need_two(act.folder) else {}
        save_draft(act.folder, typed)
    except KiemphieuError as error:
        return _page(act, error=act.say(error))
    numbers = {key: int(value) for key in _COUNTS if (value := getattr(typed, key))}
    act.journal("attendance_changed", **second, **numbers)
    return act.go(f"{act.vote_url('setup')}?saved=1")


def _counts_need_two(folder: VoteFolder) -> bool:
    """Whether two members change the head counts: the vote is printed, or frozen and its record has begun."""
    return is_printed(folder) or (folder.database.is_file() and read_freezing(folder) is not None)


def _check_counts(draft: VoteDraft) -> None:
    """Raises for a head count that is none; a vote that is frozen must not lose its vote.toml."""
    for found in draft_problems(draft):
        if found.field in _COUNTS:
            problem = found.problem
            raise InputError(problem.message_id, **dict(problem.details))


def _check_not_closed(act: Act) -> None:
    folder = act.folder
    if not is_printed(folder):
        return
    with closing(open_vote_store(folder, load_vote(folder))) as store:
        kinds = EventKind.RECORD_SEALED, EventKind.COUNT_CLOSED, EventKind.COUNT_REOPENED
        last = [entry.kind for entry in store.journal(*kinds)][-1:]
    if last and last[0] != EventKind.COUNT_REOPENED:
        raise InputError("draft_count_closed")


def _both(act: Act) -> tuple[FreezingMember, FreezingMember]:
    second = act.second()
    return signer(act.member), signer(second)


def _note(act: Act) -> None:
    """Journals the freezing where there is a record; otherwise the first printing does."""
    folder = act.folder
    vote = load_vote(folder)
    if has_record(folder, vote):
        with closing(open_vote_store(folder, vote)) as store:
            note_frozen(folder, store)


def _set_up(act: Act) -> SetUp:
    folder = act.folder
    draft = current_draft(folder)
    freezing, printed = read_freezing(folder), is_printed(folder)
    todo = () if draft is None else _todo(act, draft)
    preview = preview_of(act, draft)
    if preview.error is not None:
        todo = (*todo, Todo(act.say(preview.error), act.vote_url("setup", "officials")))
    vote = load_vote(folder) if folder.vote_file.is_file() else None
    if draft is not None and vote is None and not todo:
        todo = (Todo(act.t("draft_save_again"), act.vote_url("setup", "details")),)
    sha256 = "" if vote is None else definition_sha256(folder, vote)
    if printed:
        state = SetUpState.PRINTED
    elif freezing is not None:
        state = SetUpState.FROZEN
    else:
        state = SetUpState.DRAFT if todo or vote is None else SetUpState.READY
    changed = freezing is not None and freezing.sha256 != sha256
    return SetUp(draft, vote, state, todo, preview, sha256, freezing, changed)


def _todo(act: Act, draft: VoteDraft) -> tuple[Todo, ...]:
    found = []
    for one in draft_problems(draft):
        text, official = in_words(act, one), one.field.startswith("official")
        page = act.vote_url("setup", "officials" if official else "details")
        if one.field.startswith("official-"):
            number = int(one.field.split("-")[1])
            name = draft.officials[number - 1].name or "…"
            text = f"{act.t('desk_setup_at_official', number=number, name=name)}: {text}"
        elif one.field and not official:
            text = f"{act.t(f'desk_setup_{one.field}')}: {text}"
        found.append(Todo(text, f"{page}#f-{one.field}" if one.field else page))
    return tuple(found)


def _page(act: Act, error: str = "", saved: bool = False) -> Response:
    found = _set_up(act)
    shown = found.draft if found.draft is not None else _shown_of(found.vote)
    rules = rule_sets().get(shown.rules) if shown is not None else None
    return act.page(
        "setup.html",
        HTTPStatus.BAD_REQUEST if error else HTTPStatus.OK,
        setup=found,
        draft=shown,
        rules_title=rules.title if rules is not None else "",
        state=found.state.value,
        may_edit=found.draft is not None and found.state in {SetUpState.DRAFT, SetUpState.READY},
        seen="" if found.draft is None else seen(found.draft),
        error=error,
        saved=saved,
        counts_need_two=_counts_need_two(act.folder),
    )


def _shown_of(vote: Vote | None) -> VoteDraft | None:
    """A hand-written vote as the page shows it."""
    return None if vote is None else draft_of_vote(vote, whole=False)
