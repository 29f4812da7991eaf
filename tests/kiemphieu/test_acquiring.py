"""`acquire` over SANE's own `test` and `pnm` backends, in a configuration of its own."""

from __future__ import annotations

import json
import os
import pty
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path

import pytest
from PIL import Image
from printed_votes import SampleVote
from sane_scanner import Scanner, make_scanner, needs_sane, with_feeder

from benchmarks.interruptions import State, state_of
from kiemphieu import acquiring
from kiemphieu.acquiring import acquire_batch, open_inbox
from kiemphieu.folder import VoteFolder
from kiemphieu.sane_device import device_options, list_devices
from kiemphieu.sane_settings import ScanSettings
from kiemphieu.verifying import verify_folder
from kiemphieu.watching import Listener, watch_folder
from records.errors import StoreError


@pytest.fixture
def scanner(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Scanner:
    made = make_scanner(tmp_path / "sane")
    monkeypatch.setenv("SANE_CONFIG_DIR", made.environment["SANE_CONFIG_DIR"])
    return made


@pytest.fixture
def fed(scanner: Scanner) -> Scanner:
    return with_feeder(scanner)


@pytest.fixture(scope="module")
def undisturbed(printed: SampleVote, tmp_path_factory: pytest.TempPathFactory) -> State:
    """The record of a batch that nothing stops."""
    root = tmp_path_factory.mktemp("undisturbed")
    folder = VoteFolder(root / "vote")
    shutil.copytree(printed.folder.root, folder.root)
    fed = with_feeder(make_scanner(root / "sane"))
    fed.feed(printed)
    assert fed.json(folder.root, *PNM)[1]["recorded"] == 4
    return state_of(folder)


def images(folder: VoteFolder) -> int:
    return len(list(folder.pages.glob("[!.]*")))


def left(folder: VoteFolder) -> list[str]:
    return sorted(path.name for path in (folder.root / "inbox").rglob("*") if path.is_file())


PNM = ("--device", "pnm:0", "--workers", 1)


@needs_sane
def test_the_simulated_scanners_are_listed(scanner: Scanner) -> None:
    code, document = scanner.json("--list")
    assert code == 0
    assert [one["name"] for one in document["devices"]] == ["pnm:0", "pnm:1", "test:0", "test:1"]
    assert "PNM file reader" in scanner.run("--list")[1]
    assert len(list_devices()) == 4
    assert device_options("test:0")["source"].choices == ("Flatbed", "Automatic Document Feeder")


@needs_sane
def test_a_feeder_of_ten_sheets_is_emptied(scanner: Scanner, vote: SampleVote) -> None:
    """The `test` backend's feeder, at its own pace; its sheets are all the same picture."""
    words = (vote.root, "--device", "test:0", "--resolution", 60, "--workers", 1)
    code, out, _ = scanner.run(*words, "--option", "test-picture=Grid")
    assert "10 pages were scanned" in out
    code, document = scanner.json(*words, "--option", "test-picture=Solid white")
    assert (code, document["ended_by"]["id"]) == (5, "out_of_paper")
    assert left(vote.folder) == []
    assert not (vote.folder.root / "inbox").exists()


@needs_sane
def test_a_ballot_scanned_by_sane_reads_as_its_picture(scanner: Scanner, vote: SampleVote) -> None:
    """A real batch of the real program: the picture's pixels come through without loss."""
    (name, *_) = scanner.feed(vote)
    words = (vote.root, *PNM, "--option", f"filename={scanner.tray / name}")
    code, document = scanner.json(*words)
    assert (code, document["recorded"], document["rejected"]) == (0, 1, [])
    (kept,) = vote.folder.pages.iterdir()
    with Image.open(kept) as page, Image.open(scanner.tray / name) as picture:
        assert page.tobytes() == picture.tobytes()
    assert scanner.json(*words)[1]["known"] == 1
    assert not verify_folder(vote.folder).faults


@needs_sane
@pytest.mark.parametrize(
    ("status", "trouble", "advice"),
    [
        ("JAMMED", "jammed", "Paper jam"),
        ("NO_DOCS", "out_of_paper", "Lay the ballots into it"),
        ("COVER_OPEN", "cover_open", "Close it"),
        ("IO_ERROR", "io_error", "Check the USB cable"),
        ("DEVICE_BUSY", "busy", "Close that program"),
        ("ACCESS_DENIED", "access_denied", "group scanner"),
        ("NO_MEM", "no_memory", "Lower --resolution"),
        ("INVAL", "invalid", "did not take a setting"),
        ("UNSUPPORTED", "unsupported", "cannot do this"),
        ("CANCELLED", "cancelled", "put back the sheet"),
    ],
)
def test_every_status_is_told_with_what_to_do(
    scanner: Scanner, vote: SampleVote, status: str, trouble: str, advice: str
) -> None:
    words = (vote.root, "--device", "test:0", "--resolution", 50, "--workers", 1)
    stop = ("--option", f"read-return-value=SANE_STATUS_{status}", "--source", "feeder")
    code, out, err = scanner.run(*words, *stop, "--json")
    assert code == 3
    assert advice in err
    assert json.loads(out)["ended_by"]["id"] == trouble
    assert images(vote.folder) == 0
    assert left(vote.folder) == []


@needs_sane
def test_no_such_scanner_setting_or_choice(scanner: Scanner, vote: SampleVote) -> None:
    code, _, err = scanner.run(vote.root, "--device", "test:9")
    assert (code, "There is no scanner test:9" in err) == (3, True)
    code, _, err = scanner.run(vote.root, "--device", "test:0", "--mode", "lineart")
    assert (code, "It offers: Gray, Color" in err) == (2, True)
    code, _, err = scanner.run(vote.root, "--device", "test:0", "--source", "duplex")
    assert (code, "It offers: Flatbed, Automatic Document Feeder" in err) == (2, True)
    code, _, err = scanner.run(vote.root, *PNM, "--resolution", 301)
    assert (code, "285, 300" in err) == (2, True)
    code, _, err = scanner.run(vote.root, *PNM, "--option", "colour=red")
    assert (code, "no setting colour" in err) == (2, True)
    assert left(vote.folder) == []


@needs_sane
@pytest.mark.parametrize(
    ("status", "sheet", "told"),
    [("jammed", 3, "jammed"), ("coveropen", 1, "cover_open"), ("ioerror", 4, "io_error")],
)
def test_a_jam_in_mid_batch_loses_no_page_and_doubles_none(
    fed: Scanner, vote: SampleVote, undisturbed: State, status: str, sheet: int, told: str
) -> None:
    fed.feed(vote)
    (fed.tray / status).write_text(str(sheet), encoding="ascii")
    code, document = fed.json(vote.root, *PNM)
    assert code == 3
    assert document["ended_by"]["id"] == told
    assert document["recorded"] == images(vote.folder) == sheet - 1
    assert left(vote.folder) == []
    code, document = fed.json(vote.root, *PNM)
    assert (code, document["recorded"], document["known"]) == (0, 4 - (sheet - 1), 0)
    assert state_of(vote.folder).rows["page"] == undisturbed.rows["page"]
    assert state_of(vote.folder).images == undisturbed.images
    assert not verify_folder(vote.folder).faults


@needs_sane
def test_a_driver_that_hangs_after_a_jam_is_ended(fed: Scanner, vote: SampleVote) -> None:
    fed.feed(vote)
    (fed.tray / "jammed").write_text("2", encoding="ascii")
    (fed.tray / "hang").touch()
    code, document = fed.json(vote.root, *PNM)
    assert (code, document["ended_by"]["id"], document["recorded"]) == (3, "jammed", 1)
    (fed.tray / "hang").unlink()
    assert fed.json(vote.root, *PNM)[1]["recorded"] == 3


@needs_sane
def test_sheets_fed_again_after_a_jam_are_never_two_ballots(fed: Scanner, vote: SampleVote) -> None:
    fed.feed(vote)
    (fed.tray / "jammed").write_text("4", encoding="ascii")
    assert fed.json(vote.root, *PNM)[1]["recorded"] == 3
    for path in (fed.tray / "out").iterdir():
        path.rename(fed.tray / path.name)
    code, document = fed.json(vote.root, *PNM)
    assert (code, document["recorded"], document["known"], document["ballots"]["returned"]) == (0, 1, 3, 4)


@needs_sane
@pytest.mark.parametrize("stop", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
def test_stopped_in_mid_batch_and_gone_on_with(fed: Scanner, vote: SampleVote, stop: signal.Signals) -> None:
    fed.feed(vote)
    slow = Scanner(fed.root, {**fed.environment, "KIEMPHIEU_TRAY_PAUSE": "0.4"})
    process = slow.start(vote.root, *PNM)
    while images(vote.folder) < 2 and process.poll() is None:
        time.sleep(0.01)
    process.send_signal(stop)
    process.communicate(timeout=60)
    assert process.returncode == (-9 if stop is signal.SIGKILL else 130)
    deadline = time.monotonic() + 60
    code, _, err = fed.run(vote.root, *PNM)
    while "Another program is scanning" in err and time.monotonic() < deadline:
        # The scanner's program outlived ours: its pages are safe until it is done.
        assert code == 3
        time.sleep(0.2)
        code, _, err = fed.run(vote.root, *PNM)
    assert images(vote.folder) == 4
    assert left(vote.folder) == []
    assert not verify_folder(vote.folder).faults


@needs_sane
def test_pages_that_wait_for_the_next_run_are_told(
    fed: Scanner, vote: SampleVote, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever stops early must not scan these sheets again, nor think that they are recorded."""
    fed.feed(vote)
    for name, value in fed.environment.items():
        monkeypatch.setenv(name, value)

    def refused(_folder: VoteFolder, inbox: Path, *_: object) -> None:
        while len(list((inbox / ".raw").glob("*.tif"))) < 4:
            time.sleep(0.01)
        raise StoreError("not_writable", path="x")

    news: list[tuple[str, Mapping[str, object]]] = []
    heard = Listener(lambda _: None, lambda _: None, lambda *one: news.append(one))
    settings, options = ScanSettings("pnm:0"), device_options("pnm:0")
    with open_inbox(vote.folder) as inbox:
        monkeypatch.setattr(acquiring, "watch_folder", refused)
        with pytest.raises(StoreError):
            acquire_batch(vote.folder, inbox, settings, options, 1, heard)
        assert news == [("acquire_left", {"pages": 4, "path": inbox.path})]
        monkeypatch.setattr(acquiring, "watch_folder", watch_folder)
        assert acquire_batch(vote.folder, inbox, settings, options, 1, heard).watch.scan.recorded == 4
    assert len(news) == 1


@needs_sane
def test_in_a_terminal_more_paper_is_asked_for(fed: Scanner, vote: SampleVote) -> None:
    """Two sheets, then the other two when Enter is pressed, then an end."""
    names = fed.feed(vote)
    aside = fed.root / "aside"
    aside.mkdir()
    for name in names[2:]:
        (fed.tray / name).rename(aside / name)
    ours, theirs = pty.openpty()
    command = [sys.executable, "-m", "kiemphieu", "acquire", vote.root, *map(str, PNM), "--lang", "en"]
    options = {
        "env": fed.environment,
        "stdin": theirs,
        "stdout": subprocess.PIPE,
        "stderr": subprocess.STDOUT,
    }
    said = b""
    with subprocess.Popen(command, **options) as process:  # noqa: S603
        for answer in (b"\n", b"q\n"):
            while said.count(b"type q") <= (answer == b"q\n"):
                part = os.read(process.stdout.fileno(), 4096)
                assert part, said
                said += part
            for path in aside.iterdir():
                path.rename(fed.tray / path.name)
            os.write(ours, answer)
        said += process.stdout.read()
    os.close(ours)
    os.close(theirs)
    assert process.returncode == 0
    assert said.count(b"2 pages were scanned") == 2
    assert b"New pages: 4" in said


@needs_sane
def test_a_damaged_raw_page_is_kept_and_told(fed: Scanner, vote: SampleVote) -> None:
    """As power that fails leaves it: renamed, and not whole."""
    raw = vote.folder.root / "inbox" / ".raw"
    raw.mkdir(parents=True)
    (raw / "p1.tif").write_bytes(b"II*\0\x08\0\0\0\x05\0" + b"\1" * 40)
    (raw / "p2.tif.part").write_bytes(b"II*\0")
    (raw.parent / ".sheet-1.png.0.partial").write_bytes(b"x")
    fed.feed(vote)
    code, _, err = fed.run(vote.root, *PNM)
    assert code == 3
    assert "stopped in the middle of a page" in err
    assert images(vote.folder) == 4
    (name,) = left(vote.folder)
    assert name.startswith("damaged-")
    assert name in err


def test_without_sane_it_is_said(scanner: Scanner, vote: SampleVote) -> None:
    bare = Scanner(scanner.root, {**scanner.environment, "PATH": str(scanner.tray)})
    for words in (("--list",), (vote.root, "--device", "any")):
        code, _, err = bare.run(*words)
        assert (code, "apt install sane-utils" in err) == (3, True)
