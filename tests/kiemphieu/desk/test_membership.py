"""Members renamed, gone and back: by two, in every journal, and never two persons in one or one in two."""

from __future__ import annotations

import html
import unicodedata
from contextlib import closing

import pytest
from desk_samples import QUICK, DeskUnderTest
from review_samples import doubtful_vote
from test_members import acts, lock, shown_pins, third_member

from kiemphieu.deciding import standing_decisions
from kiemphieu.desk.people import People, tidy_name
from kiemphieu.desk.roles import Member, Role
from kiemphieu.folder import load_vote
from kiemphieu.opinions import Opinions
from kiemphieu.vote_store import open_vote_store
from records.errors import InputError

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
        "role": "head",
        "member": desk.members[Role.HEAD].id,
        "second": third_member(desk).id,
    }
    close = html.unescape(desk.client().get("/votes/bdt-2023/close").text)
    assert f"set the name of {member.id} right" in close


@pytest.mark.parametrize(
    "name",
    [
        "Vũ Thị Giang",
        "  vũ thị GIANG ",
        unicodedata.normalize("NFD", "Vũ Thị Giang"),
        "Vũ Thị\u200b Giang\u200d",
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
    assert decide_first(desk, desk.client(member=third_member(desk))) == item
    (recorded,) = standing_decisions(folder)
    assert set(recorded.decision.by) == {member.name, third_member(desk).name}
    ids = {one.member for given in Opinions(folder).all().values() for one in given}
    assert ids == {member.id, third_member(desk).id}


def test_what_was_decided_keeps_the_name_of_then(desk):
    folder, member = desk.vote(), desk.members[Role.MEMBER]
    doubtful_vote(folder)
    decide_first(desk, desk.client(Role.MEMBER))
    decide_first(desk, desk.client(member=third_member(desk)))
    change(desk, "rename", member, name="Lê Văn Cương")
    with closing(open_vote_store(folder, load_vote(folder))):
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
