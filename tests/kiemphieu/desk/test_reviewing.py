"""The review screen."""

from __future__ import annotations

import re
import shutil
from html import unescape
from pathlib import Path

import pytest
from desk_samples import DeskUnderTest
from httpx2 import Response
from review_samples import beside_box, doubtful_vote, page_of, record, serials_of, with_writing
from starlette.testclient import TestClient

from kiemphieu.deciding import DecisionOrder, decide, standing_decisions
from kiemphieu.desk.review_pictures import Size, Wanted, band_of
from kiemphieu.desk.review_room import Room
from kiemphieu.desk.roles import Role
from kiemphieu.folder import VoteFolder, load_vote
from kiemphieu.opinions import Opinions
from kiemphieu.review_items import Place
from kiemphieu.scanning import scan_paths
from kiemphieu.vote_store import open_vote_store
from records.decision import LineDecision
from records.errors import StoreError
from records.geometry import Rect
from records.journal import EventKind
from records.reading import ReviewReason

REVIEW = "/votes/bdt-2023/review"
MACHINE = "The machine read:"


@pytest.fixture
def folder(desk: DeskUnderTest) -> VoteFolder:
    found = desk.vote()
    doubtful_vote(found)
    return found


def plain(url: str) -> str:
    """An address without its question."""
    return url.partition("?")[0]


def choose(client: TestClient, url: str, choice: str, **more: str) -> Response:
    return client.post(plain(url), data={"choice": choice, **more})


def next_url(client: TestClient, kind: str = "") -> str:
    answer = client.get(f"{REVIEW}/next" + (f"?kind={kind}" if kind else ""))
    assert answer.status_code == 303
    return answer.headers["location"]


def shown(answer: Response) -> str:
    """The words of a page, without its templates and tags."""
    body = re.sub(r"<(template|dialog).*?</\1>", " ", answer.text, flags=re.DOTALL)
    return unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", body)))


def one_person(folder: VoteFolder) -> None:
    with folder.vote_file.open("a", encoding="utf-8") as file:
        file.write("[decisions]\ntwo_person = false\n")


def test_a_tab_that_another_member_left_open_decides_nothing(desk: DeskUnderTest, folder: VoteFolder) -> None:
    client = desk.client()
    url = next_url(client)
    page = client.get(url).text
    head, member = desk.members[Role.HEAD], desk.members[Role.MEMBER]
    assert page.count("<form") > 1
    forms = re.findall(
        r'<form [^>]*method="post"[^>]*><input type="hidden" name="drawn_for" value="([^"]+)">', page
    )
    assert set(forms) == {head.id}
    client.post("/sign-out", data={"drawn_for": head.id})
    client.post("/sign-in", data={"member": member.id, "pin": desk.pins[member.id]})
    answer = choose(client, url, "level:high", drawn_for=head.id)
    assert answer.status_code == 409
    assert f"This page was drawn for {head.name}" in shown(answer)
    assert Opinions(folder).all() == {}
    assert choose(client, url, "level:high", drawn_for=member.id).status_code == 303
    assert client.post("/language", data={"lang": "vi", "next": "/", "drawn_for": head.id}).status_code == 303


def test_the_overview_counts_and_filters(desk: DeskUnderTest, folder: VoteFolder) -> None:
    client = desk.client(Role.MEMBER)
    page = client.get(REVIEW)
    assert page.status_code == 200
    for words in ("All 3", "Marks 1", "Strikes 1", "Writing, whole ballot 1", "Sheets not read 0"):
        assert words in shown(page)
    assert "Start (3)" in shown(page)
    assert "Start (1)" in shown(client.get(f"{REVIEW}?kind=strikes"))
    assert client.get(f"{REVIEW}?kind=nonsense").status_code == 200


def test_an_item_shows_its_ink_the_clause_and_every_choice(desk: DeskUnderTest, folder: VoteFolder) -> None:
    client = desk.client(Role.MEMBER)
    page = client.get(next_url(client))
    for code in ("level:high", "level:low", "no_mark", "several_marks", "struck_name", "escalate"):
        assert f'value="{code}"' in page.text
    assert re.search(r'value="level:high" data-key="1"', page.text)
    assert re.search(r'value="escalate" data-key="0"', page.text)
    assert 'class="ev"' in page.text
    assert "đánh dấu X vào 1 trong 3 ô" in shown(page)
    assert "1 of 3" in shown(page)
    assert "<script>" not in page.text
    assert "style=" not in page.text


