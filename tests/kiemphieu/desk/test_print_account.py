"""Screen 3, Print: where the ballots went."""

from __future__ import annotations

import pytest
from desk_samples import DeskUnderTest

from kiemphieu.accounting import Account, account_of
from kiemphieu.desk.print_account import typed_serials
from kiemphieu.desk.roles import Role
from kiemphieu.folder import VoteFolder, load_vote
from kiemphieu.vote_store import open_vote_store
from records.journal import EventKind
from records.token import grouped_serial

ACCOUNT = "/votes/bdt-2023/print/account"


def serials(folder: VoteFolder) -> list[str]:
    store = open_vote_store(folder, load_vote(folder))
    try:
        return sorted(store.issued_serials())
    finally:
        store.close()


def standing(folder: VoteFolder) -> Account:
    return account_of(folder)


def test_exchanged_ballots_are_stated_with_their_serials_sorted(desk: DeskUnderTest) -> None:
    folder = desk.vote()
    first, second, *_ = serials(folder)
    typed = f"{grouped_serial(second).lower()}\n\n{first}\n"
    client = desk.client()
    form = {"fate": "exchanged", "count": "2", "group": "", "serials": typed, "reason": "rách"}
    assert client.post(ACCOUNT, data=form).status_code == 303
    (statement,) = standing(folder).statements
    assert statement.serials == (first, second)
    assert (statement.count, statement.by, statement.reason) == (2, ("Trần Thị Bích",), "rách")
    page = client.get(ACCOUNT).text
    assert page.index(grouped_serial(first)) < page.index(grouped_serial(second))


def test_a_second_member_who_has_counted_along_stands_beside(desk: DeskUnderTest) -> None:
    folder = desk.vote()
    form = {"fate": "unused", "count": "1", **desk.second()}
    assert desk.client().post(ACCOUNT, data=form).status_code == 303
    (statement,) = standing(folder).statements
    assert statement.by == ("Trần Thị Bích", "Lê Văn Cường")


def test_a_wrong_pin_states_nothing_and_keeps_what_was_typed(desk: DeskUnderTest) -> None:
    folder = desk.vote()
    form = {"fate": "unused", "count": "3", "reason": "dư", "second": "member-1", "second_pin": "1"}
    answer = desk.client().post(ACCOUNT, data=form)
    assert answer.status_code == 400
    assert 'value="3"' in answer.text
    assert 'value="dư"' in answer.text
    assert 'value="unused" checked' in answer.text
    assert standing(folder).statements == ()


@pytest.mark.parametrize(
    ("form", "told"),
    [
        ({"count": "1"}, "not chosen which ballots"),
        ({"fate": "burnt", "count": "1"}, "not chosen which ballots"),
        ({"fate": "unused", "count": ""}, "whole number from 1"),
        ({"fate": "exchanged", "count": "0"}, "whole number from 1"),
        ({"fate": "unused", "count": "5"}, "5"),
        ({"fate": "unused", "count": "1", "group": "none"}, "none"),
        ({"fate": "unused", "count": "1", "serials": "AAAABBBBCCCC"}, "AAAABBBBCCCC"),
    ],
)
def test_what_does_not_fit_is_told(desk: DeskUnderTest, form: dict[str, str], told: str) -> None:
    folder = desk.vote()
    answer = desk.client().post(ACCOUNT, data=form)
    assert answer.status_code == 400
    assert told in answer.text
    assert standing(folder).statements == ()


def test_the_table_adds_up(desk: DeskUnderTest) -> None:
    desk.vote()
    client = desk.client()
    for fate, count in (("exchanged", "1"), ("unused", "1"), ("not_returned", "0")):
        assert client.post(ACCOUNT, data={"fate": fate, "count": count}).status_code == 303
    page = client.get(ACCOUNT).text
    assert '<td class="num">4</td><td class="num">1</td><td class="num">1</td>' in page
    assert '<td class="num"><strong>2</strong></td><td class="num">0</td>' in page


def test_a_statement_is_taken_back_with_a_reason(desk: DeskUnderTest) -> None:
    folder = desk.vote()
    client = desk.client()
    client.post(ACCOUNT, data={"fate": "unused", "count": "2"})
    (statement,) = standing(folder).statements
    address = f"{ACCOUNT}/{statement.number}"
    assert "Printed and never handed out" in client.get(address).text
    assert client.post(address, data={"reason": ""}).status_code == 400
    assert standing(folder).statements
    assert client.post(address, data={"reason": "đếm nhầm"}).status_code == 303
    assert standing(folder).statements == ()
    assert client.get(address).status_code == 303
    store = open_vote_store(folder, load_vote(folder))
    undone = store.last_entry(EventKind.DECISION_UNDONE)
    acted = [entry.content["action"] for entry in store.journal(EventKind.DESK_ACTED)]
    store.close()
    assert undone is not None
    assert (undone.content["reason"], undone.content["by"]) == ("đếm nhầm", ["Trần Thị Bích"])
    assert acted == ["ballots_accounted", "account_taken_back"]


def test_an_observer_sees_the_numbers_and_no_form(desk: DeskUnderTest) -> None:
    desk.vote()
    page = desk.client(Role.OBSERVER).get(ACCOUNT)
    assert page.status_code == 200
    assert 'name="fate"' not in page.text


def test_serials_are_read_however_they_are_written_down() -> None:
    assert typed_serials("aaaa bbbb cccc, AAAA-BBBB-CCCC;\n  1111 2222 3333 ") == (
        "111122223333",
        "AAAABBBBCCCC",
    )
