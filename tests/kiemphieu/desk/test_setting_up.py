"""Screen 2: a vote from the form and a list, changed, looked at and frozen by two members."""

from __future__ import annotations

import errno
import html
import io
import re
from contextlib import closing
from dataclasses import replace

import pytest
from openpyxl import Workbook

from kiemphieu.desk.roles import Role
from kiemphieu.draft_file import read_draft
from kiemphieu.folder import VoteFolder, load_vote
from kiemphieu.freezing import definition_sha256, read_freezing
from kiemphieu.printing import PrintOrder, print_ballots
from kiemphieu.store import open_store
from kiemphieu.vote_store import open_vote_store
from records.journal import EventKind
from records.vote import Attendance

DETAILS = {
    "name": "Sở Y tế 2026",
    "body": "Sở Y tế",
    "title": "Phiếu tín nhiệm",
    "place": "Khánh Hòa",
    "date": "05/12/2026",
    "rules": "qd96",
    "paper": "A4",
    "two_person": "yes",
}
PASTED = "STT\tHọ và tên\tChức vụ\n1\tNguyễn Văn An\tTrưởng ban\n2\tTrần Thị Bình\tPhó ban\n"


def seen(page: str) -> str:
    found = re.search(r'name="seen" value="([0-9a-f]{16})"', page)
    assert found is not None
    return found[1]


def rows(page: str) -> list[tuple[str, str, str]]:
    ids = re.findall(r'name="id" value="([^"]*)"', page)
    names = re.findall(r'name="name" value="([^"]*)"', page)
    posts = re.findall(r'name="position" value="([^"]*)"', page)
    return list(zip(ids, map(html.unescape, names), map(html.unescape, posts), strict=True))


def sent(page: str, do: str = "save", **changed: str) -> dict[str, object]:
    """The list's form as a browser sends it, with cells such as `name1` written over."""
    found = [list(row) for row in rows(page)]
    for cell, text in changed.items():
        found[int(cell[-1]) - 1][1 if cell.startswith("name") else 2] = text
    ids, names, posts = ([row[index] for row in found] for index in range(3))
    return {"seen": seen(page), "do": do, "id": ids, "name": names, "position": posts}


@pytest.fixture
def client(desk):
    return desk.client(Role.HEAD)


@pytest.fixture
def started(client):
    """The address of a vote that has its details and no list."""
    answer = client.post("/votes/new", data=DETAILS)
    assert answer.status_code == 303, answer.text
    return answer.headers["location"].removesuffix("/officials")


@pytest.fixture
def ready(client, started):
    """The address of a vote that lacks only the freezing."""
    found = client.post(f"{started}/officials/import", data={"text": PASTED})
    assert client.post(f"{started}/officials", data=sent(found.text, "done")).headers["location"] == started
    return started


def folder_of(desk, address: str) -> VoteFolder:
    return VoteFolder(desk.folder / address.split("/")[2])


def freeze(desk, client, address: str):
    shown = re.search(r'name="sha256" value="([0-9a-f]{64})"', client.get(address).text)
    assert shown is not None
    return client.post(f"{address}/freeze", data={"sha256": shown[1], **desk.second()})


def test_a_new_vote_gets_a_folder_called_after_it(desk, client, started):
    assert started == "/votes/so-y-te-2026/setup"
    draft = read_draft(folder_of(desk, started))
    assert draft is not None
    assert (draft.id, draft.body, draft.date, draft.two_person) == (
        "so-y-te-2026",
        "Sở Y tế",
        "05/12/2026",
        True,
    )
    again = client.post("/votes/new", data=DETAILS)
    assert again.headers["location"] == "/votes/so-y-te-2026-2/setup/officials"
    assert "so-y-te-2026" in client.get("/").text


def test_a_new_vote_with_mistakes_is_no_folder_yet(desk, client):
    answer = client.post("/votes/new", data={**DETAILS, "name": "", "date": "99/99/2026", "body": "A <b>&"})
    assert answer.status_code == 200
    assert answer.text.count('class="error"') == 2
    assert re.findall('href="#f-([a-z_]+)"', answer.text) == ["name", "date"]
    assert "A &lt;b&gt;&amp;" in answer.text
    assert not [path for path in desk.folder.iterdir() if not path.name.startswith(".")]


