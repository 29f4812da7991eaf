"""One small printed and scanned vote, shared by the tests of this room; each test works on a copy."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest
from printed_votes import SampleVote, make_vote

from kiemphieu.folder import VoteFolder


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
