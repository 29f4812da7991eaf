"""Vote set-up: the list of officials, typed, pasted or uploaded."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from starlette.responses import Response

from ballot_layout.vote_values import MAX_OFFICIALS
from kiemphieu.desk.acts import Act
from kiemphieu.desk.drafts import check_open, draft_of, errors_by_field, in_words, seen, was_changed_meanwhile
from kiemphieu.desk.previews import preview_of
from kiemphieu.desk.roles import COUNTERS
from kiemphieu.desk.screens import Screen
from kiemphieu.draft_file import save_draft
from kiemphieu.official_list import LeftOut, OfficialList, officials_from_file, officials_from_text, tidy
from kiemphieu.vote_draft import DraftOfficial, VoteDraft, next_official_id
from records.errors import InputError, KiemphieuError, StoreError
from records.token import ID_PATTERN

SCREEN = Screen("setting_up_list")

_LIST = "/votes/{vote}/setup/officials"
_IMPORT = "/votes/{vote}/setup/officials/import"
_NEW_ROW = "new"


@dataclass(frozen=True, slots=True)
class Row:
    """A row of the list as it is shown; `remarks` are in words."""

    official: DraftOfficial
    remarks: tuple[str, ...] = ()
    name_error: str = ""
    position_error: str = ""


@SCREEN.get(_LIST, roles=COUNTERS)
def show_list(act: Act) -> Response:
    check_open(act)
    draft = draft_of(act)
    return _page(act, draft, _rows(act, draft, with_empty=_NEW_ROW in act.query or not draft.officials))


@SCREEN.post(_LIST)
def save_list(act: Act) -> Response:
    """Keeps the list as it was typed, with the one step that the button asks for."""
    check_open(act)
    draft = draft_of(act)
    typed = replace(draft, officials=_typed(act))
    step, _, official = act.form.text("do", "save").partition(":")
    changed = replace(typed, officials=_stepped(typed.officials, step, official))
    if len(changed.officials) > MAX_OFFICIALS:
        error = act.say(InputError("list_too_many_people", count=len(changed.officials), most=MAX_OFFICIALS))
        return _page(act, draft, _rows(act, changed), error=error)
    if was_changed_meanwhile(act, draft):
        return _page(act, draft, _rows(act, changed), error=act.t("draft_changed_meanwhile"))
    try:
        problems = save_draft(act.folder, changed)
    except StoreError as error:
        return _page(act, draft, _rows(act, changed), error=act.say(error))
    if step == "done" and not any(found.field.startswith("official") for found in problems):
        return act.go(act.vote_url("setup"))
    if step == "done" and not changed.officials:
        nobody = next(found for found in problems if found.field.startswith("official"))
        return _page(act, changed, _rows(act, changed, with_empty=True), error=in_words(act, nobody))
    there = act.vote_url("setup", "officials")
    if step == "add":
        return act.go(f"{there}?{_NEW_ROW}=1#row-{_NEW_ROW}")
    return act.go(f"{there}#row-{official}" if step in {"up", "down"} else there)


@SCREEN.post(f"{_LIST}/preview")
def draw_typed(act: Act) -> Response:
    """The ballot as it would be with what is being typed; nothing is kept."""
    check_open(act)
    typed = replace(draft_of(act), officials=_typed(act))
    return act.page("setup_preview.html", preview=preview_of(act, typed))


def _typed(act: Act) -> tuple[DraftOfficial, ...]:
    """The rows that came in; empty ones are dropped, and a row of unknown id gets one of its own."""
    ids, names, positions = (act.form.all(key) for key in ("id", "name", "position"))
    if not len(ids) == len(names) == len(positions):
        raise InputError("desk_bad_request")
    found: list[DraftOfficial] = []
    for known, name, position in zip(ids, names, positions, strict=True):
        official = DraftOfficial(known, tidy(name), tidy(position))
        if official.name or official.position:
            usable = ID_PATTERN.fullmatch(known) and known != _NEW_ROW
            free = usable and known not in {one.id for one in found}
            found.append(official if free else replace(official, id=_free_id(found, ids)))
    return tuple(found)


def _free_id(found: Sequence[DraftOfficial], ids: Sequence[str]) -> str:
    """An id that neither a row above nor one still to come has."""
    return next_official_id([*found, *(DraftOfficial(one) for one in ids)])


def _stepped(officials: tuple[DraftOfficial, ...], step: str, wanted: str) -> tuple[DraftOfficial, ...]:
    place = next((number for number, one in enumerate(officials) if one.id == wanted), None)
    if place is None:
        return officials
    rest = officials[:place] + officials[place + 1 :]
    if step == "remove":
        return rest
    target = place + {"up": -1, "down": 1}.get(step, 0)
    target = min(max(target, 0), len(rest))
    return (*rest[:target], officials[place], *rest[target:])


@SCREEN.get(_IMPORT, roles=COUNTERS)
def show_import(act: Act) -> Response:
    check_open(act)
    return act.page("setup_import.html", error="", text="", count=len(draft_of(act).officials))


@SCREEN.post(_IMPORT)
def read_list(act: Act) -> Response:
    """Shows what was found in a list; it is saved from the page that shows it."""
    check_open(act)
    draft = draft_of(act)
    try:
        found = _found(act)
        kept = draft.officials if act.form.text("where") == "append" else ()
        if len(kept) + len(found.officials) > MAX_OFFICIALS:
            count = len(kept) + len(found.officials)
            raise InputError("list_too_many_people", count=count, most=MAX_OFFICIALS)
    except KiemphieuError as error:
        text = act.form.text("text")
        count = len(draft.officials)
        return act.page("setup_import.html", error=act.say(error), text=text, count=count)
    return _page(act, draft, _found_rows(act, kept, found), left_out=found.left_out, is_found=True)


def _found(act: Act) -> OfficialList:
    files, text = act.form.files("file"), act.form.text("text")
    if files:
        return officials_from_file(files[0].path, files[0].name)
    if not text:
        raise InputError("desk_setup_import_nothing")
    return officials_from_text(text)


def _found_rows(act: Act, kept: Sequence[DraftOfficial], found: OfficialList) -> list[Row]:
    rows = [Row(one) for one in kept]
    for one in found.officials:
        official = DraftOfficial(next_official_id([row.official for row in rows]), one.name, one.position)
        rows.append(Row(official, tuple(act.t(f"list_remark_{remark.value}") for remark in one.remarks)))
    return rows


def _rows(act: Act, draft: VoteDraft, with_empty: bool = False) -> list[Row]:
    errors = errors_by_field(act, draft)
    rows = [
        Row(
            one,
            name_error=errors.get(f"official-{number}-name", "") or errors.get(f"official-{number}-id", ""),
            position_error=errors.get(f"official-{number}-position", ""),
        )
        for number, one in enumerate(draft.officials, start=1)
    ]
    return [*rows, Row(DraftOfficial(_NEW_ROW))] if with_empty else rows


def _page(
    act: Act,
    draft: VoteDraft,
    rows: list[Row],
    left_out: tuple[LeftOut, ...] = (),
    is_found: bool = False,
    error: str = "",
) -> Response:
    errors = {} if is_found else _links(act, rows)
    listed = tuple(row.official for row in rows if row.official.id != _NEW_ROW)
    return act.page(
        "setup_officials.html",
        rows=rows,
        left_out=left_out,
        is_found=is_found,
        remarked=sum(bool(row.remarks) for row in rows),
        error=error,
        errors=errors,
        seen=seen(draft),
        preview=preview_of(act, replace(draft, officials=listed)),
    )


def _links(act: Act, rows: Sequence[Row]) -> dict[str, str]:
    """Every mistake under the field it stands in, for the summary above the list."""
    found = {}
    for number, row in enumerate(rows, start=1):
        who = act.t("desk_setup_at_official", number=number, name=row.official.name or "…")
        for part, error in (("name", row.name_error), ("position", row.position_error)):
            if error:
                found[f"official-{number}-{part}"] = f"{who}: {error}"
    return found