def test_details_keep_what_was_typed(desk, client, started):
    page = client.get(f"{started}/details").text
    typed = {**DETAILS, "seen": seen(page), "summoned": "năm", "members": "A\n\n B \n", "duplex": "yes"}
    answer = client.post(f"{started}/details", data=typed)
    assert "năm" in html.unescape(answer.text)
    draft = read_draft(folder_of(desk, started))
    assert draft is not None
    assert (draft.summoned, draft.members, draft.duplex) == ("năm", ("A", "B"), True)
    page = client.get(f"{started}/details").text
    fixed = client.post(f"{started}/details", data={**typed, "seen": seen(page), "summoned": "24"})
    assert fixed.headers["location"] == f"{started}/officials"


def test_a_second_tab_overwrites_nothing(desk, client, ready):
    old = client.get(f"{ready}/officials").text
    client.post(f"{ready}/officials", data=sent(old, name1="Lê Thị Hoa"))
    answer = client.post(f"{ready}/officials", data=sent(old, name1="Võ Văn Năm"))
    assert answer.status_code == 200
    assert rows(answer.text)[0][1] == "Võ Văn Năm"
    assert load_vote(folder_of(desk, ready)).officials[0].name == "Lê Thị Hoa"
    again = client.post(f"{ready}/officials", data=sent(answer.text))
    assert again.status_code == 303
    assert load_vote(folder_of(desk, ready)).officials[0].name == "Võ Văn Năm"


def test_a_pasted_list_is_shown_before_it_is_kept(desk, client, started):
    text = PASTED + "3\tÔng Lê Văn Tư\t\n\tTổng cộng: 3\t\n"
    found = client.post(f"{started}/officials/import", data={"text": text})
    assert [row[1:] for row in rows(found.text)] == [
        ("Nguyễn Văn An", "Trưởng ban"),
        ("Trần Thị Bình", "Phó ban"),
        ("Ông Lê Văn Tư", ""),
    ]
    assert "Tổng cộng: 3" in found.text
    assert "No position." in found.text
    draft = read_draft(folder_of(desk, started))
    assert draft is not None
    assert not draft.officials
    saved = client.post(f"{started}/officials", data=sent(found.text))
    assert saved.status_code == 303
    page = client.get(f"{started}/officials").text
    assert 'aria-invalid="true"' in page
    assert '<a href="#f-official-3-position">Row 3 (Ông Lê Văn Tư): ' in page
    assert len(rows(page)) == 3


def test_an_uploaded_list_replaces_or_goes_on(client, ready):
    book = Workbook()
    for row in (("Họ và tên", "Chức vụ"), ("Lê Thị Hoa", "Chánh Văn phòng")):
        book.active.append(row)
    out = io.BytesIO()
    book.save(out)
    for where, count in (("replace", 1), ("append", 3)):
        file = {"file": ("ds.xlsx", out.getvalue())}
        found = client.post(f"{ready}/officials/import", data={"where": where}, files=file)
        assert len(rows(found.text)) == count
        assert rows(found.text)[-1][1] == "Lê Thị Hoa"
        assert len({row[0] for row in rows(found.text)}) == count


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"<svg onload='x'/>", "Nobody was found"),
        (b"%PDF-1.4", "no list in Excel"),
        (b"PK\x03\x04 broken", "cannot be read"),
    ],
)
def test_a_file_that_is_no_list_is_told_and_the_text_kept(client, started, content, words):
    file = {"file": ("<x>.xlsx", content)}
    answer = client.post(f"{started}/officials/import", data={"text": "đã dán"}, files=file)
    assert words in answer.text
    assert "<x>" not in answer.text
    assert "đã dán" in answer.text
    assert "Choose a file" in client.post(f"{started}/officials/import", data={"text": ""}).text


def test_rows_are_moved_added_and_removed_and_edits_kept(desk, client, ready):
    there = f"{ready}/officials"
    page = client.get(there).text
    answer = client.post(there, data=sent(page, "down:o1", position2="Phó Trưởng ban"))
    assert answer.headers["location"].endswith("#row-o1")
    page = client.get(there).text
    assert rows(page) == [("o2", "Trần Thị Bình", "Phó Trưởng ban"), ("o1", "Nguyễn Văn An", "Trưởng ban")]
    client.post(there, data=sent(page, "down:o1"))
    client.post(there, data=sent(client.get(there).text, "up:o1"))
    added = client.post(there, data=sent(client.get(there).text, "add")).headers["location"]
    page = client.get(added).text
    assert [row[0] for row in rows(page)] == ["o1", "o2", "new"]
    client.post(there, data=sent(page, name3="Lê Thị Hoa", position3="Ủy viên"))
    client.post(there, data=sent(client.get(there).text, "remove:o1"))
    assert [one.name for one in load_vote(folder_of(desk, ready)).officials] == [
        "Trần Thị Bình",
        "Lê Thị Hoa",
    ]
    assert len({one.id for one in load_vote(folder_of(desk, ready)).officials}) == 2


