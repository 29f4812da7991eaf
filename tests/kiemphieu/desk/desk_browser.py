"""A real browser at a desk under test."""

from __future__ import annotations

import os
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
import uvicorn
from desk_afternoon import CHROMIUM_FLAGS, WAIT_MS, WINDOW, chromium
from desk_samples import DeskUnderTest
from playwright.sync_api import Browser, Page, sync_playwright

from kiemphieu.desk.app import make_app
from kiemphieu.desk.guard import Place
from kiemphieu.desk.roles import Member, Role


@contextmanager
def launched() -> Iterator[Browser]:
    """A browser; the test is skipped where none is installed. Meanwhile its thread can run no event loop."""
    found = chromium()
    if found is None:
        if os.environ.get("CI") == "true":
            pytest.fail("chromium is not installed: .ci/run installs it")
        pytest.skip("chromium is not installed (apt-get install chromium)")
    with sync_playwright() as play:
        started = play.chromium.launch(executable_path=found, args=list(CHROMIUM_FLAGS))
        yield started
        started.close()


@contextmanager
def reached(desk: DeskUnderTest) -> Iterator[str]:
    """The desk as a browser reaches it; its address."""
    listening = socket.socket()
    listening.bind(("127.0.0.1", 0))
    address = f"127.0.0.1:{listening.getsockname()[1]}"
    desk.desk.place = Place(frozenset({address}))
    settings = uvicorn.Config(
        make_app(desk.desk), log_config=None, lifespan="off", timeout_graceful_shutdown=2
    )
    server = uvicorn.Server(settings)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
    thread.start()
    yield f"http://{address}"
    server.should_exit = True
    thread.join(10)


def window(browser: Browser) -> Page:
    context = browser.new_context(viewport=WINDOW, locale="vi-VN")
    context.set_default_timeout(WAIT_MS)
    return context.new_page()


def signed_in(page: Page, start: str, desk: DeskUnderTest, role: Role = Role.HEAD) -> Page:
    """The page with a member at work, by a start address."""
    page.goto(start)
    show_pin(page, desk, desk.members[role])
    return page


def show_pin(page: Page, desk: DeskUnderTest, member: Member) -> None:
    page.select_option("[name=member]", member.id)
    page.fill("[name=pin]", desk.pins[member.id])
    with page.expect_navigation():
        page.keyboard.press("Enter")
