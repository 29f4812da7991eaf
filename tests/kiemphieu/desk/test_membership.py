"""Members renamed, gone and back: by two, in every journal, and never two persons in one or one in two."""

from __future__ import annotations

import html
import unicodedata
from concurrent.futures import ThreadPoolExecutor

import pytest
from desk_samples import QUICK, DeskUnderTest
from review_samples import doubtful_vote
from test_members import acts, lock, shown_pins, third_member

from kiemphieu.committee_names import save_committee
from kiemphieu.deciding import standing_decisions
from kiemphieu.desk.member_names import name_key, tidy_name
from kiemphieu.desk.people import MOST_MEMBERS, People
from kiemphieu.desk.roles import Member, Role
from kiemphieu.folder import load_vote
from kiemphieu.messages import Language
from kiemphieu.opinions import Opinions
from kiemphieu.verifying import verify_folder
from records.errors import InputError
from records.vote import Committee

CHANGE = "/members/change"
REVIEW = "/votes/bdt-2023/review"


def change(desk: DeskUnderTest, step: str, whom: Member, client=None, **fields: str):
    """What the head does, with a plain member's consent."""
    agrees = next(one for one in (desk.members[Role.MEMBER], third_member(desk)) if one.id != whom.id)
    data = {"member": whom.id, **desk.second(agrees), **fields}
    return (client or desk.client()).post(f"{CHANGE}/{step}", data=data)


def test_a_name_is_set_right_by_two_and_the_pin_stays(desk):
    folder, member = desk.vote(), desk.members[Role.MEMBER]
    page = desk.client().get("/members").text
    assert f'href="/members/change/rename?member={member.id}"' in page
    assert change(desk, "rename", member, name="Lê Văn  Cương", second_pin="x").status_code == 400
    assert desk.desk.people.member(member.id) == member
    assert change(desk, "rename", member, name="Lê Văn  Cương").status_code == 200
    renamed = desk.desk.people.check(member.id, desk.pins[member.id])
    assert renamed == Member(member.id, "Lê Văn Cương", Role.MEMBER)
    (act,) = acts(folder)
    assert act == {
        "action": "member_renamed",
        "whom": [{"member": member.id, "role": "member"}],
        "was_called": member.name,
        "is_called": "Lê Văn Cương",
        "role": "head",
        "member": desk.members[Role.HEAD].id,
        "second": third_member(desk).id,
    }
    close = html.unescape(desk.client().get("/votes/bdt-2023/close").text)
    assert f"set the name of {member.id} right ({member.name} → Lê Văn Cương)" in close
    journal = html.unescape(desk.client().get("/votes/bdt-2023/audit/journal").text)
    assert "Name before" in journal
    assert f"Before: {member.name}" in html.unescape(desk.client().get("/members").text)
    assert verify_folder(folder).faults == ()


def test_a_name_that_stays_is_no_change(desk):
    folder, member = desk.vote(), desk.members[Role.MEMBER]
    assert change(desk, "rename", member, name=f" {member.name} ").status_code == 200
    assert acts(folder) == []
    assert desk.desk.people.former_names(member.id) == ()


@pytest.mark.parametrize(
    "name",
    [
        "Vũ Thị Giang",
        "  vũ thị GIANG ",
        unicodedata.normalize("NFD", "Vũ Thị Giang"),
        "Vũ Thị\u200b Giang\u200d",
        "Vũ Thi\u0323 Giang",
        "Vũ Thị Gi\u0430ng",
        "Ｖũ Thị Giang",
        "Vũ\u3164Thị Giang",
        "Vũ Thị Giang\ufe0f",
        "member-2",
        " HEAD-1",
        "auditor-9",
        "",
        "\u200b",
        "x" * 81,
    ],
)
def test_nobody_gets_the_name_of_another_or_none(desk, name):
    member = desk.members[Role.MEMBER]
    assert change(desk, "rename", member, name=name).status_code == 400
    assert desk.desk.people.member(member.id) == member
    wanted = {"name": name, "role": "member", **desk.second()}
    assert desk.client().post("/members/add", data=wanted).status_code == 400