def test_the_machines_reading_is_hidden_until_the_member_has_decided(
    desk: DeskUnderTest, folder: VoteFolder
) -> None:
    client = desk.client(Role.MEMBER)
    url = next_url(client)
    before = client.get(url)
    assert MACHINE not in before.text
    assert "unclear" not in shown(before)
    onward = choose(client, url, "level:low").headers["location"]
    after = shown(client.get(onward))
    assert f"{MACHINE} Tín nhiệm cao: unclear" in after
    assert "You chose: Tín nhiệm thấp" in after
    assert MACHINE in client.get(url).text
    # The other member still sees nothing of either.
    other = desk.client(Role.HEAD)
    page = other.get(url)
    assert MACHINE not in page.text
    assert 'id="decide"' in page.text
    assert " checked" not in page.text
    assert "Waits for another member" not in shown(other.get(REVIEW))


def test_two_blind_opinions_that_agree_become_the_decision(desk: DeskUnderTest, folder: VoteFolder) -> None:
    member, head = desk.client(Role.MEMBER), desk.client(Role.HEAD)
    url = next_url(member)
    assert choose(member, url, "level:low").status_code == 303
    assert standing_decisions(folder) == ()
    onward = choose(head, url, "level:low", note="nét mờ").headers["location"]
    assert "Done" in shown(head.get(onward))
    (recorded,) = standing_decisions(folder)
    assert set(recorded.decision.by) == {"Lê Văn Cường", "Trần Thị Bích"}
    assert recorded.decision.line is not None
    assert recorded.decision.line.choice == "low"
    assert "nét mờ" in recorded.decision.reason
    # A third member finds it settled, with what was decided.
    third = desk.client(member=next(m for m in desk.desk.people.members() if m.name == "Vũ Thị Giang"))
    assert "The decision: Tín nhiệm thấp" in shown(third.get(url))


def test_disagreement_is_settled_by_two_with_a_reason(desk: DeskUnderTest, folder: VoteFolder) -> None:
    member, head = desk.client(Role.MEMBER), desk.client(Role.HEAD)
    url = next_url(member)
    choose(member, url, "level:low", note="theo nét đậm")
    choose(head, url, "no_mark")
    page = head.get(f"{REVIEW}/disagreements")
    together = re.search(rf'href="({REVIEW}/together/[^"]+)"', page.text)
    assert together is not None
    words = shown(head.get(together[1]))
    for part in ("Tín nhiệm thấp", "theo nét đậm", "No box marked", MACHINE):
        assert part in words
    alone = head.post(together[1], data={"choice": "no_mark", "reason": "xem giấy"})
    assert alone.status_code == 400
    no_reason = head.post(together[1], data={"choice": "no_mark", **desk.second()})
    assert no_reason.status_code == 400
    assert standing_decisions(folder) == ()
    done = head.post(together[1], data={"choice": "no_mark", "reason": "xem giấy", **desk.second()})
    assert done.status_code == 303
    (recorded,) = standing_decisions(folder)
    assert recorded.decision.reason == "xem giấy"
    assert recorded.decision.by == ("Trần Thị Bích", "Lê Văn Cường")
    assert "Nothing is to be decided together" in shown(head.get(f"{REVIEW}/disagreements"))


def test_an_item_is_escalated_and_not_skipped(desk: DeskUnderTest, folder: VoteFolder) -> None:
    member = desk.client(Role.MEMBER)
    url = next_url(member)
    choose(member, url, "escalate")
    assert "Handed on" in shown(member.get(url))
    assert "Handed on" in shown(desk.client(Role.HEAD).get(url))


def test_the_head_alone_decides_what_was_handed_on_where_one_person_is_enough(
    desk: DeskUnderTest, folder: VoteFolder
) -> None:
    one_person(folder)
    member, head = desk.client(Role.MEMBER), desk.client(Role.HEAD)
    url = next_url(member)
    choose(member, url, "escalate")
    together = plain(url).replace("/item/", "/together/")
    words = {"choice": "level:low", "reason": "xem giấy"}
    assert member.post(together, data=words).status_code == 400
    assert head.post(together, data=words).status_code == 303
    assert standing_decisions(folder)[0].decision.by == ("Trần Thị Bích",)


def test_undo_takes_the_own_opinion_back_and_leaves_a_trace(desk: DeskUnderTest, folder: VoteFolder) -> None:
    member = desk.client(Role.MEMBER)
    url = next_url(member)
    serial, what = plain(url).split("/")[-2:]
    choose(member, url, "level:low")
    back = member.post(f"{REVIEW}/undo", data={"serial": serial, "what": what})
    assert back.headers["location"] == url
    assert 'id="decide"' in member.get(url).text
    assert [(one.choice, one.times) for one in Opinions(folder).withdrawn()] == [("level:low", 1)]
    assert "review_taken_back" in actions(folder)


