"""The screen Scan: batches from every source, stopped, cut off and gone on with."""

from __future__ import annotations

import io
import json
import re
import shutil
import threading
import time
from pathlib import Path
from types import SimpleNamespace

import pytest
from desk_samples import DeskUnderTest
from PIL import Image
from starlette.testclient import TestClient

from kiemphieu import batches
from kiemphieu.batches import BatchSource, BatchState
from kiemphieu.desk import scan_runs, scanning
from kiemphieu.desk.jobs import JobState
from kiemphieu.desk.roles import Role
from kiemphieu.disk import SETTLED_TIME_S
from kiemphieu.folder import VoteFolder, load_vote
from kiemphieu.scanning import Fate, PageFate, scan_paths
from kiemphieu.verifying import verify_folder
from kiemphieu.vote_store import open_vote_store
from records.errors import StoreError
from records.journal import EventKind

VOTE = "/votes/bdt-2023"
PATIENCE_S = 60.0
HOSTILE_NAMES = ("../../evil.jpg", "..\\..\\evil.jpg", ".hidden.jpg", "a/b\0c.jpg", "CON.jpg", "…")


@pytest.fixture(autouse=True)
def one_reader(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pages are read in this process: a pool costs each test seconds."""
    monkeypatch.setattr(scan_runs, "workers", lambda: 1)


def scans_of(desk: DeskUnderTest) -> list[Path]:
    return sorted(desk.scans.iterdir())


def sent(paths: list[Path]) -> list[tuple[str, tuple[str, bytes]]]:
    return [("files", (path.name, path.read_bytes())) for path in paths]


def start(client: TestClient, source: str = "files", files: object = None, **fields: str):
    data = {"name": "Xấp 1", "counted": "4", "source": source, **fields}
    return client.post(f"{VOTE}/scan/start", data=data, files=files)


def wait(desk: DeskUnderTest, folder: VoteFolder):
    job = desk.desk.jobs.of(folder)
    assert job is not None
    assert job.wait(PATIENCE_S)
    return job


def only_batch(folder: VoteFolder) -> batches.Batch:
    (batch,) = batches.read_batches(folder)
    return batch


def pages_of(folder: VoteFolder) -> int:
    store = open_vote_store(folder, load_vote(folder))
    try:
        return store.page_count()
    finally:
        store.close()


def scan_files(desk: DeskUnderTest, client: TestClient, paths: list[Path]) -> VoteFolder:
    folder = desk.vote()
    answer = start(client, files=sent(paths))
    assert answer.status_code == 303, answer.text
    wait(desk, folder)
    return folder


def test_files_are_scanned_and_a_person_is_asked(desk: DeskUnderTest):
    client = desk.client()
    folder = scan_files(desk, client, scans_of(desk))
    batch = only_batch(folder)
    assert (batch.state, batch.tally.recorded, batch.missing()) == (BatchState.ASKS, 4, 0)
    page = client.get(f"{VOTE}/scan").text
    for words in ("They agree", "Go on", "Save the batch", "Discard the batch", "4 recorded pages stay"):
        assert words in page
    # Nothing but the kept images stays of what was sent.
    assert not scan_runs.spool_of(folder, batch).exists()
    assert list((desk.desk.uploads).iterdir()) == []


def test_missing_sheets_are_told_and_more_files_complete_the_batch(desk: DeskUnderTest):
    client, scans = desk.client(), scans_of(desk)
    folder = scan_files(desk, client, scans[:3])
    assert "1 missing: counted by hand 4 ballots, scanned only 3" in client.get(f"{VOTE}/scan").text
    assert client.post(f"{VOTE}/scan/go-on", files=sent(scans[2:])).status_code == 303
    wait(desk, folder)
    batch = only_batch(folder)
    assert (batch.tally.recorded, batch.tally.known, batch.missing()) == (4, 1, 0)
    assert client.post(f"{VOTE}/scan/save").status_code == 303
    assert only_batch(folder).state is BatchState.SAVED
    assert "Scan a batch" in client.get(f"{VOTE}/scan").text


def test_too_many_sheets_are_told_and_the_count_is_corrected(desk: DeskUnderTest):
    client = desk.client()
    folder = desk.vote()
    start(client, files=sent(scans_of(desk)), counted="3")
    wait(desk, folder)
    assert "1 too many" in client.get(f"{VOTE}/scan").text
    client.post(f"{VOTE}/scan/save")
    assert "1 too many" in client.get(f"{VOTE}/scan").text
    assert client.post(f"{VOTE}/scan/count", data={"number": "1", "counted": "4"}).status_code == 303
    assert only_batch(folder).missing() == 0
    assert client.post(f"{VOTE}/scan/count", data={"number": "1", "counted": "x"}).status_code == 400


def test_a_batch_never_ends_by_itself_and_blocks_the_next(desk: DeskUnderTest):
    client = desk.client()
    folder = scan_files(desk, client, scans_of(desk)[:1])
    answer = start(client, files=sent(scans_of(desk)), name="Xấp 2")
    assert answer.status_code == 400
    assert "Xấp 1" in answer.text
    assert len(batches.read_batches(folder)) == 1


def test_a_discarded_batch_leaves_what_is_recorded(desk: DeskUnderTest):
    client = desk.client()
    folder = scan_files(desk, client, scans_of(desk)[:2])
    assert client.post(f"{VOTE}/scan/discard").status_code == 303
    assert only_batch(folder).state is BatchState.DISCARDED
    assert pages_of(folder) == 2
    assert "Discarded; recorded pages stay" in client.get(f"{VOTE}/scan").text


def test_what_is_no_page_is_refused_in_words_and_nothing_is_lost(desk: DeskUnderTest):
    client, folder = desk.client(), desk.vote()
    bomb = io.BytesIO()
    Image.new("1", (30_000, 30_000)).save(bomb, "PNG")
    files = [
        ("files", ("drawing.jpg", b"<svg xmlns='http://www.w3.org/2000/svg'><script/></svg>")),
        ("files", ("page.png", b"<!doctype html><script>alert(1)</script>")),
        ("files", ("bomb.png", bomb.getvalue())),
        ("files", ("broken.pdf", b"%PDF-1.7 nothing %%EOF")),
        *sent(scans_of(desk)),
    ]
    assert start(client, files=files).status_code == 303
    wait(desk, folder)
    batch = only_batch(folder)
    assert (batch.tally.recorded, batch.tally.problem) == (4, 4)
    page = client.get(f"{VOTE}/scan").text
    for name in ("drawing.jpg", "page.png", "bomb.png", "broken.pdf"):
        assert f"<li>{name}: File cannot be used" in page
    assert "<script>alert" not in page


@pytest.mark.parametrize("name", HOSTILE_NAMES)
def test_a_name_is_never_a_path(desk: DeskUnderTest, tmp_path: Path, name: str):
    folder = desk.vote()
    sample = tmp_path / "upload"
    shutil.copy(scans_of(desk)[0], sample)
    batch = batches.open_batch(folder, batches.BatchOrder("a", 1, BatchSource.FILES))
    upload = SimpleNamespace(name=name, path=sample, size=sample.stat().st_size)
    assert scan_runs.take_files(folder, batch, [upload]) == ()
    spool = scan_runs.spool_of(folder, batch)
    (kept,) = spool.iterdir()
    assert kept.parent == spool
    assert not kept.name.startswith(".")
    assert kept.stat().st_mtime == SETTLED_TIME_S
    assert [path.name for path in spool.rglob("*")] == [kept.name]


def test_files_of_one_name_are_both_kept(desk: DeskUnderTest):
    client, folder, scans = desk.client(), desk.vote(), scans_of(desk)
    start(client, files=[("files", ("scan.jpg", path.read_bytes())) for path in scans])
    wait(desk, folder)
    assert only_batch(folder).tally.recorded == 4


def test_a_file_of_endless_pages_is_refused(desk: DeskUnderTest, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(scan_runs, "MOST_PAGES", 2)
    client, folder = desk.client(), desk.vote()
    pages = [Image.new("L", (40, 40), 255 - n) for n in range(3)]
    book = io.BytesIO()
    pages[0].save(book, "TIFF", save_all=True, append_images=pages[1:])
    start(client, files=[("files", ("book.tif", book.getvalue())), *sent(scans_of(desk)[:1])])
    wait(desk, folder)
    assert (only_batch(folder).tally.recorded, only_batch(folder).tally.problem) == (1, 1)
    assert "more than 2 pages" in client.get(f"{VOTE}/scan").text


def test_a_folder_of_this_machine_is_scanned(desk: DeskUnderTest):
    client, folder = desk.client(), desk.vote()
    assert start(client, "folder", place=str(desk.scans)).status_code == 303
    wait(desk, folder)
    assert only_batch(folder).missing() == 0
    # The same folder again brings nothing new, and nothing to worry about.
    client.post(f"{VOTE}/scan/go-on")
    wait(desk, folder)
    assert only_batch(folder).tally == batches.PageTally(recorded=4)


@pytest.mark.parametrize("place", ["", "scans", "/no/such/folder", "/etc/passwd", "bad\0name", "/"])
def test_a_folder_must_be_one_with_scans(desk: DeskUnderTest, place: str):
    client, folder = desk.client(), desk.vote()
    assert start(client, "folder", place=place).status_code == 400
    assert batches.read_batches(folder) == ()


def test_the_votes_own_folders_are_no_scans(desk: DeskUnderTest):
    client, folder = desk.client(), desk.vote()
    for own in (folder.root, folder.keys, folder.root.parent):
        assert start(client, "folder", place=str(own)).status_code == 400


@pytest.mark.parametrize(("source", "field"), [("files", {}), ("scanner", {"place": "-h"}), ("mouse", {})])
def test_a_source_must_be_complete(desk: DeskUnderTest, source: str, field: dict[str, str]):
    client, folder = desk.client(), desk.vote()
    assert start(client, source, **field).status_code == 400
    assert batches.read_batches(folder) == ()


def test_a_watched_folder_is_read_as_files_come_until_a_member_stops_it(
    desk: DeskUnderTest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(scan_runs, "SETTLE_S", 0.2)
    inbox = tmp_path / "scanner"
    inbox.mkdir()
    client, folder = desk.client(), desk.vote()
    assert start(client, "watched", place=str(inbox)).status_code == 303
    for path in scans_of(desk):
        shutil.copy(path, inbox)
    job = desk.desk.jobs.of(folder)
    live = scan_runs.live_of(job)
    until = time.monotonic() + PATIENCE_S
    while live.look().run.recorded < 4 and time.monotonic() < until:
        time.sleep(0.05)
    assert "Scanning: Xấp 1" in client.get(f"{VOTE}/scan").text
    client.post(f"{VOTE}/scan/stop")
    assert wait(desk, folder).state is JobState.STOPPED
    batch = only_batch(folder)
    assert (batch.state, batch.tally.recorded, batch.missing()) == (BatchState.ASKS, 4, 0)


def test_a_stopped_scan_goes_on_where_it_was(desk: DeskUnderTest, monkeypatch: pytest.MonkeyPatch):
    client, folder = desk.client(), desk.vote()
    progress = scan_runs.LiveScan.progress

    def stop_at_two(live: scan_runs.LiveScan, done: int, total: int) -> None:
        progress(live, done, total)
        if done == 2:
            desk.desk.jobs.of(folder).ask_stop()

    monkeypatch.setattr(scan_runs.LiveScan, "progress", stop_at_two)
    start(client, files=sent(scans_of(desk)))
    assert wait(desk, folder).state is JobState.STOPPED
    batch = only_batch(folder)
    assert (batch.state, batch.tally.recorded) == (BatchState.ASKS, 2)
    # Files that were not read are not forgotten by saving.
    refused = client.post(f"{VOTE}/scan/save")
    assert refused.status_code == 400
    assert "not read to their end" in refused.text
    monkeypatch.setattr(scan_runs.LiveScan, "progress", progress)
    client.post(f"{VOTE}/scan/go-on")
    wait(desk, folder)
    assert only_batch(folder).tally == batches.PageTally(recorded=4)
    assert client.post(f"{VOTE}/scan/save").status_code == 303
    assert not verify_folder(folder).faults


def test_two_stations_that_go_on_together_lose_no_file(desk: DeskUnderTest, monkeypatch: pytest.MonkeyPatch):
    """The second is told that a scan goes on; its files are not taken only to be removed unread."""
    scans, client, other = scans_of(desk), desk.client(), desk.client(Role.MEMBER)
    folder = scan_files(desk, client, scans[:1])
    take, read = scan_runs.take_files, scan_runs.scan_paths
    first_inside, second_answered = threading.Event(), threading.Event()

    def slow_take(*args: object) -> object:
        taken = take(*args)
        if not first_inside.is_set():
            first_inside.set()
            # Long enough for the second to come by, if nothing keeps it out.
            second_answered.wait(0.5)
        return taken

    def patient(*args: object) -> object:
        assert second_answered.wait(PATIENCE_S)
        return read(*args)

    monkeypatch.setattr(scanning, "take_files", slow_take)
    monkeypatch.setattr(scan_runs, "scan_paths", patient)
    answers = []
    pressing = threading.Thread(
        target=lambda: answers.append(client.post(f"{VOTE}/scan/go-on", files=sent(scans[1:2])))
    )
    pressing.start()
    assert first_inside.wait(PATIENCE_S)
    refused = other.post(f"{VOTE}/scan/go-on", files=sent(scans[2:]))
    spool = scan_runs.spool_of(folder, only_batch(folder))
    lying = [path.name for path in spool.iterdir()]
    second_answered.set()
    pressing.join(PATIENCE_S)
    wait(desk, folder)
    assert (answers[0].status_code, refused.status_code) == (303, 400)
    assert lying == [scans[1].name]
    assert pages_of(folder) == 2
    # What was refused can be sent again.
    assert other.post(f"{VOTE}/scan/go-on", files=sent(scans[2:])).status_code == 303
    wait(desk, folder)
    assert only_batch(folder).missing() == 0


def test_a_batch_is_not_saved_while_another_station_goes_on(
    desk: DeskUnderTest, monkeypatch: pytest.MonkeyPatch
):
    scans, client, other = scans_of(desk), desk.client(), desk.client(Role.MEMBER)
    folder = scan_files(desk, client, scans[:1])
    start_run = scanning.start_run
    inside, go = threading.Event(), threading.Event()

    def late_start(*args: object) -> object:
        inside.set()
        go.wait(0.5)
        return start_run(*args)

    monkeypatch.setattr(scanning, "start_run", late_start)
    pressing = threading.Thread(target=lambda: client.post(f"{VOTE}/scan/go-on", files=sent(scans[1:])))
    pressing.start()
    assert inside.wait(PATIENCE_S)
    other.post(f"{VOTE}/scan/discard")
    go.set()
    pressing.join(PATIENCE_S)
    wait(desk, folder)
    assert pages_of(folder) == 4


def test_a_file_that_comes_in_during_a_run_is_not_removed_with_it(
    desk: DeskUnderTest, monkeypatch: pytest.MonkeyPatch
):
    scans, client, folder = scans_of(desk), desk.client(), desk.vote()
    read = scan_runs.scan_paths

    def late(*args: object) -> object:
        done = read(*args)
        spool = scan_runs.spool_of(folder, only_batch(folder))
        shutil.copy(scans[3], spool / "late.jpg")
        return done

    monkeypatch.setattr(scan_runs, "scan_paths", late)
    start(client, files=sent(scans[:3]))
    wait(desk, folder)
    batch = only_batch(folder)
    assert [path.name for path in scan_runs.sent_files(folder, batch)] == ["late.jpg"]
    assert client.post(f"{VOTE}/scan/save").status_code == 400
    monkeypatch.setattr(scan_runs, "scan_paths", read)
    client.post(f"{VOTE}/scan/go-on")
    wait(desk, folder)
    assert only_batch(folder).missing() == 0
    assert not scan_runs.spool_of(folder, batch).exists()


def test_a_crash_of_the_server_in_mid_scan_loses_nothing(desk: DeskUnderTest):
    """The state that a killed server leaves: files in the spool, some recorded, a batch said to run."""
    client, folder, scans = desk.client(), desk.vote(), scans_of(desk)
    batch = batches.open_batch(folder, batches.BatchOrder("Xấp 1", 4, BatchSource.FILES))
    spool = scan_runs.spool_of(folder, batch)
    shutil.copytree(desk.scans, spool)
    batches.begin_run(folder, batch.number)
    scan_paths(folder, [spool / path.name for path in scans[:2]], 1)
    page = client.get(f"{VOTE}/scan").text
    assert "The last scan was cut off" in page
    assert "2 missing" in page
    client.post(f"{VOTE}/scan/go-on")
    wait(desk, folder)
    assert only_batch(folder).tally == batches.PageTally(recorded=4)
    assert only_batch(folder).missing() == 0


def test_a_full_disk_is_told_and_the_scan_goes_on_after_it(
    desk: DeskUnderTest, monkeypatch: pytest.MonkeyPatch
):
    client, folder = desk.client(), desk.vote()
    real = scan_runs.scan_paths

    def full(*_args: object) -> None:
        raise StoreError("disk_full", path=str(folder.database))

    monkeypatch.setattr(scan_runs, "scan_paths", full)
    start(client, files=sent(scans_of(desk)))
    wait(desk, folder)
    page = client.get(f"{VOTE}/scan").text
    assert 'role="alert"' in page
    assert "The disk is full" in page
    monkeypatch.setattr(scan_runs, "scan_paths", real)
    client.post(f"{VOTE}/scan/go-on")
    wait(desk, folder)
    assert only_batch(folder).missing() == 0


def test_a_closed_count_takes_no_more_pages(desk: DeskUnderTest):
    client, folder = desk.client(), desk.vote()
    store = open_vote_store(folder, load_vote(folder))
    store.append(EventKind.COUNT_CLOSED, {"members": 2})
    store.close()
    answer = start(client, files=sent(scans_of(desk)))
    assert answer.status_code == 400
    assert "closed" in answer.text
    assert pages_of(folder) == 0


def test_observers_look_and_do_not_scan(desk: DeskUnderTest):
    head = desk.client()
    folder = scan_files(desk, head, scans_of(desk)[:1])
    for role in (Role.OBSERVER, Role.AUDITOR):
        client = desk.client(role)
        page = client.get(f"{VOTE}/scan").text
        assert "1" in page
        assert '<form method="post" action="/votes' not in page
        for what in ("start", "go-on", "stop", "save", "discard", "count"):
            assert client.post(f"{VOTE}/scan/{what}").status_code == 403
    assert only_batch(folder).state is BatchState.ASKS


def test_the_stream_tells_the_state_first_and_its_end(desk: DeskUnderTest):
    client = desk.client()
    scan_files(desk, client, scans_of(desk))
    answer = client.get(f"{VOTE}/scan/stream")
    assert answer.headers["content-type"].startswith("text/event-stream")
    first, end = answer.text.strip().split("\n\n")
    state = json.loads(first.removeprefix("data: "))
    assert state["fates"]["recorded"] == 4
    assert (state["done"], state["total"], state["running"]) == (4, 4, False)
    assert end.startswith("event: end")
    assert len(state["last"]) == 4


def test_the_last_pages_are_shown_small_and_only_they(desk: DeskUnderTest):
    client = desk.client()
    folder = scan_files(desk, client, scans_of(desk))
    state = json.loads(client.get(f"{VOTE}/scan/stream").text.split("\n\n")[0].removeprefix("data: "))
    answer = client.get(state["last"][0]["picture"])
    assert answer.headers["content-type"] == "image/jpeg"
    with Image.open(io.BytesIO(answer.content)) as image:
        assert max(image.size) <= scanning.THUMBNAIL_PX
    desk.desk.jobs.of(folder).notes = {}
    assert client.get(state["last"][0]["picture"]).status_code == 404
    assert client.get(f"{VOTE}/scan/picture/{'0' * 64}").status_code == 404
    assert client.get(f"{VOTE}/scan/picture/..%2Fvote.toml").status_code == 404


def test_every_act_is_in_the_journal_with_the_role_and_no_serial_or_name(desk: DeskUnderTest):
    client = desk.client()
    folder = scan_files(desk, client, scans_of(desk))
    client.post(f"{VOTE}/scan/save")
    store = open_vote_store(folder, load_vote(folder))
    entries = [entry.content for entry in store.journal(EventKind.DESK_ACTED)]
    serials = store.issued_serials()
    store.close()
    assert [entry["action"] for entry in entries] == ["scan_started", "batch_saved"]
    assert all(entry["role"] == "head" for entry in entries)
    text = json.dumps(entries)
    assert not any(serial in text for serial in serials)
    assert "Xấp" not in text
    assert ".jpg" not in text


def test_a_scanner_that_is_not_there_is_told(desk: DeskUnderTest, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(scanning, "list_devices", lambda: ())
    client = desk.client()
    desk.vote()
    assert "Look for scanners" in client.get(f"{VOTE}/scan?source=scanner").text
    assert "No scanner was found" in client.get(f"{VOTE}/scan?source=scanner&find=1").text


def test_every_page_stands_in_vietnamese_without_a_bare_message_id(desk: DeskUnderTest):
    client = desk.client()
    scan_files(desk, client, scans_of(desk)[:2])
    client.post("/language", data={"lang": "vi", "next": f"{VOTE}/scan"})
    pages = [client.get(f"{VOTE}/scan").text]
    client.post(f"{VOTE}/scan/save")
    pages += [client.get(f"{VOTE}/scan?source={source.value}").text for source in BatchSource]
    assert "Thiếu 2 phiếu" in pages[0]
    assert all("desk_scan_" not in page for page in pages)


def test_small_pictures_are_pushed_no_faster_than_anyone_looks(monkeypatch: pytest.MonkeyPatch):
    now = [100.0]
    monkeypatch.setattr(scanning.time, "monotonic", lambda: now[0])
    shown = scanning._Shown()
    pages = tuple(PageFate("a.tif", number, Fate.RECORDED) for number in range(40))
    assert shown.newest(pages[:6], running=True) == pages[:6]
    now[0] += 0.5
    assert shown.newest(pages[20:26], running=True) == pages[:6]
    now[0] += 6 * scanning.PICTURE_S
    assert shown.newest(pages[20:26], running=True) == pages[20:26]
    # The end is shown at once.
    assert shown.newest(pages[30:36], running=False) == pages[30:36]


def test_a_page_of_a_tiff_has_a_small_picture(desk: DeskUnderTest, tmp_path: Path):
    client, stack = desk.client(), tmp_path / "stack.tif"
    first, *more = (Image.open(path) for path in scans_of(desk)[:2])
    first.save(stack, save_all=True, append_images=more)
    scan_files(desk, client, [stack])
    shown = re.findall(rf'src="({VOTE}/scan/picture/[0-9a-f]+)"', client.get(f"{VOTE}/scan").text)
    assert len(shown) == 2
    assert all(client.get(address).headers["content-type"] == "image/jpeg" for address in shown)
