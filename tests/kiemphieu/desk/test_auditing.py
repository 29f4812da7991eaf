"""Audit: packages, journal, check, re-scans and reports; nothing of the original is changed."""

from __future__ import annotations

import io
import re
import shutil
import sqlite3
import tarfile
from pathlib import Path

import cv2
import numpy as np
import pytest
from desk_samples import DeskUnderTest
from desk_scenes import cross_out
from profile_sample import profile_sample
from starlette.testclient import TestClient

from benchmarks.simulated_scanners import Scanner, draw_target, scan
from calibration.target import make_target
from kiemphieu.desk import audit_journal, audit_rescans, auditing
from kiemphieu.desk.audit_subjects import kept_verify, packages
from kiemphieu.desk.jobs import JobState
from kiemphieu.desk.roles import Role
from kiemphieu.folder import VoteFolder, load_layout
from kiemphieu.messages import has_text
from kiemphieu.package import write_package
from kiemphieu.scanner_profiles import keep_profile
from kiemphieu.verify_report import Mismatch
from records.canonical import sha256_hex
from records.journal import EventKind, JournalFault
from records.vote import PaperSize
from sample_scans.settings import ScanSettings

MM = 300 / 25.4


def hashes(folder: Path) -> dict[str, str]:
    """Every file below a folder with what is in it."""
    found = (path for path in sorted(folder.rglob("*")) if path.is_file())
    return {str(path.relative_to(folder)): sha256_hex(path.read_bytes()) for path in found}


def finish(desk: DeskUnderTest, folder: VoteFolder) -> None:
    job = desk.desk.jobs.of(folder)
    assert job is not None
    assert job.wait(120)
    assert job.error is None, job.error


@pytest.fixture
def packed(desk, tmp_path) -> Path:
    folder = desk.scanned_vote()
    out = tmp_path / "vote.package.tar"
    write_package(folder, out, images=True, unsealed=True)
    return out


def changed_package(path: Path, name: str) -> Path:
    """The package with a byte more in one of its files."""
    target = path.with_name("changed.tar")
    with tarfile.open(path) as old, tarfile.open(target, "w") as new:
        for member in old:
            data = old.extractfile(member).read() + (b" " if member.name == name else b"")
            member.size = len(data)
            new.addfile(member, io.BytesIO(data))
    return target


def crossed(desk: DeskUnderTest, folder: VoteFolder, place: Path) -> Path:
    """The scans once more, with every box of the first line of one sheet crossed."""
    shutil.copytree(desk.scans, place)
    cross_out(min(place.iterdir()), folder)
    return place


def imported(desk: DeskUnderTest, auditor: TestClient, path: Path) -> str:
    answer = auditor.post("/audit/import", data={"path": str(path)})
    assert answer.status_code == 303, answer.text
    for subject in packages(desk.desk):
        finish(desk, subject.folder)
    return answer.headers["location"].removesuffix("/verify")


def test_nothing_of_the_vote_folder_is_changed_by_any_page_or_check(desk, tmp_path):
    folder = desk.scanned_vote()
    later = crossed(desk, folder, tmp_path / "later")
    before = hashes(folder.root)
    auditor, base = desk.client(Role.AUDITOR), "/votes/bdt-2023/audit"
    assert auditor.post(f"{base}/verify").status_code == 303
    finish(desk, folder)
    assert auditor.post(f"{base}/rescans", data={"path": str(later)}).status_code == 303
    finish(desk, folder)
    for page in ("", "/journal", "/verify", "/rescans", "/rescans/1", "/rescans/1/0/now.jpg", "/reports"):
        assert auditor.get(base + page).status_code == 200, page
    assert hashes(folder.root) == before


def test_looking_at_a_vote_with_no_record_makes_none(desk):
    folder = desk.vote()
    folder.database.unlink()
    for path in folder.root.glob("layout*.json"):
        path.unlink()
    before = hashes(folder.root)
    auditor, base = desk.client(Role.AUDITOR), "/votes/bdt-2023/audit"
    assert auditor.get(base).status_code == 200
    assert auditor.get(f"{base}/journal").status_code == 400
    assert auditor.post(f"{base}/verify").status_code == 400
    assert hashes(folder.root) == before


