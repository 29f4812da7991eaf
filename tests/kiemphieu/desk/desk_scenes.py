"""Screens that an afternoon without mishaps does not come by: refusals, second thoughts, checks, other days.

What leads to a screen is done in the shortest way, at the screen itself or behind it.
"""

from __future__ import annotations

import math
import re
import shutil
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import cv2
import numpy as np
from damaged_scans import taken_again, without_code
from desk_afternoon import call_folder, come_to_rest
from desk_samples import DeskUnderTest
from playwright.sync_api import Page
from profile_sample import profile_sample
from review_samples import (
    page_of,
    record,
    serials_of,
    with_box,
    with_picture,
    with_strike,
    with_writing,
)

from benchmarks.simulated_scanners import Scanner, draw_target, scan
from calibration.target import make_target
from kiemphieu.deck_result import DeckResult, write_result
from kiemphieu.desk.audit_subjects import packages
from kiemphieu.desk.roles import Member, Role
from kiemphieu.folder import VoteFolder, load_layout, load_vote
from kiemphieu.printed_batches import read_stock
from kiemphieu.scanner_profiles import keep_profile
from kiemphieu.scanning import scan_paths
from kiemphieu.sealing import seal_vote
from kiemphieu.store import PageRecord
from records.errors import InputError
from records.geometry import Rect
from records.layout import LayoutPage
from records.reading import BoxState
from records.vote import PaperSize
from sample_scans.settings import ScanSettings

_MM = 300 / 25.4
_SUBMIT = """([path, fields]) => {
  const form = document.createElement("form");
  form.method = "post";
  form.action = path;
  for (const [name, value] of fields) {
    const field = document.createElement("input");
    field.type = "hidden";
    field.name = name;
    field.value = value;
    form.append(field);
  }
  document.body.append(form);
  form.submit();
}"""


