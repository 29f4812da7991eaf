"""Two stations that scan overlapping folders into one vote at the same moment."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from printed_votes import BALLOTS, SEED, VOTE_TOML, SampleVote

from kiemphieu.counting import count_folder
from kiemphieu.folder import VoteFolder, create_folder, load_vote
from kiemphieu.printing import PrintOrder, print_ballots
from kiemphieu.verifying import verify_folder
from kiemphieu.vote_store import open_vote_store


@pytest.fixture(params=["sqlite", "postgresql"])
def shared_vote(request: pytest.FixtureRequest, printed: SampleVote, tmp_path: Path) -> VoteFolder:
    """The sample vote, printed anew into either database: the same seed gives the same ballots."""
    folder = create_folder(tmp_path / "vote")
    text = VOTE_TOML.format(vote="bdt-2023")
    if request.param == "postgresql":
        url = request.getfixturevalue("postgresql_url")
        text += f'[store]\nurl = "{url}"\n'
    folder.vote_file.write_text(text, encoding="utf-8")
    print_ballots(folder, PrintOrder(BALLOTS, seed=SEED))
    return folder


def start(folder: VoteFolder, scans: Path) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "kiemphieu", "scan", str(folder.root), str(scans), "--workers", "1"]
    return subprocess.Popen(  # noqa: S603
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "KIEMPHIEU_LANG": "en"},
    )


def test_nothing_is_lost_or_doubled(shared_vote: VoteFolder, printed: SampleVote, tmp_path: Path) -> None:
    paths = sorted(printed.scans.values())
    folders = tmp_path / "left", tmp_path / "right"
    for place, part in zip(folders, (paths[:3], paths[1:]), strict=True):
        place.mkdir()
        for path in part:
            shutil.copy(path, place)
    stations = [start(shared_vote, place) for place in folders]
    for station in stations:
        out, err = station.communicate(timeout=300)
        assert station.returncode == 0, out + err
        assert "locked" not in err
    ballots = count_folder(shared_vote).result.ballots
    assert (ballots.issued, ballots.returned, ballots.review) == (BALLOTS, BALLOTS, 0)
    store = open_vote_store(shared_vote, load_vote(shared_vote))
    assert len([page for page in store.pages() if not page.surplus]) == store.page_count() == BALLOTS
    store.close()
    report = verify_folder(shared_vote)
    assert (report.faults, report.open_pages) == ((), False)