def test_a_record_that_holds_says_so_and_the_check_is_there_after_a_new_start(desk, make_desk):
    folder = desk.scanned_vote()
    auditor = desk.client(Role.AUDITOR)
    auditor.post("/votes/bdt-2023/audit/verify")
    finish(desk, folder)
    page = auditor.get("/votes/bdt-2023/audit/verify").text
    assert "Everything matches" in page
    assert "Hồ Em" in page
    progress = auditor.get("/votes/bdt-2023/audit/verify/progress").json()
    assert progress == {"state": "done", "done": 4, "total": 4}
    desk.desk.jobs._newest.clear()
    assert "Everything matches" in auditor.get("/votes/bdt-2023/audit/verify").text


def test_what_was_changed_is_named(desk):
    folder = desk.scanned_vote()
    image = min(folder.pages.iterdir())
    image.write_bytes(image.read_bytes() + b"\0")
    auditor = desk.client(Role.AUDITOR)
    auditor.post("/votes/bdt-2023/audit/verify")
    finish(desk, folder)
    page = auditor.get("/votes/bdt-2023/audit/verify").text
    assert image.name in page
    assert "does not match" in auditor.get("/votes/bdt-2023/audit").text


def test_the_head_on_the_minutes_is_looked_for(desk):
    folder = desk.scanned_vote()
    auditor, url = desk.client(Role.AUDITOR), "/votes/bdt-2023/audit/verify"
    assert auditor.post(url, data={"head": "not a hash"}).status_code == 400
    auditor.post(url, data={"head": "ab" * 32})
    finish(desk, folder)
    assert "ab" * 32 in auditor.get(url).text


def test_the_journal_is_told_in_words_filtered_and_paged(desk):
    desk.scanned_vote()
    observer = desk.client(Role.OBSERVER)
    page = observer.get("/votes/bdt-2023/audit/journal").text
    assert "A batch of ballots was printed" in page
    assert "Signature holds" in page
    head = re.search(r'<code class="hash">([0-9a-f]{64})</code>', page)
    assert head is not None
    only = observer.get("/votes/bdt-2023/audit/journal", params={"kind": "keys_made"}).text
    assert "<strong>The key pair was made" in only
    assert "<strong>A batch of ballots was printed" not in only
    for odd in ("0", "-1", "999", "x", "1" * 30):
        assert observer.get("/votes/bdt-2023/audit/journal", params={"page": odd}).status_code == 200


def test_every_kind_of_event_has_words():
    assert all(has_text(f"desk_audit_event_{kind.value}") for kind in EventKind)
    assert all(has_text(f"desk_audit_fault_{fault.value}") for fault in JournalFault)


def test_every_act_that_a_screen_journals_has_words():
    screens = Path(auditing.__file__).parent.glob("*.py")
    found = re.findall(r'act\.journal\(\s*"(\w+)"', "\n".join(path.read_text() for path in screens))
    assert len(found) > 5
    assert [action for action in found if not has_text(f"desk_audit_act_{action}")] == []
    assert all(has_text(f"desk_audit_data_{name}") for name in audit_journal._TOLD)


@pytest.mark.parametrize(
    "change",
    [
        "update journal set day = '2001-01-01' where position = 2",
        "update journal set data = '[' || data where position = 2",
        "update journal set data = cast(data as blob) where position = 2",
    ],
)
def test_a_changed_entry_is_marked(desk, change):
    folder = desk.scanned_vote()
    database = sqlite3.connect(folder.database)
    database.execute(change)
    database.commit()
    database.close()
    page = desk.client(Role.OBSERVER).get("/votes/bdt-2023/audit/journal").text
    assert "Content was changed" in page
    assert "1 entries do not hold" in page