@dataclass
class Scenes:
    """A desk that serves this process, and a browser window at it.

    Attributes:
        at: the desk's address.
        work: a folder for scans.
        stray: a scanned ballot of another vote.
        shown: gets every screen with its name.
    """

    page: Page
    desk: DeskUnderTest
    at: str
    work: Path
    stray: Path
    shown: Callable[[str, Page], None]

    def run(self) -> None:
        """All of them."""
        self.come_in()
        self.set_up()
        self.print()
        self.scan()
        self.settle()
        self.review()
        self.look_through()
        self.resolve()
        self.close()
        self.audit()
        self.change_members()
        self.lock()

    def come_in(self) -> None:
        page = self.page
        page.goto(self.at)
        self.look("refused")
        page.goto(self._start("en"))
        self.look("sign-in-english")
        page.context.clear_cookies()
        page.goto(self._start("vi"))
        page.fill("#f-pin", "000000")
        self.press()
        self.look("sign-in-refused")
        self.sign_in(self.desk.members[Role.HEAD])
        shutil.copytree(self.desk.vote().root, self.desk.folder / "hong")
        (self.desk.folder / "hong" / "vote.toml").write_text("format = 1\n[vote\n", encoding="utf-8")
        self.go("/")
        self.press('form[action="/rehearsal"] button')
        self.look("vote-rehearsal")
        self.go("/")
        self.look("home")
        self.go("/votes/hong")
        self.look("vote-damaged")
        self.page.goto(f"{self.at}/votes/hong/count")
        self.look("failed")

    def set_up(self) -> None:
        page = self.page
        self.go("/votes/new")
        self.press("main form button.btn")
        self.look("setup-new-refused")
        self.fill(name="Lấy phiếu 2027", body="Ban Dân tộc", place="Khánh Hòa", date="20/07/2027")
        page.select_option("#f-rules", "qd96")
        self.press("main form button.btn")
        vote = re.sub(r".*(/votes/[^/]+)/.*", r"\1", page.url)
        self.go(f"{vote}/print")
        self.look("print-before")
        self.go(f"{vote}/setup")
        self.look("setup-open")
        self.go(f"{vote}/setup/details")
        self.look("setup-details")
        self.go(f"{vote}/setup/officials")
        self.press('button[value="done"]')
        self.look("setup-officials-refused")
        self.go(f"{vote}/setup/officials/import")
        page.set_input_files("#f-file", {"name": "a.xlsx", "mimeType": "x/x", "buffer": b"<html>"})
        self.press("main form button.btn")
        self.look("setup-import-refused")

    def print(self) -> None:
        page, folder = self.page, VoteFolder(self.desk.folder / "bdt-2023")
        self.go("/votes/bdt-2023/print/seal")
        self.look("print-seal")
        self.go("/votes/bdt-2023/print")
        page.fill("#f-count", "999999")
        self.press('form[action$="/print/start"] button')
        self.look("print-refused")
        self.submit("/votes/bdt-2023/print/account", fate="exchanged", count="", reason="")
        self.look("print-account-refused")
        given = {"fate": "unused", "count": "1", "reason": "còn lại sau khi phát", **self.desk.second()}
        self.submit("/votes/bdt-2023/print/account", **given)
        (statement,) = read_stock(folder, load_vote(folder)).account.statements
        self.go(f"/votes/bdt-2023/print/account/{statement.number}")
        self.look("print-undo")
        self.submit(f"/votes/bdt-2023/print/account/{statement.number}", reason="nhầm", **self.desk.second())
        run = folder.tests / "1" / "runs" / "1"
        run.mkdir(parents=True)
        write_result(VoteFolder(run), DeckResult("1", "1", 24, False, 2, 0, 1))
        self.go("/votes/bdt-2023/print/deck")
        self.look("print-deck-failed")

    def scan(self) -> None:
        page = self.page
        self.go("/votes/bdt-2023/scan")
        self.press('form[action$="/scan/start"] button')
        self.look("scan-refused")
        scans = sorted(self.desk.printed.scans.values())
        page.fill("#f-name", "Hòm phiếu 1")
        page.fill("#f-counted", "6")
        page.set_input_files("#f-files", scans[1:])
        self.press('form[action$="/scan/start"] button')
        page.wait_for_selector('form[action$="/scan/save"]')
        self.look("scan-differs")
        self.press('form[action$="/scan/save"] button')
        self.look("scan-saved-differs")
        self.go("/votes/bdt-2023/scan?source=scanner&find=1")
        self.look("scan-no-scanner")

    def settle(self) -> None:
        page, folder = self.page, VoteFolder(self.desk.folder / "bdt-2023")
        again = taken_again(self.stray, self.work / "again.png")
        spoiled = without_code(min(self.desk.printed.scans.values()), self.work / "spoiled.png")
        scan_paths(folder, [spoiled, self.stray, again], 1)
        self.go("/votes/bdt-2023/problems")
        page.locator("#foreign").scroll_into_view_if_needed()
        page.evaluate("document.getElementById('foreign').scrollIntoView()")
        self.look("problems-foreign")
        page.locator("details.way:has(input[value=leave_out]) summary").first.click()
        self.press("details.way:has(input[value=leave_out]) button")
        self.look("problem-refused")
        for reason in ("again", "twice"):
            way = page.locator(f"details.way:has(input[value={reason}])").last
            if way.get_attribute("open") is None:
                way.locator("summary").click()
            way.locator(f"input[value={reason}]").check()
            way.locator("select[name=second]").select_option(self.desk.members[Role.MEMBER].id)
            way.locator("input[name=second_pin]").fill(self.pin(self.desk.members[Role.MEMBER]))
            with page.expect_navigation():
                way.locator("button").click()
        self.press('a[href$="/undo"]')
        self.look("problem-undo")
        scan_paths(folder, [min(self.desk.printed.scans.values())], 1)

    def review(self) -> None:
        """Two members agree on a mark; then one takes it back."""
        folder = self.desk.vote("xem-xet")
        serials = serials_of(folder)
        struck, writing, plain = (page_of(folder, serial) for serial in serials[1:])
        unclear = page_of(folder, serials[0], "medium")
        found = (
            plain,
            with_writing(writing, Rect(20, 250, 30, 8)),
            with_strike(struck, folder, "o1"),
            with_box(unclear, "o2", "medium", BoxState.UNCLEAR),
        )
        record(folder, *(self._with_picture(folder, one) for one in found))
        self.go("/votes/xem-xet/review/disagreements")
        self.look("review-apart-none")
        item = self.decide("Digit2")
        self.go(item)
        self.look("review-item-decided")
        self.page.keyboard.press("Shift+Slash")
        self.look("review-help")
        self.page.keyboard.press("Escape")
        self.change_to(self.desk.members[Role.MEMBER])
        self.decide("Digit2")
        self.go(item.replace("/item/", "/undo/"))
        self.look("review-undo")
        self.go("/votes/xem-xet/review?kind=strikes")
        self.look("review-strikes")
        self.change_to(self.desk.members[Role.HEAD])

    def look_through(self) -> None:
        """What the program alone found invalid."""
        folder = self.desk.vote("tu-xet")
        self.go("/votes/tu-xet/review/invalid")
        self.look("invalid-none")
        spoiled = self.work / "spoiled"
        shutil.copytree(self.desk.scans, spoiled)
        struck, crossed, written, _ = sorted(spoiled.iterdir())
        strike_out(struck, folder)
        cross_out(crossed, folder)
        add_words(written)
        scan_paths(folder, [spoiled], 1)
        self.go("/votes/tu-xet/review/invalid")
        self.look("invalid")
        self.press('ul.contact a[href$="/ballot"]')
        self.look("invalid-item")
        self.page.locator('input[value="no_fault"]').check(force=True)
        self.press("main .rule .btn")
        self.look("invalid-refused")

    def decide(self, key: str) -> str:
        """Decides the first item that waits, by the keyboard; its address."""
        self.page.goto(f"{self.at}/votes/xem-xet/review/next")
        item = urlsplit(self.page.url).path
        self.page.keyboard.press(key)
        with self.page.expect_navigation():
            self.page.keyboard.press("Enter")
        return item

    def resolve(self) -> None:
        """A blank line decides about somebody: does it make the whole ballot invalid?"""
        folder = self.desk.vote("de-ngo")
        pages = [page_of(folder, serial) for serial in serials_of(folder)[:3]]
        for place in (0, 1):
            pages[place] = with_box(pages[place], "o1", "high", BoxState.EMPTY)
            pages[place] = with_box(pages[place], "o1", "low", BoxState.CROSS)
        pages[1] = with_box(pages[1], "o2", "high", BoxState.EMPTY)
        record(folder, *pages)
        self.go("/votes/de-ngo/count")
        self.look("count-open")
        self.go("/votes/de-ngo/count/rules")
        self.look("count-rules")

    def close(self) -> None:
        """Refused, closed, reopened, closed and sealed, and packed."""
        page, second = self.page, self.desk.members[Role.MEMBER]
        folder = self.desk.scanned_vote("xong")
        self.go("/votes/xong/close")
        page.fill("#f-counted", "5")
        self.second(second)
        self.press('form[action$="/close"] button')
        self.look("close-refused")
        fields = {"counted": "4", "doubles": "0", "strays": "0", **self.desk.second()}
        self.submit("/votes/xong/close", **fields)
        self.submit("/votes/xong/close/reopen", reason="đếm lại hòm phiếu", **self.desk.second())
        self.go("/votes/xong/close")
        self.look("close-reopened")
        self.submit("/votes/xong/close", **fields)
        self.go("/votes/xong/close/seal")
        self.look("close-seal")
        seal_vote(folder)
        self.submit("/votes/xong/documents/package", images="yes")
        self.finish(folder)
        self.go("/votes/xong/documents")
        self.look("documents-packed")

    def audit(self) -> None:
        page, folder = self.page, VoteFolder(self.desk.folder / "xong")
        later = self.work / "later"
        shutil.copytree(self.desk.scans, later)
        cross_out(min(later.iterdir()), folder)
        (package,) = folder.root.glob("*.package.tar")
        self.go("/audit")
        page.fill("#f-path", str(package))
        self.press('form[action="/audit/import"] button')
        subject = re.sub(r".*(/audit/packages/[^/]+)/.*", r"\1", page.url)
        self.finish_packages()
        self.go("/audit")
        self.look("audit-imported")
        for place, name in (("", "package"), ("/journal", "package-journal"), ("/verify", "package-verify")):
            self.go(subject + place)
            self.look(f"audit-{name}")
        for place in (subject, "/votes/xong/audit"):
            self.submit(f"{place}/rescans", name="luu-tru", path=str(later))
            self.finish(folder)
            self.finish_packages()
        self.go(f"{subject}/rescans")
        self.look("audit-package-rescans")
        self.go(f"{subject}/rescans/luu-tru")
        self.look("audit-package-rescan")
        self.go("/votes/xong/audit/rescans")
        self.look("audit-rescans")
        self.go("/votes/xong/audit/rescans/luu-tru")
        page.evaluate("document.querySelector('.audit-pair').scrollIntoView()")
        self.look("audit-rescan")
        keep_profile(folder, profile_sample())
        for place in (subject, "/votes/xong/audit"):
            self.go(f"{place}/reports")
            self.look("audit-reports" if place.startswith("/votes") else "audit-package-reports")
        target = self.work / "target.png"
        cv2.imwrite(
            str(target), scan(draw_target(make_target(PaperSize.A5)), Scanner(1, ScanSettings(dpi=200)))
        )
        self.go("/audit/scanners")
        self.press('form[action="/audit/scanners"] button')
        self.look("audit-scanners-refused")
        page.fill("#f-name", "Máy quét phòng 2")
        page.set_input_files("#f-scans", target)
        self.press('form[action="/audit/scanners"] button')
        self.look("audit-scanners")

    def change_members(self) -> None:
        member = self.desk.members[Role.MEMBER]
        self.go("/members")
        self.submit("/members/add", name="", role="member")
        self.look("members-refused")
        self.go(f"/members/renew?member={member.id}")
        self.look("member-renew")
        witness = next(one for one in self.desk.desk.people.members() if one.name == "Vũ Thị Giang")
        self.second(witness)
        self.press("main form button.btn")
        self.look("pin-renewed")
        pin = self.page.locator(".pin").first.inner_text().replace(" ", "")
        self.desk.pins[member.id] = pin
        self.go(f"/members/change/leave?member={self.desk.members[Role.HEAD].id}")
        self.look("member-leave-head")
        for step in ("rename", "leave", "return"):
            self.go(f"/members/change/{step}?member={member.id}")
            self.look(f"member-{step}")
            fields = {"name": "Lê Văn Cường"} if step == "rename" else {}
            fields |= {"second": witness.id, "second_pin": self.pin(witness)}
            self.submit(f"/members/change/{step}", member=member.id, **fields)
            if step == "leave":
                self.look("member-left")
                self.go("/members")
                self.look("members-gone")
        self.desk.pins[member.id] = self.page.locator(".pin").first.inner_text().replace(" ", "")
        self.submit("/members/station")
        self.look("station")

    def lock(self) -> None:
        """The desk is locked in the midst of a form; the head guesses the PIN wrong fifteen times."""
        head = self.desk.members[Role.HEAD]
        self.go("/votes/new")
        self.fill(name="Lấy phiếu 2028")
        self.desk.now += 601
        self.press("main form button.btn")
        self.sign_in(head)
        self.look("kept")
        while not self.desk.desk.people.is_locked(head.id):
            self.desk.now += 100
            with suppress(InputError):
                self.desk.desk.people.check(head.id, "not it")
        self.page.goto(f"{self.at}/sign-in")
        self.look("sign-in-locked")
        self.sign_in(self.desk.members[Role.MEMBER])
        self.go("/members/locked")
        self.look("members-locked")

    def _with_picture(self, folder: VoteFolder, page: PageRecord) -> PageRecord:
        """The page with a scan of its ballot as its image."""
        if page.token is None:
            raise RuntimeError("a page without a ballot")
        return with_picture(page, folder, self.desk.printed.scans[page.token.serial])

    # The ways of a walk

    def look(self, name: str) -> None:
        self.page.wait_for_load_state()
        come_to_rest(self.page)
        call_folder(self.page, self.desk.folder)
        self.shown(name, self.page)

    def go(self, path: str) -> None:
        answer = self.page.goto(self.at + path)
        if answer is None or answer.status != 200:
            raise RuntimeError(f"{path}: {self.page.locator('main').inner_text()}")

    def press(self, what: str = "main .btn") -> None:
        """Presses a button, also where the browser would say itself that something is missing."""
        button = self.page.locator(what).first
        button.evaluate("one => { if (one.form) one.form.noValidate = true; }")
        with self.page.expect_navigation():
            button.click()

    def submit(self, path: str, /, **fields: str) -> None:
        """What a form of the desk would send, from the page that is open."""
        with self.page.expect_navigation():
            self.page.evaluate(_SUBMIT, [path, list(fields.items())])

    def fill(self, **fields: str) -> None:
        for name, text in fields.items():
            self.page.fill(f"#f-{name}", text)

    def second(self, member: Member) -> None:
        self.page.select_option("#f-second", member.id)
        self.page.fill("#f-second-pin", self.pin(member))

    def pin(self, member: Member) -> str:
        return self.desk.pins[member.id]

    def sign_in(self, member: Member) -> None:
        self.page.select_option("#f-member", member.id)
        self.page.fill("#f-pin", self.pin(member))
        self.press()

    def change_to(self, member: Member) -> None:
        self.press('form[action="/sign-out"] button')
        self.sign_in(member)

    def finish(self, folder: VoteFolder) -> None:
        """Waits for the work on a vote."""
        job = self.desk.desk.jobs.of(folder)
        if job is not None and not job.wait(120):
            raise RuntimeError(f"{job.name} goes on and on")

    def finish_packages(self) -> None:
        for subject in packages(self.desk.desk):
            self.finish(subject.folder)

    def _start(self, lang: str) -> str:
        return f"{self.at}/start?key={self.desk.desk.starts.issue()}&lang={lang}"


