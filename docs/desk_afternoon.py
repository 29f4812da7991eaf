"""A committee's afternoon at the desk in a real browser, from the list of names to the minutes.

The browser tests walk it and examine each screen; `docs/desk_pictures.py` walks it for the guide's pictures.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from desk_sheets import IN_REVIEW, SHEETS, Scans, scan_forty
from openpyxl import Workbook
from playwright.sync_api import Error, Page

from kiemphieu.folder import VoteFolder

CHROMIUM_FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
WINDOW = {"width": 1366, "height": 768}
HEAD, MEMBER, THIRD = "Trần Thị Bích", "Lê Văn Cường", "Phạm Thị Dung"
OFFICIALS = (
    ("Nguyễn Văn An", "Trưởng ban"),
    ("Trần Thị Bình", "Phó Trưởng ban"),
    ("Hoàng Văn Khải", "Trưởng phòng Tổng hợp"),
    ("Đặng Ngọc Mỹ", "Trưởng phòng Chính sách"),
)
PRINTED = SHEETS + 2
WAIT_MS = 120_000
"""For a page; forty scans on a busy machine take a minute."""
_GUIDE_FOLDER = "/home/ban-kiem-phieu/kiemphieu"
_RENAME = """([from, to]) => {
  if (!document.body) return;
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) walker.currentNode.data = walker.currentNode.data.replaceAll(from, to);
}"""

Look = Callable[[str, Page], None]
"""Called on every screen with its name."""


@contextmanager
def served_desk(root: Path) -> Iterator[str]:
    """A desk over `root`, as the command line starts it; its start address."""
    command = [sys.executable, "-m", "kiemphieu", "desk", str(root), "--no-browser", "--json", "--lang", "vi"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)  # noqa: S603  our own program
    try:
        yield _address(process)
    finally:
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=30)


def _address(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None  # noqa: S101  asked for above
    lines = ""
    for line in process.stdout:
        lines += line
        try:
            return str(json.loads(lines)["address"])
        except ValueError:
            continue
    raise RuntimeError(f"the desk did not start: {lines}")


def write_list(path: Path) -> None:
    """The list of officials as an office sends it."""
    book = Workbook()
    sheet = book.active
    assert sheet is not None  # noqa: S101  a new workbook has one
    sheet.append(["STT", "Họ và tên", "Chức vụ"])
    for number, (name, position) in enumerate(OFFICIALS, start=1):
        sheet.append([number, name, position])
    book.save(path)


@dataclass
class Afternoon:
    """One committee at one machine.

    Attributes:
        page: the browser's one window.
        root: the desk's folder.
        work: where the list of names and the scans lie.
        shown: gets every screen.
        pins: by name.
    """

    page: Page
    root: Path
    work: Path
    shown: Look
    pins: dict[str, str] = field(default_factory=dict)
    origin: str = ""
    vote: str = ""
    scans: Scans | None = None

    def run(self, start: str) -> None:
        """All of it."""
        self.begin(start)
        self.set_up()
        self.print()
        self.scan()
        self.settle_problem()
        self.review()
        self.count()
        self.close()
        self.write_documents()
        self.audit()

    def begin(self, start: str) -> None:
        page = self.page
        page.goto(start)
        self.origin = re.sub(r"/start.*", "", start)
        self.look("first-members", page)
        page.fill("#f-head", HEAD)
        page.fill("#f-member-0", MEMBER)
        page.fill("#f-member-1", THIRD)
        self.press()
        self.look("pins", page)
        for row in page.locator("table tbody tr").all():
            name, pin = row.locator("th").inner_text(), row.locator(".pin").inner_text()
            self.pins[name] = pin.replace(" ", "")
        self.press("a.btn")
        self.look("sign-in", page)
        self.sign_in(HEAD)
        self.look("home-empty", page)
        self.press('a[href="/members"]')
        self.look("members", page)

    def set_up(self) -> None:
        page = self.page
        self.go("/votes/new")
        self.look("setup-new", page)
        page.fill("#f-name", "Lấy phiếu tín nhiệm Ban Dân tộc 2026")
        page.fill("#f-body", "Ban Dân tộc tỉnh Khánh Hòa")
        page.fill("#f-parent_body", "UBND tỉnh Khánh Hòa")
        page.fill("#f-subject", "Đối với chức danh, chức vụ lãnh đạo, quản lý")
        page.fill("#f-place", "Khánh Hòa")
        page.fill("#f-date", "20/07/2026")
        page.select_option("#f-rules", "qd96")
        page.check("#f-two_person")
        page.fill("#f-summoned", "43")
        page.fill("#f-present", str(PRINTED))
        self.press("main form button.btn")
        self.vote = re.sub(r".*/votes/([^/]+)/.*", r"\1", page.url)
        self.press(f'a[href="/votes/{self.vote}/setup/officials/import"]')
        self.look("setup-import", page)
        spreadsheet = self.work / "danh-sach.xlsx"
        write_list(spreadsheet)
        page.set_input_files("#f-file", spreadsheet)
        self.press("main form button.btn")
        self.look("setup-officials", page)
        self.press('button[value="done"]')
        self.look("setup-check", page)
        self.second(MEMBER)
        self.press('form[action$="/freeze"] button')
        self.look("setup-frozen", page)

    def print(self) -> None:
        page = self.page
        self.go("print")
        page.fill("#f-count", str(PRINTED))
        self.look("print", page)
        self.press('form[action$="/print/start"] button')
        page.wait_for_selector(".panel-ok")
        self.look("printed", page)
        self.press(".panel-ok a")
        self.look("print-batch", page)
        self.go("print/deck")
        self.look("print-deck", page)
        self.go("print/account")
        self.look("print-account", page)

    def scan(self) -> None:
        page, folder = self.page, VoteFolder(self.root / self.vote)
        pdf = next(path for path in sorted(folder.root.rglob("*.pdf")) if ".desk" not in path.parts)
        self.scans = scan_forty(folder, pdf, self.work / "scans")
        self.go("")
        self.look("vote-to-scan", page)
        self.go("scan")
        page.fill("#f-name", "Hòm phiếu 1")
        page.fill("#f-counted", str(SHEETS))
        page.set_input_files("#f-files", self.scans.paths)
        self.look("scan", page)
        self.press('form[action$="/scan/start"] button')
        page.wait_for_selector('#live #last img, form[action$="/scan/save"]')
        if page.locator("#live").count():  # else this machine was too fast to be seen at it
            with suppress(Error):  # when all is read, the page goes on by itself, even under our eyes
                self.look("scanning", page)
        page.wait_for_selector('form[action$="/scan/save"]')
        self.look("scanned", page)
        self.press('form[action$="/scan/save"] button')
        self.look("scan-saved", page)

    def settle_problem(self) -> None:
        page = self.page
        self.go("problems")
        self.look("problems", page)
        if self.scans is None:
            raise RuntimeError("nothing is scanned yet")
        way = page.locator("details.way:has(input[value=identify])").first
        way.locator("summary").click()
        way.locator("input[name=serial]").fill(self.scans.spoiled)
        way.locator("select[name=second]").select_option(label=MEMBER)
        way.locator("input[name=second_pin]").fill(self.pins[MEMBER])
        self.press("details.way:has(input[value=identify]) button")
        self.look("problem-identified", page)
        self.press('a[href$="/by-hand"]')
        for official, level in self.scans.spoiled_lines:
            page.check(f'input[name="line-{official}"][value="{level}"]')
        self.second(MEMBER)
        self.look("problem-by-hand", page)
        self.press('form[action$="/by-hand"] button')
        self.look("problems-settled", page)

    def review(self) -> None:
        page = self.page
        self.go("review")
        self.look("review", page)
        self.decide(1, stop_at="review-item")
        self.change_to(MEMBER)
        self.decide(6)
        self.go("review/contact")
        self.look("review-contact", page)
        self.go("review/disagreements")
        self.look("review-disagreements", page)
        self.press(".contact a")
        page.locator('[data-key="6"]').check()
        page.fill("#f-reason", "Hai thành viên cùng xem lại: dấu trong ô không phải dấu X")
        if page.locator("#f-second").count():
            self.second(HEAD)
        self.look("review-together", page)
        self.press("form[data-together] button.btn")
        self.go("")
        self.look("vote-reviewed", page)

    def decide(self, first: int, stop_at: str = "") -> None:
        """Every item by the keyboard; the members differ in the first one only."""
        page = self.page
        self.go("review/next")
        for number in range(IN_REVIEW):
            page.keyboard.press(f"Digit{first}" if number == 0 else "Digit6")
            if number == 1 and stop_at:
                self.look(stop_at, page)
            with page.expect_navigation():
                page.keyboard.press("Enter")

    def count(self) -> None:
        page = self.page
        self.go("count")
        self.look("count", page)
        self.change_to(HEAD)
        self.go("count")
        self.press('button[name=show][value="yes"]')
        self.go("count/projector")
        self.look("count-projector", page)

    def close(self) -> None:
        page = self.page
        self.go("close")
        page.fill("#f-counted", str(SHEETS))
        self.second(MEMBER)
        self.look("close", page)
        self.press('form[action$="/close"] button')
        self.go("close")
        self.look("closed", page)

    def write_documents(self) -> None:
        page = self.page
        self.go("documents")
        page.fill("#f-head", HEAD)
        page.fill("#f-secretary", THIRD)
        page.fill("#f-members", MEMBER)
        self.press('form[action$="/names"] button')
        if page.locator('button[name=language][value="vi"]').count():
            self.press('button[name=language][value="vi"]')
        self.look("documents", page)
        self.press('a[href*="/documents/view/"][href*=".pdf"]')
        page.locator("img.whole-page").scroll_into_view_if_needed()
        self.look("minutes", page)

    def audit(self) -> None:
        page = self.page
        self.go("/audit")
        self.look("audit", page)
        self.go("audit")
        self.look("audit-vote", page)
        self.go("audit/journal")
        self.look("audit-journal", page)
        self.go("audit/verify")
        self.look("audit-verify", page)

    def look(self, name: str, page: Page) -> None:
        """Shows a screen, with the folder that the guide speaks of in the place of this machine's."""
        page.wait_for_load_state()
        come_to_rest(page)
        call_folder(page, self.root)
        self.shown(name, page)

    def go(self, place: str) -> None:
        """To a page of the vote, or of the desk where the place begins with a slash."""
        path = place if place.startswith("/") else f"/votes/{self.vote}/{place}".rstrip("/")
        answer = self.page.goto(self.origin + path)
        if answer is None or answer.status != 200:
            raise RuntimeError(f"{path}: {self.page.locator('main').inner_text()}")

    def press(self, what: str = "main .btn") -> None:
        """Presses a button and waits for the page that it leads to, which must not be a complaint."""
        with self.page.expect_navigation():
            self.page.locator(what).first.click()
        if self.page.locator("#errors").count():
            raise RuntimeError(f"{what}: {self.page.locator('#errors').inner_text()}")

    def second(self, name: str) -> None:
        self.page.locator("#f-second").first.select_option(label=name)
        self.page.locator("#f-second-pin").first.fill(self.pins[name])

    def sign_in(self, name: str) -> None:
        label = self.page.locator("#f-member option", has_text=name).inner_text()
        self.page.select_option("#f-member", label=label)
        self.page.fill("#f-pin", self.pins[name])
        self.press()

    def change_to(self, name: str) -> None:
        """Another member sits down at the machine."""
        self.press('form[action="/sign-out"] button')
        self.sign_in(name)


def call_folder(page: Page, root: Path) -> None:
    """Calls the desk's folder as the guide does, wherever the page names it."""
    page.evaluate(_RENAME, [str(root), _GUIDE_FOLDER])


def come_to_rest(page: Page) -> None:
    """Waits for the fonts and for every picture in sight."""
    page.evaluate(
        """() => Promise.all([document.fonts.ready, ...[...document.images].filter(one => {
          const box = one.getBoundingClientRect();
          return box.top < innerHeight && box.bottom >= 0;
        }).map(one => one.complete ? null : new Promise(done => { one.onload = one.onerror = done; }))])"""
    )


def chromium() -> str | None:
    """Debian's browser, or whatever `CHROMIUM` names."""
    return os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
