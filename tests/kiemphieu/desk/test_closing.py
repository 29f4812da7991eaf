"""Screen 8: closing by two members, reopening, sealing, documents and the committee's names."""

from __future__ import annotations

import html
import io
import re
from contextlib import closing

import pytest
from damaged_scans import without_code
from PIL import Image

from kiemphieu.batches import (
    BatchOrder,
    BatchSource,
    PageTally,
    begin_run,
    end_run,
    open_batch,
    read_batches,
    save_batch,
)
from kiemphieu.closing import balance_of, read_closing
from kiemphieu.counting import count_folder
from kiemphieu.desk import count_rules
from kiemphieu.desk.closing import _steps
from kiemphieu.desk.live_count import LiveCount
from kiemphieu.desk.roles import Role
from kiemphieu.exports.writing import Format
from kiemphieu.folder import VoteFolder, load_vote
from kiemphieu.scanning import scan_paths
from kiemphieu.sealing import seal_vote
from kiemphieu.sheet_problems import Waiting
from kiemphieu.verifying import verify_folder
from kiemphieu.vote_store import open_vote_store
from records.journal import EventKind

VOTE = "/votes/bdt-2023"
CLOSE, DOCUMENTS = f"{VOTE}/close", f"{VOTE}/documents"


@pytest.fixture
def folder(desk) -> VoteFolder:
    return desk.scanned_vote()


@pytest.fixture
def closed(desk, folder) -> VoteFolder:
    answer = desk.client().post(CLOSE, data={"counted": "4", **desk.second()})
    assert answer.headers["location"] == f"{DOCUMENTS}?closed=1"
    return folder


def words(answer) -> str:
    return html.unescape(answer.text)


def acted(folder: VoteFolder) -> list[str]:
    with closing(open_vote_store(folder, load_vote(folder))) as store:
        return [entry.content["action"] for entry in store.journal(EventKind.DESK_ACTED)]


def test_after_the_close_the_screens_offer_nothing_that_would_be_refused(desk, closed):
    client = desk.client()
    for place in ("scan", "print", "print/account", "problems", "review", "review/invalid"):
        answer = client.get(f"{VOTE}/{place}")
        assert answer.status_code == 200
        assert f'<form method="post" action="{VOTE}/' not in words(answer), place
    page = words(client.get(f"{VOTE}/scan"))
    assert "two members reopen the count" in page


def test_the_checklist_and_the_equation(desk, folder):
    page = words(desk.client().get(CLOSE))
    assert page.count("tag-ok") == 4
    assert "Waits for the hand count" in page
    batch = open_batch(folder, BatchOrder("Xấp 1", 4, BatchSource.FILES))
    page = words(desk.client().get(CLOSE))
    assert "The batch “Xấp 1” is not saved." in page
    assert f'href="{VOTE}/scan"' in page
    save_batch(folder, batch.number)
    page = words(desk.client().get(CLOSE))
    assert "Adds up" in page
    assert re.search(r'name="counted" value="4"', page)


def test_two_members_close_and_the_documents_are_there(desk, closed):
    state = read_closing(closed)
    assert state.closed is not None
    head, member = desk.members[Role.HEAD], desk.members[Role.MEMBER]
    assert state.closed["members"] == [
        {"member": head.id, "role": "head"},
        {"member": member.id, "role": "member"},
    ]
    page = words(desk.client(Role.OBSERVER).get(CLOSE))
    assert "The count is closed." in page
    assert '<form method="post" action="/votes' not in page
    assert (closed.backups / "bdt-2023-1.tar").is_file()
    assert (closed.reports / "bien-ban-kiem-phieu.pdf").is_file()
    assert verify_folder(closed).faults == ()


@pytest.mark.parametrize(
    ("data", "said"),
    [
        ({"counted": "5"}, "Counted by hand (5) and scanned (4) differ."),
        ({"counted": ""}, "Enter the number of ballots counted by hand."),
        ({"counted": "4", "second_pin": "000000"}, ""),
        ({"counted": "4", "backups": "usb"}, "There is no folder usb"),
        ({"counted": "4", "backups": "/no/such/stick"}, "There is no folder /no/such/stick"),
    ],
)
def test_what_does_not_fit_is_said_and_what_was_typed_stays(desk, folder, data, said):
    answer = desk.client().post(CLOSE, data=desk.second() | data)
    assert answer.status_code == 400
    assert said in words(answer)
    assert 'class="error-summary"' in answer.text
    assert f'name="counted" value="{data["counted"]}"' in answer.text
    assert data.get("second_pin", "no PIN comes back") not in answer.text
    assert read_closing(folder).closed is None


