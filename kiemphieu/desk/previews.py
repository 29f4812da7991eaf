"""Vote set-up: the ballot as it would be printed, of what is saved and of what is being typed."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass, replace
from http import HTTPStatus
from pathlib import Path
from threading import Lock

from starlette.responses import Response

from ballot_layout.vote_file import parse_vote
from kiemphieu.desk.acts import Act
from kiemphieu.desk.screens import Screen
from kiemphieu.draft_file import current_draft
from kiemphieu.folder import load_vote
from kiemphieu.form_preview import page_pictures
from kiemphieu.freezing import definition_sha256
from kiemphieu.vote_draft import VoteDraft, draft_toml, read_date
from records.errors import InputError, KiemphieuError, VoteFileError
from records.vote import Vote
from tally.rules import rule_sets

SCREEN = Screen("previews")

_BLANK = "…"
_NO_DATE = "2000-01-01"
_MOST_KEPT = 16
_VERSION_CHARACTERS = 16


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


class _Kept:
    """The pictures that pages were last told of: a browser asks for them a moment later."""

    def __init__(self) -> None:
        self._pages: OrderedDict[tuple[Path, str], tuple[bytes, ...]] = OrderedDict()
        self._lock = Lock()

    def put(self, root: Path, preview: Preview) -> None:
        with self._lock:
            self._pages[root, preview.version] = preview.pages
            self._pages.move_to_end((root, preview.version))
            while len(self._pages) > _MOST_KEPT:
                self._pages.popitem(last=False)

    def get(self, root: Path, version: str) -> tuple[bytes, ...]:
        with self._lock:
            return self._pages.get((root, version), ())


_KEPT = _Kept()


def preview_of(act: Act, draft: VoteDraft | None) -> Preview:
    """The ballot's pages as far as the draft goes; of vote.toml where there is no draft."""
    try:
        vote = _vote_to_draw(draft) if draft is not None else load_vote(act.folder)
        if vote is None:
            return Preview()
        sha256 = definition_sha256(act.folder, vote)
        preview = Preview(page_pictures(act.folder, vote, sha256), sha256[:_VERSION_CHARACTERS])
    except InputError as error:
        return Preview(error=error)
    _KEPT.put(act.folder.root, preview)
    return preview


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
        date=draft.date if read_date(draft.date) else _NO_DATE,
        present="",
        officials=people,
    )
    try:
        return parse_vote(draft_toml(filled), rule_sets())
    except VoteFileError:
        return None


@SCREEN.get("/votes/{vote}/setup/page/{version}/{number:int}.png")
def show_page(act: Act) -> Response:
    """One page of the ballot, as a page of the desk told of it."""
    version, number = act.path["version"], int(act.path["number"])
    pages = _KEPT.get(act.folder.root, version)
    if not pages:
        # After a start of the desk, a page that was left open asks again.
        drawn = preview_of(act, current_draft(act.folder))
        pages = drawn.pages if drawn.version == version else ()
    if not 1 <= number <= len(pages):
        return Response(status_code=HTTPStatus.NOT_FOUND)
    return Response(pages[number - 1], media_type="image/png")
