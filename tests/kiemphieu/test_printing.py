"""A printing that is stopped, fails or is killed leaves issued what stands in a PDF, and nothing else."""

from __future__ import annotations

import errno
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
import zxingcpp
from click.testing import CliRunner
from printed_votes import BALLOTS, SampleVote
from sample_votes import page_images

from kiemphieu import disk
from kiemphieu.cli import main
from kiemphieu.folder import VoteFolder, load_vote
from kiemphieu.printing import PrintOrder, print_ballots
from kiemphieu.unfinished_print import only_printing
from kiemphieu.verifying import verify_folder
from kiemphieu.vote_store import open_vote_store
from records.errors import InputError, StoreError
from records.journal import EventKind
from records.token import parse_token

KILLED = """
import os, signal, sys
from pathlib import Path
from kiemphieu import printing
from kiemphieu.folder import open_folder
from kiemphieu.store import Store

def kill(*arguments, **more):
    os.kill(os.getpid(), signal.SIGKILL)

def then_kill(call):
    def both(*arguments, **more):
        call(*arguments, **more)
        kill()
    return both

moment = sys.argv[2]
show = kill if moment == "while writing" else None
if moment == "before the record":
    Store.record_batch = kill
elif moment == "after the record":
    Store.record_batch = then_kill(Store.record_batch)
elif moment == "after layout.json":
    printing.write_atomic = then_kill(printing.write_atomic)
elif moment == "after the name":
    printing._write_batch = then_kill(printing._write_batch)
printing.print_ballots(open_folder(Path(sys.argv[1])), printing.PrintOrder(3), show)
"""


def issued(folder: VoteFolder) -> frozenset[str]:
    store = open_vote_store(folder, load_vote(folder))
    try:
        return store.issued_serials()
    finally:
        store.close()


def printed(folder: VoteFolder) -> frozenset[str]:
    """The serials in the codes of all PDFs."""
    images = [image for pdf in folder.ballots.glob("*.pdf") for image in page_images(pdf.read_bytes(), 150)]
    texts = [found.text for image in images for found in zxingcpp.read_barcodes(image)]
    return frozenset(parse_token(text).token.serial for text in texts)


def only_whole_files(folder: VoteFolder) -> bool:
    return all(path.suffix == ".pdf" and not path.name.startswith(".") for path in folder.ballots.iterdir())


@pytest.mark.parametrize(
    ("moment", "recorded"),
    [
        ("while writing", 0),
        ("before the record", 0),
        ("after the record", 3),
        ("after layout.json", 3),
        ("after the name", 0),
    ],
)
def test_ballots_of_a_killed_printing_are_taken_back_by_the_next(
    vote: SampleVote, moment: str, recorded: int
) -> None:
    command = [sys.executable, "-c", KILLED, str(vote.folder.root), moment]
    assert subprocess.run(command, check=False).returncode == -signal.SIGKILL  # noqa: S603
    done = 3 if moment == "after the name" else 0
    assert len(issued(vote.folder)) == BALLOTS + recorded + done
    report = print_ballots(vote.folder, PrintOrder(2))
    assert report.taken_back == recorded
    assert issued(vote.folder) == printed(vote.folder)
    assert len(issued(vote.folder)) == BALLOTS + done + 2
    assert only_whole_files(vote.folder)
    assert not verify_folder(vote.folder).faults
    store = open_vote_store(vote.folder, load_vote(vote.folder))
    withdrawn = [entry.content["ballots"] for entry in store.journal(EventKind.BATCH_WITHDRAWN)]
    store.close()
    assert withdrawn == [3] * bool(recorded)


def test_what_may_be_on_paper_is_not_taken_back(vote: SampleVote) -> None:
    """The PDF got its name, was moved to the printer's machine, and the slip was left behind."""
    command = [sys.executable, "-c", KILLED, str(vote.folder.root), "after the name"]
    subprocess.run(command, check=False)  # noqa: S603
    (vote.folder.ballots / "bdt-2023-2.pdf").unlink()
    before = issued(vote.folder)
    report = print_ballots(vote.folder, PrintOrder(1))
    assert report.taken_back == 0
    assert before < issued(vote.folder)


def test_a_person_is_told_of_what_was_taken_back(vote: SampleVote) -> None:
    command = [sys.executable, "-c", KILLED, str(vote.folder.root), "after the record"]
    subprocess.run(command, check=False)  # noqa: S603
    words = ["print", str(vote.folder.root), "--count", "1", "--lang", "en"]
    first, second = (CliRunner().invoke(main, words) for _ in range(2))
    assert "3 ballots recorded as issued, which never became a PDF, were taken back" in first.stderr
    assert "taken back" not in second.stderr


def test_a_printing_that_is_stopped_leaves_the_record_of_before(vote: SampleVote) -> None:
    before = issued(vote.folder)

    def stop(done: int) -> None:
        if done == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        print_ballots(vote.folder, PrintOrder(3), stop)
    assert issued(vote.folder) == before == printed(vote.folder)
    assert only_whole_files(vote.folder)


@pytest.mark.parametrize("number", range(1, 8))
def test_a_disk_that_fails_leaves_issued_what_is_printed(
    vote: SampleVote, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    calls = []
    real = os.fsync

    def failing(descriptor: int) -> None:
        calls.append(descriptor)
        if len(calls) == number:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        real(descriptor)

    with monkeypatch.context() as patched:
        patched.setattr(disk.os, "fsync", failing)
        with pytest.raises(StoreError, match="disk_full"):
            print_ballots(vote.folder, PrintOrder(3))
    assert issued(vote.folder) == printed(vote.folder)
    assert only_whole_files(vote.folder)
    assert len(printed(vote.folder)) == BALLOTS
    print_ballots(vote.folder, PrintOrder(1))
    assert issued(vote.folder) == printed(vote.folder)
    assert not verify_folder(vote.folder).faults


def test_two_printings_of_a_vote_do_not_run_at_once(vote: SampleVote) -> None:
    store = open_vote_store(vote.folder, load_vote(vote.folder))
    try:
        with only_printing(vote.folder, store), pytest.raises(InputError, match="print_running"):
            print_ballots(vote.folder, PrintOrder(1))
    finally:
        store.close()
    assert print_ballots(vote.folder, PrintOrder(1)).pdf.is_file()


def test_serials_on_the_slip_are_in_no_order_of_printing(vote: SampleVote, tmp_path: Path) -> None:
    store = open_vote_store(vote.folder, load_vote(vote.folder))
    try:
        with only_printing(vote.folder, store) as slip:
            slip.write(tmp_path / "a.pdf", ["C" * 12, "A" * 12, "B" * 12])
            text = slip.path.read_text()
    finally:
        store.close()
    assert text.index("A" * 12) < text.index("B" * 12) < text.index("C" * 12)
    assert not slip.path.exists()
