"""Review: one thing at a time, by keyboard; two members blind of each other where the vote asks for two."""

from __future__ import annotations

from collections.abc import Iterable
from urllib.parse import urlencode

from starlette.background import BackgroundTask
from starlette.responses import Response

from kiemphieu.desk.acts import Act, whole_number
from kiemphieu.desk.review_pictures import Size, Wanted
from kiemphieu.desk.review_room import Look, look, room_of
from kiemphieu.desk.review_words import Words
from kiemphieu.desk.roles import COUNTERS
from kiemphieu.desk.screens import Screen
from kiemphieu.review_items import BALLOT, ItemKind, ReviewItem
from kiemphieu.review_passes import Choice, Seen, Standing
from records.errors import InputError, KiemphieuError

SCREEN = Screen("reviewing")
_MOST_NOTE = 500
_JPEG = {"cache-control": "no-store", "content-disposition": "inline"}


@SCREEN.get("/votes/{vote}/review")
def show_review(act: Act) -> Response:
    """Where the review stands, and where to begin."""
    room, error = room_of(act), ""
    with room.lock:
        now = look(act)
        if act.member.role in COUNTERS:
            try:
                _catch_up(act, now)
            except KiemphieuError as problem:
                error = act.say(problem)
            now = room.again(now)
    kind = kind_of(act)
    mine = now.all_seen(act.member.id, now.queue.items)
    shown = tuple(seen for seen in mine if kind is None or seen.item.kind is kind)
    room.prepare(seen.item for seen in shown if seen.to_do)
    counts = {one.value: sum(seen.item.kind is one for seen in mine) for one in ItemKind}
    return act.page(
        "review.html",
        error=error,
        kind=kind,
        kinds=tuple(ItemKind),
        counts=counts | {"all": len(mine), "sheets": now.queue.unread},
        to_do=sum(seen.to_do for seen in shown),
        waiting=sum(seen.standing is Standing.OPEN and seen.own is not None for seen in shown),
        left=_left_with_one_opinion(act, now),
        apart=sum(seen.standing in {Standing.DISAGREED, Standing.ESCALATED} for seen in mine),
        settled=sum(seen.standing is Standing.SETTLED for seen in shown),
        total=len(shown),
        two_person=now.vote.two_person,
        rows=shown,
        words=Words(act, now.vote, now.rules),
        may_decide=act.member.role in COUNTERS,
    )


def _left_with_one_opinion(act: Act, now: Look) -> list[str]:
    """Names of those who left and whose opinion waits for another one's."""
    waiting = {
        one.member
        for item in now.queue.items
        if now.seen(item, act.member.id).standing is Standing.OPEN
        for one in now.opinions.get(item.id, ())
        if not one.recorded
    }
    return [member.name for member in act.desk.people.gone() if member.id in waiting]


def _catch_up(act: Act, now: Look) -> None:
    """Records what members agreed on before the machine went down or the disk was full."""
    for item in now.queue.items:
        opinions = now.opinions.get(item.id, ())
        if item.open and len([one for one in opinions if not one.recorded]) >= now.passes.needed:
            room_of(act).note(now.passes.settle(item, _agreed(act, now)).reports)


def _agreed(act: Act, now: Look) -> str:
    return act.t("desk_review_reason_agreed" if now.vote.two_person else "desk_review_reason_one")


@SCREEN.get("/votes/{vote}/review/next")
def go_to_next(act: Act) -> Response:
    """The first thing that the member has to decide."""
    now = look(act)
    return act.go(_next_url(act, now, None, ""))


@SCREEN.get("/votes/{vote}/review/item/{serial}/{what}")
def show_item(act: Act) -> Response:
    return item_page(act, look(act), "")


def item_page(act: Act, now: Look, error: str, status: int = 200) -> Response:
    """The page of one item."""
    item = asked_item(act, now)
    kind = kind_of(act)
    listed = now.queue.of_kind(kind if item.kind is kind else None)
    words = Words(act, now.vote, now.rules)
    here = listed.index(item)
    number = min(max(act.asked_number("place"), 0), len(item.places) - 1)
    place = item.places[number]
    mine = now.all_seen(act.member.id, listed)
    ahead = [seen.item for seen in (*mine[here + 1 :], *mine[:here]) if seen.to_do]
    room_of(act).prepare((item, *ahead))
    return act.page(
        "review_item.html",
        status,
        error=error,
        seen=now.seen(item, act.member.id),
        item=item,
        number=here + 1,
        total=len(listed),
        done=sum(not seen.to_do for seen in mine),
        place=place,
        place_number=number,
        stage=words.stage(item, place),
        whole=place.view is None or act.query.get("view") == "page",
        words=words,
        kind=kind,
        before=_item_url(act, listed[here - 1], kind) if here else "",
        after=_item_url(act, listed[here + 1], kind) if here + 1 < len(listed) else "",
        last=_last(act, now),
        ahead=ahead[0] if ahead else None,
        may_decide=act.member.role in COUNTERS,
        two_person=now.vote.two_person,
        chosen=act.form.text("choice"),
        note=act.form.text("note"),
    )


def _last(act: Act, now: Look) -> Seen | None:
    """What the member has just decided, to be shown with the machine's reading."""
    serial, _, what = act.query.get("done", "").partition(".")
    item = now.queue.find(serial, what)
    seen = None if item is None else now.seen(item, act.member.id)
    return seen if seen is not None and seen.own is not None else None