def test_a_former_name_is_never_anothers_and_may_be_taken_back(desk):
    member = desk.members[Role.MEMBER]
    change(desk, "rename", member, name="Lê Văn Cương")
    assert change(desk, "rename", third_member(desk), name=member.name).status_code == 400
    with pytest.raises(InputError, match="desk_name_taken"):
        desk.desk.people.add(member.name, Role.MEMBER)
    assert change(desk, "rename", member, name=member.name).status_code == 200
    assert desk.desk.people.member(member.id) == member
    again = People(desk.desk.own / "members.json", hasher=QUICK)
    assert again.members() == desk.desk.people.members()
    with pytest.raises(InputError, match="desk_name_taken"):
        again.add("Lê Văn Cương", Role.MEMBER)


def test_who_left_is_out_at_once_and_no_pin_lets_in(desk):
    folder, member = desk.vote(), desk.members[Role.MEMBER]
    at_work = desk.client(Role.MEMBER)
    assert at_work.get("/").status_code == 200
    page = desk.client().get(f"{CHANGE}/leave", params={"member": member.id}).text
    assert f'<option value="{third_member(desk).id}">' in page
    assert f'<option value="{member.id}">' not in page
    assert change(desk, "leave", member).status_code == 200
    assert at_work.get("/").headers["location"].startswith("/sign-in")
    assert at_work.post("/votes/new", data={"name": "x"}).headers["location"].startswith("/sign-in")
    sign_in = desk.visitor()
    assert member.name not in sign_in.get("/sign-in").text
    for pin in (desk.pins[member.id], ""):
        assert sign_in.post("/sign-in", data={"member": member.id, "pin": pin}).status_code == 403
    assert [act["action"] for act in acts(folder)] == ["member_left"]
    assert member not in desk.desk.people.members()
    gone = html.unescape(desk.client().get("/members").text)
    assert f"/members/change/return?member={member.id}" in gone


def test_who_left_agrees_to_nothing(desk):
    member = desk.members[Role.MEMBER]
    change(desk, "leave", member)
    extra = desk.add("Mai", Role.MEMBER)
    answer = desk.client().post("/members/renew", data={"member": extra.id, **desk.second(member)})
    assert answer.status_code == 400
    assert shown_pins(answer) == []


def test_enough_stay_who_may_decide_with_a_head_among_them(desk):
    head, member = desk.members[Role.HEAD], desk.members[Role.MEMBER]
    assert change(desk, "leave", head).status_code == 400
    assert change(desk, "leave", member).status_code == 200
    answer = desk.client().post(
        f"{CHANGE}/leave", data={"member": third_member(desk).id, **desk.second(third_member(desk))}
    )
    assert answer.status_code == 400
    assert "at least 2 who may decide must stay" in html.unescape(answer.text)
    for one in (head, third_member(desk)):
        assert desk.desk.people.member(one.id) == one
    another = desk.add("Mai", Role.HEAD)
    at_work = desk.client()
    assert change(desk, "leave", head, at_work, **desk.second(third_member(desk))).status_code == 200
    assert at_work.get("/").headers["location"].startswith("/sign-in")
    assert desk.desk.people.members()[-1] == another


def test_who_is_locked_is_not_counted_among_those_who_stay(desk):
    member = desk.members[Role.MEMBER]
    at_work = desk.client()
    lock(desk, third_member(desk), at_work)
    data = {"member": member.id, **desk.second(third_member(desk))}
    for fields in (data, {"member": member.id}):
        answer = at_work.post(f"{CHANGE}/leave", data=fields)
        assert answer.status_code == 400
        assert "give a locked one a new PIN" in answer.text
    assert change(desk, "leave", third_member(desk), at_work, **desk.second(member)).status_code == 200


