"""Pages that follow by themselves what goes on, in a real browser: the desk locked, and the desk gone."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from desk_browser import launched, reached, show_pin, signed_in, window
from desk_samples import DeskUnderTest, started
from playwright.sync_api import Browser, Page, expect

from kiemphieu.desk import counting, scan_runs
from kiemphieu.desk.roles import Role
from kiemphieu.scanning import scan_paths

VOTE = "/votes/bdt-2023"
LONG_PAUSE_S = 700.0
PATIENCE_MS = 20_000
LOST = "Mất liên lạc với bàn kiểm phiếu"
NOT_LIVE = "Số liệu dưới đây KHÔNG còn được cập nhật."
AT_PIN = re.compile(r"/sign-in\?next=")


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with launched() as found:
        yield found


@pytest.fixture
def address(desk: DeskUnderTest, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    monkeypatch.setattr(counting, "PUSH_S", 0.1)
    with reached(desk) as found:
        yield found


@pytest.fixture
def page(desk: DeskUnderTest, browser: Browser, address: str) -> Iterator[Page]:
    """A window in which the head is at work."""
    found = window(browser)
    yield signed_in(found, f"{address}/start?key={desk.desk.starts.issue()}&lang=vi", desk)
    found.context.close()


def projector(page: Page, address: str) -> Page:
    """The view for the room, in a second window of the same browser."""
    page.goto(f"{address}{VOTE}/count")
    with page.expect_navigation():
        page.click('button[name=show][value="yes"]')
    shown = page.context.new_page()
    shown.goto(f"{address}{VOTE}/count/projector")
    expect(shown.locator("#trouble")).to_be_hidden()
    return shown


def says_not_live(shown: Page) -> None:
    """In type as large as any on the page, in sight wherever the page is scrolled to."""
    title = shown.locator(".not-live-title")
    expect(title).to_be_visible(timeout=PATIENCE_MS)
    expect(title).to_have_text(NOT_LIVE)
    shown.evaluate("window.scrollTo(0, document.body.scrollHeight)")
    expect(title).to_be_in_viewport()
    size = "(one) => parseFloat(getComputedStyle(one).fontSize)"
    assert title.evaluate(size) >= shown.locator("h1").evaluate(size)


def test_a_count_page_that_is_locked_asks_for_the_pin_and_shows_the_count_again(
    desk: DeskUnderTest, page: Page, address: str
) -> None:
    desk.scanned_vote()
    page.goto(f"{address}{VOTE}/count")
    desk.now += LONG_PAUSE_S
    page.wait_for_url(AT_PIN, timeout=PATIENCE_MS)
    show_pin(page, desk, desk.members[Role.HEAD])
    assert page.url == f"{address}{VOTE}/count"


def test_a_projector_that_is_locked_says_so_and_goes_on_after_the_pin(
    desk: DeskUnderTest, page: Page, address: str
) -> None:
    folder = desk.vote()
    shown = projector(page, address)
    page.goto("about:blank")
    desk.now += LONG_PAUSE_S
    says_not_live(shown)
    assert shown.url == f"{address}{VOTE}/count/projector"
    expect(shown.locator("#trouble-text")).to_contain_text("đã khóa")
    expect(shown.locator(".big-totals")).to_contain_text("Thu về 0")
    scan_paths(folder, [desk.scans], 1)
    page.goto(f"{address}/")
    show_pin(page, desk, desk.members[Role.HEAD])
    expect(shown.locator(".big-totals")).to_contain_text("Thu về 4", timeout=PATIENCE_MS)
    expect(shown.locator("#trouble")).to_be_hidden()


def test_a_projector_that_is_switched_off_shows_the_count_page(
    desk: DeskUnderTest, page: Page, address: str
) -> None:
    desk.scanned_vote()
    shown = projector(page, address)
    page.click('button[name=show][value="no"]')
    shown.wait_for_url(f"{address}{VOTE}/count", timeout=PATIENCE_MS)


def test_a_desk_that_was_killed_is_told_in_the_room_and_at_the_machine(
    desk: DeskUnderTest, browser: Browser
) -> None:
    desk.scanned_vote()
    process, start = started(desk.folder, "--lang", "vi")
    try:
        page = signed_in(window(browser), start, desk)
        address = start.partition("/start")[0]
        shown = projector(page, address)
        process.kill()
        process.wait()
        says_not_live(shown)
        expect(shown.locator("#trouble-text")).to_contain_text(LOST)
        expect(page.locator("#trouble")).to_contain_text(LOST, timeout=PATIENCE_MS)
        expect(page.locator("#trouble")).to_be_visible()
        page.context.close()
    finally:
        process.kill()
        process.wait()


def test_a_desk_that_falls_silent_is_told_though_nothing_was_cut(
    desk: DeskUnderTest, page: Page, address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(counting, "LONGEST_SILENCE_S", 1000.0)
    desk.scanned_vote()
    page.clock.install()
    with page.expect_response("**/count/stream*"):
        page.goto(f"{address}{VOTE}/count")
    page.route("**/count/stream*", lambda route: route.abort())
    page.clock.run_for(40_000)
    expect(page.locator("#trouble")).to_be_visible(timeout=PATIENCE_MS)
    expect(page.locator("#trouble")).to_contain_text(LOST)


def test_a_running_scan_tells_that_the_desk_is_gone_and_that_it_is_back(
    desk: DeskUnderTest, page: Page, address: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(scan_runs, "workers", lambda: 1)
    folder, inbox = desk.vote(), tmp_path / "scanner"
    inbox.mkdir()
    page.goto(f"{address}{VOTE}/scan?source=watched")
    page.fill("#f-counted", "4")
    page.fill("#f-place", str(inbox))
    page.route("**/scan/stream", lambda route: route.abort("connectionrefused"))
    page.click('form[action$="/scan/start"] .btn')
    expect(page.locator("#news")).to_contain_text(LOST, timeout=PATIENCE_MS)
    page.unroute("**/scan/stream")
    expect(page.locator("#news")).to_be_hidden(timeout=PATIENCE_MS)
    desk.now += LONG_PAUSE_S
    page.wait_for_url(AT_PIN, timeout=PATIENCE_MS)
    job = desk.desk.jobs.of(folder)
    assert job is not None
    assert job.running


def test_the_progress_of_a_job_tells_that_the_desk_is_gone_locked_and_that_it_has_ended(
    desk: DeskUnderTest, page: Page, address: str
) -> None:
    folder = desk.vote()
    job = desk.desk.jobs.start(folder, "print", lambda job: job._stop.wait(120) and None)
    page.goto(f"{address}{VOTE}/print")
    job.progress(3, 8)
    expect(page.locator("#job-numbers")).to_have_text("3 / 8", timeout=PATIENCE_MS)
    page.route("**/print/progress", lambda route: route.abort("connectionrefused"))
    expect(page.locator("#job-lost")).to_be_visible(timeout=PATIENCE_MS)
    expect(page.locator("#job-lost")).to_contain_text(LOST)
    page.unroute("**/print/progress")
    expect(page.locator("#job-lost")).to_be_hidden(timeout=PATIENCE_MS)
    desk.now += LONG_PAUSE_S
    page.wait_for_url(AT_PIN, timeout=PATIENCE_MS)
    show_pin(page, desk, desk.members[Role.HEAD])
    assert page.url == f"{address}{VOTE}/print"
    job.ask_stop()
    expect(page.locator("#job")).to_have_count(0, timeout=PATIENCE_MS)
    expect(page.locator("h1")).to_have_text("In phiếu")