def test_observers_read_and_start_nothing(desk, tmp_path):
    desk.scanned_vote()
    observer, base = desk.client(Role.OBSERVER), "/votes/bdt-2023/audit"
    for page in ("", "/journal", "/verify", "/rescans", "/reports"):
        text = observer.get(base + page).text
        assert f'action="{base}' not in text.replace(f'action="{base}/journal"', "")
    for path in ("/verify", "/verify/stop", "/rescans"):
        assert observer.post(base + path).status_code == 403
    assert observer.post("/audit/import", data={"path": "/x"}).status_code == 403
    assert observer.post("/audit/scanners").status_code == 403
    assert observer.get("/audit").status_code == 200


def test_a_package_is_unpacked_apart_and_checked(desk, packed):
    before = sha256_hex(packed.read_bytes())
    auditor = desk.client(Role.AUDITOR)
    base = imported(desk, auditor, packed)
    (subject,) = packages(desk.desk)
    assert subject.folder.root.is_relative_to(desk.desk.own / "audits")
    assert not subject.folder.private_key.exists()
    assert sha256_hex(packed.read_bytes()) == before
    assert "Everything matches" in auditor.get(f"{base}/verify").text
    assert "A batch of ballots was printed" in auditor.get(f"{base}/journal").text
    assert before in auditor.get(base).text
    assert "Ban Dân tộc" in auditor.get("/audit").text


def test_a_package_is_uploaded(desk, packed):
    auditor = desk.client(Role.AUDITOR)
    with packed.open("rb") as file:
        answer = auditor.post("/audit/import", files={"package": ("../../evil.tar", file)})
    assert answer.status_code == 303
    (subject,) = packages(desk.desk)
    finish(desk, subject.folder)
    assert subject.brought is not None
    assert subject.brought.name == "evil.tar"
    assert not list(desk.desk.uploads.iterdir())


def test_a_changed_package_is_shown_as_such_and_not_read(desk, packed):
    auditor = desk.client(Role.AUDITOR)
    base = imported(desk, auditor, changed_package(packed, "vote.toml"))
    assert "not whole" in auditor.get(base).text
    assert auditor.get(f"{base}/journal").status_code == 400
    (subject,) = packages(desk.desk)
    kept = kept_verify(subject)
    assert kept is not None
    assert kept.report.faults[0].mismatch is Mismatch.PACKAGE


def test_what_is_no_package_leaves_nothing_behind(desk, tmp_path):
    auditor = desk.client(Role.AUDITOR)
    junk = tmp_path / "junk.tar"
    junk.write_bytes(b"<html>" * 100)
    for path in (str(junk), str(tmp_path), "relative.tar", "/nothing/here", ""):
        answer = auditor.post("/audit/import", data={"path": path})
        assert answer.status_code == 400
        assert "error-summary" in answer.text
    assert not packages(desk.desk)
    assert not list((desk.desk.own / "audits" / "packages").glob("*"))


def test_a_sparse_package_fills_no_memory(desk, tmp_path):
    path = tmp_path / "sparse.tar"
    member = tarfile.TarInfo("manifest.json")
    member.size = 1 << 30
    member.type = tarfile.GNUTYPE_SPARSE
    path.write_bytes(member.tobuf(tarfile.GNU_FORMAT) + b"\0" * 1024)
    answer = desk.client(Role.AUDITOR).post("/audit/import", data={"path": str(path)})
    assert answer.status_code == 400


