"""What members do not agree on, decided together; and a decision taken back by two."""

from __future__ import annotations

from starlette.responses import Response

from kiemphieu.desk.acts import Act
from kiemphieu.desk.review_room import Look, look, room_of
from kiemphieu.desk.review_words import Words
from kiemphieu.desk.reviewing import asked_item, sent_choice
from kiemphieu.desk.roles import COUNTERS, Role
from kiemphieu.desk.screens import Screen
from kiemphieu.review_items import ReviewItem
from kiemphieu.review_passes import ESCALATE, Standing
from records.errors import KiemphieuError

SCREEN = Screen("review_together")
_APART = frozenset({Standing.DISAGREED, Standing.ESCALATED})
_MOST_REASON = 500


@SCREEN.get("/votes/{vote}/review/disagreements", roles=COUNTERS)
def show_disagreements(act: Act) -> Response:
    """Everything that is to be decided together."""
    now = look(act)
    apart = [seen for seen in now.all_seen(act.member.id, now.queue.items) if seen.standing in _APART]
    room_of(act).prepare(seen.item for seen in apart)
    return act.page("review_apart.html", rows=apart, words=Words(act, now.vote, now.rules))


@SCREEN.get("/votes/{vote}/review/together/{serial}/{what}", roles=COUNTERS)
def show_together(act: Act) -> Response:
    """One of them, with what each chose."""
    now = look(act)
    return _together_page(act, now, asked_item(act, now), "")


def _together_page(act: Act, now: Look, item: ReviewItem, error: str, status: int = 200) -> Response:
    seen = now.seen(item, act.member.id)
    if seen.standing not in _APART:
        return act.go(act.vote_url("review", "disagreements"))
    words = Words(act, now.vote, now.rules)
    number = next((n for n in range(len(item.places)) if act.query.get("place") == str(n)), 0)
    given = [
        (_who(act, now, one.member), words.choice(one.choice), one.note)
        for one in now.opinions.get(item.id, ())
        if not one.recorded
    ]
    return act.page(
        "review_together.html",
        status,
        error=error,
        item=item,
        words=words,
        place=item.places[number],
        place_number=number,
        stage=words.stage(item, item.places[number]),
        options=[option for option in words.options(item) if option.code != ESCALATE],
        given=given,
        needs_second=_needs_second(act, now),
        chosen=act.form.text("choice"),
        reason=act.form.text("reason"),
    )


def _who(act: Act, now: Look, member_id: str) -> str:
    """Who gave an opinion; that it is one who left, nobody need wait for."""
    name = now.passes.names.get(member_id, member_id)
    left = any(one.id == member_id for one in act.desk.people.gone())
    return act.t("desk_review_who_left", name=name) if left else name


def _needs_second(act: Act, now: Look) -> bool:
    """The head decides alone only where one person is enough."""
    return now.vote.two_person or act.member.role is not Role.HEAD


@SCREEN.post("/votes/{vote}/review/together/{serial}/{what}", roles=COUNTERS)
def decide_together(act: Act) -> Response:
    """The joint decision."""
    room = room_of(act)
    with room.lock:
        now = look(act)
        item = asked_item(act, now)
        try:
            members = (act.member.id, *_second(act, now))
            choice = sent_choice(act, item)
            given = now.passes.decide_together(item, choice, members, act.form.text("reason")[:_MOST_REASON])
        except KiemphieuError as error:
            return _together_page(act, now, item, act.say(error), 400)
        room.note(given.reports)
    act.journal("review_together")
    return act.go(act.vote_url("review", "disagreements"))


def _second(act: Act, now: Look) -> tuple[str, ...]:
    if not _needs_second(act, now):
        return ()
    return (act.second().id,)


@SCREEN.get("/votes/{vote}/review/undo/{serial}/{what}", roles=COUNTERS)
def show_undo(act: Act) -> Response:
    """Asks why a decision is taken back, and by whom."""
    now = look(act)
    return _undo_page(act, now, asked_item(act, now), "")


def _undo_page(act: Act, now: Look, item: ReviewItem, error: str, status: int = 200) -> Response:
    return act.page(
        "review_undo.html",
        status,
        error=error,
        item=item,
        words=Words(act, now.vote, now.rules),
        needs_second=now.vote.two_person,
        reason=act.form.text("reason"),
    )


@SCREEN.post("/votes/{vote}/review/undo/{serial}/{what}", roles=COUNTERS)
def undo_decision(act: Act) -> Response:
    """Takes the decision back; the item waits for its members again."""
    room = room_of(act)
    with room.lock:
        now = look(act)
        item = asked_item(act, now)
        try:
            by = [act.member.name]
            if now.vote.two_person:
                by.append(act.second().name)
            now.passes.undo(item, tuple(by), act.form.text("reason")[:_MOST_REASON])
        except KiemphieuError as error:
            return _undo_page(act, now, item, act.say(error), 400)
        finally:
            room.forget()
    act.journal("review_undone")
    return act.go(act.vote_url("review", "item", *item.id))
