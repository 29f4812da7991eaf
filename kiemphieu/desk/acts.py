"""One request as a screen sees it: who asks, about which vote, with what form."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from starlette.responses import HTMLResponse, RedirectResponse, Response

from kiemphieu.desk.desk import Desk, is_rehearsal
from kiemphieu.desk.journalling import note_act
from kiemphieu.desk.rendering import render
from kiemphieu.desk.roles import COUNTERS, Member
from kiemphieu.desk.sessions import Session
from kiemphieu.folder import VoteFolder, load_vote
from kiemphieu.messages import Language, has_text, translate, translate_error, translate_problem
from records.errors import InputError, KiemphieuError, VoteFileError

_SEE_OTHER = 303
_BIGGEST_NUMBER = 10**9


def whole_number(text: str) -> int | None:
    """A number from 0 of digits alone, of a size that people write; None for anything else."""
    fits = text.isascii() and text.isdigit() and len(text) <= len(str(_BIGGEST_NUMBER))
    return int(text) if fits else None


@dataclass(frozen=True, slots=True)
class Upload:
    """A file that was sent. It is deleted when the handler has returned.

    Attributes:
        name: as the browser said it, without folders; only to be shown.
    """

    name: str
    path: Path
    size: int


@dataclass(frozen=True, slots=True)
class Form:
    """What was sent."""

    fields: tuple[tuple[str, str], ...] = ()
    uploads: tuple[tuple[str, Upload], ...] = ()

    def text(self, name: str, default: str = "") -> str:
        return next((value.strip() for key, value in self.fields if key == name), default)

    def all(self, name: str) -> tuple[str, ...]:
        return tuple(value.strip() for key, value in self.fields if key == name)

    def number(self, name: str) -> int | None:
        """A whole number from 0; None where nothing or something else was written."""
        return whole_number(self.text(name).replace(" ", "").replace(".", ""))

    def files(self, name: str) -> tuple[Upload, ...]:
        return tuple(upload for key, upload in self.uploads if key == name and upload.name)


@dataclass(frozen=True, slots=True)
class Visitor:
    """A browser, signed in or not."""

    desk: Desk
    session: Session
    path: Mapping[str, str] = field(default_factory=dict)
    query: Mapping[str, str] = field(default_factory=dict)
    form: Form = field(default_factory=Form)
    url: str = "/"

    @property
    def lang(self) -> Language:
        return self.session.lang

    @property
    def member(self) -> Member | None:
        return self.desk.people.member(self.session.member_id) if self.session.signed_in else None

    def t(self, message_id: str, **details: object) -> str:
        return translate(message_id, self.lang, **details)

    def say(self, error: KiemphieuError) -> str:
        """An error in words; work that it names is called as on the pages, what vote.toml lacks is listed."""
        if isinstance(error, VoteFileError):
            problems = "\n".join(translate_problem(one, self.lang) for one in error.problems)
            return self.t("desk_vote_file", count=len(error.problems), problems=problems)
        job = f"desk_job_{error.details.get('job')}"
        if not has_text(job):
            return translate_error(error, self.lang)
        return self.t(error.message_id, **{**error.details, "job": self.t(job)})

    def page(self, template: str, status: int = 200, **context: Any) -> Response:
        values = {
            "act": self,
            "t": self.t,
            "lang": self.lang.value,
            "member": self.member,
            "url": self.url,
            "folder": None,
            "vote_name": "",
            "rehearsal": False,
        }
        return HTMLResponse(render(template, values | context), status_code=status)

    def go(self, path: str) -> Response:
        """On to another page of the desk, after a form was dealt with."""
        return RedirectResponse(path, _SEE_OTHER)


@dataclass(frozen=True, slots=True)
class Act:
    """A request of a member at work that passed every check.

    Attributes:
        known: the vote that the address names; None on pages about no vote.
    """

    visitor: Visitor
    member: Member
    known: VoteFolder | None = None

    @property
    def desk(self) -> Desk:
        return self.visitor.desk

    @property
    def lang(self) -> Language:
        return self.visitor.lang

    @property
    def path(self) -> Mapping[str, str]:
        return self.visitor.path

    @property
    def query(self) -> Mapping[str, str]:
        return self.visitor.query

    @property
    def form(self) -> Form:
        return self.visitor.form

    @property
    def folder(self) -> VoteFolder:
        """The vote.

        Raises:
            InputError: the address names none.
        """
        if self.known is None:
            raise InputError("desk_no_vote")
        return self.known

    def asked_number(self, name: str, default: int = 0) -> int:
        """A whole number of the address; `default` where there is none, or something else."""
        found = whole_number(self.query.get(name, ""))
        return default if found is None else found

    def t(self, message_id: str, **details: object) -> str:
        return self.visitor.t(message_id, **details)

    def say(self, error: KiemphieuError) -> str:
        """An error in words."""
        return self.visitor.say(error)

    def vote_url(self, *rest: str) -> str:
        """The address of a page about this vote."""
        return "/".join(["", "votes", self.folder.root.name, *rest])

    def page(self, template: str, status: int = 200, **context: Any) -> Response:
        about: dict[str, Any] = {"act": self}
        if self.known is not None:
            about |= {
                "folder": self.known,
                "vote_name": vote_name(self.known),
                "rehearsal": is_rehearsal(self.known),
            }
        return self.visitor.page(template, status, **(about | context))

    def go(self, path: str) -> Response:
        return self.visitor.go(path)

    def second(self, member_id: str = "") -> Member:
        """The second member at the same screen, whom the form names and who shows it by his PIN.

        Args:
            member_id: who it must be; empty for the one that was chosen.

        Raises:
            InputError: the PIN is wrong, it is the same member, or one who may not decide.
        """
        pin = self.form.text("second_pin")
        # By the id alone: whoever bears another's id as a name would be taken for that one.
        found = self.desk.people.member(member_id or self.form.text("second"))
        if found is None or found.id == self.member.id or found.role not in COUNTERS:
            raise InputError("desk_second_member")
        return self.desk.people.check(found.id, pin)

    def others(self) -> tuple[Member, ...]:
        """Who could be the second member."""
        return tuple(m for m in self.desk.people.members() if m.id != self.member.id and m.role in COUNTERS)

    def journal(self, action: str, **details: object) -> None:
        """Writes an entry that tells the action and the role, where the vote has a record that goes on.

        Never a serial, the name of a file or a time: nothing may tell which ballot came when.
        """
        data = {"action": action, "role": self.member.role.value, "member": self.member.id}
        note_act(self.folder, data | details)


def vote_name(folder: VoteFolder) -> str:
    """What the vote is called on the pages: its body, or the folder's name while nothing is written."""
    try:
        return load_vote(folder).body
    except KiemphieuError:
        return folder.root.name
