"""A desk over an empty folder."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from desk_samples import DeskUnderTest, new_desk
from printed_votes import SampleVote, make_vote


@pytest.fixture(scope="session")
def desk_sample(tmp_path_factory: pytest.TempPathFactory) -> SampleVote:
    return make_vote(tmp_path_factory.mktemp("desk-sample") / "bdt-2023", vote="bdt-2023")


@pytest.fixture
def make_desk(tmp_path: Path, desk_sample: SampleVote) -> Callable[[], DeskUnderTest]:
    def making() -> DeskUnderTest:
        return new_desk(tmp_path / "votes", desk_sample)

    return making


@pytest.fixture
def desk(make_desk: Callable[[], DeskUnderTest]) -> Iterator[DeskUnderTest]:
    found = make_desk()
    yield found
    found.desk.jobs.stop_all(20.0)
