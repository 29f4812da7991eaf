"""Members added and PINs made anew: by two, in every journal, told at Close; a head who is locked."""

from __future__ import annotations

import html
import re
from contextlib import closing

import pytest

from kiemphieu.desk import member_changes
from kiemphieu.desk.people import People
from kiemphieu.desk.roles import Role
from kiemphieu.folder import VoteFolder, load_vote
from kiemphieu.messages import has_text
from kiemphieu.scanning import scan_paths
from kiemphieu.sealing import seal_vote
from kiemphieu.verifying import verify_folder
from kiemphieu.vote_store import open_vote_store
from records.errors import InputError
from records.journal import EventKind


def shown_pins(answer) -> list[str]:
    return [first + second for first, second in re.findall(r"(\d{3}) (\d{3})", answer.text)]


def acts(folder: VoteFolder) -> list[dict[str, object]]:
    with closing(open_vote_store(folder, load_vote(folder))) as store:
        return [entry.content for entry in store.journal(EventKind.DESK_ACTED)]


def lock(desk, member, awake=None) -> None:
    """Fifteen wrong PINs, while someone goes on working in the browser `awake`."""
    while not desk.desk.people.is_locked(member.id):
        desk.now += 100
        if awake is not None:
            awake.get("/")
        with pytest.raises(InputError):
            desk.desk.people.check(member.id, "not it")


def third_member(desk):
    """A plain member who is neither the one who acts nor the one renewed."""
    return next(one for one in desk.desk.people.members() if one.name == "Vũ Thị Giang")


@pytest.mark.parametrize("renewed", [Role.MEMBER, Role.HEAD])
def test_a_pin_of_one_who_may_decide_is_renewed_by_two(desk, renewed):
    folder, head, whom = desk.vote(), desk.client(), desk.members[renewed]
    asked = {"member": whom.id}
    own = {"second": whom.id, "second_pin": desk.pins[whom.id]}
    observer = desk.second(desk.members[Role.OBSERVER])
    himself = desk.second(desk.members[Role.HEAD])
    wrong = desk.second(third_member(desk)) | {"second_pin": "000000x"}
    for second in ({}, own, observer, himself, wrong):
        answer = head.post("/members/renew", data=asked | second)
        assert answer.status_code == 400
        assert shown_pins(answer) == []
    assert desk.desk.people.check(whom.id, desk.pins[whom.id]) == whom
    assert acts(folder) == []
    made = head.post("/members/renew", data=asked | desk.second(third_member(desk)))
    (pin,) = shown_pins(made)
    assert desk.desk.people.check(whom.id, pin) == whom
    assert acts(folder) == [
        {
            "action": "pin_renewed",
            "whom": [{"member": whom.id, "role": whom.role.value}],
            "role": "head",
            "member": desk.members[Role.HEAD].id,
            "second": third_member(desk).id,
        }
    ]


@pytest.mark.parametrize("role", [Role.MEMBER, Role.HEAD])
def test_one_who_may_decide_is_added_by_two(desk, role):
    folder, head = desk.vote(), desk.client()
    wanted = {"name": "Mai", "role": role.value}
    refused = head.post("/members/add", data=wanted)
    assert refused.status_code == 400
    assert 'name="name" type="text" value="Mai"' in refused.text
    assert all(one.name != "Mai" for one in desk.desk.people.members())
    made = head.post("/members/add", data=wanted | desk.second())
    mai = desk.desk.people.members()[-1]
    assert desk.desk.people.check(mai.id, shown_pins(made)[0]).name == "Mai"
    (act,) = acts(folder)
    assert act["action"] == "member_added"
    assert act["whom"] == [{"member": mai.id, "role": role.value}]
    assert act["second"] == desk.members[Role.MEMBER].id
    assert "Mai" not in str(act)


def test_observers_need_the_head_alone_and_stand_in_the_journal_too(desk):
    folder, head, observer = desk.vote(), desk.client(), desk.members[Role.OBSERVER]
    page = head.get("/members/renew", params={"member": observer.id})
    assert "second_pin" not in page.text
    (pin,) = shown_pins(head.post("/members/renew", data={"member": observer.id}))
    assert desk.desk.people.check(observer.id, pin) == observer
    assert [act["whom"] for act in acts(folder)] == [[{"member": observer.id, "role": "observer"}]]


