"""What is said of a scanner while its pages come."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from pathlib import Path

import pytest
from command_line import data, run
from printed_votes import SampleVote
from profile_sample import geometry, profile_sample, tone

from kiemphieu.messages import has_text
from kiemphieu.page_worker import ReaderSetup
from kiemphieu.scan_health import WINDOW, Ailment, Alert, ScanHealth
from kiemphieu.scanner_profiles import keep_profile, reading_contexts
from kiemphieu.store import open_store
from records.reading import RejectionReason
from records.scanner_profile import (
    ScanMode,
    ScannerProfile,
    profile_sha256,
    profile_to_json,
)
from scanner.diagnostics import GlassStreak, PageDiagnostics
from scanner.options import ReaderOptions

GOOD = PageDiagnostics(300.0, 300.3, 0.3, 0.04, 240.0, 40.0, 2.0, 0.16, 1.0, False, ())


def told(*pages: PageDiagnostics) -> list[Alert]:
    health = ScanHealth()
    return [alert for page in pages for alert in health.take(page)]


def ailments(*pages: PageDiagnostics) -> list[Ailment]:
    return [alert.ailment for alert in told(*pages)]


def test_a_good_scanner_is_left_in_peace() -> None:
    pages = [replace(GOOD, skew_deg=0.05 * n, white=236.0 + n % 7) for n in range(40)]
    assert told(*pages) == []


@pytest.mark.parametrize(
    ("change", "ailment"),
    [
        ({"dpi_x": 100.0, "dpi_y": 100.0}, Ailment.RESOLUTION),
        ({"dpi_y": 310.0}, Ailment.STRETCH),
        ({"skew_deg": -4.0}, Ailment.SKEW),
        ({"edge_mm": 0.6}, Ailment.BLUR),
        ({"white": 160.0, "black": 90.0}, Ailment.CONTRAST),
        ({"white": 140.0}, Ailment.DARK),
        ({"bilevel": True, "edge_mm": 0.9, "white": 255.0, "black": 200.0}, Ailment.BILEVEL),
        ({"dirt_mm2": 100.0}, Ailment.DIRT),
    ],
)
def test_what_most_pages_show_is_told_once(change: dict[str, float], ailment: Ailment) -> None:
    bad = replace(GOOD, **change)  # type: ignore[arg-type]
    assert ailments(*[bad] * 20) == [ailment]
    # One sheet that lay badly is no fault of the scanner.
    assert ailments(*[GOOD] * 5, bad, *[GOOD] * 5) == []


def test_a_streak_is_told_by_its_place_and_by_what_it_hides() -> None:
    streaked = replace(GOOD, streaks=(GlassStreak(74.1, 0.4, 12), GlassStreak(20.0, 0.4, 0)))
    found = told(*[GOOD] * 4, *[streaked] * 6)
    assert found == [Alert(Ailment.STREAK, 20.0), Alert(Ailment.STREAK_IN_BOXES, 74.1)]
    moved = replace(GOOD, streaks=(GlassStreak(75.0, 0.4, 12), GlassStreak(120.0, 0.4, 0)))
    health = ScanHealth()
    for page in [streaked] * 5:
        health.take(page)
    again = [alert for page in [moved] * 5 for alert in health.take(page)]
    assert again == [Alert(Ailment.STREAK, 120.0)]


def test_lines_on_two_sheets_are_no_streak_of_the_glass() -> None:
    streaked = replace(GOOD, streaks=(GlassStreak(74.1, 0.4, 12),))
    assert told(GOOD, streaked, GOOD, streaked, GOOD, GOOD) == []


def test_drift_is_told_against_the_start() -> None:
    slow = [replace(GOOD, dpi_y=300.3 * (1 + 0.0005 * n)) for n in range(3 * WINDOW)]
    assert Ailment.DRIFT_SIZE in ailments(*slow)
    fading = [replace(GOOD, white=240.0 - 1.5 * n) for n in range(3 * WINDOW)]
    assert Ailment.DRIFT_BRIGHTNESS in ailments(*fading)


def test_pages_that_cannot_be_read_are_told_while_they_come() -> None:
    health = ScanHealth()
    missed = [health.miss(RejectionReason.NO_CODE) for _ in range(6)]
    assert missed == [(), (), (), (), (Alert(Ailment.UNREAD, 5),), ()]
    for reason in (RejectionReason.BLANK_PAGE, RejectionReason.OTHER_VOTE):
        assert [ScanHealth().miss(reason) for _ in range(10)] == [()] * 10
    rare = ScanHealth()
    for _ in range(8):
        assert rare.miss(RejectionReason.NOT_REGISTERED) == ()
        assert [rare.take(GOOD) for _ in range(2)] == [(), ()]


def test_a_summary_is_the_median_of_the_last_pages() -> None:
    health = ScanHealth()
    assert health.summary() is None
    for page in [replace(GOOD, dpi_x=200.0)] * WINDOW + [GOOD] * WINDOW:
        health.take(page)
    summary = health.summary()
    assert summary is not None
    assert (summary.pages, summary.dpi_x, summary.edge_mm) == (2 * WINDOW, 300.0, 0.16)


def test_every_ailment_has_a_text_with_its_remedy() -> None:
    assert [one for one in Ailment if not has_text(f"alert_{one.value}")] == []


def test_a_run_tells_and_stores_nothing(vote: SampleVote) -> None:
    done = data("scan", vote.root, vote.scan_folder, "--workers", "1")
    assert done["alerts"] == []
    stored = b"".join(path.read_bytes() for path in vote.folder.root.glob("kiemphieu.db*"))
    assert b"glass_mm" not in stored
    assert b"edge_mm" not in stored


def told_with(known: ScannerProfile, *pages: PageDiagnostics) -> list[Ailment]:
    health = ScanHealth(known)
    return [alert.ailment for page in pages for alert in health.take(page)]


def test_pages_unlike_the_profile_are_told_once() -> None:
    assert told_with(profile_sample(), *[GOOD] * 12) == []
    finer = replace(GOOD, dpi_x=304.0, dpi_y=304.2)
    assert told_with(profile_sample(), *[finer] * 12) == [Ailment.UNLIKE_PROFILE_SIZE]
    paler = replace(GOOD, black=85.0)
    assert told_with(profile_sample(), *[paler] * 12) == [Ailment.UNLIKE_PROFILE_TONE]
    of_bits = profile_sample(mode=ScanMode.BILEVEL)
    assert told_with(of_bits, *[GOOD] * 12) == [Ailment.UNLIKE_PROFILE_TONE]


def test_a_votes_profile_is_used_and_its_hash_journalled(vote: SampleVote) -> None:
    other = profile_sample(geometry=geometry(dpi_x=200.0, dpi_y=200.0))
    path = vote.folder.root / "may-quet.json"
    path.write_text(json.dumps(profile_to_json(other)), encoding="utf-8")
    text = vote.folder.vote_file.read_text(encoding="utf-8") + '[scan]\nprofile = "may-quet.json"\n'
    vote.folder.vote_file.write_text(text, encoding="utf-8")
    done = data("scan", vote.root, vote.scan_folder, "--workers", "1")
    assert [one["id"] for one in done["alerts"]] == ["unlike_profile_size"]
    data("tally", vote.root)
    assert run("verify", vote.root).exit_code == 0
    path.write_text(json.dumps(profile_to_json(profile_sample())), encoding="utf-8")
    found = data("verify", vote.root)
    assert [one["what"] for one in found["faults"]] == ["settings"]


def test_pages_read_before_the_profile_was_named_are_verified_as_they_were_read(vote: SampleVote) -> None:
    first, *rest = sorted(vote.scan_folder.iterdir())
    data("scan", vote.root, first, "--workers", "1")
    grey = profile_sample(tone=tone(180.0, 90.0))
    (vote.folder.root / "may-quet.json").write_text(json.dumps(profile_to_json(grey)), encoding="utf-8")
    text = vote.folder.vote_file.read_text(encoding="utf-8") + '[scan]\nprofile = "may-quet.json"\n'
    vote.folder.vote_file.write_text(text, encoding="utf-8")
    data("scan", vote.root, *rest, "--workers", "1")
    store = open_store(vote.folder.database)
    readers = {page.options for page in store.pages()}
    store.close()
    assert readers == {
        ReaderOptions().digest(),
        hashlib.sha256(f"{ReaderOptions().digest()} {profile_sha256(grey)}".encode()).hexdigest(),
    }
    data("tally", vote.root)
    assert run("verify", vote.root).exit_code == 0


def test_pages_read_with_an_earlier_profile_are_verified_and_drawn_with_it(
    vote: SampleVote, tmp_path: Path
) -> None:
    """The file is written anew where the scanner is measured again under the same name."""
    first, *rest = sorted(vote.scan_folder.iterdir())
    path = vote.folder.root / "may-quet.json"
    text = vote.folder.vote_file.read_text(encoding="utf-8") + '[scan]\nprofile = "may-quet.json"\n'
    vote.folder.vote_file.write_text(text, encoding="utf-8")
    profiles = profile_sample(tone=tone(180.0, 90.0)), profile_sample(tone=tone(230.0, 40.0))
    for profile, scans in zip(profiles, ([first], rest), strict=True):
        path.write_text(json.dumps(profile_to_json(profile)), encoding="utf-8")
        data("scan", vote.root, *scans, "--workers", "1")
    data("tally", vote.root)
    assert data("verify", vote.root)["reread"] == 4
    readings = map(json.loads, run("readings", vote.root).stdout.splitlines())
    serial = next(one["serial"] for one in readings if one["pages"][0]["source"] == first.name)
    drawn = data("readings", vote.root, "--explain", serial, "-o", tmp_path / "drawn")
    assert drawn["pages"][0]["reread"] == "same"
    package = tmp_path / "vote.tar"
    assert run("export", vote.root, "--package", "--unsealed", "-o", package).exit_code == 0
    found = data("verify", package)
    assert (found["verified"], found["reread"]) == (True, 4)
    (vote.folder.profiles / f"{profile_sha256(profiles[0])}.json").unlink()
    assert [one["what"] for one in data("verify", vote.root)["faults"]] == ["reader"]


def test_the_first_way_to_read_a_record_is_the_one_of_today(vote: SampleVote) -> None:
    """A page of another reader is drawn by it."""
    earlier, now = profile_sample(tone=tone(180.0, 90.0)), profile_sample(tone=tone(230.0, 40.0))
    keep_profile(vote.folder, earlier)
    store = open_store(vote.folder.database)
    setup = ReaderSetup(vote.folder.root, "bdt-2023", "", profile=now)
    ways = list(reading_contexts(vote.folder, store, setup).values())
    store.close()
    assert [way.scanner and way.scanner.sha256 for way in ways] == [
        profile_sha256(now),
        None,
        profile_sha256(earlier),
    ]


@pytest.mark.parametrize(("name", "message"), [("../x.json", "itself"), ("nowhere.json", "nowhere.json")])
def test_a_profile_that_is_not_there_is_told(vote: SampleVote, name: str, message: str) -> None:
    text = vote.folder.vote_file.read_text(encoding="utf-8") + f'[scan]\nprofile = "{name}"\n'
    vote.folder.vote_file.write_text(text, encoding="utf-8")
    done = run("scan", vote.root, vote.scan_folder)
    assert done.exit_code == 3
    assert message in done.stderr