def test_undo_of_a_decision_asks_for_a_reason_and_a_second_member(
    desk: DeskUnderTest, folder: VoteFolder
) -> None:
    member, head = desk.client(Role.MEMBER), desk.client(Role.HEAD)
    url = next_url(member)
    serial, what = plain(url).split("/")[-2:]
    for client in (member, head):
        choose(client, url, "level:low")
    asked = head.post(f"{REVIEW}/undo", data={"serial": serial, "what": what}).headers["location"]
    assert asked == f"{REVIEW}/undo/{serial}/{what}"
    assert head.get(asked).status_code == 200
    assert head.post(asked, data={"reason": "bấm nhầm"}).status_code == 400
    assert len(standing_decisions(folder)) == 1
    assert head.post(asked, data={"reason": "bấm nhầm", **desk.second()}).status_code == 303
    assert standing_decisions(folder) == ()
    assert 'id="decide"' in member.get(url).text


def test_one_person_decides_and_undoes_at_once(desk: DeskUnderTest, folder: VoteFolder) -> None:
    one_person(folder)
    member = desk.client(Role.MEMBER)
    url = next_url(member)
    serial, what = plain(url).split("/")[-2:]
    choose(member, url, "level:low")
    assert len(standing_decisions(folder)) == 1
    member.post(f"{REVIEW}/undo", data={"serial": serial, "what": what})
    assert standing_decisions(folder) == ()
    assert 'id="decide"' in member.get(url).text


def test_a_whole_ballot_has_choices_of_its_own(desk: DeskUnderTest, folder: VoteFolder) -> None:
    one_person(folder)
    member = desk.client(Role.MEMBER)
    url = next_url(member, "writing")
    page = member.get(url)
    assert 'value="no_fault" data-key="9"' in page.text
    assert "level:" not in page.text.split("<template")[0]
    onward = choose(member, url, "no_fault", kind="writing").headers["location"]
    assert onward == f"{REVIEW}?kind=writing"
    assert "Everything here is decided" in shown(member.get(onward))
    assert standing_decisions(folder)[0].decision.ballot is not None


def test_ink_beside_a_box_can_be_given_to_its_line(desk: DeskUnderTest) -> None:
    folder = desk.vote()
    one_person(folder)
    serial = serials_of(folder)[0]
    ink = beside_box(folder, "o2")
    record(folder, with_writing(page_of(folder, serial), ink, ReviewReason.MARK_OUTSIDE_BOX))
    member = desk.client(Role.MEMBER)
    url = next_url(member)
    assert 'name="line-o2"' in member.get(url).text
    choose(member, url, "no_fault", **{"line-o2": "level:low"})
    lines = [one.decision.line for one in standing_decisions(folder)]
    assert lines[0] is not None
    assert (lines[0].official, lines[0].choice) == ("o2", "low")


@pytest.mark.parametrize("choice", ["", "level:best", "no_fault", "' OR 1=1"])
def test_nothing_or_nonsense_is_told_beside_the_picture(
    desk: DeskUnderTest, folder: VoteFolder, choice: str
) -> None:
    client = desk.client(Role.MEMBER)
    url = next_url(client)
    answer = choose(client, url, choice)
    assert answer.status_code == 400
    assert 'class="error-summary"' in answer.text
    assert 'id="stage"' in answer.text
    assert Opinions(folder).all() == {}


def test_observers_look_and_decide_nothing(desk: DeskUnderTest, folder: VoteFolder) -> None:
    url = next_url(desk.client(Role.MEMBER))
    for role in (Role.OBSERVER, Role.AUDITOR):
        client = desk.client(role)
        page = client.get(url)
        assert page.status_code == 200
        assert 'id="decide"' not in page.text
        assert MACHINE not in page.text
        assert choose(client, url, "level:low").status_code == 403
        assert client.post(f"{REVIEW}/undo", data={}).status_code == 403
        assert client.get(f"{REVIEW}/disagreements").status_code == 403
    assert Opinions(folder).all() == {}


def actions(folder: VoteFolder) -> list[str]:
    store = open_vote_store(folder, load_vote(folder))
    try:
        return [entry.content["action"] for entry in store.journal(EventKind.DESK_ACTED)]
    finally:
        store.close()


def test_the_journal_tells_the_act_and_no_serial(desk: DeskUnderTest, folder: VoteFolder) -> None:
    client = desk.client(Role.MEMBER)
    choose(client, next_url(client), "level:low")
    assert actions(folder) == ["review_opinion"]
    store = open_vote_store(folder, load_vote(folder))
    try:
        text = repr([entry.content for entry in store.journal(EventKind.DESK_ACTED)])
    finally:
        store.close()
    assert not any(serial in text for serial in serials_of(folder))


@pytest.fixture
def scanned(desk: DeskUnderTest, tmp_path: Path) -> VoteFolder:
    """Real scans, one of them twice: that ballot waits, and its pictures are at hand."""
    folder = desk.vote()
    scans = tmp_path / "again"
    shutil.copytree(desk.scans, scans)
    first = min(scans.iterdir())
    first.with_name("scan-9999.jpg").write_bytes(first.read_bytes() + b"\0")
    scan_paths(folder, [scans], 1)
    return folder


