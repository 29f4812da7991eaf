"""`watch` over folders that other processes write to."""

from __future__ import annotations

import errno
import json
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pypdfium2
import pytest
from command_line import run
from PIL import Image
from printed_votes import VOTE_TOML, SampleVote
from wrapped_pages import jpeg_wrappers, png, tiff

from benchmarks.interruptions import State, state_of
from kiemphieu import disk
from kiemphieu.disk import SETTLED_TIME_S
from kiemphieu.folder import VoteFolder, create_folder
from kiemphieu.messages import Language, translate
from kiemphieu.printing import PrintOrder, print_ballots
from kiemphieu.scan_health import Alert
from kiemphieu.scanning import Fate, PageFate
from kiemphieu.verifying import verify_folder
from kiemphieu.watching import PASSING, Listener, WatchOptions, watch_folder
from records.canonical import sha256_hex
from records.errors import InputError

WRITER = Path(__file__).with_name("slow_writer.py")
SETTLE_S = 0.2


@dataclass
class Heard:
    """Everything that a watch told."""

    fates: list[PageFate] = field(default_factory=list)
    news: list[str] = field(default_factory=list)

    def listener(self) -> Listener:
        return Listener(self.fates.append, self._alarm, self._news)

    def _alarm(self, alert: Alert) -> None:
        del alert

    def _news(self, message_id: str, details: Mapping[str, object]) -> None:
        del details
        self.news.append(message_id)

    def of(self, fate: Fate) -> list[tuple[str, int]]:
        return sorted((one.source, one.index) for one in self.fates if one.fate is fate)


def watch(folder: VoteFolder, inbox: Path, workers: int = 1):
    heard = Heard()
    report = watch_folder(folder, inbox, WatchOptions(workers, SETTLE_S, once=True), heard.listener())
    return heard, report


def command(folder: VoteFolder, inbox: Path, *words: str) -> list[str]:
    named = [str(folder.root), str(inbox), "--settle", str(SETTLE_S), "--workers", "1", "--lang", "en"]
    return [sys.executable, "-m", "kiemphieu", "watch", *named, *words]


def start(words: Sequence[object], **options: Any) -> subprocess.Popen[Any]:
    return subprocess.Popen([str(word) for word in words], **options)  # noqa: S603


def saved_files(vote: SampleVote, place: Path) -> Path:
    """The sample's four scans as different scanners save them, a blank back among them."""
    place.mkdir()
    first, second, third, fourth = sorted(vote.scan_folder.iterdir())
    (place / "1.jpg").write_bytes(first.read_bytes())
    with Image.open(second) as image, Image.open(third) as other:
        blank = Image.fromarray(np.full((3508, 2480), 250, np.uint8))
        (place / "2 and 3.tif").write_bytes(tiff(image, "tiff_adobe_deflate", other, blank))
    (place / "4.pdf").write_bytes(jpeg_wrappers(fourth.read_bytes())["jpeg.pdf"])
    return place


PAGES = [("1.jpg", 0), ("2 and 3.tif", 0), ("2 and 3.tif", 1), ("4.pdf", 0)]


@pytest.fixture
def saved(vote: SampleVote, tmp_path: Path) -> Path:
    return saved_files(vote, tmp_path / "saved")


@pytest.fixture
def inbox(tmp_path: Path) -> Path:
    (tmp_path / "inbox").mkdir()
    return tmp_path / "inbox"


@pytest.fixture
def peaceful(vote: SampleVote, saved: Path, tmp_path: Path) -> State:
    """The record of one scan of the finished files."""
    folder = VoteFolder(tmp_path / "peaceful")
    shutil.copytree(vote.folder.root, folder.root)
    assert run("scan", folder.root, saved, "--workers", 1).exit_code == 0
    return state_of(folder)