def test_a_changed_sheet_is_shown_with_both_pictures(desk, tmp_path):
    folder = desk.scanned_vote()
    later = crossed(desk, folder, tmp_path / "later")
    auditor, base = desk.client(Role.AUDITOR), "/votes/bdt-2023/audit/rescans"
    files = [("scans", (path.name, path.read_bytes())) for path in sorted(later.iterdir())]
    answer = auditor.post(base, data={"name": "archive"}, files=files)
    assert answer.headers["location"] == f"{base}/archive"
    finish(desk, folder)
    page = auditor.get(f"{base}/archive").text
    pictures = re.findall(rf'src="({base}/archive/\d+/(?:recorded|now)\.jpg)"', page)
    assert len(pictures) >= 4
    assert "Nguyễn Văn An" in page
    shown = [auditor.get(path) for path in pictures]
    assert {answer.headers["content-type"] for answer in shown} == {"image/jpeg"}
    assert all(answer.content.startswith(b"\xff\xd8") for answer in shown)
    assert shown[0].content != shown[1].content
    assert not list((desk.desk.own / "audits").glob("**/incoming*"))
    assert auditor.get(f"{base}/archive/9999/now.jpg").status_code == 400
    assert auditor.get(f"{base}/archive/0/other.jpg").status_code == 400


def test_a_struck_name_is_told_and_shown_where_it_is(desk, tmp_path):
    folder = desk.scanned_vote()
    later = tmp_path / "later"
    shutil.copytree(desk.scans, later)
    layout = load_layout(folder, "")
    assert layout is not None
    path = min(later.iterdir())
    picture = cv2.imread(str(path), cv2.IMREAD_GRAYSCALE)
    rect = next(name.rect for name in layout.pages[0].names if name.official == "o2")
    y = round((rect.y_mm + min(rect.height_mm / 2, 3.0)) * MM)
    cv2.line(picture, (round(rect.x_mm * MM), y), (round(rect.right_mm * MM), y + 4), 40, 6, cv2.LINE_AA)
    cv2.imwrite(str(path), picture)
    auditor, base = desk.client(Role.AUDITOR), "/votes/bdt-2023/audit/rescans"
    auditor.post(base, data={"path": str(later)})
    finish(desk, folder)
    page = auditor.get(f"{base}/1").text
    assert "struck names" in page
    assert re.search(r"Re-scan: <strong>Trần Thị Bình \((certain|doubtful)\)", page), page
    number = re.search(r'id="d-(\d+)">[^<]*struck names', page)
    assert number is not None
    shown = auditor.get(f"{base}/1/{number[1]}/now.jpg")
    drawn = cv2.imdecode(np.frombuffer(shown.content, np.uint8), cv2.IMREAD_GRAYSCALE)
    assert drawn.shape[0] < 0.5 * drawn.shape[1]


def test_a_package_is_held_against_a_rescan(desk, packed):
    auditor = desk.client(Role.AUDITOR)
    base = imported(desk, auditor, packed)
    assert auditor.post(f"{base}/rescans", data={"path": str(desk.scans)}).status_code == 303
    (subject,) = packages(desk.desk)
    finish(desk, subject.folder)
    assert "reads as recorded" in auditor.get(f"{base}/rescans/1").text
    assert not (subject.folder.root / "rescans").exists()


@pytest.mark.parametrize("name", ["a.svg", "a.jpg", "a.html"])
def test_an_svg_or_html_is_no_scan_whatever_it_is_called(desk, name):
    folder = desk.scanned_vote()
    auditor = desk.client(Role.AUDITOR)
    svg = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
    for url in ("/votes/bdt-2023/audit/rescans", "/audit/scanners"):
        answer = auditor.post(url, data={"name": "x"}, files={"scans": (name, svg, "image/jpeg")})
        assert answer.status_code == 400
        assert "no JPEG, PNG, TIFF or PDF" in answer.text
    assert desk.desk.jobs.of(folder) is None


def test_a_check_that_is_stopped_says_so_and_keeps_nothing(desk, monkeypatch):
    folder = desk.scanned_vote()

    def slow(_folder, _head, progress):
        job = desk.desk.jobs.of(folder)
        assert job is not None
        job.ask_stop()
        progress(1, 4)

    monkeypatch.setattr(auditing, "verify_folder", slow)
    auditor = desk.client(Role.AUDITOR)
    auditor.post("/votes/bdt-2023/audit/verify")
    job = desk.desk.jobs.of(folder)
    assert job is not None
    job.wait(20)
    assert (job.state, job.error) == (JobState.STOPPED, None)
    assert "Stopped before the end" in auditor.get("/votes/bdt-2023/audit/verify").text