def test_pictures_are_served_for_items_and_nothing_else(desk: DeskUnderTest, scanned: VoteFolder) -> None:
    client = desk.client(Role.OBSERVER)
    url = plain(next_url(desk.client(Role.MEMBER)))
    page = client.get(url)
    assert "Sheet 2" in shown(page)
    base = url.replace("/item/", "/picture/")
    for size in Size:
        answer = client.get(f"{base}/1/{size}")
        assert answer.status_code == 200
        assert answer.headers["content-type"] == "image/jpeg"
        assert answer.content[:2] == b"\xff\xd8"
        assert "no-store" in answer.headers["cache-control"]
    for wrong in (f"{base}/2/page", f"{base}/0/huge", f"{REVIEW}/picture/AAAA/ballot/0/page"):
        assert client.get(wrong).status_code == 400
    for path in ("..%2f..%2fkeys", "%2e%2e", "vote.toml"):
        assert client.get(f"{base}/{path}/page").status_code in {200, 400, 404}
        assert b"PRIVATE" not in client.get(f"{base}/{path}/page").content


def test_a_changed_image_is_told_and_not_shown(desk: DeskUnderTest, scanned: VoteFolder) -> None:
    client = desk.client(Role.MEMBER)
    base = plain(next_url(client)).replace("/item/", "/picture/")
    for path in scanned.pages.rglob("*.jpg"):
        path.chmod(0o600)
        path.write_bytes(b"\xff\xd8 no longer")
    answer = client.get(f"{base}/0/page")
    assert answer.headers["content-type"].startswith("text/html")
    assert answer.status_code == 507


def test_the_contact_sheet_and_the_background(desk: DeskUnderTest, scanned: VoteFolder) -> None:
    client = desk.client(Role.MEMBER)
    page = client.get(f"{REVIEW}/contact")
    assert page.status_code == 200
    assert page.text.count("<img") == 1
    assert client.get(f"{REVIEW}/contact?kind=strikes").text.count("<img") == 0


def test_a_decision_made_elsewhere_is_seen_at_once(desk: DeskUnderTest, folder: VoteFolder) -> None:
    client = desk.client(Role.MEMBER)
    assert "Start (3)" in shown(client.get(REVIEW))
    decide(folder, DecisionOrder(serials_of(folder)[0], LineDecision("o2", "low"), ("A", "B"), "rõ"))
    assert "Start (2)" in shown(client.get(REVIEW))


def test_what_members_agreed_on_is_recorded_after_a_failure(
    desk: DeskUnderTest, folder: VoteFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    member, head = desk.client(Role.MEMBER), desk.client(Role.HEAD)
    url = next_url(member)
    choose(member, url, "level:low")

    def full(*_: object) -> None:
        raise StoreError("disk_full", path="kiemphieu.db")

    with monkeypatch.context() as patched:
        patched.setattr("kiemphieu.review_passes.decide", full)
        answer = choose(head, url, "level:low")
        assert answer.status_code == 400
        assert "error-summary" in answer.text
        assert "error-summary" in head.get(REVIEW).text  # told, and the list is still there
    assert standing_decisions(folder) == ()
    assert "Done" in shown(head.get(REVIEW))
    assert len(standing_decisions(folder)) == 1


def test_an_item_that_is_gone_says_so(desk: DeskUnderTest, folder: VoteFolder) -> None:
    client = desk.client(Role.MEMBER)
    assert client.get(f"{REVIEW}/item/AAAA/ballot").status_code == 400
    assert choose(client, f"{REVIEW}/item/AAAA/line-o1", "level:low").status_code == 400


def test_pictures_wait_in_memory_and_the_oldest_go(
    desk: DeskUnderTest, scanned: VoteFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = open_vote_store(scanned, load_vote(scanned))
    pages = list(store.pages())[:3]
    store.close()
    places = [Place(page.sha256, page.suffix, page.options, 1, Rect(20, 60, 80, 20)) for page in pages]
    room = Room(scanned).pictures
    room.prepare([Wanted(place, Size.BAND) for place in places])
    room.wait(30)
    assert all(room.holds(place, Size.BAND) for place in places)
    monkeypatch.setattr("kiemphieu.desk.review_pictures._MOST_BYTES", 1)
    room.get(places[0], Size.THUMB)
    assert not room.holds(places[1], Size.BAND)
    assert room.holds(places[0], Size.THUMB)


def test_a_band_covers_the_view_and_the_whole_width() -> None:
    place = Place("", "", "", 1, Rect(100, 50, 60, 20), strip=Rect(10, 52, 50, 18))
    band = band_of(place, 210.0)
    assert (band.x_mm, band.right_mm) == (0.0, 210.0)
    assert band.y_mm < 50 < 70 < band.bottom_mm