def test_the_last_head_leaves_only_if_another_one_becomes_head(desk):
    folder, head, next_head = desk.vote(), desk.members[Role.HEAD], desk.members[Role.MEMBER]
    at_work = desk.client()
    heirs = desk.client(member=next_head)
    page = at_work.get(f"{CHANGE}/leave", params={"member": head.id}).text
    assert 'name="successor"' in page
    second = desk.second(third_member(desk))
    observer, nobody = desk.members[Role.OBSERVER].id, "member-9"
    for successor in ("", head.id, observer, nobody):
        assert change(desk, "leave", head, at_work, successor=successor, **second).status_code == 400
    assert desk.desk.people.member(head.id) == head
    assert acts(folder) == []
    done = change(desk, "leave", head, at_work, successor=next_head.id, **second)
    assert done.status_code == 200
    assert f"The head is {next_head.name} from now on" in html.unescape(done.text)
    assert at_work.get("/").headers["location"].startswith("/sign-in")
    assert heirs.get("/members").status_code == 200
    told = [(act["action"], act["whom"][0], act["second"]) for act in acts(folder)]
    assert told == [
        ("member_left", {"member": head.id, "role": "head"}, third_member(desk).id),
        ("head_named", {"member": next_head.id, "role": "head"}, third_member(desk).id),
    ]
    close = html.unescape(heirs.get("/votes/bdt-2023/close").text)
    assert f"made {next_head.id} the head" in close
    ids = {one.id for one in desk.desk.people.everyone()}
    assert desk.add("Mai", Role.MEMBER).id not in ids


def test_one_who_is_locked_becomes_no_head(desk):
    at_work, head = desk.client(), desk.members[Role.HEAD]
    desk.add("Mai", Role.MEMBER)
    lock(desk, third_member(desk), at_work)
    page = at_work.get(f"{CHANGE}/leave", params={"member": head.id}).text
    assert page.count(f'value="{third_member(desk).id}"') == 0
    answer = change(desk, "leave", head, at_work, successor=third_member(desk).id, **desk.second())
    assert answer.status_code == 400
    assert desk.desk.people.member(head.id) == head


def test_members_who_leave_at_the_same_moment_leave_enough_behind(desk):
    people = desk.desk.people
    leaving = [one for one in people.members() if one.role is Role.MEMBER]

    def leave(member: Member) -> bool:
        try:
            people.leave(member.id)
        except InputError:
            return False
        return True

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(leave, leaving)) == [False, True]


def test_a_browser_of_who_left_stays_out_when_he_is_back(desk):
    member = desk.members[Role.MEMBER]
    at_work, idle = desk.client(Role.MEMBER), desk.client(Role.MEMBER)
    sessions = [one for one in desk.desk.sessions._found.values() if one.member_id == member.id]
    change(desk, "leave", member)
    # What a page follows by itself ends, too.
    assert not any(desk.desk.sessions.touch(one, counts=False) for one in sessions)
    late = desk.desk.sessions.sign_in(desk.desk.sessions.start(Language.ENGLISH), member.id)
    change(desk, "return", member)
    for browser in (at_work, idle):
        answer = browser.get("/votes/bdt-2023/review")
        assert answer.headers["location"].startswith("/sign-in")
    assert not desk.desk.sessions.touch(late)


def test_who_left_takes_no_place_and_who_comes_back_needs_one(desk):
    member = desk.members[Role.MEMBER]
    while len(desk.desk.people.members()) < MOST_MEMBERS:
        desk.add(f"Người {len(desk.desk.people.members())}", Role.OBSERVER)
    assert change(desk, "leave", member).status_code == 200
    desk.add("Mai", Role.MEMBER)
    answer = change(desk, "return", member)
    assert answer.status_code == 400
    assert shown_pins(answer) == []


@pytest.mark.parametrize("step", ["rename", "leave"])
def test_neither_the_one_it_is_about_nor_the_head_is_the_one_who_agrees(desk, step):
    folder, member = desk.vote(), desk.members[Role.MEMBER]
    wrong = desk.second(third_member(desk)) | {"second_pin": desk.pins[member.id]}
    for second in (desk.second(member), desk.second(desk.members[Role.HEAD]), wrong, {"second": ""}):
        answer = change(desk, step, member, name="Lê Văn Cương", **second)
        assert answer.status_code == 400
    assert desk.desk.people.member(member.id) == member
    assert acts(folder) == []


def test_votes_whose_minutes_still_bear_the_name_are_told(desk):
    member = desk.members[Role.MEMBER]
    bearing, other = desk.vote(), desk.vote("vote-b")
    save_committee(bearing, Committee("Ông Trần An", "", (f"Ông {member.name.upper()}, Phó phòng",)))
    save_committee(other, Committee("Ông Trần An", "", (f"{member.name}nh",)))
    page = change(desk, "rename", member, name="Lê Văn Cương").text
    assert 'href="/votes/bdt-2023/documents"' in page
    assert "vote-b" not in page
    assert load_vote(bearing).committee.members == (f"Ông {member.name.upper()}, Phó phòng",)
    # Gone, he is still found by the name he had.
    assert 'href="/votes/bdt-2023/documents"' in change(desk, "leave", member).text