def left_out(desk, folder: VoteFolder, tmp_path, reason: str) -> None:
    """One more picture, of a sheet whose code is not read; left out on Problems for that reason."""
    damaged = without_code(next(iter(desk.printed.scans.values())), tmp_path / "damaged.png")
    scan_paths(folder, [damaged], 1)
    (waiting,) = count_folder(folder).review
    data = {"target": waiting.pages[0].sha256, "way": "leave_out", "reason": reason, **desk.second()}
    assert desk.client().post(f"{VOTE}/problems/settle", data=data).status_code == 303


def terms(page: str) -> list[str]:
    return re.findall(r'"term-number">([^<]*)<', page)


def test_a_sheet_scanned_again_adds_no_sheet_to_the_equation(desk, folder, tmp_path):
    for name, counted in (("Xấp 1", 4), ("Quét lại", 1)):
        save_batch(folder, open_batch(folder, BatchOrder(name, counted, BatchSource.FILES)).number)
    left_out(desk, folder, tmp_path, "again")
    client = desk.client()
    page = words(client.get(CLOSE))
    assert terms(page) == ["?", "4", "4", "0", "0"]
    assert "1 pictures are further ones of a sheet" in page
    assert "The saved batches add up to 5" in page
    assert 'name="counted" value=""' in page
    assert 'name="strays"' not in page
    assert 'name="doubles"' not in page
    for wrong in ({"counted": "5"}, {"counted": "5", "strays": "1"}, {"counted": "5", "doubles": "1"}):
        assert client.post(CLOSE, data={**wrong, **desk.second()}).status_code == 400
    assert client.post(CLOSE, data={"counted": "4", **desk.second()}).status_code == 303
    assert terms(words(client.get(CLOSE))) == ["4", "4", "4", "0", "0"]


def test_what_the_committee_state_of_paper_stands_in_the_equation_and_in_the_journal(desk, folder, tmp_path):
    left_out(desk, folder, tmp_path, "cover")
    client = desk.client()
    page = words(client.get(CLOSE))
    assert terms(page) == ["?", "4", "4", "0", "0"]
    assert 'name="strays" value="0"' in page
    answer = client.post(CLOSE, data={"counted": "5", "strays": "2", **desk.second()})
    assert "Only 1 pictures were left out as no ballots" in words(answer)
    assert 'name="strays" value="2"' in answer.text
    assert client.post(CLOSE, data={"counted": "5", **desk.second()}).status_code == 400
    assert client.post(CLOSE, data={"counted": "5", "strays": "1", **desk.second()}).status_code == 303
    page = words(client.get(CLOSE))
    assert terms(page) == ["5", "5", "4", "0", "1"]
    assert "Adds up" in page
    assert "the committee stated: 0 with another sheet's serial, 1 no ballots" in page
    journal = words(desk.client(Role.AUDITOR).get(f"{VOTE}/audit/journal?kind=count_closed"))
    assert "Sheets that are no ballots" in journal
    assert verify_folder(folder).faults == ()


def test_a_count_closed_before_anything_was_stated_is_shown(desk, closed):
    with closing(open_vote_store(closed, load_vote(closed))) as store:
        data = dict(store.last_entry(EventKind.COUNT_CLOSED).content)
        del data["strays"]
        store.append(EventKind.COUNT_REOPENED, {"reason": "x", "version": 1, "members": data["members"]})
        store.append(EventKind.COUNT_CLOSED, {**data, "version": 2, "counted": 5, "doubles": 1})
    assert terms(words(desk.client().get(CLOSE))) == ["5", "5", "4", "0", "1"]