def cross_out(path: Path, folder: VoteFolder) -> None:
    """Crosses every box of the first line of a scan at 300 dpi."""
    for rect in (box.rect for box in _first_page(folder).boxes if box.official == "o1"):
        left, top, right, bottom = rect.x_mm + 1, rect.y_mm + 1, rect.right_mm - 1, rect.bottom_mm - 1
        draw_stroke(path, [(left, top), (right, bottom)])
        draw_stroke(path, [(right, top), (left, bottom)])


def strike_out(path: Path, folder: VoteFolder) -> None:
    """Draws a line through the first name of a scan at 300 dpi."""
    name = next(name.rect for name in _first_page(folder).names if name.official == "o1")
    middle = name.centre_mm[1]
    steps = [(name.x_mm - 1 + step, middle + math.sin(step / 6) * 0.4) for step in range(int(name.width_mm))]
    draw_stroke(path, steps)


def add_words(path: Path) -> None:
    """Puts something like a signature below the table of a scan at 300 dpi."""
    steps = [
        (40 + step * 0.5 + 2 * math.sin(step), 235 + 4 * math.sin(step * 1.3) * math.cos(step / 9))
        for step in range(70)
    ]
    draw_stroke(path, steps)


def draw_stroke(path: Path, line_mm: Sequence[tuple[float, float]]) -> None:
    """A pen's line on a scan at 300 dpi that was taken straight."""
    picture = cv2.imread(str(path), cv2.IMREAD_GRAYSCALE)
    points = np.round(np.array(line_mm) * _MM).astype(np.int32)
    cv2.polylines(picture, [points], False, 60, 6, cv2.LINE_AA)
    cv2.imwrite(str(path), picture)


def _first_page(folder: VoteFolder) -> LayoutPage:
    layout = load_layout(folder, "")
    if layout is None:
        raise RuntimeError("nothing is printed")
    return layout.pages[0]