def test_a_list_of_odd_ids_gets_ids_of_its_own(desk, client, started):
    page = client.get(f"{started}/officials").text
    data = {
        "seen": seen(page),
        "id": ["o1", "o1", "../x", "O"],
        "name": list("ABCD"),
        "position": list("WXYZ"),
    }
    client.post(f"{started}/officials", data=data)
    draft = read_draft(folder_of(desk, started))
    assert draft is not None
    assert len({one.id for one in draft.officials}) == 4
    uneven = client.post(f"{started}/officials", data={**data, "name": ["A"]})
    assert uneven.status_code == 400


def test_the_page_shows_what_is_missing_and_leads_there(client, started):
    page = client.get(started).text
    assert "The list is empty." in page
    assert f"{started}/officials#f-officials" in page
    assert "/freeze" not in page


def test_a_list_without_anybody_is_not_done(client, started):
    data = {"seen": seen(client.get(f"{started}/officials").text), "do": "done"}
    answer = client.post(f"{started}/officials", data={**data, "id": "new", "name": "", "position": ""})
    assert "The list is empty." in answer.text
    assert 'class="error-summary"' in answer.text
    mended = {
        **data,
        "seen": seen(answer.text),
        "id": "new",
        "name": "Nguyễn Văn An",
        "position": "Trưởng ban",
    }
    assert client.post(f"{started}/officials", data=mended).headers["location"] == started


def test_the_ballot_is_drawn_as_it_will_be_printed(client, started, ready):
    page = client.get(ready).text
    picture = re.search(rf'src="({ready}/page/[0-9a-f]{{16}}/)1.png"', page)
    assert picture is not None
    answer = client.get(f"{picture[1]}1.png")
    assert answer.headers["content-type"] == "image/png"
    assert answer.content.startswith(b"\x89PNG")
    for other in (
        f"{picture[1]}2.png",
        f"{picture[1]}0.png",
        f"{picture[1]}x.png",
        f"{ready}/page/{'0' * 16}/1.png",
    ):
        assert client.get(other).status_code == 404
    shown = client.get(f"{ready}/details").text
    changed = client.post(f"{ready}/details", data={**DETAILS, "seen": seen(shown), "subject": "Khác"})
    assert changed.headers["location"] == ready
    assert picture[1] not in client.get(ready).text


def test_the_ballot_is_drawn_as_it_is_typed_and_nothing_is_kept(desk, client, ready):
    folder = folder_of(desk, ready)
    before = folder.vote_file.read_bytes()
    page = client.get(f"{ready}/officials").text
    saved = set(re.findall(r"/page/([0-9a-f]{16})/1", page))
    typed = client.post(f"{ready}/officials/preview", data=sent(page, name1="Võ Văn Năm")).text
    other = client.post(f"{ready}/details/preview", data={**DETAILS, "subject": "Khác"}).text
    versions = [set(re.findall(r"/page/([0-9a-f]{16})/1", text)) for text in (typed, other)]
    assert all(len(found) == 1 for found in versions)
    assert len(saved.union(*versions)) == 3
    assert "<html" not in typed
    for found in versions:
        assert client.get(f"{ready}/page/{found.pop()}/1.png").status_code == 200
    assert folder.vote_file.read_bytes() == before
    freeze(desk, client, ready)
    assert client.post(f"{ready}/details/preview", data=DETAILS).status_code == 400


def test_two_members_freeze_what_they_were_shown(desk, client, ready):
    folder = folder_of(desk, ready)
    sha256 = definition_sha256(folder, load_vote(folder))
    assert freeze(desk, client, ready).headers["location"] == ready
    found = read_freezing(folder)
    assert found is not None
    assert found.sha256 == sha256
    assert [one.role for one in found.members] == ["head", "member"]
    page = client.get(ready).text
    assert all(sha256[start : start + 8] in page for start in range(0, 64, 8))
    for path in ("details", "officials", "officials/import"):
        assert client.get(f"{ready}/{path}").status_code == 400
        assert client.post(f"{ready}/{path}", data={"seen": "x"}).status_code == 400
    assert load_vote(folder).body == "Sở Y tế"