def test_one_member_is_not_two(desk, folder):
    head = desk.members[Role.HEAD]
    data = {"counted": "4", "second": head.id, "second_pin": desk.pins[head.id]}
    assert desk.client().post(CLOSE, data=data).status_code == 400
    observer = {"counted": "4", **desk.second(desk.members[Role.OBSERVER])}
    assert desk.client().post(CLOSE, data=observer).status_code == 400
    assert read_closing(folder).closed is None


@pytest.mark.parametrize("role", [Role.OBSERVER, Role.AUDITOR])
@pytest.mark.parametrize(
    "path",
    ["close", "close/reopen", "close/seal", "documents/write", "documents/names", "documents/export",
     "count/rules"],
)  # fmt: skip
def test_who_only_looks_changes_nothing(desk, folder, role, path):
    assert desk.client(role).post(f"{VOTE}/{path}", data=desk.second()).status_code == 403


@pytest.mark.parametrize(
    ("waiting", "place"),
    [(Waiting(0, 1), "review"), (Waiting(1, 0), "problems"), (Waiting(2, 3), "problems")],
)
def test_what_waits_is_linked_to_the_screen_where_it_waits(desk, folder, waiting, place):
    balance = balance_of(folder, count_folder(folder))
    steps = {name: (done, screen) for name, done, screen in _steps(balance, waiting)}
    assert steps["desk_close_step_review"] == (False, place)
    steps = {name: (done, screen) for name, done, screen in _steps(balance, Waiting(0, 0))}
    assert steps["desk_close_step_review"][0]


def test_while_a_job_runs_nothing_is_closed(desk, folder):
    job = desk.desk.jobs.start(folder, "scan", lambda job: job._stop.wait(20))
    answer = desk.client().post(CLOSE, data={"counted": "4", **desk.second()})
    job.ask_stop()
    assert answer.status_code == 400
    assert "(scanning)" in answer.text
    assert read_closing(folder).closed is None


def test_scanning_is_refused_while_the_count_is_closed(desk, closed):
    data = {"source": "folder", "name": "Xấp 2", "counted": "1", "place": str(desk.scans)}
    answer = desk.client().post(f"{VOTE}/scan/start", data=data)
    assert answer.status_code == 400
    assert count_folder(closed).result.ballots.returned == 4


def test_a_closed_count_rests_on_the_hand_counts_it_was_closed_with(desk, folder):
    batch = open_batch(folder, BatchOrder("Xấp 1", 4, BatchSource.FILES))
    begin_run(folder, batch.number)
    end_run(folder, batch.number, PageTally(recorded=4))
    save_batch(folder, batch.number)
    client = desk.client()
    assert "closed=1" in client.post(CLOSE, data={"counted": "4", **desk.second()}).headers["location"]
    answer = client.post(f"{VOTE}/scan/count", data={"number": str(batch.number), "counted": "5"})
    assert answer.status_code == 400
    assert [one.counted for one in read_batches(folder)] == [4]
    assert "batch_recounted" not in acted(folder)


def test_reopening_takes_a_reason_and_two_members_and_keeps_the_documents(desk, closed):
    client = desk.client()
    client.post(f"{DOCUMENTS}/export", data={"format": "csv"})
    assert client.post(f"{CLOSE}/reopen", data={"reason": " ", **desk.second()}).status_code == 400
    assert client.post(f"{CLOSE}/reopen", data={"reason": "one <b>more</b>"}).status_code == 400
    answer = client.post(f"{CLOSE}/reopen", data={"reason": "one <b>more</b>", **desk.second()})
    assert answer.headers["location"] == CLOSE
    page = client.get(CLOSE).text
    assert "one &lt;b&gt;more&lt;/b&gt;" in page
    assert "version 1 of the minutes no longer holds" in page
    kept = sorted(path.name for path in (closed.reports / "version-1").iterdir())
    assert "bdt-2023-results.csv" in kept
    assert not (closed.reports / "bdt-2023-results.csv").exists()
    page = words(client.get(DOCUMENTS))
    assert "documents of version 1 no longer hold" in page
    assert page.count("?version=1&save=1") == len(kept)
    first = next(name for name in kept if name.endswith(".pdf"))
    assert client.get(f"{DOCUMENTS}/view/{first}?version=1").status_code == 200
    assert client.get(f"{DOCUMENTS}/view/{first}?version=2").status_code == 404
    assert client.post(CLOSE, data={"counted": "4", **desk.second()}).status_code == 303
    assert read_closing(closed).version == 2
    assert verify_folder(closed).faults == ()


