"""The screen Problems: every unreadable sheet has a card, and every way out of it works."""

from __future__ import annotations

import io
import shutil
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest
from damaged_scans import taken_again, without_code
from desk_samples import DeskUnderTest
from PIL import Image
from printed_votes import SampleVote

from kiemphieu.counting import count_folder
from kiemphieu.deciding import standing_decisions
from kiemphieu.decisions import read_decisions
from kiemphieu.desk.roles import Role
from kiemphieu.documents.blocks import TableBlock
from kiemphieu.documents.facts import Words, facts_of_count
from kiemphieu.documents.minutes import make_minutes
from kiemphieu.folder import VoteFolder, load_vote
from kiemphieu.foreign_sheets import foreign_sheets
from kiemphieu.messages import Language, has_text, translate
from kiemphieu.scanning import scan_paths
from kiemphieu.settled_sheets import settled_sheets
from kiemphieu.sheet_problems import ABOUT_SHEETS, Way, find_problem, sheet_problems
from kiemphieu.store import Store
from kiemphieu.store.rows import is_foreign
from kiemphieu.vote_store import open_vote_store
from records.decision import SheetDecision, SheetStanding
from records.reading import RejectionReason, ReviewReason, SheetRejection

PROBLEMS = "/votes/bdt-2023/problems"
_FOREIGN_CAUSES = [reason for reason in RejectionReason if is_foreign(SheetRejection(reason))]


def opened(folder: VoteFolder) -> Store:
    return open_vote_store(folder, load_vote(folder))


def half_covered(path: Path, target: Path) -> Path:
    """The sheet with all but its code's part covered: the code is read, the page does not fit its form."""
    pixels = cv2.imread(str(path), cv2.IMREAD_GRAYSCALE)
    _, corners = cv2.QRCodeDetector().detect(pixels)
    xs, ys = corners[0][:, 0], corners[0][:, 1]
    keep = np.zeros(pixels.shape, bool)
    keep[int(ys.min()) - 30 : int(ys.max()) + 30, int(xs.min()) - 30 : int(xs.max()) + 30] = True
    cv2.imwrite(str(target), np.where(keep, pixels, 250).astype(np.uint8))
    return target


def scan(desk: DeskUnderTest, make, tmp_path: Path, others: int = 3) -> tuple[VoteFolder, str]:
    """A vote with one damaged sheet and so many good ones; returns the damaged sheet's serial, too."""
    folder = desk.vote()
    serial, path = next(iter(desk.printed.scans.items()))
    damaged = make(path, tmp_path / "damaged.png")
    good = [one for one in desk.printed.scans.values() if one != path][:others]
    scan_paths(folder, [damaged, *good], 1)
    return folder, serial


def only_problem(folder: VoteFolder):
    (problem,) = sheet_problems(count_folder(folder))
    return problem


def settle(client, desk: DeskUnderTest, target: str, way: Way, **fields: str):
    data = {"target": target, "way": way.value, **desk.second(), **fields}
    return client.post(f"{PROBLEMS}/settle", data=data)


def test_a_clean_scan_has_no_problems(desk: DeskUnderTest):
    desk.scanned_vote()
    page = desk.client().get(PROBLEMS).text
    assert "No sheet needs you" in page


def test_a_sheet_without_a_code_has_a_card_with_cause_cure_and_picture(desk: DeskUnderTest, tmp_path: Path):
    folder, _ = scan(desk, without_code, tmp_path)
    problem = only_problem(folder)
    assert (problem.cause, problem.serial) == (ReviewReason.NO_CODE, None)
    assert problem.ways == (Way.SCAN_AGAIN, Way.LEAVE_OUT, Way.IDENTIFY, Way.FOREIGN)
    client = desk.client()
    page = client.get(PROBLEMS).text
    for words in (
        "No QR code could be read",
        "Smooth it and scan it again",
        "Scan this sheet again",
        problem.target,
    ):
        assert words in page
    answer = client.get(f"{PROBLEMS}/picture/{problem.target}")
    assert answer.headers["content-type"] == "image/jpeg"
    with Image.open(io.BytesIO(answer.content)) as image:
        assert max(image.size) == 1100