@SCREEN.post("/votes/{vote}/review/item/{serial}/{what}")
def decide_item(act: Act) -> Response:
    """The member's opinion, and on to the next."""
    room = room_of(act)
    with room.lock:
        now = look(act)
        item = asked_item(act, now)
        try:
            given = now.passes.give(
                item,
                act.member.id,
                sent_choice(act, item),
                act.form.text("note")[:_MOST_NOTE],
                _agreed(act, now),
            )
        except KiemphieuError as error:
            return item_page(act, now, act.say(error), 400)
        room.note(given.reports)
        now = room.again(now)
    answer = act.go(_next_url(act, now, item, f"{item.serial}.{item.what}"))
    # The opinion is kept already: the next crop does not wait for the entry that tells of it.
    answer.background = BackgroundTask(_tell, act, "review_opinion")
    return answer


def _tell(act: Act, action: str) -> None:
    room_of(act).note(())
    act.journal(action)


def sent_choice(act: Act, item: ReviewItem) -> Choice:
    """What was chosen on a form.

    Raises:
        InputError: nothing.
    """
    code = act.form.text("choice")
    if not code:
        raise InputError("desk_review_nothing_chosen")
    said = ((line.official, act.form.text(f"line-{line.official}")) for line in item.beside)
    lines = tuple((official, text) for official, text in said if text)
    # Under a fault of the whole ballot, what its lines are taken as does not count.
    return Choice(code, lines if code == "no_fault" else ())


@SCREEN.post("/votes/{vote}/review/undo")
def undo_last(act: Act) -> Response:
    """Takes back the member's opinion, or, where it was the decision, the decision."""
    room = room_of(act)
    with room.lock:
        now = look(act)
        item = now.queue.find(act.form.text("serial"), act.form.text("what"))
        if item is None:
            raise InputError("desk_review_gone")
        seen = now.seen(item, act.member.id)
        if seen.standing is Standing.SETTLED and now.vote.two_person:
            return act.go(act.vote_url("review", "undo", *item.id))
        if seen.standing is Standing.SETTLED:
            now.passes.undo(item, (act.member.name,), act.t("desk_review_reason_undone"))
            room.forget()
        else:
            now.passes.take_back(item, act.member.id)
    act.journal("review_taken_back")
    return act.go(_item_url(act, item, kind_of(act)))


@SCREEN.get("/votes/{vote}/review/picture/{serial}/{what}/{place}/{size}")
def show_picture(act: Act) -> Response:
    """A picture of an item; nothing but what the record has for it can be asked for."""
    return picture_of(
        act, room_of(act).known(act.path["serial"], act.path["what"]) or asked_item(act, look(act))
    )


def picture_of(act: Act, item: ReviewItem) -> Response:
    """The picture that the address asks for, of one of an item's places.

    Raises:
        InputError: the item has none such.
        StoreError: the stored image is gone or was changed.
    """
    number = whole_number(act.path["place"]) or 0
    if act.path["size"] not in tuple(Size) or not 0 <= number < len(item.places):
        raise InputError("desk_review_gone")
    data = room_of(act).pictures.get(item.places[number], Size(act.path["size"]))
    return Response(data, media_type="image/jpeg", headers=_JPEG)


@SCREEN.get("/votes/{vote}/review/contact")
def show_contact_sheet(act: Act) -> Response:
    """Similar cases side by side, the clearest first."""
    now, kind = look(act), kind_of(act)
    groups = [
        (one, now.all_seen(act.member.id, sorted(now.queue.of_kind(one), key=lambda item: -item.score)))
        for one in ItemKind
        if kind in {None, one}
    ]
    shown = [seen.item for _, group in groups for seen in group]
    room_of(act).pictures.prepare(Wanted(item.places[0], Size.THUMB) for item in shown[:40] if item.places)
    return act.page(
        "review_contact.html",
        kind=kind,
        kinds=tuple(ItemKind),
        groups=groups,
        words=Words(act, now.vote, now.rules),
        BALLOT=BALLOT,
    )


def kind_of(act: Act) -> ItemKind | None:
    """The filter that is on; all where none is."""
    wanted = act.form.text("kind") or act.query.get("kind", "")
    return ItemKind(wanted) if wanted in tuple(ItemKind) else None


def asked_item(act: Act, now: Look) -> ReviewItem:
    """The item that the address names.

    Raises:
        InputError: there is none any more.
    """
    item = now.queue.find(act.path["serial"], act.path["what"])
    if item is None or not item.places:
        raise InputError("desk_review_gone")
    return item


def _item_url(act: Act, item: ReviewItem, kind: ItemKind | None, done: str = "") -> str:
    asked = {name: value for name, value in (("kind", kind or ""), ("done", done)) if value}
    return act.vote_url("review", "item", *item.id) + (f"?{urlencode(asked)}" if asked else "")


def _next_url(act: Act, now: Look, item: ReviewItem | None, done: str) -> str:
    """The next thing that the member has to decide, or the overview where there is none."""
    kind = kind_of(act)
    listed = now.queue.of_kind(kind)
    start = 0 if item is None else next((i for i, one in enumerate(listed) if one.id == item.id), -1) + 1
    following: Iterable[ReviewItem] = (*listed[start:], *listed[:start])
    wanted = next((one for one in following if now.seen(one, act.member.id).to_do), None)
    if wanted is not None:
        return _item_url(act, wanted, kind, done)
    return act.vote_url("review") + (f"?kind={kind}" if kind else "")
