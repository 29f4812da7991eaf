"""What the pages of the vote set-up share: the draft, whether it may be changed, mistakes in words."""

from __future__ import annotations

from kiemphieu.desk.acts import Act
from kiemphieu.draft_file import DraftProblem, current_draft, draft_problems
from kiemphieu.freezing import is_printed, read_freezing
from kiemphieu.messages import translate
from kiemphieu.vote_draft import VoteDraft
from records.canonical import canonical_json, sha256_hex
from records.codec import to_plain
from records.errors import InputError


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
