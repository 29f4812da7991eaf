"""Scans that are killed or cannot write: run again, they leave the record of one in peace."""

from __future__ import annotations

import errno
import os
import shutil
import signal
import time
from pathlib import Path

import pytest
from click.testing import CliRunner
from printed_votes import SampleVote

from benchmarks.interruptions import State, start_scan, state_of
from kiemphieu import disk
from kiemphieu.cli import main
from kiemphieu.folder import VoteFolder
from kiemphieu.store import store as store_module
from kiemphieu.verifying import verify_folder


def scan(folder: VoteFolder, scans: Path) -> int:
    return CliRunner().invoke(main, ["scan", str(folder.root), str(scans), "--workers", "1"]).exit_code


@pytest.fixture
def peaceful(vote: SampleVote, tmp_path: Path) -> State:
    folder = VoteFolder(tmp_path / "peaceful")
    shutil.copytree(vote.folder.root, folder.root)
    assert scan(folder, vote.scan_folder) == 0
    return state_of(folder)


def test_a_scan_that_is_killed_and_run_again_leaves_no_trace_of_it(vote: SampleVote, peaceful: State) -> None:
    """Killed as soon as one more image is there than before: between image and row, or soon after."""
    killed = 0
    for images in range(1, 4):
        process = start_scan(vote.folder, vote.scan_folder, 1)
        while process.poll() is None and len(list(vote.folder.pages.glob("*.jpg"))) < images:
            time.sleep(0.005)
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
            killed += 1
        process.wait()
    assert killed >= 1
    assert start_scan(vote.folder, vote.scan_folder, 1).wait() == 0
    assert state_of(vote.folder) == peaceful
    assert not verify_folder(vote.folder).faults


@pytest.mark.parametrize("number", range(6))
@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EIO])
def test_a_write_that_fails_stops_the_scan_and_loses_nothing(
    vote: SampleVote, peaceful: State, monkeypatch: pytest.MonkeyPatch, number: int, code: int
) -> None:
    calls = []
    real = os.fsync

    def failing(descriptor: int) -> None:
        calls.append(descriptor)
        if len(calls) == number + 1:
            raise OSError(code, os.strerror(code))
        real(descriptor)

    with monkeypatch.context() as patched:
        patched.setattr(disk.os, "fsync", failing)
        assert scan(vote.folder, vote.scan_folder) == 4
    assert not verify_folder(vote.folder).faults
    assert scan(vote.folder, vote.scan_folder) == 0
    assert state_of(vote.folder) == peaceful


@pytest.mark.parametrize("number", range(5))
def test_a_commit_that_fails_leaves_the_record_of_before(
    vote: SampleVote, peaceful: State, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    calls = []
    real_record, real_change = store_module._record_page, store_module.chain.change_set

    def failing_record(*args: object) -> object:
        calls.append(args)
        outcome = real_record(*args)  # type: ignore[arg-type]
        fail_at(number)
        return outcome

    def failing_change(*args: object, **more: object) -> None:
        real_change(*args, **more)  # type: ignore[arg-type]
        fail_at(number - 1)

    def fail_at(count: int) -> None:
        """After the row of each of the four pages, and after the set that all of them go into."""
        if len(calls) == count + 1:
            raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(store_module, "_record_page", failing_record)
        patched.setattr(store_module.chain, "change_set", failing_change)
        assert scan(vote.folder, vote.scan_folder) == 4
    assert scan(vote.folder, vote.scan_folder) == 0
    assert state_of(vote.folder) == peaceful
