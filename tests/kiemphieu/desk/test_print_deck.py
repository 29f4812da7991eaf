"""Screen 3, Print: a test deck from the paper to its result."""

from __future__ import annotations

import io
import os

import pypdfium2
import pytest
from desk_samples import DeskUnderTest

from kiemphieu.deck_result import DeckResult, last_result, write_result
from kiemphieu.desk.jobs import Job, JobState
from kiemphieu.desk.roles import Role
from kiemphieu.folder import VoteFolder, load_vote
from kiemphieu.vote_store import open_vote_store
from records.errors import InputError

DECK = "/votes/bdt-2023/print/deck"


def ended(desk: DeskUnderTest, folder: VoteFolder) -> Job:
    job = desk.desk.jobs.of(folder)
    assert job is not None
    assert job.wait(120.0)
    return job


def scans_of(pdf: bytes) -> list[tuple[str, tuple[str, bytes, str]]]:
    found = []
    for number, page in enumerate(pypdfium2.PdfDocument(pdf), start=1):
        out = io.BytesIO()
        page.render(scale=200 / 72).to_pil().convert("RGB").save(out, "JPEG", quality=90, dpi=(200, 200))
        found.append(("scans", (f"deck-{number}.jpg", out.getvalue(), "image/jpeg")))
    return found


def test_a_deck_is_printed_scanned_and_its_result_stays(desk: DeskUnderTest) -> None:
    folder = desk.vote()
    client = desk.client()
    assert client.get(DECK).status_code == 200
    assert client.post(f"{DECK}/print", data={"spread": "short", "unmarked": "1"}).status_code == 303
    assert ended(desk, folder).state is JobState.DONE
    assert "testdeck.pdf" in client.get(DECK).text
    pdf = client.get(f"{DECK}/1/testdeck.pdf")
    assert pdf.headers["content-type"] == "application/pdf"

    files = scans_of(pdf.content)
    assert client.post(f"{DECK}/scan", files=files).status_code == 303
    job = ended(desk, folder)
    assert job.error is None
    assert not list(desk.desk.own.glob("deck-*"))
    result = last_result(folder)
    assert result is not None
    assert (result.deck, result.run, result.passed, result.differences) == ("1", "1", True, 0)
    assert result.ballots == len(files)
    desk.desk.jobs._newest.clear()
    assert "PASSED" in client.get(DECK).text
    assert "PASSED" in client.get("/votes/bdt-2023/print").text
    report = desk.client(Role.OBSERVER).get(f"{DECK}/report.pdf")
    assert report.content.startswith(b"%PDF")
    # A sheet that is not there makes it fail, and the newest scan is the one that is shown.
    assert client.post(f"{DECK}/scan", files=files[1:]).status_code == 303
    ended(desk, folder)
    page = client.get(DECK).text
    assert "FAILED" in page
    assert "not among the scans" in page
    assert client.get(f"{DECK}/report.pdf").status_code == 200
    store = open_vote_store(folder, load_vote(folder))
    assert store.page_count() == 0
    store.close()


@pytest.mark.parametrize("unmarked", ["", "0", "201", "x"])
def test_a_number_that_is_none_prints_no_deck(desk: DeskUnderTest, unmarked: str) -> None:
    folder = desk.vote()
    answer = desk.client().post(f"{DECK}/print", data={"unmarked": unmarked})
    assert answer.status_code == 400
    assert "from 1 to 200" in answer.text
    assert not folder.tests.exists()


def test_a_scan_without_a_deck_or_a_file_says_so(desk: DeskUnderTest) -> None:
    folder = desk.vote()
    client = desk.client()
    assert "No scanned file was chosen" in client.post(f"{DECK}/scan", data={"x": "y"}).text
    answer = client.post(f"{DECK}/scan", files=[("scans", ("../../etc/x.jpg", b"no picture", "image/jpeg"))])
    assert answer.status_code == 303
    assert ended(desk, folder).state is JobState.FAILED
    assert "No test deck is printed yet" in client.get(DECK).text
    assert not list(desk.desk.own.glob("deck-*"))


def test_a_deck_of_another_ballot_proves_nothing(desk: DeskUnderTest) -> None:
    folder = desk.vote()
    client = desk.client()
    client.post(f"{DECK}/print", data={"spread": "short", "unmarked": "1"})
    ended(desk, folder)
    text = folder.vote_file.read_text(encoding="utf-8")
    folder.vote_file.write_text(text.replace("Phó Trưởng ban", "Chánh Văn phòng"), encoding="utf-8")
    client.post(f"{DECK}/scan", files=[("scans", ("x.jpg", b"no picture", "image/jpeg"))])
    assert ended(desk, folder).state is JobState.FAILED
    assert "is of another ballot" in client.get(DECK).text


def test_scans_that_a_cut_off_program_left_are_removed(desk: DeskUnderTest) -> None:
    folder = desk.vote()
    old, new = desk.desk.own / "deck-old", desk.desk.own / "deck-new"
    for left in (old, new):
        left.mkdir()
    os.utime(old, (0, 0))
    desk.client().post(f"{DECK}/scan", files=[("scans", ("x.jpg", b"no picture", "image/jpeg"))])
    ended(desk, folder)
    assert list(desk.desk.own.glob("deck-*")) == [new]


@pytest.mark.parametrize("place", ["1/..%2F..%2Fvote.toml", "1/expected.json", "7/testdeck.pdf", "1/x.pdf"])
def test_only_decks_are_served(desk: DeskUnderTest, place: str) -> None:
    folder = desk.vote()
    (folder.tests / "1" / "ballots").mkdir(parents=True)
    (folder.tests / "1" / "expected.json").write_text("{}", encoding="utf-8")
    assert desk.client().get(f"{DECK}/{place}").status_code == 404


def test_a_result_that_is_damaged_is_told(desk: DeskUnderTest) -> None:
    folder = desk.vote()
    run = VoteFolder(folder.tests / "2" / "runs" / "1")
    run.root.mkdir(parents=True)
    kept = DeckResult("2", "1", 9, True, 0, 1, 0)
    write_result(run, kept)
    assert last_result(folder) == kept
    for text in ("{", "[]", '{"format": 2}', '{"format": 1, "deck": 3}'):
        (run.root / "result.json").write_text(text, encoding="utf-8")
        with pytest.raises(InputError, match="testdeck_result_damaged"):
            last_result(folder)
