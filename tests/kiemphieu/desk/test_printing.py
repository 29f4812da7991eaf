"""Screen 3, Print: the form, the test sheet, batches of ballots and their pages."""

from __future__ import annotations

import io

import pypdfium2
import pytest
from desk_samples import DeskUnderTest
from PIL import Image
from printed_votes import VOTE_TOML
from starlette.testclient import TestClient

from kiemphieu.desk import printing
from kiemphieu.desk.jobs import Job, JobState
from kiemphieu.desk.roles import Role
from kiemphieu.folder import VoteFolder, create_folder, load_vote
from kiemphieu.freezing import FreezingMember, definition_sha256, freeze
from kiemphieu.printed_batches import printed_batches
from kiemphieu.printing import PrintOrder, print_ballots
from kiemphieu.sealing import seal_vote
from kiemphieu.verifying import verify_folder
from kiemphieu.vote_store import open_vote_store
from records.journal import EventKind

PRINT = "/votes/bdt-2023/print"
BATCH = f"{PRINT}/batches/bdt-2023-1.pdf"


@pytest.fixture
def unprinted(desk: DeskUnderTest) -> VoteFolder:
    folder = create_folder(desk.folder / "bdt-2023")
    folder.vote_file.write_text(VOTE_TOML.format(vote="bdt-2023"), encoding="utf-8")
    return folder


def ended(desk: DeskUnderTest, folder: VoteFolder) -> Job:
    job = desk.desk.jobs.of(folder)
    assert job is not None
    assert job.wait(60.0)
    return job


def issued(folder: VoteFolder) -> frozenset[str]:
    store = open_vote_store(folder, load_vote(folder))
    try:
        return store.issued_serials()
    finally:
        store.close()


def printed(desk: DeskUnderTest, client: TestClient, folder: VoteFolder, **form: object) -> Job:
    answer = client.post(f"{PRINT}/start", data=form)
    assert answer.status_code == 303, answer.text
    return ended(desk, folder)


def test_ballots_are_printed_in_a_job_and_shown(desk: DeskUnderTest, unprinted: VoteFolder) -> None:
    client = desk.client()
    assert client.get(PRINT).status_code == 200
    job = printed(desk, client, unprinted, count="3")
    assert (job.state, job.done, job.total) == (JobState.DONE, 3, 3)
    page = client.get(PRINT).text
    assert "3 ballots are in the file bdt-2023-1.pdf" in page
    assert len(issued(unprinted)) == 3
    store = open_vote_store(unprinted, load_vote(unprinted))
    acted = [entry.content for entry in store.journal(EventKind.DESK_ACTED)]
    store.close()
    assert acted[-1] == {
        "action": "ballots_printed",
        "role": "head",
        "member": desk.members[Role.HEAD].id,
        "group": "",
        "ballots": 3,
    }


@pytest.mark.parametrize("count", ["", "0", "-1", "many", "20001", "1e3"])
def test_a_number_that_is_none_prints_nothing(desk: DeskUnderTest, unprinted: VoteFolder, count: str) -> None:
    answer = desk.client().post(f"{PRINT}/start", data={"count": count})
    assert answer.status_code == 400
    assert "whole number from 1 to 20000" in answer.text
    assert desk.desk.jobs.of(unprinted) is None
    assert not unprinted.ballots.exists()


def test_a_file_is_deleted_once_its_ballots_are_on_paper(desk: DeskUnderTest, unprinted: VoteFolder) -> None:
    client = desk.client()
    printed(desk, client, unprinted, count="3")
    before, place = issued(unprinted), f"{PRINT}/batches/bdt-2023-1.pdf"
    assert f'action="{place}/delete"' in client.get(place).text
    assert "still on this machine: 1." in client.get("/votes/bdt-2023/close").text
    answer = client.post(f"{place}/delete")
    assert answer.status_code == 400
    assert "Tick that the ballots" in answer.text
    assert desk.client(Role.OBSERVER).post(f"{place}/delete", data={"sure": "yes"}).status_code == 403
    assert (unprinted.ballots / "bdt-2023-1.pdf").is_file()
    answer = client.post(f"{place}/delete", data={"sure": "yes"})
    assert "The file is deleted" in client.get(answer.headers["location"]).text
    assert not list(unprinted.ballots.iterdir())
    assert client.post(f"{place}/delete", data={"sure": "yes"}).status_code == 404
    assert "still on this machine" not in client.get("/votes/bdt-2023/close").text
    printed(desk, client, unprinted, count="2")
    assert issued(unprinted) > before  # the next printing takes nothing back
    assert len(issued(unprinted)) == 5


