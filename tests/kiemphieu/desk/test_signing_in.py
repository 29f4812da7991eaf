"""Start address, first members, PIN, lock, kept forms, members, language."""

from __future__ import annotations

import re

import pytest
from desk_samples import ORIGIN
from starlette.testclient import TestClient

from kiemphieu.desk.desk import open_desk
from kiemphieu.desk.guard import Place
from kiemphieu.desk.people import MOST_FAILURES, People
from kiemphieu.desk.roles import Role
from kiemphieu.desk.sessions import COOKIE, IDLE_S
from records.errors import InputError


def test_a_start_address_works_once(desk):
    word = desk.desk.starts.issue()
    first, second = desk.stranger(), desk.stranger()
    answer = first.get("/start", params={"key": word})
    assert (answer.status_code, answer.headers["location"]) == (303, "/sign-in")
    cookie = answer.headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=strict" in cookie
    assert second.get("/start", params={"key": word}).status_code == 403
    assert COOKIE not in second.cookies


def test_without_a_session_nothing_is_shown(desk):
    desk.vote()
    for path in ("/", "/votes/bdt-2023", "/members", "/sign-in"):
        answer = desk.stranger().get(path)
        assert answer.status_code == 403
        assert "Ban Dân tộc" not in answer.text


def test_the_first_members_are_made_once(desk, tmp_path):
    desk.desk.people = People(tmp_path / "new.json")
    client = desk.visitor()
    assert "head of the committee" in client.get("/sign-in").text.lower()
    missing = client.post("/first-members", data={"head": "An", "member": ["", ""]})
    assert missing.status_code == 400
    assert "at least one member" in missing.text
    assert not desk.desk.people.members()
    made = client.post("/first-members", data={"head": "An", "member": ["Bình", "Chi"]})
    pins = [first + second for first, second in re.findall(r"(\d{3}) (\d{3})", made.text)]
    members = desk.desk.people.members()
    assert [(m.name, m.role) for m in members] == [
        ("An", Role.HEAD),
        ("Bình", Role.MEMBER),
        ("Chi", Role.MEMBER),
    ]
    assert [desk.desk.people.check(m.id, pin).id for m, pin in zip(members, pins, strict=True)] == [
        m.id for m in members
    ]
    again = client.post("/first-members", data={"head": "Evil", "member": ["E"]})
    assert again.status_code == 303
    assert len(desk.desk.people.members()) == 3


def test_signing_in_changes_the_session(desk):
    client = desk.visitor()
    before, head = client.cookies[COOKIE], desk.members[Role.HEAD]
    client.post("/sign-in", data={"member": head.id, "pin": desk.pins[head.id]})
    assert client.cookies[COOKIE] != before
    assert client.get("/").status_code == 200
    old = desk.stranger()
    old.cookies.set(COOKIE, before)
    assert old.get("/").status_code == 403


def test_after_signing_in_no_foreign_address_is_opened(desk):
    head = desk.members[Role.HEAD]
    for wanted, opened in (("/members", "/members"), ("//evil.example", "/"), ("https://evil.example", "/")):
        answer = desk.visitor().post(
            "/sign-in", data={"member": head.id, "pin": desk.pins[head.id], "next": wanted}
        )
        assert answer.headers["location"] == opened


def test_wrong_pins_cost_time_and_then_lock(desk):
    head, people = desk.members[Role.HEAD], desk.desk.people
    wrong = "000000" if desk.pins[head.id] != "000000" else "000001"
    tried = 0
    while not people.is_locked(head.id):
        with pytest.raises(InputError) as caught:
            people.check(head.id, wrong)
        if caught.value.message_id == "desk_pin_wait":
            assert int(caught.value.details["seconds"]) <= 61
            desk.now += 61
        else:
            tried += 1
    assert tried == MOST_FAILURES
    desk.now += 10_000
    answer = desk.visitor().post("/sign-in", data={"member": head.id, "pin": desk.pins[head.id]})
    assert answer.status_code == 403
    assert "locked" in answer.text
    fresh = people.renew(head.id)
    assert people.check(head.id, fresh).id == head.id


def test_a_pin_that_was_not_typed_is_no_guess(desk):
    head = desk.members[Role.HEAD]
    for _ in range(MOST_FAILURES + 1):
        answer = desk.visitor().post("/sign-in", data={"member": head.id, "pin": ""})
        assert answer.status_code == 403
        assert "No PIN was typed" in answer.text
    assert desk.desk.people.check(head.id, desk.pins[head.id]) == head