@pytest.mark.parametrize("seed", range(2))
def test_what_is_written_in_slow_pieces_is_recorded_once_and_never_early(
    vote: SampleVote, saved: Path, inbox: Path, peaceful: State, seed: int
) -> None:
    """Pauses are longer than the settle time, and the file's times never change."""
    writer = start([sys.executable, WRITER, saved, inbox, str(seed), str(4 * SETTLE_S)])
    heard, report = Heard(), None
    while writer.poll() is None or report is None:
        report = watch_folder(vote.folder, inbox, WatchOptions(1, SETTLE_S, once=True), heard.listener())
    assert heard.of(Fate.RECORDED) == PAGES
    assert heard.of(Fate.BLANK) == [("2 and 3.tif", 2)]
    assert heard.of(Fate.PROBLEM) == heard.of(Fate.REJECTED) == heard.of(Fate.SURPLUS) == []
    watched = state_of(vote.folder)
    # A pause between two files may end one run and begin another: the journal says so, and nothing else does.
    assert watched.images == peaceful.images
    assert watched.rows["page"] == peaceful.rows["page"]
    assert watched.count == peaceful.count


def test_the_command_over_a_slow_writer_leaves_the_record_of_one_scan(
    vote: SampleVote, saved: Path, inbox: Path, peaceful: State
) -> None:
    """Started first, stopped by Ctrl-C when all is done."""
    with start(command(vote.folder, inbox), stdout=subprocess.PIPE, text=True) as process:
        assert start([sys.executable, WRITER, saved, inbox, "7", str(3 * SETTLE_S)]).wait() == 0
        lines = [process.stdout.readline()]
        while sum("recorded" in line or "noted" in line for line in lines) < 5:
            lines.append(process.stdout.readline())
            assert lines[-1], lines
        time.sleep(3 * SETTLE_S)
        process.send_signal(signal.SIGINT)
        lines += process.stdout.read().splitlines(keepends=True)
    assert process.returncode == 130
    told = Counter(line.partition(":")[0] for line in lines if "recorded" in line or "noted" in line)
    assert told == {f"{source}, page {index + 1}": 1 for source, index in [*PAGES, ("2 and 3.tif", 2)]}
    assert state_of(vote.folder) == peaceful
    assert not verify_folder(vote.folder).faults