@pytest.mark.parametrize("name", ["0" * 64, "..%2F..%2Fvote.toml", "vote.toml", "%00"])
def test_only_pages_of_the_record_are_pictures(desk: DeskUnderTest, name: str):
    desk.scanned_vote()
    assert desk.client().get(f"{PROBLEMS}/picture/{name}").status_code == 404


def test_a_sheet_scanned_again_is_left_out_by_two(desk: DeskUnderTest, tmp_path: Path):
    folder, serial = scan(desk, without_code, tmp_path)
    scan_paths(folder, [desk.printed.scans[serial]], 1)
    client, problem = desk.client(), only_problem(folder)
    assert count_folder(folder).result.ballots.returned == 5
    assert settle(client, desk, problem.target, Way.LEAVE_OUT, reason="again").status_code == 303
    counted = count_folder(folder)
    assert sheet_problems(counted) == ()
    assert counted.result.ballots.returned == 4
    store = opened(folder)
    (recorded,) = read_decisions(store).standing[problem.target]
    store.close()
    assert recorded.decision.by == ("Trần Thị Bích", "Lê Văn Cường")
    assert recorded.decision.reason == "the sheet was scanned again and could be read"
    assert recorded.decision.sheet == SheetDecision(SheetStanding.SCANNED_AGAIN)
    assert "The decision is recorded" in client.get(f"{PROBLEMS}?done=yes").text


def test_a_sheet_is_left_out_for_a_reason_only(desk: DeskUnderTest, tmp_path: Path):
    folder, _ = scan(desk, without_code, tmp_path)
    client, target = desk.client(), only_problem(folder).target
    assert settle(client, desk, target, Way.LEAVE_OUT).status_code == 400
    assert settle(client, desk, target, Way.LEAVE_OUT, reason="other").status_code == 400
    answer = settle(client, desk, target, Way.FOREIGN, words="  ")
    assert answer.status_code == 400
    assert 'role="alert"' in answer.text
    assert only_problem(folder).target == target


def test_two_different_members_decide(desk: DeskUnderTest, tmp_path: Path):
    folder, _ = scan(desk, without_code, tmp_path)
    client, target = desk.client(), only_problem(folder).target
    head = desk.members[Role.HEAD]
    wrong = {"second_pin": "000000"}
    same = {"second": head.id, "second_pin": desk.pins[head.id]}
    nobody = {"second": "", "second_pin": ""}
    for fields in (wrong, same, nobody):
        assert settle(client, desk, target, Way.LEAVE_OUT, reason="cover", **fields).status_code == 400
    assert only_problem(folder).target == target


def test_one_member_is_enough_where_the_vote_says_so(desk: DeskUnderTest, tmp_path: Path):
    folder, _ = scan(desk, without_code, tmp_path)
    text = folder.vote_file.read_text(encoding="utf-8") + "[decisions]\ntwo_person = false\n"
    folder.vote_file.write_text(text, encoding="utf-8")
    client, target = desk.client(), only_problem(folder).target
    page = client.get(PROBLEMS).text
    assert "second_pin" not in page
    answer = client.post(f"{PROBLEMS}/settle", data={"target": target, "way": "leave_out", "reason": "cover"})
    assert answer.status_code == 303, answer.text


def test_a_foreign_sheet_is_counted_apart(desk: DeskUnderTest, tmp_path: Path):
    folder, _ = scan(desk, without_code, tmp_path)
    client, target = desk.client(), only_problem(folder).target
    assert settle(client, desk, target, Way.FOREIGN, words="ảnh chụp từ nơi khác").status_code == 303
    ballots = count_folder(folder).result.ballots
    assert (ballots.foreign, ballots.returned) == (1, 3)