def test_a_pin_is_typed_as_it_is_shown(desk):
    head = desk.members[Role.HEAD]
    pin = desk.pins[head.id]
    assert desk.desk.people.check(head.id, f" {pin[:3]} {pin[3:]} ") == head


def test_wrong_pins_are_remembered_by_a_new_start(desk):
    head = desk.members[Role.HEAD]
    with pytest.raises(InputError):
        desk.desk.people.check(head.id, "not it")
    again = open_desk(desk.folder, Place(frozenset()))
    with pytest.raises(InputError) as caught:
        again.people.check(head.id, "not it")
    assert caught.value.details["left"] == MOST_FAILURES - 2


def test_pins_are_kept_as_argon2id_in_a_private_file(desk, tmp_path):
    people = People(tmp_path / "members.json")
    _, pin = people.add("An", Role.HEAD)
    text = (tmp_path / "members.json").read_text()
    assert pin not in text
    assert "$argon2id$" in text
    assert (tmp_path / "members.json").stat().st_mode & 0o077 == 0


def test_an_idle_desk_locks_and_keeps_what_was_sent(desk):
    client, head = desk.client(), desk.members[Role.HEAD]
    desk.now += IDLE_S - 1
    assert client.get("/").status_code == 200
    desk.now += IDLE_S + 1
    sent = client.post("/members/add", data={"name": "Mai", "role": "observer", "pin": "123456"})
    assert sent.headers["location"] == "/sign-in"
    assert all(member.name != "Mai" for member in desk.desk.people.members())
    back = client.post("/sign-in", data={"member": head.id, "pin": desk.pins[head.id]})
    assert back.headers["location"] == "/kept"
    page = client.get("/kept").text
    assert 'name="name" value="Mai"' in page
    assert "123456" not in page


def test_what_was_kept_is_shown_to_nobody_else(desk):
    client, member = desk.client(), desk.members[Role.MEMBER]
    desk.now += IDLE_S + 1
    client.post("/members/add", data={"name": "Mai", "role": "observer"})
    back = client.post("/sign-in", data={"member": member.id, "pin": desk.pins[member.id]})
    assert back.headers["location"] == "/"
    assert client.get("/kept").status_code == 303


def test_only_the_head_sees_and_makes_members(desk):
    member = desk.client(Role.MEMBER)
    assert member.get("/members").status_code == 403
    assert member.post("/members/add", data={"name": "Mai", "role": "head"}).status_code == 403
    head = desk.client()
    made = head.post("/members/add", data={"name": "Mai", "role": "observer"})
    pin = "".join(re.findall(r"(\d{3}) (\d{3})", made.text)[0])
    mai = desk.desk.people.members()[-1]
    assert desk.desk.people.check(mai.id, pin).role is Role.OBSERVER
    assert head.post("/members/add", data={"name": "mai", "role": "member"}).status_code == 400


def test_the_language_is_chosen_at_the_desk(desk):
    client = desk.client()
    assert "Votes on this machine" in client.get("/").text
    client.post("/language", data={"lang": "vi", "next": "/"})
    assert "Các cuộc lấy phiếu trên máy này" in client.get("/").text


@pytest.mark.parametrize(
    ("headers", "passes"),
    [
        ({"origin": ORIGIN}, True),
        ({"origin": ORIGIN, "sec-fetch-site": "same-origin"}, True),
        ({"sec-fetch-site": "same-origin"}, True),
        ({"origin": "http://evil.example"}, False),
        ({"origin": "null"}, False),
        ({"origin": ORIGIN, "sec-fetch-site": "cross-site"}, False),
        ({"sec-fetch-site": "none"}, False),
        ({}, False),
    ],
)
def test_only_the_desks_own_pages_may_send_forms(desk, headers, passes):
    signed_in = desk.client()
    client = TestClient(signed_in.app, base_url=ORIGIN, follow_redirects=False)
    client.cookies.set(COOKIE, signed_in.cookies[COOKIE])
    answer = client.post("/language", data={"lang": "vi"}, headers=headers)
    assert answer.status_code == (303 if passes else 403)


def test_every_answer_carries_the_headers(desk):
    for path in ("/", "/start", "/static/desk.css", "/nothing", "/font/regular.ttf"):
        answer = desk.client().get(path)
        policy = answer.headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["x-frame-options"] == "DENY"


def test_the_head_lets_one_more_browser_in(desk):
    page = desk.client().post("/members/station").text
    address = re.search(r"http://[^<\s]+", page)[0].replace("&amp;", "&")
    other = desk.stranger()
    assert other.get(address).headers["location"] == "/sign-in"
    assert desk.stranger().get(address).status_code == 403
    assert desk.client(Role.MEMBER).post("/members/station").status_code == 403
