"""What the Scan screen says: a batch and its run put into words and numbers for a page or a stream."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any

from kiemphieu.batches import Batch, PageTally
from kiemphieu.desk.acts import Act
from kiemphieu.desk.live_scan import CALM, LiveState
from kiemphieu.messages import Language
from kiemphieu.scan_health import Alert
from kiemphieu.scanning import Fate, PageFate
from records.token import grouped_serial

# Which cards are marked, and how: what nobody need act on stays plain.
_KINDS = {"recorded": "ok", "rejected": "wait", "surplus": "wait", "problem": "bad"}
_MINUTE_S = 60


@dataclass(frozen=True, slots=True)
class Card:
    """A number on the screen."""

    name: str
    label: str
    number: int
    kind: str = ""


def cards(act: Act, tally: PageTally) -> tuple[Card, ...]:
    """Pages and files by fate."""
    return tuple(
        Card(
            one.name, act.t(f"desk_scan_fate_{one.name}"), getattr(tally, one.name), _KINDS.get(one.name, "")
        )
        for one in fields(PageTally)
    )


def fate_words(act: Act, fate: PageFate) -> str:
    """What became of one page, in a line."""
    words = act.t(f"desk_scan_fate_{fate.fate.value}")
    if fate.problem is not None:
        return f"{words}: {act.t(fate.problem.message_id, **dict(fate.problem.details))}"
    if fate.fate is Fate.REJECTED:
        return f"{words}: {act.t(f'reason_{fate.reason}')}"
    return f"{words}: {grouped_serial(fate.reason)}" if fate.fate is Fate.SURPLUS else words


def alert_words(act: Act, alert: Alert) -> str:
    """What is wrong with the scanner, and what to do."""
    number = f"{alert.value:.1f}"
    if act.lang is Language.VIETNAMESE:
        number = number.replace(".", ",")
    words = act.t(f"alert_{alert.ailment.value}", value=number)
    return words[:1].upper() + words[1:]


def balance_words(act: Act, batch: Batch, run: PageTally | None = None) -> str:
    """Hand-counted against scanned."""
    scanned, missing = batch.sheets(run), batch.missing(run)
    if scanned is None or missing is None:
        return act.t("desk_scan_balance_unknown", counted=batch.counted)
    name = "even" if not missing else ("missing" if missing > 0 else "over")
    return act.t(f"desk_scan_balance_{name}", counted=batch.counted, scanned=scanned, number=abs(missing))


def speed_words(act: Act, state: LiveState) -> str:
    """Speed and time left, both measured."""
    if state.minute is None:
        return act.t("desk_scan_speed_unknown")
    words = act.t("desk_scan_speed", number=f"{state.minute:.0f}")
    if state.left_s is None:
        return words
    if state.left_s < _MINUTE_S:
        return f"{words} {act.t('desk_scan_left_soon')}"
    return f"{words} {act.t('desk_scan_left', number=round(state.left_s / _MINUTE_S))}"


def last_pages(act: Act, state: LiveState) -> list[dict[str, Any]]:
    """The newest pages, each with its fate in words and the address of its picture."""
    return [
        {
            "name": _page_name(act, fate),
            "fate": fate_words(act, fate),
            "calm": fate.fate in CALM,
            "picture": act.vote_url("scan", "picture", fate.sha256) if fate.sha256 else "",
        }
        for fate in state.last
    ]


def _page_name(act: Act, fate: PageFate) -> str:
    if fate.fate in {Fate.PROBLEM, Fate.SKIPPED, Fate.WAITING}:
        return fate.source
    return f"{fate.source}, {act.t('desk_scan_page', number=fate.index + 1)}"


def _progress_words(act: Act, state: LiveState) -> str:
    if state.total:
        return act.t("desk_scan_progress", done=state.done, total=state.total)
    return act.t("desk_scan_progress_open", done=state.done) if state.done else act.t("desk_scan_starting")


def news_words(act: Act, state: LiveState) -> str:
    """What is being waited out."""
    message_id, details = state.news
    if not message_id:
        return ""
    words = act.t(message_id, **details)
    return words[:1].upper() + words[1:]


def stopped_words(act: Act, state: LiveState) -> str:
    """Why the scanner stopped."""
    message_id, details = state.stopped_by
    return act.t(message_id, **details) if message_id else ""


def live_words(act: Act, batch: Batch, state: LiveState, running: bool) -> dict[str, Any]:
    """Everything of a running scan that changes, as one message of the stream."""
    tally = batch.with_run(state.run)
    return {
        "done": state.done,
        "total": state.total,
        "progress": _progress_words(act, state),
        "fates": {card.name: card.number for card in cards(act, tally)},
        "speed": speed_words(act, state),
        "balance": act.t(
            "desk_scan_balance_now", counted=batch.counted, scanned=batch.sheets(state.run) or 0
        ),
        "alerts": [alert_words(act, alert) for alert in state.alerts],
        "news": news_words(act, state),
        "last": last_pages(act, state),
        "running": running,
    }
