"""A desk with members, signed-in browsers and small votes to put into it."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

from argon2 import PasswordHasher
from printed_votes import SampleVote
from starlette.testclient import TestClient

from kiemphieu.desk.app import make_app
from kiemphieu.desk.desk import Desk, open_desk
from kiemphieu.desk.guard import Place
from kiemphieu.desk.people import People
from kiemphieu.desk.roles import Member, Role
from kiemphieu.folder import VoteFolder
from kiemphieu.messages import Language
from kiemphieu.scanning import scan_paths

HOST = "127.0.0.1:8123"
ORIGIN = f"http://{HOST}"
NAMES = {
    Role.HEAD: "Trần Thị Bích",
    Role.MEMBER: "Lê Văn Cường",
    Role.OBSERVER: "Phạm Dũng",
    Role.AUDITOR: "Hồ Em",
}
# Cheap on purpose: hundreds of sign-ins; `test_people` takes the real one.
QUICK = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)


def started(root: Path, *options: str) -> tuple[subprocess.Popen[str], str]:
    """A desk in a process of its own, and its start address."""
    words = [sys.executable, "-m", "kiemphieu", "desk", str(root), "--no-browser", "--json", *options]
    process = subprocess.Popen(words, stdout=subprocess.PIPE, text=True)  # noqa: S603
    assert process.stdout is not None
    with process.stdout as said:
        return process, json.loads(said.readline())["address"]


@dataclass
class DeskUnderTest:
    """A desk with one member of each role, and a second plain member.

    Attributes:
        now: seconds of the desk's clock, which stands still until a test moves it.
    """

    desk: Desk
    members: dict[Role, Member] = field(default_factory=dict)
    pins: dict[str, str] = field(default_factory=dict)
    now: float = 1000.0
    printed: SampleVote | None = None

    @property
    def folder(self) -> Path:
        return self.desk.root

    def stranger(self, **options: object) -> TestClient:
        """A browser that has not opened the start address."""
        app = make_app(self.desk)
        return TestClient(app, base_url=ORIGIN, headers={"origin": ORIGIN}, follow_redirects=False, **options)

    def visitor(self) -> TestClient:
        """A browser that has, in which nobody is signed in."""
        client = self.stranger()
        client.get("/start", params={"key": self.desk.starts.issue()})
        return client

    def client(self, role: Role = Role.HEAD, member: Member | None = None) -> TestClient:
        """A browser in which a member is at work."""
        client, who = self.visitor(), member or self.members[role]
        answer = client.post("/sign-in", data={"member": who.id, "pin": self.pins[who.id]})
        assert answer.status_code == 303, answer.text
        return client

    def second(self, member: Member | None = None) -> dict[str, str]:
        """The form fields of a second member, a plain one."""
        who = member or self.members[Role.MEMBER]
        return {"second": who.id, "second_pin": self.pins[who.id]}

    def add(self, name: str, role: Role) -> Member:
        member, pin = self.desk.people.add(name, role)
        self.pins[member.id] = pin
        return member

    def vote(self, name: str = "bdt-2023") -> VoteFolder:
        """A small printed vote, nothing scanned; its clean scans lie beside the desk's folder."""
        assert self.printed is not None
        root = self.desk.root / name
        shutil.copytree(self.printed.folder.root, root)
        return VoteFolder(root)

    @property
    def scans(self) -> Path:
        """Clean scans of the ballots of `vote`."""
        assert self.printed is not None
        return self.printed.scan_folder

    def scanned_vote(self, name: str = "bdt-2023") -> VoteFolder:
        """A small vote with all its ballots scanned."""
        folder = self.vote(name)
        scan_paths(folder, [self.scans], 1)
        return folder


def new_desk(root: Path, printed: SampleVote, lang: Language = Language.ENGLISH) -> DeskUnderTest:
    """A desk over an empty folder, with its members."""
    found = DeskUnderTest(open_desk(root, Place(frozenset({HOST})), lang), printed=printed)
    found.desk.people = People(found.desk.own / "members.json", lambda: found.now, QUICK)
    found.desk.sessions.clock = lambda: found.now
    for role, name in NAMES.items():
        found.members[role] = found.add(name, role)
    found.add("Vũ Thị Giang", Role.MEMBER)
    return found
