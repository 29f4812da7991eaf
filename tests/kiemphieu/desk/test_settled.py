"""What was settled on the screen Problems: shown by serial, and taken back by as many as decide."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import pytest
from damaged_scans import taken_again, without_code
from desk_samples import DeskUnderTest
from starlette.testclient import TestClient

from kiemphieu import deciding
from kiemphieu.counting import count_folder
from kiemphieu.deciding import DecisionOrder, decide, standing_decisions
from kiemphieu.desk import settled, settled_words
from kiemphieu.desk.roles import Role
from kiemphieu.folder import VoteFolder, load_vote
from kiemphieu.opinions import Opinion, Opinions
from kiemphieu.scanning import scan_paths
from kiemphieu.settled_sheets import SettledSheet, settled_sheets
from kiemphieu.sheet_problems import Way, sheet_problems
from kiemphieu.vote_store import open_vote_store
from records.decision import BallotDecision, LineDecision, SheetDecision, SheetStanding
from records.errors import StoreError
from records.journal import EventKind, JournalEntry
from records.ruling import BallotFault
from records.token import grouped_serial

PROBLEMS = "/votes/bdt-2023/problems"
BY = ("Trần Thị Bích", "Lê Văn Cường")
LINES = {"line-o1": "high", "line-o2": "no_mark"}


@pytest.fixture
def sheet(desk: DeskUnderTest, tmp_path: Path) -> tuple[VoteFolder, str, str]:
    """A vote with one sheet without a code among good ones; its serial, and the hash of its image."""
    folder = desk.vote()
    serial, path = next(iter(desk.printed.scans.items()))
    good = [one for one in desk.printed.scans.values() if one != path]
    scan_paths(folder, [without_code(path, tmp_path / "damaged.png"), *good], 1)
    (problem,) = sheet_problems(count_folder(folder))
    return folder, serial, problem.target


def settle(client: TestClient, desk: DeskUnderTest, target: str, way: Way, **fields: str) -> None:
    data = {"target": target, "way": way.value, **desk.second(), **fields}
    assert client.post(f"{PROBLEMS}/settle", data=data).status_code == 303


def read_by_hand(client: TestClient, desk: DeskUnderTest, target: str, serial: str) -> None:
    settle(client, desk, target, Way.IDENTIFY, serial=serial)
    answer = client.post(f"{PROBLEMS}/{serial}/by-hand", data={**LINES, **desk.second()})
    assert answer.status_code == 303


def undo(client: TestClient, desk: DeskUnderTest, folder: VoteFolder, target: str, **fields: str):
    known = {one.target: one for one in listed(folder)}
    seen = settled._seen(known[target]) if target in known else ""
    data = {"words": "nhìn nhầm số", "seen": seen, **desk.second(), **fields}
    return client.post(f"{PROBLEMS}/settled/{target}/undo", data=data)


def listed(folder: VoteFolder) -> tuple[SettledSheet, ...]:
    return settled_sheets(folder, load_vote(folder))


def journal(folder: VoteFolder, kind: EventKind) -> list[JournalEntry]:
    with closing(open_vote_store(folder, load_vote(folder))) as store:
        return list(store.journal(kind))


def test_what_was_settled_is_shown_with_who_why_and_its_picture(desk: DeskUnderTest, sheet):
    _, serial, target = sheet
    client = desk.client()
    assert "Settled (" not in client.get(PROBLEMS).text
    read_by_hand(client, desk, target, serial)
    page = client.get(PROBLEMS).text
    words = (
        "Settled (2)",
        f"It is ballot {grouped_serial(serial)}",
        f"picture {target[:8]}…",
        "No fault of the ballot as a whole",
        "Nguyễn Văn An: Tín nhiệm cao",
        "Trần Thị Bình: No vote: ",
        "Trần Thị Bích, Lê Văn Cường",
        f'href="{PROBLEMS}/picture/{target}?whole=1"',
        f'href="{PROBLEMS}/settled/{serial}/undo"',
    )
    assert [one for one in words if one not in page] == []


def test_a_sheet_left_out_by_mistake_waits_again(desk: DeskUnderTest, sheet):
    folder, _, target = sheet
    client = desk.client()
    settle(client, desk, target, Way.LEAVE_OUT, reason="cover")
    assert count_folder(folder).result.ballots.returned == 3
    assert "Left out: no ballot" in client.get(PROBLEMS).text
    assert target in client.get(f"{PROBLEMS}/settled/{target}/undo").text
    assert undo(client, desk, folder, target).headers["location"] == f"{PROBLEMS}?done=undone"
    counted = count_folder(folder)
    assert [one.target for one in sheet_problems(counted)] == [target]
    assert counted.result.ballots.returned == 4
    assert standing_decisions(folder) == ()
    (undone,) = journal(folder, EventKind.DECISION_UNDONE)
    assert undone.content["by"] == list(BY)
    assert undone.content["reason"] == "nhìn nhầm số"
    assert "The decision is taken back" in client.get(f"{PROBLEMS}?done=undone").text


@pytest.mark.parametrize("reason", ["again", "foreign"])
def test_every_way_out_leads_back(desk: DeskUnderTest, sheet, reason: str):
    folder, _, target = sheet
    client = desk.client()
    if reason == "foreign":
        settle(client, desk, target, Way.FOREIGN, words="ảnh lạ")
    else:
        settle(client, desk, target, Way.LEAVE_OUT, reason=reason)
    assert listed(folder)[0].way is (Way.FOREIGN if reason == "foreign" else Way.LEAVE_OUT)
    assert undo(client, desk, folder, target).status_code == 303
    assert [one.target for one in sheet_problems(count_folder(folder))] == [target]


def test_a_sheet_scanned_twice_is_two_pictures_again(desk: DeskUnderTest, tmp_path: Path):
    folder, client = desk.scanned_vote(), desk.client()
    serial, path = next(iter(desk.printed.scans.items()))
    scan_paths(folder, [taken_again(path, tmp_path / "again.png")], 1)
    settle(client, desk, serial, Way.ONE_SHEET)
    (row,) = listed(folder)
    assert (row.way, len(row.pages)) == (Way.ONE_SHEET, 2)
    assert "There is one sheet, scanned twice" in client.get(PROBLEMS).text
    assert undo(client, desk, folder, serial).status_code == 303
    assert [one.target for one in sheet_problems(count_folder(folder))] == [serial]


def test_a_ballot_read_by_hand_is_taken_back_whole_and_the_newest_first(desk: DeskUnderTest, sheet):
    folder, serial, target = sheet
    client = desk.client()
    read_by_hand(client, desk, target, serial)
    made = [one.number for one in standing_decisions(folder) if one.decision.target == serial]
    assert len(made) == 3
    assert undo(client, desk, folder, serial).status_code == 303
    undone = [entry.content["number"] for entry in journal(folder, EventKind.DECISION_UNDONE)]
    assert undone == sorted(made, reverse=True)
    (problem,) = sheet_problems(count_folder(folder))
    assert (problem.target, problem.ways) == (serial, (Way.SCAN_AGAIN, Way.BY_HAND))


def test_what_rests_on_a_sheet_is_taken_back_before_it(desk: DeskUnderTest, sheet):
    folder, serial, target = sheet
    client = desk.client()
    read_by_hand(client, desk, target, serial)
    refused = undo(client, desk, folder, target)
    assert refused.status_code == 400
    assert "Take those back first" in refused.text
    first = f'href="{PROBLEMS}/settled/{serial}/undo">First take back what was decided on ballot'
    assert first in refused.text
    # What was written is still there, and nothing was undone.
    assert 'value="nhìn nhầm số"' in refused.text
    assert journal(folder, EventKind.DECISION_UNDONE) == []
    assert undo(client, desk, folder, serial).status_code == 303
    assert undo(client, desk, folder, target).status_code == 303
    assert [one.target for one in sheet_problems(count_folder(folder))] == [target]


def test_it_takes_a_reason_and_two_different_members(desk: DeskUnderTest, sheet):
    folder, _, target = sheet
    client, head = desk.client(), desk.members[Role.HEAD]
    settle(client, desk, target, Way.LEAVE_OUT, reason="cover")
    wrong = (
        {"words": "  "},
        {"second_pin": "000000"},
        {"second": head.id, "second_pin": desk.pins[head.id]},
        {"second": "", "second_pin": ""},
    )
    for fields in wrong:
        assert undo(client, desk, folder, target, **fields).status_code == 400
    assert len(listed(folder)) == 1
    assert journal(folder, EventKind.DECISION_UNDONE) == []


def test_one_member_is_enough_where_the_vote_says_so(desk: DeskUnderTest, sheet):
    folder, _, target = sheet
    text = folder.vote_file.read_text(encoding="utf-8") + "[decisions]\ntwo_person = false\n"
    folder.vote_file.write_text(text, encoding="utf-8")
    client = desk.client()
    settle(client, desk, target, Way.LEAVE_OUT, reason="cover")
    assert "second_pin" not in client.get(f"{PROBLEMS}/settled/{target}/undo").text
    assert undo(client, desk, folder, target, second="", second_pin="").status_code == 303
    assert listed(folder) == ()


def test_nothing_is_taken_back_once_the_count_is_closed(desk: DeskUnderTest, sheet):
    folder, _, target = sheet
    client, address = desk.client(), f"{PROBLEMS}/settled/{target}/undo"
    settle(client, desk, target, Way.LEAVE_OUT, reason="cover")
    with closing(open_vote_store(folder, load_vote(folder))) as store:
        store.append(EventKind.COUNT_CLOSED, {})
    page = client.get(PROBLEMS).text
    assert "reopen" in page
    assert address not in page
    assert '<form method="post" action="/votes' not in client.get(address).text
    refused = undo(client, desk, folder, target)
    assert refused.status_code == 400
    assert "reopen" in refused.text
    assert len(listed(folder)) == 1
    with closing(open_vote_store(folder, load_vote(folder))) as store:
        store.append(EventKind.COUNT_REOPENED, {})
    assert undo(client, desk, folder, target).status_code == 303


def test_the_journal_tells_the_way_and_no_serial(desk: DeskUnderTest, sheet):
    folder, serial, target = sheet
    client = desk.client()
    read_by_hand(client, desk, target, serial)
    undo(client, desk, folder, serial)
    undo(client, desk, folder, target)
    acts = [entry.content for entry in journal(folder, EventKind.DESK_ACTED)][-2:]
    assert [(act["action"], act["way"]) for act in acts] == [
        ("sheet_undone", "by_hand"),
        ("sheet_undone", "identify"),
    ]
    assert serial not in str(acts)
    assert target not in str(acts)
    page = desk.client(Role.AUDITOR).get("/votes/bdt-2023/audit/journal?kind=desk_acted").text
    assert "Took back how an unreadable sheet was settled" in page


def test_decisions_of_the_review_are_not_here(desk: DeskUnderTest):
    folder = desk.scanned_vote()
    first, second = sorted(desk.printed.scans)[:2]
    ruled = LineDecision("o1", "high")
    report = decide(folder, DecisionOrder(first, ruled, BY, "hai người cùng xem"))
    decide(folder, DecisionOrder(second, ruled, BY, "bằng lệnh"))
    Opinions(folder).put(Opinion((first, "o1"), "a", "level:high", recorded=(report.recorded.number,)))
    assert [one.target for one in listed(folder)] == [second]
    client = desk.client()
    assert undo(client, desk, folder, first).status_code == 400
    assert undo(client, desk, folder, second).status_code == 303
    assert [one.decision.target for one in standing_decisions(folder)] == [first]


def test_the_list_is_by_serial_and_hash_whatever_was_decided_first(desk: DeskUnderTest, tmp_path: Path):
    folder = desk.vote()
    serials = sorted(desk.printed.scans)
    bare = [without_code(desk.printed.scans[one], tmp_path / f"{one}.png") for one in serials[:2]]
    scan_paths(folder, [*bare, *(desk.printed.scans[one] for one in serials[2:])], 1)
    hashes = sorted(one.target for one in sheet_problems(count_folder(folder)))
    for target in reversed(hashes):
        decide(folder, DecisionOrder(target, SheetDecision(SheetStanding.FOREIGN), BY, "lạ"))
    for serial in reversed(serials[2:]):
        decide(folder, DecisionOrder(serial, BallotDecision((BallotFault.ADDED_WRITING,)), BY, "ghi thêm"))
    assert [one.target for one in listed(folder)] == [*serials[2:], *hashes]
    page = desk.client().get(PROBLEMS).text
    places = [page.index(f'id="settled-{one}"') for one in (*serials[2:], *hashes)]
    assert places == sorted(places)


def test_a_long_list_has_pages(desk: DeskUnderTest, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(settled_words, "ROWS_A_PAGE", 2)
    folder = desk.scanned_vote()
    serials = sorted(desk.printed.scans)
    for serial in serials[:3]:
        decide(folder, DecisionOrder(serial, LineDecision("o1", "high"), BY, "xem lại"))
    client = desk.client()
    shown = [
        [one for one in serials if f'id="settled-{one}"' in client.get(f"{PROBLEMS}?settled={start}").text]
        for start in ("0", "2", "99", "x", "-1")
    ]
    assert shown == [serials[:2], serials[2:3], serials[2:3], serials[:2], serials[:2]]


def test_what_was_decided_since_is_not_taken_back_unseen(desk: DeskUnderTest, sheet):
    folder, _, target = sheet
    client = desk.client()
    settle(client, desk, target, Way.LEAVE_OUT, reason="cover")
    (shown,) = listed(folder)
    decide(folder, DecisionOrder(target, SheetDecision(SheetStanding.FOREIGN), BY, "là phiếu lạ"))
    refused = undo(client, desk, folder, target, seen=settled._seen(shown))
    assert refused.status_code == 400
    assert "has just changed" in refused.text
    assert "Not issued by the committee" in refused.text
    assert len(standing_decisions(folder)) == 2
    # As it is shown now it can be taken back, the first decision with it.
    assert undo(client, desk, folder, target).status_code == 303
    assert standing_decisions(folder) == ()
    assert "stands that could be taken back" in undo(client, desk, folder, target).text


def test_a_full_disk_halfway_leaves_the_rest_to_be_taken_back(
    desk: DeskUnderTest, sheet, monkeypatch: pytest.MonkeyPatch
):
    folder, serial, target = sheet
    client = desk.client()
    read_by_hand(client, desk, target, serial)
    real, calls = deciding.undo, []

    def full(*args: object) -> object:
        calls.append(args)
        if len(calls) == 2:
            raise StoreError("disk_full", path=str(folder.database))
        return real(*args)

    monkeypatch.setattr("kiemphieu.settled_sheets.undo", full)
    assert undo(client, desk, folder, serial).status_code == 400
    assert count_folder(folder).result.ballots.review == 1
    monkeypatch.setattr("kiemphieu.settled_sheets.undo", real)
    assert undo(client, desk, folder, serial).status_code == 303
    assert [one.target for one in listed(folder)] == [target]


def test_observers_see_the_list_and_take_nothing_back(desk: DeskUnderTest, sheet):
    folder, _, target = sheet
    settle(desk.client(), desk, target, Way.LEAVE_OUT, reason="cover")
    client, address = desk.client(Role.OBSERVER), f"{PROBLEMS}/settled/{target}/undo"
    page = client.get(PROBLEMS).text
    assert "Left out: no ballot" in page
    assert address not in page
    assert client.get(address).status_code == 403
    assert client.post(address).status_code == 403
    assert len(listed(folder)) == 1


@pytest.mark.parametrize("target", ["0" * 64, "ZZZZZZZZ", "..%2Fvote.toml"])
def test_only_what_stands_can_be_named(desk: DeskUnderTest, target: str):
    desk.scanned_vote()
    assert desk.client().get(f"{PROBLEMS}/settled/{target}/undo").status_code in {400, 404}


def test_vietnamese_is_complete(desk: DeskUnderTest, sheet):
    _, serial, target = sheet
    client = desk.client()
    client.post("/language", data={"lang": "vi", "next": PROBLEMS})
    read_by_hand(client, desk, target, serial)
    pages = [client.get(one).text for one in (PROBLEMS, f"{PROBLEMS}/settled/{serial}/undo")]
    assert "Là phiếu số" in pages[0]
    assert all("desk_problems_" not in page for page in pages)
