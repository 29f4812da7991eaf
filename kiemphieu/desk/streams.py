"""What pages follow by themselves: a stream of what goes on, and how far a job is."""

from __future__ import annotations

import json
import time
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass

import anyio
from starlette.concurrency import run_in_threadpool
from starlette.responses import JSONResponse, Response, StreamingResponse

from kiemphieu.desk.acts import Act
from kiemphieu.desk.jobs import Job, JobState

LONGEST_STREAM_S = 900.0
"""The page asks for a new one then: nothing is held open for ever."""
_ALIVE = "event: alive\ndata: {}\n\n"


@dataclass(frozen=True, slots=True)
class Push:
    """What a page shall show now.

    Attributes:
        key: of what is shown; nothing is sent while it stays the same.
        text: JSON for the page's script; not looked at where the key is the one told last.
        goes_on: whether anything may come after it.
    """

    key: str
    text: str
    goes_on: bool = True


def stream_answer(pushes: AsyncIterator[str]) -> Response:
    """An answer that goes on."""
    return StreamingResponse(pushes, media_type="text/event-stream")


async def pushes(
    act: Act, message: Callable[[str], Push], push_s: float, silence_s: float
) -> AsyncIterator[str]:
    """Server-sent events: the state first where the page does not know it, every change, and why it ends.

    A stream that breaks off without its `end` was cut, and a page that hears nothing for long is told so.

    Args:
        act: who follows; `known` in its query is the key of what the page shows already.
        message: called with the key told last, in a thread.
        push_s: between two looks.
        silence_s: a sign of life comes at least so often.
    """
    began = told_at = time.monotonic()
    told = act.query.get("known", "")
    while time.monotonic() - began < LONGEST_STREAM_S:
        if not act.desk.sessions.touch(act.visitor.session, counts=False):
            yield _end("locked")
            return
        push = await run_in_threadpool(message, told)
        now = time.monotonic()
        if push.key != told:
            yield f"data: {push.text}\n\n"
            told, told_at = push.key, now
        elif now - told_at >= silence_s:
            yield _ALIVE
            told_at = now
        if not push.goes_on:
            yield _end("over")
            return
        await anyio.sleep(push_s)
    yield _end("again")


def _end(why: str) -> str:
    return f"event: end\ndata: {json.dumps({'why': why})}\n\n"


def progress_answer(job: Job | None) -> Response:
    """How far a job is; without one, it is done."""
    done = {"state": JobState.DONE.value, "done": 0, "total": 0}
    return JSONResponse(done if job is None else job.as_json())