def test_a_rescan_that_is_stopped_says_so_and_compares_nothing(desk, tmp_path, monkeypatch):
    folder = desk.scanned_vote()
    later = crossed(desk, folder, tmp_path / "later")
    rescan = audit_rescans.rescan

    def stopped(*order):
        desk.desk.jobs.of(folder).ask_stop()
        return rescan(*order)

    monkeypatch.setattr(audit_rescans, "rescan", stopped)
    auditor, base = desk.client(Role.AUDITOR), "/votes/bdt-2023/audit/rescans"
    assert auditor.post(base, data={"path": str(later), "name": "later"}).status_code == 303
    job = desk.desk.jobs.of(folder)
    assert job is not None
    assert job.wait(60)
    assert (job.state, job.error) == (JobState.STOPPED, None)
    page = auditor.get(f"{base}/later").text
    assert "Stopped before the end" in page
    assert "audit-pair" not in page


def test_reports_are_listed_and_opened(desk, tmp_path):
    folder = desk.scanned_vote()
    run = folder.tests / "1" / "runs" / "1"
    run.mkdir(parents=True)
    (run / "report.pdf").write_bytes(b"%PDF-1.7 deck")
    (run / "result.json").write_text('{"passed": true}')
    observer, base = desk.client(Role.OBSERVER), "/votes/bdt-2023/audit/reports"
    page = observer.get(base).text
    (path,) = re.findall(rf'href="({base}/[0-9a-f]+)"', page)
    assert "Passed" in page
    opened = observer.get(path)
    assert (opened.content, opened.headers["content-type"]) == (b"%PDF-1.7 deck", "application/pdf")
    assert observer.get(f"{base}/0123456789abcdef").status_code == 400


@pytest.mark.parametrize("text", ["[" * 100_000, "[]", '{"passed": "yes"}', "{"])
def test_a_result_that_the_program_did_not_write_says_nothing(desk, text):
    folder = desk.scanned_vote()
    run = folder.tests / "1" / "runs" / "1"
    run.mkdir(parents=True)
    (run / "report.pdf").write_bytes(b"%PDF-1.7 deck")
    (run / "result.json").write_text(text)
    answer = desk.client(Role.OBSERVER).get("/votes/bdt-2023/audit/reports")
    assert answer.status_code == 200
    assert "/audit/reports/" in answer.text
    assert "Passed" not in answer.text


def test_a_profile_is_listed_and_one_that_cannot_be_drawn_says_so(desk):
    keep_profile(desk.scanned_vote(), profile_sample())
    observer, base = desk.client(Role.OBSERVER), "/votes/bdt-2023/audit/reports"
    page = observer.get(base).text
    assert "máy quét phòng 2" in page
    (path,) = re.findall(rf'href="({base}/[0-9a-f]+)"', page)
    assert observer.get(path).status_code == 400


def test_a_scanner_is_measured_from_uploaded_scans(desk):
    scan_of_target = scan(draw_target(make_target(PaperSize.A5)), Scanner(1, ScanSettings(dpi=200)))
    done, png = cv2.imencode(".png", scan_of_target)
    assert done
    auditor = desk.client(Role.AUDITOR)
    nameless = auditor.post("/audit/scanners", files={"scans": ("a.png", png.tobytes())})
    assert nameless.status_code == 400
    answer = auditor.post(
        "/audit/scanners", data={"name": "Máy 1"}, files={"scans": ("a.png", png.tobytes())}
    )
    assert answer.status_code == 303, answer.text
    page = auditor.get("/audit/scanners").text
    (path,) = re.findall(r'href="(/audit/scanners/[0-9a-f]+)"', page)
    assert "Máy 1" in page
    assert auditor.get(path).content.startswith(b"%PDF")
    assert auditor.get("/audit/scanners/target/A5").content.startswith(b"%PDF")
    assert auditor.get("/audit/scanners/target/A9").status_code == 400