@pytest.mark.parametrize(
    "wrong", [{"second_pin": "000000x"}, {"second": "nobody"}, {"second": "self"}, {"sha256": "0" * 64}]
)
def test_nothing_is_frozen_by_one_alone_or_unseen(desk, client, ready, wrong):
    folder = folder_of(desk, ready)
    data = {"sha256": definition_sha256(folder, load_vote(folder)), **desk.second(), **wrong}
    if wrong.get("second") == "self":
        head = desk.members[Role.HEAD]
        data |= {"second": head.id, "second_pin": desk.pins[head.id]}
    answer = client.post(f"{ready}/freeze", data=data)
    assert answer.status_code == 400
    assert 'role="alert"' in answer.text
    assert read_freezing(folder) is None


def test_an_observer_looks_and_changes_nothing(desk, ready):
    observer = desk.client(Role.OBSERVER)
    page = observer.get(ready)
    assert page.status_code == 200
    assert '<form method="post" action="/votes' not in page.text
    for path in ("/votes/new", f"{ready}/officials", f"{ready}/freeze", f"{ready}/attendance"):
        assert observer.post(path, data=DETAILS).status_code == 403
    assert observer.get("/votes/new").status_code == 403


def test_attendance_changes_when_all_else_is_frozen(desk, client, ready):
    folder = folder_of(desk, ready)
    freeze(desk, client, ready)
    data = {"seen": seen(client.get(ready).text), "summoned": "24", "present": "23"}
    assert client.post(f"{ready}/attendance", data=data).status_code == 303
    assert load_vote(folder).attendance == Attendance(24, 23)
    page = client.get(ready).text
    assert "freezing_changed" not in page
    assert "no longer what two members" not in page
    for present in ("25", "x"):
        bad = {**data, "seen": seen(page), "present": present}
        assert client.post(f"{ready}/attendance", data=bad).status_code == 400
    assert load_vote(folder).attendance == Attendance(24, 23)
    stale = client.post(f"{ready}/attendance", data=data)
    assert stale.status_code == 400


def test_attendance_ends_with_the_count(desk, client, ready):
    folder = folder_of(desk, ready)
    freeze(desk, client, ready)
    print_ballots(folder, PrintOrder(1, seed=3))
    data = {"summoned": "24", "present": "23", **desk.second()}
    data["seen"] = seen(client.get(ready).text)
    assert client.post(f"{ready}/attendance", data=data).status_code == 303
    with closing(open_store(folder.database)) as store:
        acted = [entry.content for entry in store.journal(EventKind.DESK_ACTED)]
        assert acted[-1]["action"] == "attendance_changed"
        assert (acted[-1]["summoned"], acted[-1]["present"]) == (24, 23)
    with closing(open_vote_store(folder, load_vote(folder))) as store:
        store.append(EventKind.COUNT_CLOSED, {})
    data |= {"seen": seen(client.get(ready).text), "present": "22"}
    answer = client.post(f"{ready}/attendance", data=data)
    assert answer.status_code == 400
    assert "closed" in answer.text
    with closing(open_vote_store(folder, load_vote(folder))) as store:
        store.append(EventKind.COUNT_REOPENED, {})
    assert client.post(f"{ready}/attendance", data=data).status_code == 303


def test_head_counts_are_changed_by_two_once_there_are_ballots(desk, client, ready):
    folder = folder_of(desk, ready)
    freeze(desk, client, ready)
    assert 'id="f-counts-second"' not in client.get(ready).text
    print_ballots(folder, PrintOrder(1, seed=3))
    before = load_vote(folder).attendance
    page = client.get(ready).text
    data = {"seen": seen(page), "summoned": "24", "present": "23", "delegates": "30"}
    assert 'id="f-counts-second"' in page
    alone = client.post(f"{ready}/attendance", data=data)
    wrong = client.post(f"{ready}/attendance", data={**data, **desk.second(), "second_pin": "000000"})
    head = desk.members[Role.HEAD]
    same = {"second": head.id, "second_pin": desk.pins[head.id]}
    twice = client.post(f"{ready}/attendance", data={**data, **same})
    assert [one.status_code for one in (alone, wrong, twice)] == [400, 400, 400]
    # What was typed is not lost with a PIN mistyped.
    assert 'value="30"' in wrong.text
    assert load_vote(folder).attendance == before
    assert client.post(f"{ready}/attendance", data={**data, **desk.second()}).status_code == 303
    assert load_vote(folder).attendance == Attendance(24, 23, 30)
    with closing(open_store(folder.database)) as store:
        *_, acted = (entry.content for entry in store.journal(EventKind.DESK_ACTED))
    told = {key: acted[key] for key in ("action", "summoned", "present", "delegates", "second")}
    second = desk.members[Role.MEMBER].id
    numbers = {"summoned": 24, "present": 23, "delegates": 30}
    assert told == {"action": "attendance_changed", **numbers, "second": second}


