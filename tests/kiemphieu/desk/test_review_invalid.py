"""What the program alone found invalid: looked through, and decided otherwise by two."""

from __future__ import annotations

import re

import cv2
import numpy as np
import pytest
from desk_samples import DeskUnderTest
from review_samples import invalid_vote, page_of, record, serials_of, with_line, with_picture
from starlette.testclient import TestClient

from kiemphieu.counting import count_folder
from kiemphieu.deciding import standing_decisions
from kiemphieu.desk import review_invalid
from kiemphieu.desk.roles import Role
from kiemphieu.folder import VoteFolder
from records.token import grouped_serial

VOTE = "/votes/bdt-2023"
LIST = f"{VOTE}/review/invalid"


@pytest.fixture
def folder(desk: DeskUnderTest) -> VoteFolder:
    found = desk.vote()
    invalid_vote(found)
    return found


def decide(client: TestClient, desk: DeskUnderTest, serial: str, what: str, choice: str, **more: str):
    data = {"choice": choice, "reason": "vết gấp", **desk.second(), **more}
    return client.post(f"{LIST}/{serial}/{what}", data=data)


def cards(page: str) -> list[str]:
    return re.findall(rf'<li><a href="{LIST}/([^"]+)">', page)


def test_all_are_listed_by_fault_and_can_be_filtered(desk: DeskUnderTest, folder: VoteFolder):
    struck, written, lines, plain = serials_of(folder)
    client = desk.client(Role.OBSERVER)
    page = client.get(LIST).text
    assert cards(page) == [f"{struck}/ballot", f"{written}/ballot", f"{lines}/line-o2", f"{lines}/line-o1"]
    assert grouped_serial(plain) not in page
    assert cards(client.get(f"{LIST}?fault=several_marks").text) == [f"{lines}/line-o1"]
    assert cards(client.get(f"{LIST}?fault=no_seal").text) == []


def test_the_screens_beside_lead_there(desk: DeskUnderTest, folder: VoteFolder):
    client = desk.client()
    for place in ("review", "count", "close"):
        assert f'href="{LIST}"' in client.get(f"{VOTE}/{place}").text
    assert "found invalid: 4." in client.get(f"{VOTE}/close").text


def test_a_list_has_pages(desk: DeskUnderTest, folder: VoteFolder, monkeypatch):
    monkeypatch.setattr(review_invalid, "CARDS_A_PAGE", 3)
    client = desk.client()
    first, second = client.get(LIST).text, client.get(f"{LIST}?from=3").text
    assert (len(cards(first)), len(cards(second))) == (3, 1)
    assert f'href="{LIST}?from=3"' in first
    assert f'href="{LIST}?from=0"' in second
    assert cards(client.get(f"{LIST}?from=99").text) == cards(second)


def test_two_decide_otherwise_and_take_it_back_on_problems(desk: DeskUnderTest, folder: VoteFolder):
    serial = serials_of(folder)[2]
    client = desk.client()
    answer = decide(client, desk, serial, "line-o2", "level:low")
    assert answer.headers["location"] == f"{LIST}?done=yes"
    assert f"{serial}/line-o2" not in cards(client.get(LIST).text)
    second = next(one for one in count_folder(folder).result.officials if one.count.official == "o2")
    assert dict(second.count.levels)["low"] == 1
    (recorded,) = standing_decisions(folder)
    assert recorded.decision.by == (desk.members[Role.HEAD].name, desk.members[Role.MEMBER].name)
    assert recorded.decision.reason == "vết gấp"
    problems = client.get(f"{VOTE}/problems").text
    seen = re.search(r'href="([^"]+/undo)"', problems)
    assert seen is not None
    form = client.get(seen[1]).text
    hidden = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', form))
    back = client.post(seen[1], data={**hidden, "words": "nhầm", **desk.second()})
    assert back.status_code == 303
    assert f"{serial}/line-o2" in cards(client.get(LIST).text)


def test_a_ballot_without_fault_has_its_struck_line_decided_with_it(desk: DeskUnderTest, folder: VoteFolder):
    serial = serials_of(folder)[0]
    client = desk.client()
    answer = decide(client, desk, serial, "ballot", "no_fault")
    assert answer.status_code == 400
    assert "Choose what the line of" in answer.text
    assert standing_decisions(folder) == ()
    answer = decide(client, desk, serial, "ballot", "no_fault", **{"line-o1": "level:high"})
    assert answer.status_code == 303
    result = count_folder(folder).result
    assert result.ballots.invalid == 1
    assert not [card for card in cards(client.get(LIST).text) if card.startswith(serial)]


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"choice": ""}, "Choose"),
        ({"choice": "escalate"}, "choice"),
        ({"reason": ""}, "reason"),
        ({"second_pin": "000000"}, "PIN"),
        ({"choice": "level:none"}, "choice"),
    ],
)
def test_what_is_missing_is_said_and_nothing_is_recorded(
    desk: DeskUnderTest, folder: VoteFolder, fields, words
):
    serial = serials_of(folder)[2]
    answer = decide(desk.client(), desk, serial, "line-o1", **{"choice": "level:low", **fields})
    assert answer.status_code == 400
    assert words in answer.text.partition('id="errors"')[2].partition("</div>")[0]
    assert standing_decisions(folder) == ()


def test_who_only_watches_decides_nothing(desk: DeskUnderTest, folder: VoteFolder):
    serial = serials_of(folder)[2]
    client = desk.client(Role.OBSERVER)
    assert '<form method="post" action="/votes' not in client.get(f"{LIST}/{serial}/line-o1").text
    assert decide(client, desk, serial, "line-o1", "level:low").status_code == 403


def test_nothing_else_can_be_asked_for(desk: DeskUnderTest, folder: VoteFolder):
    client, serials = desk.client(), serials_of(folder)
    for what in (f"{serials[3]}/ballot", f"{serials[2]}/line-o9", f"{serials[2]}/ballot", "x/ballot"):
        answer = client.get(f"{LIST}/{what}")
        assert answer.status_code == 400, what
        assert "no longer among" in answer.text


def test_pictures_are_cut_from_the_scan(desk: DeskUnderTest):
    folder = desk.vote()
    serial, path = next(iter(desk.printed.scans.items()))
    record(folder, with_picture(with_line(page_of(folder, serial), "o1"), folder, path))
    client, one = desk.client(), f"{LIST}/{serial}/line-o1"
    shapes = []
    for size in ("thumb", "band", "page"):
        answer = client.get(f"{one}/picture/0/{size}")
        assert (answer.status_code, answer.headers["content-type"]) == (200, "image/jpeg")
        assert answer.headers["cache-control"] == "no-store"
        image = cv2.imdecode(np.frombuffer(answer.content, np.uint8), cv2.IMREAD_GRAYSCALE)
        assert image.std() > 10
        shapes.append(image.shape)
    assert shapes[0] < shapes[2]
    for wrong in ("9/thumb", "0/huge"):
        assert client.get(f"{one}/picture/{wrong}").status_code == 400
