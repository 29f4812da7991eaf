"""One small printed and scanned vote, shared by the tests of this room; each test works on a copy."""

from __future__ import annotations

import itertools
import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import postgresql_server
import pytest
from printed_votes import SampleVote, make_vote
from record_samples import ABOUT
from sqlalchemy import create_engine, text

from kiemphieu.folder import VoteFolder
from kiemphieu.store import Store, open_store

_NUMBERS = itertools.count()


@pytest.fixture(scope="session")
def printed(tmp_path_factory: pytest.TempPathFactory) -> SampleVote:
    return make_vote(tmp_path_factory.mktemp("sample") / "vote")


@pytest.fixture(scope="session")
def other_vote(tmp_path_factory: pytest.TempPathFactory) -> SampleVote:
    return make_vote(tmp_path_factory.mktemp("other") / "vote", vote="other-2023", seed=99)


@pytest.fixture
def vote(printed: SampleVote, tmp_path: Path) -> SampleVote:
    """A fresh copy: printed, nothing scanned."""
    root = tmp_path / "vote"
    shutil.copytree(printed.folder.root, root)
    scans = tmp_path / "scans"
    shutil.copytree(printed.scan_folder, scans)
    copies = {serial: scans / path.name for serial, path in printed.scans.items()}
    return SampleVote(VoteFolder(root), copies)


@pytest.fixture
def page_pixels() -> np.ndarray:
    """A grey picture that is no ballot: 700 × 500 pixels of soft texture and a bar."""
    rng = np.random.default_rng(5)
    small = rng.integers(60, 255, (70, 50), dtype=np.uint8)
    pixels = np.kron(small, np.ones((10, 10), np.uint8))
    pixels[100:140, 60:400] = 20
    return pixels


@pytest.fixture(scope="session")
def postgresql() -> Iterator[str]:
    """The socket folder of a PostgreSQL server; without one its tests skip, except where CI=true."""
    programs = postgresql_server.find_programs()
    if programs is None:
        if os.environ.get("CI") == "true":
            pytest.fail("PostgreSQL is not installed: .ci/run installs it")
        pytest.skip("PostgreSQL is not installed (apt-get install postgresql): the tests of its store skip")
    with postgresql_server.server(programs) as socket:
        yield socket


@pytest.fixture
def postgresql_url(postgresql: str) -> Iterator[str]:
    """An empty database, as `[store] url` names it."""
    name = f"kiemphieu_{os.getpid()}_{next(_NUMBERS)}"
    server = create_engine(
        f"postgresql+psycopg://postgres@/postgres?host={postgresql}", isolation_level="AUTOCOMMIT"
    )
    with server.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
    yield f"postgresql://postgres@/{name}?host={postgresql}"
    with server.connect() as connection:
        connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
    server.dispose()


OpenStore = Callable[[], Store]


@pytest.fixture(params=["sqlite", "postgresql"])
def store_opener(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[OpenStore]:
    """Opens the same record any number of times, on either database."""
    url = request.getfixturevalue("postgresql_url") if request.param == "postgresql" else ""
    opened: list[Store] = []

    def opener() -> Store:
        opened.append(open_store(tmp_path / "kiemphieu.db", url, ABOUT))
        return opened[-1]

    yield opener
    for store in opened:
        store.close()