@pytest.mark.parametrize("stop", [signal.SIGKILL, signal.SIGINT, signal.SIGTERM])
def test_stopped_in_the_middle_and_gone_on_with(
    vote: SampleVote, saved: Path, peaceful: State, stop: signal.Signals
) -> None:
    stopped = 0
    for images in (1, 3):
        process = start(command(vote.folder, saved), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        while process.poll() is None and len(list(vote.folder.pages.glob("*.[jpt]*"))) < images:
            time.sleep(0.005)
        process.send_signal(stop)
        stopped += process.wait() == (-9 if stop is signal.SIGKILL else 130)
    assert stopped == 2
    heard, report = watch(vote.folder, saved)
    assert heard.of(Fate.KNOWN) == []
    assert report.scan.recorded + report.scan.known == 5
    assert state_of(vote.folder) == peaceful
    assert not verify_folder(vote.folder).faults


def test_going_on_tells_only_what_is_new(vote: SampleVote, saved: Path) -> None:
    assert len(watch(vote.folder, saved)[0].of(Fate.RECORDED)) == 4
    shutil.copy(saved / "1.jpg", saved / "copy.jpg")
    heard, report = watch(vote.folder, saved)
    assert heard.fates == []
    assert (report.scan.recorded, report.scan.known) == (0, 6)


def test_bad_files_are_told_and_the_rest_is_done(vote: SampleVote, saved: Path, inbox: Path) -> None:
    shutil.copytree(saved, inbox, dirs_exist_ok=True)
    (inbox / "cut.jpg").write_bytes((saved / "1.jpg").read_bytes()[:30_000])
    (inbox / "phone.heic").write_bytes(b"\0\0\0\x18ftypheic" + b"x" * 40)
    (inbox / "notes.txt").write_text("x", encoding="utf-8")
    Image.new("1", (20_001, 10)).save(inbox / "huge.png")
    heard, report = watch(vote.folder, inbox)
    problems = {one.source: one.problem.message_id for one in heard.fates if one.problem is not None}
    assert problems == {"cut.jpg": "file_truncated", "phone.heic": "file_heic", "huge.png": "page_too_large"}
    assert heard.of(Fate.WAITING) == [("cut.jpg", 0)]
    assert heard.of(Fate.SKIPPED) == [("notes.txt", 0)]
    assert heard.of(Fate.RECORDED) == PAGES
    assert len(report.scan.problems) == 3
    again, _ = watch(vote.folder, inbox)
    assert again.of(Fate.RECORDED) == again.of(Fate.KNOWN) == []


@pytest.mark.parametrize("writes", [1, 4])
def test_a_full_disk_is_waited_out_and_told_once(
    vote: SampleVote, saved: Path, peaceful: State, monkeypatch: pytest.MonkeyPatch, writes: int
) -> None:
    real, calls = os.fsync, [0]

    def fill(descriptor: int) -> None:
        calls[0] += 1
        if writes <= calls[0] < writes + 4:
            raise OSError(errno.ENOSPC, "No space left on device")
        real(descriptor)

    monkeypatch.setattr(disk.os, "fsync", fill)
    heard, report = watch(vote.folder, saved)
    assert heard.news == ["disk_full", "watch_goes_on"]
    assert heard.of(Fate.RECORDED) == PAGES
    assert (report.scan.recorded, report.scan.problems) == (5, ())
    monkeypatch.undo()
    assert state_of(vote.folder) == peaceful


def test_a_folder_that_goes_away_is_waited_out(vote: SampleVote, saved: Path, peaceful: State) -> None:
    away = saved.with_name("away")
    heard = Heard()
    options = WatchOptions(1, SETTLE_S, once=True)

    def unplug() -> None:
        while not heard.of(Fate.RECORDED):
            time.sleep(0.01)
        saved.rename(away)
        while "watch_folder_gone" not in heard.news:
            time.sleep(0.01)
        away.rename(saved)

    network = threading.Thread(target=unplug)
    network.start()
    watch_folder(vote.folder, saved, options, heard.listener())
    network.join()
    assert heard.news[:2] == ["watch_folder_gone", "watch_goes_on"]
    assert heard.of(Fate.RECORDED) == PAGES
    assert state_of(vote.folder) == peaceful


class TwinFeed:
    """Gives the same picture under the same name and time once more, as soon as the first is taken away."""

    def __init__(self, path: Path, data: bytes) -> None:
        self.path, self.data, self.given = path, data, 0

    def step(self) -> None:
        if self.given < 2 and not self.path.exists():
            self.path.write_bytes(self.data)
            os.utime(self.path, (SETTLED_TIME_S, SETTLED_TIME_S))
            self.given += 1

    def is_over(self) -> bool:
        return self.given == 2

    def dealt_with(self, path: Path, recorded: bool) -> bool:
        assert recorded
        path.unlink()
        return True


def test_what_comes_under_the_name_of_a_file_taken_away_is_another_one(
    vote: SampleVote, saved: Path, inbox: Path
) -> None:
    heard = Heard()
    feed = TwinFeed(inbox / "sheet.jpg", (saved / "1.jpg").read_bytes())
    report = watch_folder(vote.folder, inbox, WatchOptions(1, SETTLE_S, once=True), heard.listener(), feed)
    assert (report.scan.recorded, report.scan.known, feed.given) == (1, 1, 2)
    assert not feed.path.exists()


def test_what_is_waited_out_is_told_without_asking_for_a_new_run() -> None:
    for message_id in PASSING:
        for lang in Language:
            told = translate(f"watch_{message_id}", lang, path="/v/kiemphieu.db", reason="y")
            assert "/v/kiemphieu.db" in told
            assert not any(word in told for word in ("chạy lại", "run it again", "run the same"))


def test_a_folder_that_is_not_there_is_an_error(vote: SampleVote, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="watch_folder_missing"):
        watch(vote.folder, tmp_path / "nowhere")
    result = run("watch", vote.root, tmp_path / "nowhere", "--once")
    assert result.exit_code == 3
    assert "There is no folder" in result.stderr


def test_json_is_one_document_of_what_became_of_everything(vote: SampleVote, saved: Path) -> None:
    (saved / "broken.png").write_bytes(b"\x89PNG\r\n\x1a\n" + b"x" * 100)
    result = run("watch", vote.root, saved, "--once", "--settle", SETTLE_S, "--workers", 1, "--json")
    document = json.loads(result.stdout)
    assert result.exit_code == 3
    assert (document["pages"], document["recorded"], document["blank"], document["known"]) == (5, 5, 1, 0)
    assert [problem["source"] for problem in document["problems"]] == ["broken.png"]
    assert (document["waiting"], document["stopped"]) == ([], False)
    assert document["ballots"]["returned"] == 4


OFFICIAL = '[[official]]\nid = "p{0}"\nname = "Người Số {0}"\nposition = "Ủy viên"\n'


@pytest.fixture(scope="module")
def two_page_vote(tmp_path_factory: pytest.TempPathFactory) -> tuple[VoteFolder, list[bytes]]:
    """Three ballots of two pages each, and their pages as images in the order of printing."""
    folder = create_folder(tmp_path_factory.mktemp("two") / "vote")
    head = VOTE_TOML.format(vote="two-2023").partition("[[official]]")[0]
    folder.vote_file.write_text(head + "".join(map(OFFICIAL.format, range(14))), encoding="utf-8")
    report = print_ballots(folder, PrintOrder(3, seed=4))
    document = pypdfium2.PdfDocument(report.pdf)
    pages = [png(page.render(scale=300 / 72, grayscale=True).to_pil()) for page in document]
    document.close()
    assert len(pages) == 6
    return folder, pages


@pytest.mark.parametrize("order", [[0, 1, 2, 3, 4, 5], [1, 0, 5, 3, 2, 4], [5, 4, 3, 2, 1, 0]])
def test_pages_are_joined_by_their_code_and_never_by_their_order(
    two_page_vote: tuple[VoteFolder, list[bytes]], tmp_path: Path, inbox: Path, order: list[int]
) -> None:
    printed, pages = two_page_vote
    folder = VoteFolder(tmp_path / "vote")
    shutil.copytree(printed.root, folder.root)
    for place, number in enumerate(order):
        (inbox / f"{place}.png").write_bytes(pages[number])
    heard, _ = watch(folder, inbox)
    assert len(heard.of(Fate.RECORDED)) == 6
    ballots = [json.loads(line) for line in run("readings", folder.root).stdout.splitlines()]
    assert len(ballots) == 3
    number_of = {f"{place}.png": number for place, number in enumerate(order)}
    for ballot in ballots:
        numbers = [number_of[page["source"]] for page in ballot["pages"]]
        assert [page["page"] for page in ballot["pages"]] == [1, 2]
        assert numbers in ([0, 1], [2, 3], [4, 5])
        assert "missing_page" not in ballot["faults"]


def test_no_time_and_no_order_is_kept(vote: SampleVote, saved: Path, tmp_path: Path) -> None:
    """The same files come in two orders; the records and the times of their images are the same."""
    states = []
    for number, names in enumerate((sorted, lambda found: sorted(found, reverse=True))):
        folder = VoteFolder(tmp_path / f"vote-{number}")
        shutil.copytree(vote.folder.root, folder.root)
        place = tmp_path / f"in-{number}"
        place.mkdir()
        process = start(command(folder, place, "--once", "--settle", "0.3"), stdout=subprocess.DEVNULL)
        for path in names(saved.iterdir()):
            shutil.copy(path, place)
            time.sleep(0.2)
        assert process.wait() == 0
        states.append(state_of(folder))
        assert {path.stat().st_mtime for path in folder.pages.iterdir()} == {SETTLED_TIME_S}
    assert states[0] == states[1]


def test_what_is_kept_is_the_page_as_it_came(vote: SampleVote, saved: Path) -> None:
    watch(vote.folder, saved)
    kept = {path.stem for path in vote.folder.pages.iterdir()}
    assert sha256_hex((saved / "1.jpg").read_bytes()) in kept
    assert len(kept) == 5