def test_a_change_after_freezing_is_told(desk, client, ready):
    folder = folder_of(desk, ready)
    freeze(desk, client, ready)
    text = folder.vote_file.read_text(encoding="utf-8")
    folder.vote_file.write_text(text.replace("Nguyễn Văn An", "Kẻ Khác Nào"), encoding="utf-8")
    assert "no longer what two members" in client.get(ready).text
    folder.vote_file.write_text(text, encoding="utf-8")
    assert "no longer what two members" not in client.get(ready).text


def test_a_freezing_is_taken_back_by_two_before_printing(desk, client, ready):
    folder = folder_of(desk, ready)
    freeze(desk, client, ready)
    assert client.post(f"{ready}/unfreeze", data={}).status_code == 400
    assert read_freezing(folder) is not None
    assert client.post(f"{ready}/unfreeze", data=desk.second()).status_code == 303
    assert read_freezing(folder) is None
    assert client.get(f"{ready}/officials").status_code == 200
    freeze(desk, client, ready)
    print_ballots(folder, PrintOrder(1, seed=3))
    assert client.post(f"{ready}/unfreeze", data=desk.second()).status_code == 400
    assert read_freezing(folder) is not None


def test_a_vote_of_the_command_line_is_shown_and_cannot_be_changed_once_printed(desk, client):
    folder = desk.vote()
    page = client.get("/votes/bdt-2023/setup")
    assert page.status_code == 200
    assert "Nguyễn Văn An" in page.text
    assert client.get("/votes/bdt-2023/setup/officials").status_code == 400
    text = folder.vote_file.read_text(encoding="utf-8")
    text = text.replace('position = "Trưởng ban"', 'position = "Trưởng ban"\nappointed = 2020-01-01')
    folder.vote_file.write_text(text, encoding="utf-8")
    page = client.get("/votes/bdt-2023/setup")
    assert page.status_code == 200
    assert "Nguyễn Văn An" in page.text
    bad = client.post("/votes/bdt-2023/setup/attendance", data={"summoned": "5", "present": "5"})
    assert bad.status_code == 400


def test_vietnamese_is_complete(desk, client, ready):
    client.post("/language", data={"lang": "vi", "next": "/"})
    for path in (ready, f"{ready}/details", f"{ready}/officials", f"{ready}/officials/import", "/votes/new"):
        text = client.get(path).text
        assert 'lang="vi"' in text
        assert not re.findall(r">\s*(?:desk|list|draft|freezing)_\w+", text)


def test_a_text_that_does_not_fit_is_told(desk, client, ready):
    page = client.get(f"{ready}/officials").text
    client.post(f"{ready}/officials", data=sent(page, name1="Nguyễn" + "x" * 200))
    answer = client.get(ready).text
    assert "/freeze" not in answer
    assert replace(read_draft(folder_of(desk, ready))).officials[0].name.endswith("xxx")


def test_a_full_disk_loses_nothing_that_was_typed(desk, client, ready, monkeypatch):
    folder = folder_of(desk, ready)
    page = client.get(f"{ready}/officials").text
    details = client.get(f"{ready}/details").text
    monkeypatch.setattr("kiemphieu.disk.os.fsync", full)
    answer = client.post(f"{ready}/officials", data=sent(page, name1="Võ Văn Năm"))
    assert rows(answer.text)[0][1] == "Võ Văn Năm"
    assert "disk is full" in answer.text
    answer = client.post(f"{ready}/details", data={**DETAILS, "seen": seen(details), "subject": "Khác"})
    assert 'value="Khác"' in html.unescape(answer.text)
    assert "disk is full" in answer.text
    monkeypatch.undo()
    assert load_vote(folder).officials[0].name == "Nguyễn Văn An"
    assert client.post(f"{ready}/officials", data=sent(page, name1="Võ Văn Năm")).status_code == 303


def full(_descriptor: int) -> None:
    raise OSError(errno.ENOSPC, "No space left on device")


def test_a_save_that_was_cut_off_is_told(desk, client, ready):
    folder_of(desk, ready).vote_file.unlink()
    page = client.get(ready).text
    assert "cut off" in page
    shown = client.get(f"{ready}/details").text
    client.post(f"{ready}/details", data={**DETAILS, "seen": seen(shown)})
    assert "Ready to freeze" in client.get(ready).text