def test_sealing_comes_after_closing_and_ends_everything(desk, folder):
    client = desk.client()
    assert client.get(f"{CLOSE}/seal").headers["location"] == CLOSE
    client.post(f"{CLOSE}/seal", data={"sure": "yes", **desk.second()})
    assert not read_closing(folder).sealed
    client.post(CLOSE, data={"counted": "4", **desk.second()})
    assert client.get(f"{CLOSE}/seal").status_code == 200
    assert client.post(f"{CLOSE}/seal", data=desk.second()).status_code == 400
    assert not read_closing(folder).sealed
    assert client.post(f"{CLOSE}/seal", data={"sure": "yes", **desk.second()}).status_code == 303
    assert read_closing(folder).sealed
    page = words(client.get(CLOSE))
    assert "the record sealed" in page
    assert "reopen" not in page
    assert client.get(DOCUMENTS).status_code == 200
    assert verify_folder(folder).faults == ()


def test_documents_are_written_looked_at_page_by_page_and_fetched(desk, folder):
    client = desk.client()
    assert "No document is written yet." in words(client.get(DOCUMENTS))
    assert client.post(f"{DOCUMENTS}/write", data={"language": "vi"}).status_code == 303
    page = client.get(DOCUMENTS).text
    assert page.index("bien-ban-kiem-phieu.pdf") < page.index("bao-cao-ket-qua.pdf")
    view = client.get(f"{DOCUMENTS}/view/bien-ban-kiem-phieu.pdf?page=2").text
    assert re.search(r"Page 2 of \d", view)
    picture = client.get(f"{DOCUMENTS}/page/bien-ban-kiem-phieu.pdf/2.png")
    assert Image.open(io.BytesIO(picture.content)).width == 1050
    assert client.get(f"{DOCUMENTS}/page/bien-ban-kiem-phieu.pdf/99.png").status_code == 404
    assert client.get(f"{DOCUMENTS}/page/bien-ban-kiem-phieu.docx/1.png").status_code == 404
    pdf = client.get(f"{DOCUMENTS}/file/bien-ban-kiem-phieu.pdf")
    assert pdf.content.startswith(b"%PDF")
    assert pdf.headers["content-disposition"].startswith("inline")
    word = client.get(f"{DOCUMENTS}/file/bien-ban-kiem-phieu.docx")
    assert word.headers["content-disposition"].startswith("attachment")
    assert word.content == (folder.reports / "bien-ban-kiem-phieu.docx").read_bytes()


@pytest.mark.parametrize("kind", Format)
def test_exports_are_made_looked_at_and_fetched(desk, folder, kind):
    client = desk.client()
    assert client.post(f"{DOCUMENTS}/export", data={"format": kind.value}).status_code == 303
    made = [path for path in folder.reports.iterdir() if path.is_file()]
    assert made
    for path in made:
        view = words(client.get(f"{DOCUMENTS}/view/{path.name}"))
        assert "<table" in view or "<pre" in view
        assert client.get(f"{DOCUMENTS}/file/{path.name}").content == path.read_bytes()
    assert acted(folder) == ["exported"]
    assert client.post(f"{DOCUMENTS}/export", data={"format": "exe"}).status_code == 400


@pytest.mark.parametrize(
    ("name", "data"),
    [("ket-qua.xlsx", b""), ("ket-qua.xlsx", b"PK\x03\x04 cut off"), ("ket-qua.csv", b'"' + b"x" * 200_000)],
)
def test_a_damaged_table_among_the_reports_is_told(desk, folder, name, data):
    folder.reports.mkdir(exist_ok=True)
    (folder.reports / name).write_bytes(data)
    answer = desk.client().get(f"{DOCUMENTS}/view/{name}")
    assert answer.status_code == 404
    assert name in words(answer)


