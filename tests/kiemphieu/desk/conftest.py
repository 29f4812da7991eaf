"""A desk over an empty folder."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from desk_samples import HOST, NAMES, QUICK, DeskUnderTest
from printed_votes import SampleVote, make_vote

from kiemphieu.desk.desk import open_desk
from kiemphieu.desk.guard import Place
from kiemphieu.desk.people import People
from kiemphieu.desk.roles import Role
from kiemphieu.messages import Language


@pytest.fixture(scope="session")
def desk_sample(tmp_path_factory: pytest.TempPathFactory) -> SampleVote:
    return make_vote(tmp_path_factory.mktemp("desk-sample") / "bdt-2023", vote="bdt-2023")


@pytest.fixture
def make_desk(tmp_path: Path, desk_sample: SampleVote) -> Callable[[], DeskUnderTest]:
    def making() -> DeskUnderTest:
        under_test = DeskUnderTest(
            open_desk(tmp_path / "votes", Place(frozenset({HOST})), Language.ENGLISH), printed=desk_sample
        )
        desk = under_test.desk
        desk.people = People(desk.own / "members.json", lambda: under_test.now, QUICK)
        desk.sessions.clock = lambda: under_test.now
        for role, name in NAMES.items():
            under_test.members[role] = under_test.add(name, role)
        under_test.add("Vũ Thị Giang", Role.MEMBER)
        return under_test

    return making


@pytest.fixture
def desk(make_desk: Callable[[], DeskUnderTest]) -> Iterator[DeskUnderTest]:
    found = make_desk()
    yield found
    found.desk.jobs.stop_all(20.0)