def test_a_file_that_cannot_be_read_can_be_deleted_too(desk: DeskUnderTest, unprinted: VoteFolder) -> None:
    client, place = desk.client(), f"{PRINT}/batches/bdt-2023-1.pdf"
    printed(desk, client, unprinted, count="2")
    (unprinted.ballots / "bdt-2023-1.pdf").write_bytes(b"%PDF-1.7 cut off")
    assert f'href="{place}#delete"' in client.get(PRINT).text
    assert client.get(place).status_code == 200
    assert client.post(f"{place}/delete", data={"sure": "yes"}).status_code == 303
    assert not list(unprinted.ballots.iterdir())


def test_a_file_is_deleted_after_the_seal_as_well(desk: DeskUnderTest) -> None:
    folder, client = desk.scanned_vote(), desk.client()
    (path,) = folder.ballots.glob("*.pdf")
    client.post("/votes/bdt-2023/close", data={"counted": "4", **desk.second()})
    seal_vote(folder)
    assert "still on this machine: 1." in client.get("/votes/bdt-2023/close").text
    assert client.post(f"{PRINT}/batches/{path.name}/delete", data={"sure": "yes"}).status_code == 303
    assert not path.exists()
    assert verify_folder(folder).faults == ()


def test_a_stopped_printing_leaves_no_ballot(
    desk: DeskUnderTest, unprinted: VoteFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = desk.client()

    def stopped_at_once(folder: VoteFolder, order: PrintOrder, progress: object) -> object:
        found = desk.desk.jobs.of(folder)
        assert found is not None
        found.ask_stop()
        return print_ballots(folder, order, progress)  # type: ignore[arg-type]

    monkeypatch.setattr(printing, "print_ballots", stopped_at_once)
    job = printed(desk, client, unprinted, count="5")
    assert job.state is JobState.STOPPED
    assert not issued(unprinted)
    assert printed_batches(unprinted, load_vote(unprinted)) == ()
    assert "Nothing of it was recorded" in client.get(PRINT).text


def test_progress_tells_numbers_only(desk: DeskUnderTest, unprinted: VoteFolder) -> None:
    client = desk.client()
    assert client.get(f"{PRINT}/progress").json() == {"state": "done", "done": 0, "total": 0}
    printed(desk, client, unprinted, count="2")
    assert client.get(f"{PRINT}/progress").json() == {"state": "done", "done": 2, "total": 2}


def test_a_second_printing_at_once_is_told_to_wait(desk: DeskUnderTest, unprinted: VoteFolder) -> None:
    job = desk.desk.jobs.start(unprinted, "print", lambda job: job._stop.wait(20))
    answer = desk.client().post(f"{PRINT}/start", data={"count": "2"})
    assert answer.status_code == 400
    assert "Wait until it is done" in answer.text
    job.ask_stop()
    assert job.wait(10)


def test_a_draft_is_frozen_before_it_is_printed(desk: DeskUnderTest, unprinted: VoteFolder) -> None:
    (unprinted.root / "draft.json").write_text("{}", encoding="utf-8")
    client = desk.client()
    answer = client.post(f"{PRINT}/start", data={"count": "2"})
    assert answer.status_code == 400
    assert "not frozen yet" in answer.text
    two = FreezingMember("head-1", "head"), FreezingMember("member-1", "member")
    freeze(unprinted, definition_sha256(unprinted, load_vote(unprinted)), two)
    text = unprinted.vote_file.read_text(encoding="utf-8")
    unprinted.vote_file.write_text(text.replace("Nguyễn Văn An", "Nguyễn Văn Ân"), encoding="utf-8")
    assert client.post(f"{PRINT}/start", data={"count": "2"}).status_code == 400
    unprinted.vote_file.write_text(text, encoding="utf-8")
    assert printed(desk, client, unprinted, count="2").state is JobState.DONE


def test_the_form_is_shown_before_anything_is_printed(desk: DeskUnderTest, unprinted: VoteFolder) -> None:
    client = desk.client(Role.OBSERVER)
    answer = client.get(f"{PRINT}/form/1.png")
    assert answer.headers["content-type"] == "image/png"
    with Image.open(io.BytesIO(answer.content)) as picture:
        assert picture.width == 1050
    assert client.get(f"{PRINT}/form/2.png").status_code == 404
    assert not unprinted.database.exists()


def test_a_form_that_cannot_be_set_says_why(desk: DeskUnderTest, unprinted: VoteFolder) -> None:
    text = unprinted.vote_file.read_text(encoding="utf-8") + '[print]\nseal_image = "none.png"\n'
    unprinted.vote_file.write_text(text, encoding="utf-8")
    page = desk.client().get(PRINT)
    assert page.status_code == 200
    assert "none.png" in page.text


def test_the_test_sheet_is_a_pdf_to_look_at(desk: DeskUnderTest, unprinted: VoteFolder) -> None:
    answer = desk.client(Role.OBSERVER).get(f"{PRINT}/test-sheet.pdf")
    assert answer.headers["content-type"] == "application/pdf"
    assert answer.headers["content-disposition"].startswith("inline")
    assert len(pypdfium2.PdfDocument(answer.content)) == 1


def test_pages_of_a_batch_are_looked_at_one_by_one(desk: DeskUnderTest) -> None:
    folder = desk.vote()
    client = desk.client(Role.MEMBER)
    page = client.get(BATCH, params={"page": "2"}).text
    assert f'src="{BATCH}/page/2.png"' in page
    assert f"{BATCH}?page=1" in page
    assert f"{BATCH}?page=3" in page
    assert f'src="{BATCH}/page/4.png"' in client.get(BATCH, params={"page": "99"}).text
    assert f'src="{BATCH}/page/1.png"' in client.get(BATCH, params={"page": "x"}).text
    assert client.get(f"{BATCH}/page/4.png").headers["content-type"] == "image/png"
    assert client.get(f"{BATCH}/page/5.png").status_code == 404
    assert client.get(f"{BATCH}/file.pdf").content == (folder.ballots / "bdt-2023-1.pdf").read_bytes()


@pytest.mark.parametrize("name", ["..%2Fvote.toml", "..%2Fkeys%2Fballot.key", "%2Fetc%2Fpasswd", "other.pdf"])
def test_only_batches_are_served(desk: DeskUnderTest, name: str) -> None:
    desk.vote()
    client = desk.client()
    for end in ("", "/file.pdf", "/page/1.png"):
        assert client.get(f"{PRINT}/batches/{name}{end}").status_code == 404


@pytest.mark.parametrize("role", [Role.OBSERVER, Role.AUDITOR])
def test_who_only_looks_gets_no_ballot_and_changes_nothing(desk: DeskUnderTest, role: Role) -> None:
    folder = desk.vote()
    client = desk.client(role)
    page = client.get(PRINT)
    assert page.status_code == 200
    assert "bdt-2023-1.pdf" in page.text
    assert "file.pdf" not in page.text
    for address in (BATCH, f"{BATCH}/file.pdf", f"{BATCH}/page/1.png"):
        assert client.get(address).status_code == 403
    for address in (
        "start",
        "stop",
        "seal",
        "seal/remove",
        "account",
        "account/1",
        "deck/print",
        "deck/scan",
    ):
        assert client.post(f"{PRINT}/{address}", data={"count": "2"}).status_code == 403
    assert len(issued(folder)) == 4


def test_a_closed_count_takes_no_more_ballots_and_no_statement(desk: DeskUnderTest) -> None:
    folder = desk.vote()
    store = open_vote_store(folder, load_vote(folder))
    store.append(EventKind.COUNT_CLOSED, {"members": []})
    store.close()
    client = desk.client()
    page = client.get(PRINT).text
    assert "The count is closed" in page
    assert 'name="count"' not in page
    assert 'name="fate"' not in client.get(f"{PRINT}/account").text
    assert printed(desk, client, folder, count="2").state is JobState.FAILED
    assert client.post(f"{PRINT}/account", data={"fate": "unused", "count": "1"}).status_code == 400
    assert len(issued(folder)) == 4
    assert len(printed_batches(folder, load_vote(folder))) == 1


def test_a_page_names_no_serial(desk: DeskUnderTest) -> None:
    folder = desk.vote()
    client = desk.client()
    pages = client.get(PRINT).text + client.get(f"{PRINT}/account").text + client.get(BATCH).text
    assert not [serial for serial in issued(folder) if serial in pages]


def test_before_there_is_a_vote_the_way_to_it_is_shown(desk: DeskUnderTest) -> None:
    (desk.folder / "moi").mkdir()
    (desk.folder / "moi" / "draft.json").write_text("{}", encoding="utf-8")
    page = desk.client().get("/votes/moi/print")
    assert page.status_code == 200
    assert "/votes/moi/setup" in page.text