@pytest.mark.parametrize("member", ["", "nobody-1", "../members.json"])
def test_a_pin_of_nobody_is_renewed_by_nobody(desk, member):
    head = desk.client()
    assert head.get("/members/renew", params={"member": member}).status_code == 400
    assert head.post("/members/renew", data={"member": member, **desk.second()}).status_code == 400


def test_the_head_alone_renews_where_no_other_could_agree_and_the_close_screen_says_so(desk):
    folder, member = desk.vote(), desk.members[Role.MEMBER]
    lock(desk, third_member(desk))
    head = desk.client()
    assert "second_pin" not in head.get("/members/renew", params={"member": member.id}).text
    close = "/votes/bdt-2023/close"
    assert "PIN renewed" not in head.get(close).text
    made = head.post("/members/renew", data={"member": member.id})
    assert desk.desk.people.check(member.id, shown_pins(made)[0]) == member
    assert f"This PIN belongs to {member.name}" in html.unescape(made.text)
    page = html.unescape(head.get(close).text)
    warned = page.index(f"PIN renewed for {member.id} by {desk.members[Role.HEAD].id} (alone)")
    assert 'class="warning"' in page[:warned]
    assert f"{member.id}: {member.name}" in page
    assert warned < page.index('<form method="post" action="/votes/bdt-2023/close"')
    assert "second" not in acts(folder)[0]


def test_what_was_changed_before_the_vote_was_printed_is_no_warning(desk):
    printed, fresh = desk.vote(), VoteFolder(desk.folder / "vote-e")
    fresh.root.mkdir()
    fresh.vote_file.write_bytes(printed.vote_file.read_bytes())
    head = desk.client()
    with closing(open_vote_store(fresh, load_vote(fresh))) as store:
        head.post("/members/add", data={"name": "Mai", "role": "observer"})
        assert member_changes.changes_since_print(fresh) == ()
        store.append(EventKind.BATCH_ISSUED, {"count": 1})
    head.post("/members/add", data={"name": "Nam", "role": "observer"})
    assert [act["action"] for act in acts(fresh)] == ["member_added"] * 2
    assert [one.whom for one in member_changes.changes_since_print(fresh)] == [("observer-3",)]
    assert len(member_changes.changes_since_print(printed)) == 2


def test_ones_own_new_pin_is_not_said_to_be_anothers(desk):
    head = desk.members[Role.HEAD]
    made = desk.client().post("/members/renew", data={"member": head.id, **desk.second()})
    assert made.status_code == 200
    assert "This PIN belongs to" not in made.text


def test_every_vote_that_goes_on_notes_it_and_one_that_cannot_be_opened_is_named(desk):
    going, other, sealed, broken = (desk.vote(f"vote-{one}") for one in ("a", "b", "c", "d"))
    scan_paths(sealed, [desk.scans], 1)
    seal_vote(sealed)
    before = broken.vote_file.read_text(encoding="utf-8")
    broken.vote_file.write_text("[vote", encoding="utf-8")
    fresh = desk.folder / "vote-e"
    fresh.mkdir()
    (fresh / "vote.toml").write_text(before, encoding="utf-8")
    made = desk.client().post("/members/add", data={"name": "Mai", "role": "observer"})
    assert len(shown_pins(made)) == 1
    assert "could not be written into the journal of: vote-d" in made.text
    for folder in (going, other):
        assert [act["action"] for act in acts(folder)] == ["member_added"]
        assert verify_folder(folder).faults == ()
    assert acts(sealed) == []
    assert not VoteFolder(fresh).database.exists()


def test_a_vote_on_a_server_notes_it_too(desk):
    """Here the server is a file elsewhere: what counts is that the vote's own folder holds no database."""
    folder = desk.vote()
    elsewhere = desk.folder.parent / "server.db"
    folder.database.rename(elsewhere)
    with folder.vote_file.open("a", encoding="utf-8") as file:
        file.write(f'\n[store]\nurl = "sqlite:///{elsewhere}"\n')
    desk.client().post("/members/add", data={"name": "Mai", "role": "observer"})
    assert not folder.database.exists()
    assert [act["action"] for act in acts(folder)] == ["member_added"]