@pytest.mark.parametrize(
    "name", ["..%2Fvote.toml", "%2e%2e%2fkeys%2fballot.key", "vote.toml", "notes.txt", "%00", "a" * 300]
)
@pytest.mark.parametrize("kind", ["view", "file"])
def test_only_what_lies_among_the_reports_is_served(desk, folder, name, kind):
    client = desk.client()
    client.post(f"{DOCUMENTS}/write", data={"language": "vi"})
    (folder.reports / "notes.txt").write_text("private", encoding="utf-8")
    answer = client.get(f"{DOCUMENTS}/{kind}/{name}")
    assert answer.status_code == 404
    assert "private" not in answer.text


def test_names_go_into_vote_toml_and_into_the_minutes_that_are_there(desk, closed):
    desk.client().post(f"{DOCUMENTS}/write", data={"language": "en"})
    papers = [closed.reports / name for name in ("bien-ban-kiem-phieu.pdf", "minutes-en.pdf")]
    before = [path.read_bytes() for path in papers]
    data = {"head": "Trần <Bích>", "secretary": "", "members": "Lê Cường\n\nHồ Mai", "witnesses": ""}
    assert desk.client().post(f"{DOCUMENTS}/names", data=data).headers["location"].endswith("?named=1")
    committee = load_vote(closed).committee
    assert (committee.head, committee.members) == ("Trần <Bích>", ("Lê Cường", "Hồ Mai"))
    assert all(path.read_bytes() != then for path, then in zip(papers, before, strict=True))
    page = desk.client(Role.OBSERVER).get(DOCUMENTS).text
    assert "Trần &lt;Bích&gt;" in page
    assert 'name="head"' not in page
    assert verify_folder(closed).faults == ()


def test_under_a_sealed_record_the_names_on_the_minutes_stay(desk, closed):
    seal_vote(closed)
    before = {path: path.read_bytes() for path in closed.reports.rglob("*") if path.is_file()}
    answer = desk.client().post(f"{DOCUMENTS}/names", data={"head": "Người Khác"})
    assert answer.status_code == 400
    assert "The record is sealed" in answer.text
    assert {path: path.read_bytes() for path in closed.reports.rglob("*") if path.is_file()} == before
    assert load_vote(closed).committee.head != "Người Khác"


def test_a_name_that_is_too_long_comes_back_for_mending(desk, folder):
    answer = desk.client().post(f"{DOCUMENTS}/names", data={"head": "x" * 121, "members": "Lê Cường"})
    assert answer.status_code == 400
    assert "x" * 121 in answer.text
    assert "Lê Cường" in answer.text


def test_documents_older_than_the_count_say_so(desk, folder):
    client = desk.client()
    client.post(f"{DOCUMENTS}/write", data={"language": "en"})
    assert "Write them again" not in client.get(DOCUMENTS).text
    data = {"fate": "not_returned", "count": "0", "group": "", "reason": "counted"}
    assert client.post(f"{VOTE}/print/account", data=data).status_code == 303
    assert "Write them again" in client.get(DOCUMENTS).text
    client.post(f"{DOCUMENTS}/write", data={"language": "en"})
    assert "Write them again" not in client.get(DOCUMENTS).text


def test_an_open_rule_is_resolved_by_two_members(desk, folder, monkeypatch):
    client = desk.client()
    report = count_folder(folder)
    assert client.get(f"{VOTE}/count/rules").status_code == 303
    monkeypatch.setattr(count_rules, "open_settings", lambda _result: ("line_fault", "base"))
    monkeypatch.setattr(count_rules, "live_count", lambda _folder: LiveCount("k", report, 0))
    page = client.get(f"{VOTE}/count/rules").text
    assert page.count('type="radio"') == 4
    data = {"line_fault": "line", "base": "returned"}
    assert client.post(f"{VOTE}/count/rules", data=data).status_code == 400
    assert client.post(f"{VOTE}/count/rules", data={"base": "valid", **desk.second()}).status_code == 400
    assert load_vote(folder).rule_overrides == ()
    answer = client.post(f"{VOTE}/count/rules", data=data | desk.second())
    assert answer.headers["location"] == f"{VOTE}/count"
    assert dict(load_vote(folder).rule_overrides) == data
    assert acted(folder) == ["rule_resolved"]