def test_a_sheet_is_named_by_its_serial_and_then_read_by_hand(desk: DeskUnderTest, tmp_path: Path):
    folder, serial = scan(desk, without_code, tmp_path)
    client, target = desk.client(), only_problem(folder).target
    unknown = settle(client, desk, target, Way.IDENTIFY, serial="ZZZZ-ZZZZ")
    assert unknown.status_code == 400
    assert settle(client, desk, target, Way.IDENTIFY, serial=serial.lower()).status_code == 303
    named = only_problem(folder)
    assert (named.serial, named.ways) == (serial, (Way.SCAN_AGAIN, Way.BY_HAND))
    page = client.get(f"{PROBLEMS}/{serial}/by-hand").text
    assert "Nguyễn Văn An" in page

    short = client.post(f"{PROBLEMS}/{serial}/by-hand", data={"line-o1": "high", **desk.second()})
    assert short.status_code == 400
    assert "Trần Thị Bình" in short.text
    lines = {"line-o1": "high", "line-o2": "no_mark"}
    assert client.post(f"{PROBLEMS}/{serial}/by-hand", data={**lines, **desk.second()}).status_code == 303
    counted = count_folder(folder)
    assert sheet_problems(counted) == ()
    assert counted.result.ballots.review == 0
    assert counted.result.ballots.returned == 4


def test_a_sheet_that_does_not_fit_its_form_is_read_by_hand_as_invalid(desk: DeskUnderTest, tmp_path: Path):
    folder, serial = scan(desk, half_covered, tmp_path)
    problem = only_problem(folder)
    assert problem.serial == serial
    assert Way.BY_HAND in problem.ways
    client = desk.client()
    data = {"fault": "struck_name", **desk.second()}
    assert client.post(f"{PROBLEMS}/{serial}/by-hand", data=data).status_code == 303
    ballots = count_folder(folder).result.ballots
    assert (ballots.invalid, ballots.review) == (1, 0)


@pytest.mark.parametrize(("scope", "invalid", "line_invalid"), [("ballot", 1, 0), ("line", 0, 1)])
def test_a_struck_name_read_by_hand_is_ruled_as_in_review(
    desk: DeskUnderTest, tmp_path: Path, scope: str, invalid: int, line_invalid: int
):
    folder, serial = scan(desk, half_covered, tmp_path)
    text = folder.vote_file.read_text(encoding="utf-8")
    rules = f'[rules]\nballot_fault = "{scope}"\n'
    folder.vote_file.write_text(text + rules, encoding="utf-8")
    before = count_folder(folder).result.officials[0].count.invalid
    data = {"line-o1": "struck_name", "line-o2": "high", **desk.second()}
    assert desk.client().post(f"{PROBLEMS}/{serial}/by-hand", data=data).status_code == 303
    result = count_folder(folder).result
    assert (result.ballots.invalid, result.ballots.review, result.ballots.valid) == (invalid, 0, 4 - invalid)
    if scope == "line":
        assert result.officials[0].count.invalid == before + line_invalid


def test_a_fault_that_the_rules_do_not_know_is_refused(desk: DeskUnderTest, tmp_path: Path):
    folder, serial = scan(desk, half_covered, tmp_path)
    text = folder.vote_file.read_text(encoding="utf-8")
    folder.vote_file.write_text(text + '[rules]\nballot_fault = "line"\nseal = "ignore"\n', encoding="utf-8")
    client = desk.client()
    for fault in ("struck_name", "no_seal", "not_issued"):
        data = {"fault": fault, **desk.second()}
        assert client.post(f"{PROBLEMS}/{serial}/by-hand", data=data).status_code == 400
    assert only_problem(folder).serial == serial


def test_a_sheet_scanned_twice_counts_once(desk: DeskUnderTest, tmp_path: Path):
    folder = desk.scanned_vote()
    serial, path = next(iter(desk.printed.scans.items()))
    scan_paths(folder, [taken_again(path, tmp_path / "again.png")], 1)
    problem = only_problem(folder)
    assert (problem.serial, problem.cause) == (serial, ReviewReason.DUPLICATE_SERIAL)
    assert problem.ways == (Way.ONE_SHEET, Way.REVIEW)
    assert len(problem.pages) == 2
    client = desk.client()
    assert settle(client, desk, serial, Way.ONE_SHEET).status_code == 303
    counted = count_folder(folder)
    assert sheet_problems(counted) == ()
    assert (counted.result.ballots.returned, counted.result.ballots.review) == (4, 0)


