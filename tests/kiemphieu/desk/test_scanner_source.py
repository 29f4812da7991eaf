"""The screen Scan with a scanner: pages from SANE's simulated ones, an empty feeder, a jam."""

from __future__ import annotations

import html
from pathlib import Path

import pytest
from desk_samples import DeskUnderTest
from PIL import Image
from sane_scanner import Scanner, make_scanner, needs_sane, with_feeder
from starlette.testclient import TestClient

from kiemphieu.batches import Batch, BatchState, read_batches
from kiemphieu.desk import scan_runs
from kiemphieu.folder import VoteFolder
from kiemphieu.verifying import verify_folder

SCAN = "/votes/bdt-2023/scan"
DEVICE = "pnm:0"

pytestmark = needs_sane


@pytest.fixture(autouse=True)
def one_reader(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pages are read in this process: a pool costs each test seconds."""
    monkeypatch.setattr(scan_runs, "workers", lambda: 1)


@pytest.fixture
def scanner(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Scanner:
    """A scanner with a document feeder, as the desk finds it."""
    made = with_feeder(make_scanner(tmp_path / "sane"))
    for name, value in made.environment.items():
        monkeypatch.setenv(name, value)
    return made


def lay(scanner: Scanner, desk: DeskUnderTest, first: int, last: int) -> None:
    """Sheets of the vote into the feeder."""
    for path in sorted(desk.scans.iterdir())[first:last]:
        with Image.open(path) as image:
            image.save(scanner.tray / f"{path.stem}.pgm")


def start(client: TestClient, desk: DeskUnderTest, folder: VoteFolder, way: str = "start") -> Batch:
    """Begins a batch or goes on with it, and waits for the feeder to stop."""
    fields = {"name": "Hòm phiếu 1", "counted": "4", "source": "scanner", "place": DEVICE, "paper": ""}
    answer = client.post(f"{SCAN}/{way}", data=fields if way == "start" else {"way": "go-on"})
    assert answer.status_code == 303, answer.text
    job = desk.desk.jobs.of(folder)
    assert job is not None
    assert job.wait(120)
    assert job.error is None, job.error
    (batch,) = read_batches(folder)
    return batch


def words(client: TestClient) -> str:
    return html.unescape(client.get(SCAN).text)


def test_scanners_are_found_and_offered_by_name(desk: DeskUnderTest, scanner: Scanner) -> None:
    desk.vote()
    page = desk.client().get(f"{SCAN}?source=scanner&find=1").text
    for device in (DEVICE, "test:0"):
        assert f'<option value="{device}">' in page


def test_an_empty_feeder_asks_and_never_ends_a_batch(desk: DeskUnderTest, scanner: Scanner) -> None:
    folder, client = desk.vote(), desk.client()
    lay(scanner, desk, 0, 2)
    batch = start(client, desk, folder)
    assert (batch.state, batch.tally.recorded, batch.missing()) == (BatchState.ASKS, 2, 2)
    page = words(client)
    for said in ("Go on", "Save the batch", "Discard the batch", "2 missing"):
        assert said in page
    lay(scanner, desk, 2, 4)
    batch = start(client, desk, folder, "go-on")
    assert (batch.state, batch.tally.recorded, batch.missing()) == (BatchState.ASKS, 4, 0)
    assert client.post(f"{SCAN}/save").status_code == 303
    assert read_batches(folder)[0].state is BatchState.SAVED
    assert not list(scanner.tray.glob("*.pgm"))
    assert not list((folder.root / "inbox").rglob("*.*"))
    assert verify_folder(folder).faults == ()


def test_a_feeder_without_paper_records_nothing_and_says_so(desk: DeskUnderTest, scanner: Scanner) -> None:
    folder, client = desk.vote(), desk.client()
    batch = start(client, desk, folder)
    assert (batch.state, batch.tally.recorded) == (BatchState.ASKS, 0)
    assert "paper" in words(client)
    assert client.post(f"{SCAN}/discard").status_code == 303
    assert read_batches(folder) == ()


@pytest.mark.parametrize(("status", "told"), [("jammed", "jam"), ("coveropen", "cover")])
def test_a_feeder_that_stops_is_told_and_gone_on_with(
    desk: DeskUnderTest, scanner: Scanner, status: str, told: str
) -> None:
    folder, client = desk.vote(), desk.client()
    lay(scanner, desk, 0, 4)
    (scanner.tray / status).write_text("3", encoding="ascii")
    batch = start(client, desk, folder)
    assert (batch.state, batch.tally.recorded) == (BatchState.ASKS, 2)
    assert told in words(client)
    batch = start(client, desk, folder, "go-on")
    assert (batch.tally.recorded, batch.tally.known, batch.missing()) == (4, 0, 0)
