"""A vote that is being set up, on disk: what is wrong with it, and where it is kept.

`draft.json` holds what was typed, mistakes and all. vote.toml stands beside it only while it is without
mistakes, so that every other step finds a vote that can be used or none.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, fields, replace
from pathlib import Path

from ballot_layout.vote_file import check_vote
from kiemphieu.disk import disk_errors, write_atomic
from kiemphieu.folder import VoteFolder, load_vote, read_text, remove_file
from kiemphieu.kept_json import read_kept, write_kept
from kiemphieu.plain_words import plain_name
from kiemphieu.vote_draft import VoteDraft, draft_of_vote, draft_toml, is_count, read_date
from records.codec import from_plain, to_plain
from records.errors import InputError, Problem
from records.token import MAX_ID_BYTES
from tally.eligibility import list_findings
from tally.rules import rule_sets

DRAFT_FILE = "draft.json"
DRAFT_FORMAT = 1
_PLACEHOLDER = "cuoc-lay-phieu"
_TAKEN_NAMES = frozenset({"new", "con", "nul", "aux", "prn"})
"""An address of the desk, and names that some systems keep for themselves."""
_TAKEN_START = "rehearsal"
_FIELDS = frozenset(field.name for field in fields(VoteDraft))


@dataclass(frozen=True, slots=True)
class DraftProblem:
    """A mistake, and the field of the form that it stands in.

    Attributes:
        field: as in `VoteDraft`; `official-3-name` within the list, `officials` for the list as a whole;
            empty where no field is to blame.
    """

    field: str
    problem: Problem


def draft_problems(draft: VoteDraft) -> tuple[DraftProblem, ...]:
    """Everything that keeps the draft from being a vote, in the order of the form."""
    own = tuple(_typed_wrongly(draft))
    told = {found.field for found in own}
    others = (
        DraftProblem(_field(problem.place), _in_words_of_the_form(problem))
        for problem in check_vote(draft_toml(draft), rule_sets(), list_findings)
    )
    return (*own, *(found for found in others if found.field not in told))


_WORDS_OF_THE_FORM = {
    "vote_empty_text": "draft_required",
    "vote_missing_key": "draft_required",
    "vote_unknown_rules": "draft_required",
    "vote_no_officials": "draft_no_officials",
    "vote_same_person_twice": "draft_same_person",
    "vote_text_too_long": "draft_too_long",
    "vote_control_characters": "draft_hidden_characters",
    "appointment_missing": "draft_appointment_missing",
}
"""What is said of a key or a line of vote.toml, said of a field."""


def _in_words_of_the_form(problem: Problem) -> Problem:
    return replace(problem, message_id=_WORDS_OF_THE_FORM.get(problem.message_id, problem.message_id))


def _typed_wrongly(draft: VoteDraft) -> Iterator[DraftProblem]:
    """What cannot be put into vote.toml at all, or is required here only."""
    if draft.date and read_date(draft.date) is None:
        yield _problem("date", "draft_bad_date", found=draft.date)
    for field in ("summoned", "present", "delegates", "posts"):
        text = getattr(draft, field)
        if text and not is_count(text):
            yield _problem(field, "draft_not_a_number", found=text)
    if (draft.present or draft.delegates) and not draft.summoned:
        yield _problem("summoned", "draft_summoned_missing")


def _problem(field: str, message_id: str, **details: str) -> DraftProblem:
    return DraftProblem(field, Problem(field, None, message_id, tuple(details.items())))


_PLACE = re.compile(r"official\[(\d+)\](?:\.(\w+))?$")
_LAST_PART = re.compile(r"(\w+)(?:\[\d+\])?$")


def _field(place: str) -> str:
    """`official[3].name` as `official-3-name`, `vote.date` as `date`."""
    official = _PLACE.match(place)
    if official is not None:
        return f"official-{official[1]}-{official[2] or 'name'}"
    if place == "official":
        return "officials"
    last = _LAST_PART.search(place)
    return last[1] if last is not None and last[1] in _FIELDS else ""


def new_vote_folder(root: Path, name: str) -> VoteFolder:
    """A new, empty folder for a vote, called after `name` without accents; none is ever used twice.

    Raises:
        StoreError: it cannot be made.
    """
    wanted = folder_name(name)
    number = 1
    while True:
        end = "" if number == 1 else f"-{number}"
        path = root / (wanted[: MAX_ID_BYTES - len(end)].rstrip("-") + end)
        with disk_errors(path):
            try:
                path.mkdir()
            except FileExistsError:
                number += 1
                continue
        return VoteFolder(path)


def folder_name(name: str) -> str:
    """An id out of a name: "Sở Y tế, đợt 1" becomes "so-y-te-dot-1"."""
    found = plain_name(name)[:MAX_ID_BYTES].rstrip("-") or _PLACEHOLDER
    if found in _TAKEN_NAMES or found.startswith(_TAKEN_START):
        found = f"vote-{found}"[:MAX_ID_BYTES].rstrip("-")
    return found


def read_draft(folder: VoteFolder) -> VoteDraft | None:
    """The draft as it was left; None where there is none.

    Raises:
        InputError: draft.json is damaged.
    """
    path = folder.root / DRAFT_FILE
    if not path.is_file():
        return None
    try:
        return from_plain(VoteDraft, read_kept(path, DRAFT_FORMAT)["draft"])
    except (ValueError, KeyError) as error:
        raise InputError("draft_damaged", path=str(path)) from error


def save_draft(folder: VoteFolder, draft: VoteDraft) -> tuple[DraftProblem, ...]:
    """Keeps the draft, and writes vote.toml if it is without mistakes; says what they are.

    Raises:
        StoreError: the disk refuses.
    """
    problems = draft_problems(draft)
    # vote.toml comes last: a save that is cut off leaves the vote as it was before.
    write_kept(folder.root / DRAFT_FILE, DRAFT_FORMAT, {"draft": to_plain(draft)})
    if problems:
        with disk_errors(folder.vote_file):
            remove_file(folder.vote_file)
    else:
        write_atomic(folder.vote_file, draft_toml(draft).encode())
    return problems


def current_draft(folder: VoteFolder) -> VoteDraft | None:
    """The draft, or what vote.toml says where it was written by hand; None where the form cannot say that.

    Raises:
        InputError: draft.json or vote.toml cannot be read.
    """
    draft = read_draft(folder)
    if not folder.vote_file.is_file():
        return draft
    if draft is not None and not draft_problems(draft) and read_text(folder.vote_file) == draft_toml(draft):
        return draft
    return draft_of_vote(load_vote(folder))