def test_blank_backs_and_known_files_are_no_problems(desk: DeskUnderTest, tmp_path: Path):
    folder = desk.scanned_vote()
    Image.new("L", (2480, 3508), 250).save(tmp_path / "back.png")
    copy = shutil.copy(next(iter(desk.printed.scans.values())), tmp_path / "copy.jpg")
    scan_paths(folder, [tmp_path / "back.png", Path(copy)], 1)
    assert sheet_problems(count_folder(folder)) == ()
    page = desk.client().get(PROBLEMS).text
    assert "No sheet needs you" in page
    assert "1: the backs of single-sided ballots" in page


def test_what_was_decided_meanwhile_is_said(desk: DeskUnderTest, tmp_path: Path):
    folder, _ = scan(desk, without_code, tmp_path)
    first, second, target = desk.client(), desk.client(), only_problem(folder).target
    settle(first, desk, target, Way.LEAVE_OUT, reason="cover")
    answer = settle(second, desk, target, Way.FOREIGN, words="khác")
    assert answer.status_code == 400
    assert "needs nothing any more" in answer.text


def test_a_way_must_be_one_of_the_card(desk: DeskUnderTest, tmp_path: Path):
    folder, _ = scan(desk, without_code, tmp_path)
    client, target = desk.client(), only_problem(folder).target
    for way in ("one_sheet", "by_hand", "", "x"):
        data = {"target": target, "way": way, **desk.second()}
        assert client.post(f"{PROBLEMS}/settle", data=data).status_code == 400
    assert find_problem(count_folder(folder), target) is not None


def test_observers_see_the_cards_and_decide_nothing(desk: DeskUnderTest, tmp_path: Path):
    folder, _ = scan(desk, without_code, tmp_path)
    client, target = desk.client(Role.OBSERVER), only_problem(folder).target
    page = client.get(PROBLEMS).text
    assert "No QR code could be read" in page
    assert 'name="way"' not in page
    assert client.post(f"{PROBLEMS}/settle", data={"target": target}).status_code == 403
    assert client.get(f"{PROBLEMS}/{target}/by-hand").status_code == 403


def test_home_tells_how_many_sheets_need_a_person(desk: DeskUnderTest, tmp_path: Path):
    scan(desk, without_code, tmp_path)
    assert "1 sheet" in desk.client().get("/votes/bdt-2023").text


@pytest.mark.parametrize("start", ["1", "20", "-1", "x", "9" * 30])
def test_any_place_in_the_list_can_be_asked_for(desk: DeskUnderTest, tmp_path: Path, start: str):
    scan(desk, without_code, tmp_path)
    assert desk.client().get(f"{PROBLEMS}?from={start}").status_code == 200


def test_every_cause_has_words_in_both_languages():
    for reason in ABOUT_SHEETS:
        for what in ("cause", "paper"):
            message_id = f"desk_problems_{what}_{reason.value}"
            assert has_text(message_id)
            assert translate(message_id, Language.VIETNAMESE) != translate(message_id, Language.ENGLISH)


def with_foreign(desk: DeskUnderTest, other_vote: SampleVote, tmp_path: Path) -> tuple[VoteFolder, str]:
    """A scanned vote with one sheet of another vote, scanned twice; returns one picture's target, too."""
    folder = desk.scanned_vote()
    stray = next(iter(other_vote.scans.values()))
    scan_paths(folder, [stray, taken_again(stray, tmp_path / "again.png")], 1)
    first, second = foreign_sheets(count_folder(folder))
    assert first.cause is second.cause is RejectionReason.OTHER_VOTE
    return folder, second.target


def test_a_foreign_sheet_scanned_twice_is_counted_once_when_two_say_so(
    desk: DeskUnderTest, other_vote: SampleVote, tmp_path: Path
):
    folder, target = with_foreign(desk, other_vote, tmp_path)
    client = desk.client()
    page = client.get(PROBLEMS).text
    assert "Sheets that the committee did not issue (2)" in page
    assert "It is a ballot of another vote, other-2023." in page
    assert page.count(f"{PROBLEMS}/picture/") == 4
    before = count_folder(folder).result.ballots
    alone = settle(client, desk, target, Way.LEAVE_OUT, reason="twice", second_pin="000000")
    assert alone.status_code == 400
    assert 'role="alert"' in alone.text
    assert count_folder(folder).result.ballots == before
    assert settle(client, desk, target, Way.LEAVE_OUT, reason="twice").status_code == 303
    ballots = count_folder(folder).result.ballots
    assert (before.foreign, ballots.foreign) == (2, 1)
    assert replace(before, foreign=1) == ballots
    with closing(opened(folder)) as store:
        assert read_decisions(store).on_sheet(target) == SheetDecision(SheetStanding.SCANNED_AGAIN)
    page = client.get(PROBLEMS).text
    assert "did not issue (1)" in page
    assert f"{PROBLEMS}/settled/{target}/undo" in page


