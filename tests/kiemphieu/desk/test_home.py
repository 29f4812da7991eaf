"""Home and the task list: what comes next, and a rehearsal."""

from __future__ import annotations

import pytest

from kiemphieu.desk.home import Standing, TaskState, tasks_of
from kiemphieu.desk.roles import Role
from kiemphieu.scanning import scan_paths


def test_a_desk_without_votes_says_what_to_do(desk):
    assert "There is none yet" in desk.client().get("/").text


def test_every_vote_is_listed_with_its_next_step(desk):
    desk.vote("bdt-2023")
    page = desk.client().get("/").text
    assert "Ban Dân tộc tỉnh Khánh Hòa" in page
    assert "Scan the ballots" in page


def test_a_vote_that_cannot_be_looked_at_says_why_and_hides_no_other(desk):
    desk.vote("bdt-2023")
    broken = desk.vote("broken")
    broken.vote_file.write_text("format = 1\n[vote]\nid =", encoding="utf-8")
    page = desk.client().get("/").text
    assert "Ban Dân tộc tỉnh Khánh Hòa" in page
    assert "Mistakes in vote.toml of this vote: 1" in page
    assert "line 3" in page
    assert "line 3" in desk.client().get("/votes/broken").text
    assert "line 3" in desk.client().get("/votes/broken/count").text


@pytest.mark.parametrize(
    ("standing", "upcoming"),
    [
        (Standing(), "setup"),
        (Standing(set_up=True), "print"),
        (Standing(set_up=True, printed=4), "scan"),
        (Standing(set_up=True, printed=4, scanned=4, problems=1, review=1), "problems"),
        (Standing(set_up=True, printed=4, scanned=4, review=1), "review"),
        (Standing(set_up=True, printed=4, scanned=4, final=True), "close"),
        (Standing(set_up=True, printed=4, scanned=4, final=True, closed=True), "documents"),
    ],
)
def test_the_next_task(standing, upcoming):
    found = [task.name for task in tasks_of(standing) if task.state in {TaskState.NEXT, TaskState.NEEDS}]
    assert found[0] == upcoming


def test_a_rehearsal_is_a_vote_of_its_own_with_sheets_that_need_people(desk):
    client = desk.client()
    answer = client.post("/rehearsal")
    assert answer.headers["location"] == "/votes/rehearsal-1"
    page = client.get("/votes/rehearsal-1").text
    assert 'href="/votes/rehearsal-1/scan?source=folder"' in page
    assert (
        f'value="{desk.folder / "rehearsal-1" / "scans"}"'
        in client.get("/votes/rehearsal-1/scan?source=folder").text
    )
    assert "the result means nothing" in page
    folder = desk.desk.vote("rehearsal-1")
    sheets = sorted((folder.root / "scans").iterdir())
    assert len(sheets) == 11
    scan_paths(folder, [folder.root / "scans"], 1)
    page = client.get("/votes/rehearsal-1").text
    assert "Needs you" in page
    assert client.post("/rehearsal").headers["location"] == "/votes/rehearsal-2"


def test_observers_start_nothing(desk):
    observer = desk.client(Role.OBSERVER)
    assert observer.post("/rehearsal").status_code == 403
    assert desk.desk.votes() == ()
    assert "/rehearsal" not in observer.get("/").text