def test_an_observer_leaves_with_the_head_alone(desk):
    folder, observer = desk.vote(), desk.members[Role.OBSERVER]
    answer = desk.client().post(f"{CHANGE}/leave", data={"member": observer.id})
    assert answer.status_code == 200
    assert "second" not in acts(folder)[0]
    assert desk.desk.people.member(observer.id) is None


def test_who_comes_back_is_the_same_with_a_new_pin(desk):
    folder, member = desk.vote(), desk.members[Role.MEMBER]
    change(desk, "leave", member)
    with pytest.raises(InputError, match="desk_name_gone"):
        desk.desk.people.add(member.name, Role.MEMBER)
    refused = desk.client().post(f"{CHANGE}/return", data={"member": member.id})
    assert shown_pins(refused) == []
    made = change(desk, "return", member)
    (pin,) = shown_pins(made)
    old = desk.pins[member.id]
    assert desk.desk.people.check(member.id, pin) == member
    if pin != old:
        with pytest.raises(InputError, match="desk_pin_wrong"):
            desk.desk.people.check(member.id, old)
    assert [act["action"] for act in acts(folder)] == ["member_left", "member_returned"]
    assert change(desk, "return", member).status_code == 400


def decide_first(desk: DeskUnderTest, client) -> str:
    """The first item that waits for the member gets a level; its address."""
    item = client.get(f"{REVIEW}/next").headers["location"].partition("?")[0]
    assert client.post(item, data={"choice": "level:high"}).status_code == 303
    return item


def test_an_opinion_of_who_left_counts_once_and_nothing_waits_for_him(desk):
    folder, member = desk.vote(), desk.members[Role.MEMBER]
    doubtful_vote(folder)
    item = decide_first(desk, desk.client(Role.MEMBER))
    change(desk, "leave", member)
    pin = shown_pins(change(desk, "return", member))[0]
    desk.pins[member.id] = pin
    again = desk.client(Role.MEMBER).post(item, data={"choice": "level:high"})
    assert again.status_code == 400
    assert standing_decisions(folder) == ()
    change(desk, "leave", member)
    others = desk.client(member=third_member(desk))
    assert f"{member.name} left the committee" in html.unescape(others.get(REVIEW).text)
    assert decide_first(desk, others) == item
    assert "left the committee" not in others.get(REVIEW).text
    (recorded,) = standing_decisions(folder)
    assert set(recorded.decision.by) == {member.name, third_member(desk).name}
    ids = {one.member for given in Opinions(folder).all().values() for one in given}
    assert ids == {member.id, third_member(desk).id}


def test_what_one_who_left_disagreed_on_is_decided_by_those_who_are_there(desk):
    folder, member = desk.vote(), desk.members[Role.MEMBER]
    doubtful_vote(folder)
    item = decide_first(desk, desk.client(Role.MEMBER))
    change(desk, "leave", member)
    others = desk.client(member=third_member(desk))
    others.post(item, data={"choice": "level:low"})
    together = item.replace("/item/", "/together/")
    assert f"{member.name} (left the committee)" in html.unescape(others.get(together).text)
    data = {"choice": "level:low", "reason": "seen together"}
    assert others.post(together, data=data | desk.second(member)).status_code == 400
    assert others.post(together, data=data | desk.second(desk.members[Role.HEAD])).status_code == 303
    (recorded,) = standing_decisions(folder)
    assert set(recorded.decision.by) == {third_member(desk).name, desk.members[Role.HEAD].name}


def test_one_renamed_in_the_midst_gives_no_second_opinion(desk):
    folder, member = desk.vote(), desk.members[Role.MEMBER]
    doubtful_vote(folder)
    at_work = desk.client(Role.MEMBER)
    item = decide_first(desk, at_work)
    change(desk, "rename", member, name="Lê Văn Cương")
    assert at_work.post(item, data={"choice": "level:high"}).status_code == 400
    assert standing_decisions(folder) == ()