def test_leaving_a_foreign_sheet_out_is_taken_back(
    desk: DeskUnderTest, other_vote: SampleVote, tmp_path: Path
):
    folder, target = with_foreign(desk, other_vote, tmp_path)
    client = desk.client()
    assert settle(client, desk, target, Way.LEAVE_OUT, reason="cover").status_code == 303
    assert count_folder(folder).result.ballots.foreign == 1
    (sheet,) = settled_sheets(folder, load_vote(folder))
    data = {"seen": str(sheet.numbers[0]), "words": "hai tờ khác nhau", **desk.second()}
    assert client.post(f"{PROBLEMS}/settled/{target}/undo", data=data).status_code == 303
    assert count_folder(folder).result.ballots.foreign == 2
    assert {one.target for one in foreign_sheets(count_folder(folder))} > {target}


@pytest.mark.parametrize("way", [Way.FOREIGN, Way.IDENTIFY, Way.ONE_SHEET, Way.BY_HAND, "else"])
def test_nothing_else_is_done_about_a_foreign_sheet(
    desk: DeskUnderTest, other_vote: SampleVote, tmp_path: Path, way: str
):
    folder, target = with_foreign(desk, other_vote, tmp_path)
    data = {"target": target, "way": way, "words": "x", "serial": "x", **desk.second()}
    assert desk.client().post(f"{PROBLEMS}/settle", data=data).status_code == 400
    assert len(foreign_sheets(count_folder(folder))) == 2
    assert desk.client().get(f"{PROBLEMS}/{target}/by-hand").status_code == 400


def test_an_observer_sees_foreign_sheets_and_settles_none(
    desk: DeskUnderTest, other_vote: SampleVote, tmp_path: Path
):
    folder, target = with_foreign(desk, other_vote, tmp_path)
    client = desk.client(Role.OBSERVER)
    page = client.get(PROBLEMS).text
    assert "did not issue (2)" in page
    assert "<form" not in page.partition('id="foreign"')[2]
    assert settle(client, desk, target, Way.LEAVE_OUT, reason="twice").status_code == 403
    assert count_folder(folder).result.ballots.foreign == 2


@pytest.mark.parametrize("cause", [*_FOREIGN_CAUSES, "never_issued"])
@pytest.mark.parametrize("lang", Language)
def test_every_cause_of_a_foreign_sheet_has_words(cause: str, lang: Language):
    assert translate(f"desk_problems_foreign_{cause}", lang, vote="v")


def test_the_minutes_do_not_tell_the_whole_vote_of_a_ballot_read_by_hand(desk: DeskUnderTest, tmp_path: Path):
    """Its lines side by side would prove a vote to whoever knows the sheet."""
    folder, serial = scan(desk, without_code, tmp_path)
    client, target = desk.client(), only_problem(folder).target
    settle(client, desk, target, Way.IDENTIFY, serial=serial)
    lines = {"line-o1": "low", "line-o2": "medium"}
    assert client.post(f"{PROBLEMS}/{serial}/by-hand", data={**lines, **desk.second()}).status_code == 303
    report = count_folder(folder)
    document = make_minutes(facts_of_count(report, standing_decisions(folder), ""), Words(Language.ENGLISH))
    tables = [one for one in document.blocks if isinstance(one, TableBlock)]
    rows = [row for one in tables if one.columns[0].title == "Decision no." for row in one.rows]
    (by_hand,) = [row for row in rows if "2 lines read by hand" in row[2]]
    first, last = by_hand[0].split("–")
    assert int(last) == int(first) + 1
    assert not [row for row in rows if row[1].startswith(("Nguyễn Văn An", "Trần Thị Bình"))]
