"""What the pages of the vote set-up share: the draft, whether it may be changed, mistakes in words."""

from __future__ import annotations

from dataclasses import dataclass, replace

from ballot_layout.vote_file import parse_vote
from kiemphieu.desk.acts import Act
from kiemphieu.draft_file import DraftProblem, current_draft, draft_problems
from kiemphieu.folder import load_vote
from kiemphieu.form_preview import page_pictures
from kiemphieu.freezing import definition_sha256, is_printed, read_freezing
from kiemphieu.messages import translate
from kiemphieu.vote_draft import VoteDraft, draft_toml, read_date
from records.canonical import canonical_json, sha256_hex
from records.codec import to_plain
from records.errors import InputError, KiemphieuError, VoteFileError
from records.vote import Vote
from tally.rules import rule_sets


@dataclass(frozen=True, slots=True)
class Preview:
    """The ballot as it would be printed now.

    Attributes:
        pages: a PNG each; none where the vote cannot be drawn yet.
        version: changes with the pictures.
        error: why the form cannot be set, such as a text that does not fit; None where that is not why.
    """

    pages: tuple[bytes, ...] = ()
    version: str = ""
    error: KiemphieuError | None = None


def draft_of(act: Act) -> VoteDraft:
    """The vote's draft, to be changed.

    Raises:
        InputError: vote.toml says more than the form can.
    """
    draft = current_draft(act.folder)
    if draft is None:
        raise InputError("draft_by_hand")
    return draft


def check_open(act: Act) -> None:
    """Raises where the vote is frozen or printed.

    Raises:
        InputError: it is.
    """
    if read_freezing(act.folder) is not None or is_printed(act.folder):
        raise InputError("draft_frozen")


def seen(draft: VoteDraft) -> str:
    """Names the state of the draft that a form was filled from."""
    return sha256_hex(canonical_json(to_plain(draft)))[:16]


def was_changed_meanwhile(act: Act, draft: VoteDraft) -> bool:
    """Whether the form that came in was filled from another state: a second tab, or another member."""
    return act.form.text("seen") != seen(draft)


def in_words(act: Act, found: DraftProblem) -> str:
    problem = found.problem
    return translate(problem.message_id, act.lang, place=problem.place, **dict(problem.details))


def errors_by_field(act: Act, draft: VoteDraft) -> dict[str, str]:
    """The first mistake of each field, in words."""
    errors: dict[str, str] = {}
    for found in draft_problems(draft):
        errors.setdefault(found.field, in_words(act, found))
    return errors


def preview_of(act: Act, draft: VoteDraft | None) -> Preview:
    """The ballot's pages, as far as the draft goes."""
    try:
        vote = load_vote(act.folder) if draft is None else _vote_to_draw(draft)
        if vote is None:
            return Preview()
        version = definition_sha256(act.folder, vote)
        return Preview(page_pictures(act.folder, vote, version), version[:16])
    except InputError as error:
        return Preview(error=error)


_BLANK = "…"


def _vote_to_draw(draft: VoteDraft) -> Vote | None:
    """The draft with dots where something is missing; None where too much is."""
    people = tuple(
        replace(one, name=one.name or _BLANK, position=one.position or _BLANK) for one in draft.officials
    )
    filled = replace(
        draft,
        body=draft.body or _BLANK,
        title=draft.title or _BLANK,
        place=draft.place or _BLANK,
        date=draft.date if read_date(draft.date) else "2000-01-01",
        present="",
        officials=people,
    )
    try:
        return parse_vote(draft_toml(filled), rule_sets())
    except VoteFileError:
        return None