def test_what_was_decided_keeps_the_name_of_then(desk):
    folder, member = desk.vote(), desk.members[Role.MEMBER]
    doubtful_vote(folder)
    decide_first(desk, desk.client(Role.MEMBER))
    decide_first(desk, desk.client(member=third_member(desk)))
    change(desk, "rename", member, name="Lê Văn Cương")
    (recorded,) = standing_decisions(folder)
    assert member.name in recorded.decision.by


@pytest.mark.parametrize("step", ["rename", "leave", "return", "dance"])
@pytest.mark.parametrize("role", [Role.MEMBER, Role.OBSERVER, Role.AUDITOR])
def test_only_the_head_begins_it(desk, role, step):
    client, whom = desk.client(role), third_member(desk)
    assert client.get(f"{CHANGE}/{step}", params={"member": whom.id}).status_code == 403
    data = {"member": whom.id, "name": "Khác", **desk.second(desk.members[Role.HEAD])}
    assert client.post(f"{CHANGE}/{step}", data=data).status_code == 403
    assert desk.desk.people.member(whom.id) == whom


@pytest.mark.parametrize(
    ("step", "member"),
    [("dance", "member-1"), ("leave", "nobody-1"), ("rename", "../x"), ("return", "member-1")],
)
def test_nobody_and_nothing_is_changed_by_an_address(desk, step, member):
    head, before = desk.client(), desk.desk.people.members()
    assert head.get(f"{CHANGE}/{step}", params={"member": member}).status_code == 400
    data = {"member": member, "name": "Khác", **desk.second()}
    assert head.post(f"{CHANGE}/{step}", data=data).status_code == 400
    assert desk.desk.people.members() == before


def test_one_who_is_locked_leaves_and_comes_back_unlocked(desk):
    member = desk.members[Role.MEMBER]
    lock(desk, member)
    assert change(desk, "leave", member).status_code == 200
    pin = shown_pins(change(desk, "return", member))[0]
    assert desk.desk.people.check(member.id, pin) == member


def test_names_that_look_the_same_are_the_same():
    name = "Lê Thị Hồng"
    assert tidy_name(unicodedata.normalize("NFD", f" {name}\u200b\t")) == name
    same = ("Đặng Thị Hòa", "đặng thị hoà", "ÐẶNG THỊ HÒA", unicodedata.normalize("NFD", "Đặng Thị Hoà"))
    assert len({name_key(one) for one in same}) == 1
    others = ("Đặng Thị Hoa", "Đặng Thị Hoá", "Dặng Thị Hòa", "Đằng Thị Hoạ", "Đặng Thị Hỏa", "Đặng Thị Hơa")
    assert len({name_key(one) for one in (*same, *others)}) == 1 + len(others)


@pytest.mark.parametrize("name", ["H’Hen Niê Kđăm", "Y Ngông Niê", "Ksor H'Bơ̆", "Lò Văn A (Sơn La)", "Mai 2"])
def test_names_as_they_are_given_in_the_country_are_taken(desk, name):
    assert desk.desk.people.add(name, Role.MEMBER)[0].name == name


def test_an_id_for_a_name_makes_nobody_the_second_member(desk):
    """Who was called as another is identified agreed to the renewal of his own PIN."""
    member, agrees = desk.members[Role.MEMBER], third_member(desk)
    file = desk.desk.own / "members.json"
    file.write_text(file.read_text(encoding="utf-8").replace(member.name, agrees.id), encoding="utf-8")
    desk.desk.people = People(file, hasher=QUICK)
    data = {"member": member.id, "second": agrees.id, "second_pin": desk.pins[member.id]}
    assert desk.client().post("/members/renew", data=data).status_code == 400
    assert desk.desk.people.check(member.id, desk.pins[member.id]).id == member.id


def test_first_names_that_cannot_stand_make_no_half_committee(desk, tmp_path):
    for name in ("member-1", "Bình\u0430", "x" * 81, "Hoà"):
        desk.desk.people = People(tmp_path / "new.json", hasher=QUICK)
        answer = desk.visitor().post("/first-members", data={"head": "Hòa", "member": ["Nam", name]})
        assert answer.status_code == 400
        assert desk.desk.people.members() == ()
