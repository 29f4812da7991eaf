"""Vote set-up: the form of a new vote, and of one that is being set up."""

from __future__ import annotations

from dataclasses import replace

from starlette.responses import Response

from kiemphieu.desk.acts import Act
from kiemphieu.desk.drafts import check_open, draft_of, errors_by_field, seen, was_changed_meanwhile
from kiemphieu.desk.previews import Preview, preview_of
from kiemphieu.desk.roles import COUNTERS
from kiemphieu.desk.screens import Screen
from kiemphieu.draft_file import new_vote_folder, save_draft
from kiemphieu.official_list import tidy
from kiemphieu.vote_draft import VoteDraft, tidy_lines
from records.errors import StoreError
from records.people import AppointmentKind
from records.vote import PaperSize
from tally.rules import rule_sets

SCREEN = Screen("setting_up_form")

_TITLE = "Phiếu tín nhiệm"
_TEXTS = (
    "body",
    "parent_body",
    "title",
    "subject",
    "place",
    "date",
    "rules",
    "appointment",
    "posts",
    "summoned",
    "present",
    "delegates",
    "head",
    "secretary",
)
_LISTS = "members", "witnesses"
_IN_ORDER = "", "name", *_TEXTS, *_LISTS
"""The form's fields from the top: mistakes are told in this order."""


@SCREEN.get("/votes/new", roles=COUNTERS)
def show_new(act: Act) -> Response:
    return _page(act, VoteDraft("", title=_TITLE), {}, name="")


@SCREEN.post("/votes/new")
def make_vote(act: Act) -> Response:
    """A new folder, once the form is without mistakes."""
    name = tidy(act.form.text("name"))
    typed = _typed(act, VoteDraft("new"))
    errors = _own_errors(act, typed)
    if not name:
        errors["name"] = act.t("draft_required")
    if errors:
        return _page(act, typed, errors, name=name)
    folder = new_vote_folder(act.desk.root, name)
    save_draft(folder, replace(typed, id=folder.root.name))
    return act.go(f"/votes/{folder.root.name}/setup/officials")


@SCREEN.get("/votes/{vote}/setup/details", roles=COUNTERS)
def show_details(act: Act) -> Response:
    check_open(act)
    draft = draft_of(act)
    return _page(act, draft, _own_errors(act, draft))


@SCREEN.post("/votes/{vote}/setup/details")
def save_details(act: Act) -> Response:
    """Keeps what was typed, mistakes and all, so that nothing is lost."""
    check_open(act)
    draft = draft_of(act)
    typed = _typed(act, draft)
    errors = _own_errors(act, typed)
    if was_changed_meanwhile(act, draft):
        return _page(act, typed, {"": act.t("draft_changed_meanwhile"), **errors}, state=seen(draft))
    try:
        save_draft(act.folder, typed)
    except StoreError as error:
        return _page(act, typed, {"": act.say(error), **errors}, state=seen(draft))
    if errors:
        return _page(act, typed, errors)
    return act.go(act.vote_url("setup") if typed.officials else act.vote_url("setup", "officials"))


@SCREEN.post("/votes/{vote}/setup/details/preview")
def draw_typed(act: Act) -> Response:
    """The ballot as it would be with what is being typed; nothing is kept."""
    check_open(act)
    return act.page("setup_preview.html", preview=preview_of(act, _typed(act, draft_of(act))))


def _typed(act: Act, draft: VoteDraft) -> VoteDraft:
    form = act.form
    texts = {key: tidy(form.text(key)) for key in _TEXTS}
    lists = {key: tidy_lines(form.text(key)) for key in _LISTS}
    flags = {key: form.text(key) == "yes" for key in ("duplex", "two_person")}
    paper = form.text("paper", draft.paper)
    return replace(draft, **texts, **lists, **flags, paper=paper)  # type: ignore[arg-type]


def _own_errors(act: Act, draft: VoteDraft) -> dict[str, str]:
    """Mistakes in this form's fields."""
    errors = errors_by_field(act, draft)
    return {field: error for field, error in errors.items() if not field.startswith("official")}


def _page(
    act: Act, draft: VoteDraft, errors: dict[str, str], name: str | None = None, state: str = ""
) -> Response:
    """The form; `name` only for a vote that has no folder yet."""
    return act.page(
        "setup_details.html",
        draft=draft,
        errors={key: errors[key] for key in sorted(errors, key=_place)},
        is_new=name is not None,
        name=name or "",
        seen=state or seen(draft),
        rules=[(one, found.title) for one, found in rule_sets().items()],
        kinds=["", *(kind.value for kind in AppointmentKind)],
        papers=[size.value for size in PaperSize],
        preview=Preview() if name is not None else preview_of(act, draft),
    )


def _place(field: str) -> int:
    return _IN_ORDER.index(field) if field in _IN_ORDER else len(_IN_ORDER)
