"""Streams: the state first, every change once, a sign of life, and always the reason why they end."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable

import pytest
from desk_samples import DeskUnderTest

from kiemphieu.desk import streams
from kiemphieu.desk.acts import Act, Visitor
from kiemphieu.desk.roles import Role
from kiemphieu.desk.sessions import COOKIE
from kiemphieu.desk.streams import Push, pushes

ALIVE = "event: alive\ndata: {}\n\n"
LOCKED, OVER, AGAIN = (
    f'event: end\ndata: {{"why": "{why}"}}\n\n' for why in ("locked", "over", "again")
)  # fmt: skip


def act_of(desk: DeskUnderTest, known: str = "") -> Act:
    client = desk.client()
    session = desk.desk.sessions.find({COOKIE: client.cookies[COOKIE]})
    assert session is not None
    return Act(Visitor(desk.desk, session, query={"known": known}), desk.members[Role.HEAD])


def said(act: Act, message: Callable[[str], Push], silence_s: float = 1000.0) -> list[str]:
    async def listen() -> list[str]:
        async with asyncio.timeout(20):
            return [text async for text in pushes(act, message, 0.0, silence_s)]

    return asyncio.run(listen())


def one_after_the_other(keys: Iterable[str]) -> Callable[[str], Push]:
    left = list(keys)

    def message(_told: str) -> Push:
        key = left.pop(0)
        return Push(key, f'"{key}"', goes_on=bool(left))

    return message


def test_every_change_is_told_once_and_then_the_end(desk: DeskUnderTest) -> None:
    found = said(act_of(desk), one_after_the_other("aabba"))
    assert found == ['data: "a"\n\n', 'data: "b"\n\n', 'data: "a"\n\n', OVER]


def test_what_the_page_shows_already_is_not_told_again(desk: DeskUnderTest) -> None:
    assert said(act_of(desk, known="a"), one_after_the_other("aab")) == ['data: "b"\n\n', OVER]


def test_the_message_knows_what_was_told_last(desk: DeskUnderTest) -> None:
    heard = []

    def message(told: str) -> Push:
        heard.append(told)
        return Push(f"{told}x", "{}", goes_on=len(heard) < 3)

    said(act_of(desk, known="k"), message)
    assert heard == ["k", "kx", "kxx"]


def test_a_silent_stream_gives_a_sign_of_life_that_a_script_hears(desk: DeskUnderTest) -> None:
    found = said(act_of(desk), one_after_the_other("aaa"), silence_s=0.0)
    assert found == ['data: "a"\n\n', ALIVE, ALIVE, OVER]


def test_a_stream_that_is_locked_out_says_so(desk: DeskUnderTest) -> None:
    act = act_of(desk)

    def message(_told: str) -> Push:
        desk.now += 700.0
        return Push("a", "{}")

    assert said(act, message) == ["data: {}\n\n", LOCKED]
    assert not act.visitor.session.signed_in


def test_a_stream_keeps_no_session_awake(desk: DeskUnderTest) -> None:
    act = act_of(desk)
    seen = act.visitor.session.seen
    desk.now += 300.0
    said(act, one_after_the_other("ab"))
    assert act.visitor.session.seen == seen


def test_no_stream_is_open_for_ever(desk: DeskUnderTest, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(streams, "LONGEST_STREAM_S", 0.05)
    assert said(act_of(desk), lambda _told: Push("a", "{}")) == ["data: {}\n\n", AGAIN]