def test_first_members_made_anew_stand_in_the_journal_of_a_vote_under_way(desk, tmp_path):
    folder = desk.vote()
    desk.desk.people = People(tmp_path / "new.json")
    desk.visitor().post("/first-members", data={"head": "An", "member": ["Bình"]})
    (act,) = acts(folder)
    assert act["way"] == "first_members"
    assert act["whom"] == [{"member": "head-1", "role": "head"}, {"member": "member-1", "role": "member"}]


def test_two_members_unlock_the_head(desk):
    folder, head, member = desk.vote(), desk.members[Role.HEAD], desk.members[Role.MEMBER]
    assert "/members/locked" not in desk.visitor().get("/sign-in").text
    at_work = desk.client(Role.MEMBER)
    assert at_work.get("/members/locked").headers["location"] == "/"
    early = at_work.post("/members/locked", data={"member": head.id, **desk.second(third_member(desk))})
    assert early.status_code == 400
    assert desk.desk.people.check(head.id, desk.pins[head.id]) == head
    lock(desk, head, at_work)
    visitor = desk.visitor()
    assert 'href="/members/locked"' in visitor.get("/sign-in").text
    assert visitor.get("/members/locked").headers["location"] == "/sign-in?next=/members/locked"
    assert desk.client(Role.OBSERVER).get("/members/locked").status_code == 403
    page = at_work.get("/members/locked").text
    assert f'<option value="{third_member(desk).id}">' in page
    own = {"member": head.id, "second": member.id, "second_pin": desk.pins[member.id]}
    for second in (own, {"member": head.id}, own | {"second": head.id, "second_pin": desk.pins[head.id]}):
        assert at_work.post("/members/locked", data=second).status_code == 400
    assert desk.desk.people.is_locked(head.id)
    made = at_work.post("/members/locked", data={"member": head.id, **desk.second(third_member(desk))})
    assert f"This PIN belongs to {head.name}" in html.unescape(made.text)
    assert desk.desk.people.check(head.id, shown_pins(made)[0]) == head
    (act,) = acts(folder)
    assert (act["member"], act["second"]) == (member.id, third_member(desk).id)
    assert act["whom"] == [{"member": head.id, "role": "head"}]


def test_members_who_are_locked_unlock_nobody(desk):
    head, member = desk.members[Role.HEAD], desk.members[Role.MEMBER]
    at_work = desk.client(Role.MEMBER)
    for one in (head, member):
        lock(desk, one, at_work)
    data = {"member": head.id, **desk.second(third_member(desk))}
    assert at_work.post("/members/locked", data=data).status_code == 400
    assert f"--renew-pin {head.id}" in at_work.get("/members/locked").text
    other = desk.client(member=third_member(desk))
    assert other.post("/members/locked", data=data | desk.second()).status_code == 400
    assert desk.desk.people.is_locked(head.id)


def test_only_a_locked_head_is_unlocked_by_members(desk):
    lock(desk, third_member(desk))
    data = {"member": third_member(desk).id, **desk.second(desk.members[Role.HEAD])}
    assert desk.client(Role.MEMBER).post("/members/locked", data=data).status_code == 400
    assert desk.desk.people.is_locked(third_member(desk).id)


def test_changes_of_members_have_words_in_the_audits_journal(desk):
    desk.vote()
    head = desk.client()
    head.post(
        "/members/renew", data={"member": desk.members[Role.MEMBER].id, **desk.second(third_member(desk))}
    )
    page = html.unescape(head.get("/votes/bdt-2023/audit/journal").text)
    for words in ("Made a new PIN", "member-1 (Member)", "Second member", third_member(desk).id):
        assert words in page
    for change in member_changes.Change:
        assert has_text(f"desk_audit_act_{change.value}")
        assert has_text(f"desk_change_{change.value}")
    for place in member_changes.Place:
        assert has_text(f"desk_audit_way_{place.value}")
        assert has_text(f"desk_change_way_{place.value}")
