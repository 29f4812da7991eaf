"""The review by keyboard alone, in a real browser."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace

import pytest
from desk_browser import launched, reached, signed_in, window
from desk_samples import DeskUnderTest
from playwright.sync_api import Browser, Page
from review_samples import beside_box, page_of, record, serials_of, with_box, with_writing

from kiemphieu.deciding import standing_decisions
from kiemphieu.desk.roles import Role
from kiemphieu.folder import VoteFolder
from kiemphieu.opinions import Opinions
from kiemphieu.printing import PrintOrder, print_ballots
from kiemphieu.store import PageRecord
from records.canonical import sha256_hex
from records.reading import BoxState, ReviewReason

ITEMS = 22


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with launched() as found:
        yield found


@dataclass
class Served:
    """A desk that a browser reaches, over a vote with `ITEMS` unclear marks."""

    under_test: DeskUnderTest
    folder: VoteFolder
    address: str
    browser: Browser

    def page(self, role: Role) -> Page:
        """A browser window in which a member is at work; its errors fail the test."""
        page = window(self.browser)
        page.on("pageerror", lambda error: pytest.fail(str(error)))
        page.on("console", lambda message: pytest.fail(message.text) if message.type == "error" else None)
        start = f"{self.address}/start?key={self.under_test.desk.starts.issue()}&lang=vi"
        return signed_in(page, start, self.under_test, role)

    def review(self, role: Role) -> Page:
        page = self.page(role)
        page.goto(f"{self.address}/votes/{self.folder.root.name}/review/next")
        return page


def with_picture(desk: DeskUnderTest, folder: VoteFolder, page: PageRecord) -> PageRecord:
    """The page with an image in the vote folder; any sheet of the vote will do as a picture."""
    data = min(desk.scans.iterdir()).read_bytes() + page.sha256.encode()
    path = folder.page(sha256_hex(data), ".jpg")
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    return replace(page, sha256=sha256_hex(data))


@pytest.fixture
def served(desk: DeskUnderTest, browser: Browser) -> Iterator[Served]:
    folder = desk.vote()
    print_ballots(folder, PrintOrder(ITEMS - 4, seed=5))
    pages = [
        with_picture(desk, folder, with_box(page_of(folder, serial), "o1", "high", BoxState.UNCLEAR))
        for serial in serials_of(folder)
    ]
    record(folder, *pages)
    with reached(desk) as address:
        yield Served(desk, folder, address, browser)


def commit(page: Page) -> None:
    with page.expect_navigation():
        page.keyboard.press("Enter")


def checked(page: Page) -> str | None:
    found = page.locator('input[name="choice"]:checked')
    return found.get_attribute("value") if found.count() else None


def numbers(text: str | None) -> list[float]:
    return [float(word) for word in (text or "").split()]


def test_twenty_decisions_of_two_members_by_keyboard_alone(served: Served) -> None:
    for role in (Role.MEMBER, Role.HEAD):
        page = served.review(role)
        for number in range(20):
            page.keyboard.press(f"Digit{number % 6 + 1}")
            commit(page)
        assert "21 / 22" in page.locator(".bar").inner_text()
    decided = [one.decision.line for one in standing_decisions(served.folder)]
    assert len(decided) == 20
    assert {line.choice for line in decided if line is not None} == {"high", "medium", "low", None}


def test_every_key_does_what_the_help_says(served: Served) -> None:
    page = served.review(Role.MEMBER)
    values = ("level:high", "level:medium", "level:low", "no_mark", "several_marks", "not_a_cross")
    for digit, value in enumerate((*values, "struck_name", "added_writing"), start=1):
        page.keyboard.press(f"Digit{digit}")
        assert checked(page) == value
    page.keyboard.press("Numpad2")
    assert checked(page) == "level:medium"
    page.keyboard.press("Digit0")
    assert checked(page) == "escalate"
    stage = page.locator("#stage")
    home = numbers(stage.get_attribute("viewBox"))
    page.keyboard.press("Space")
    assert stage.get_attribute("viewBox") == "0 0 210 297"
    page.keyboard.press("Space")
    assert numbers(stage.get_attribute("viewBox")) == home
    for key in ("Equal", "NumpadSubtract", "Shift+ArrowRight", "Shift+ArrowUp", "Minus"):
        before = stage.get_attribute("viewBox")
        page.keyboard.press(key)
        assert stage.get_attribute("viewBox") != before, key
    first = page.url
    with page.expect_navigation():
        page.keyboard.press("ArrowRight")
    assert page.url != first
    with page.expect_navigation():
        page.keyboard.press("ArrowLeft")
    assert page.url == first
    page.keyboard.press("Shift+Slash")
    assert page.locator("#help").is_visible()
    page.keyboard.press("Escape")
    page.wait_for_selector("#help", state="hidden")
    page.keyboard.press("Digit1")
    assert checked(page) == "level:high"
    commit(page)
    assert len(Opinions(served.folder).all()) == 1
    with page.expect_navigation():
        page.keyboard.press("Control+KeyZ")
    assert Opinions(served.folder).all() == {}
    assert page.url == first


def test_letters_repeats_composition_and_text_fields_do_nothing(served: Served) -> None:
    page = served.review(Role.MEMBER)
    for key in ("KeyA", "KeyS", "Backspace", "KeyZ", "Alt+Digit1"):
        page.keyboard.press(key)
    page.keyboard.press("Enter")  # nothing is chosen: nothing is sent
    assert checked(page) is None
    send = "(details) => document.dispatchEvent(new KeyboardEvent('keydown', {bubbles: true, ...details}))"
    page.evaluate(send, {"code": "Digit1", "key": "1", "repeat": True})
    page.evaluate(send, {"code": "Digit1", "key": "1", "isComposing": True})
    page.evaluate(send, {"code": "Digit1", "key": "Process"})
    assert checked(page) is None
    page.locator("details.note summary").click()
    page.locator("#f-note").click()
    page.keyboard.type("12 0?")
    assert page.locator("#f-note").input_value() == "12 0?"
    assert checked(page) is None
    assert Opinions(served.folder).all() == {}


def test_keys_are_switched_off_and_stay_so(served: Served) -> None:
    page = served.review(Role.MEMBER)
    page.locator("#keys").click()
    page.locator("#look h1").click()
    page.keyboard.press("Digit1")
    assert checked(page) is None
    page.reload()
    assert page.locator("#keys").get_attribute("aria-pressed") == "false"
    page.keyboard.press("Digit1")
    assert checked(page) is None
    page.locator("#keys").click()
    page.keyboard.press("Digit1")
    assert checked(page) == "level:high"


def test_the_next_crop_is_there_before_its_page(served: Served) -> None:
    page = served.review(Role.MEMBER)
    page.wait_for_selector(".ahead image", state="attached")
    wanted = page.locator(".ahead h1").inner_text(), page.locator(".ahead .serial").inner_text()
    # What is on the screen between the key and the answer, noted for the page after.
    page.evaluate(
        """() => new MutationObserver(() => {
          const look = document.querySelector('#look[data-ahead]');
          if (!look) return;
          document.dispatchEvent(new KeyboardEvent('keydown', {code: 'Digit2', key: '2', bubbles: true}));
          sessionStorage.setItem('between', JSON.stringify([
            look.querySelector('h1').innerText, look.querySelector('.serial').innerText,
            document.querySelector('input[name=choice]:checked').value]));
        }).observe(document.body, {subtree: true, attributes: true})"""
    )
    page.keyboard.press("Digit1")
    commit(page)
    between = json.loads(page.evaluate("sessionStorage.getItem('between')"))
    assert between == [*wanted, "level:high"]  # the next crop, and no choice can be made on it yet
    assert (page.locator("#look h1").inner_text(), page.locator("#look .serial").inner_text()) == wanted


def test_it_works_without_javascript(served: Served) -> None:
    page = served.page(Role.MEMBER)
    plain = served.browser.new_context(java_script_enabled=False, storage_state=page.context.storage_state())
    window = plain.new_page()
    window.goto(f"{served.address}/votes/{served.folder.root.name}/review/next")
    window.check('[data-key="3"]')
    assert not window.locator("#keys").is_visible()
    window.click('noscript a, a:has-text("Cả trang")')
    assert "view=page" in window.url
    window.check('[data-key="3"]')
    window.click("#commit")
    assert [one.choice for found in Opinions(served.folder).all().values() for one in found] == ["level:low"]


def test_the_digit_of_a_level_takes_ink_beside_a_box_as_its_lines_mark(served: Served) -> None:
    folder, known = served.folder, serials_of(served.folder)
    print_ballots(folder, PrintOrder(1, seed=6))
    (serial,) = set(serials_of(folder)).difference(known)
    ink = beside_box(folder, "o2")
    beside = with_writing(page_of(folder, serial), ink, ReviewReason.MARK_OUTSIDE_BOX)
    record(folder, with_picture(served.under_test, folder, beside))
    page = served.page(Role.MEMBER)
    page.goto(f"{served.address}/votes/{folder.root.name}/review/next?kind=writing")
    page.keyboard.press("Digit3")
    assert checked(page) == "no_fault"
    commit(page)
    opinions = Opinions(folder).of((serial, "ballot"))
    assert [one.choice for one in opinions] == ["no_fault;o2=level:low"]
