"""Batches: hand-counted against scanned, across stops and crashes, with nothing that tells an order."""

from __future__ import annotations

import json
import re

import pytest
from printed_votes import SampleVote

from kiemphieu import batches
from kiemphieu.batches import BatchOrder, BatchSource, BatchState, PageTally
from kiemphieu.disk import SETTLED_TIME_S
from kiemphieu.scanning import Fate, PageFate, scan_paths
from records.errors import InputError, StoreError

ORDER = BatchOrder("Xấp 1", 4, BatchSource.FILES)


def test_a_batch_is_kept_with_its_count(vote: SampleVote):
    batch = batches.open_batch(vote.folder, ORDER)
    assert batches.read_batches(vote.folder) == (batch,)
    assert (batch.number, batch.counted, batch.missing()) == (1, 4, 4)


@pytest.mark.parametrize(
    ("order", "said"),
    [
        (BatchOrder("  ", 4, BatchSource.FILES), "scan_batch_name_missing"),
        (BatchOrder("x" * 61, 4, BatchSource.FILES), "scan_batch_name_missing"),
        (BatchOrder("a", None, BatchSource.FILES), "scan_batch_count_missing"),
        (BatchOrder("a", 0, BatchSource.FILES), "scan_batch_count_missing"),
    ],
)
def test_a_batch_has_a_name_and_a_count(vote: SampleVote, order: BatchOrder, said: str):
    with pytest.raises(InputError, match=said):
        batches.open_batch(vote.folder, order)
    assert batches.read_batches(vote.folder) == ()


def test_one_batch_is_open_at_a_time_and_names_differ(vote: SampleVote):
    first = batches.open_batch(vote.folder, ORDER)
    with pytest.raises(InputError, match="scan_batch_is_open"):
        batches.open_batch(vote.folder, BatchOrder("Xấp 2", 4, BatchSource.FILES))
    batches.save_batch(vote.folder, first.number)
    with pytest.raises(InputError, match="scan_batch_name_taken"):
        batches.open_batch(vote.folder, BatchOrder("XẤP 1", 4, BatchSource.FILES))
    assert batches.open_batch(vote.folder, BatchOrder("Xấp 2", 4, BatchSource.FILES)).number == 2


def test_sheets_are_pages_of_ballots_without_blank_backs_and_second_pictures(vote: SampleVote):
    batch = batches.open_batch(vote.folder, ORDER)
    tally = PageTally(recorded=2, blank=4, rejected=1, surplus=3, known=5, problem=1)
    ended = batches.end_run(vote.folder, batch.number, tally)
    assert (ended.sheets(), ended.missing()) == (3, 1)
    assert ended.state is BatchState.ASKS


def test_a_crash_is_mended_from_the_record(vote: SampleVote):
    batch = batches.open_batch(vote.folder, ORDER)
    batches.begin_run(vote.folder, batch.number)
    scans = sorted(vote.scan_folder.iterdir())
    scan_paths(vote.folder, scans[:3], 1)
    # The program ends here: nobody wrote down what the run brought.
    mended = batches.mend_run(vote.folder, batch.number)
    assert (mended.state, mended.cut_off) == (BatchState.ASKS, True)
    assert (mended.tally.recorded, mended.missing()) == (3, 1)

    # Going on meets the three again, and they are no event.
    batches.begin_run(vote.folder, batch.number)
    report = scan_paths(vote.folder, scans, 1)
    run = PageTally(recorded=report.recorded, known=report.known)
    ended = batches.end_run(vote.folder, batch.number, run)
    assert ended.tally == PageTally(recorded=4)
    assert (ended.missing(), ended.cut_off) == (0, False)


def test_a_discarded_batch_is_forgotten_unless_pages_were_recorded(vote: SampleVote):
    empty = batches.open_batch(vote.folder, ORDER)
    batches.discard_batch(vote.folder, empty.number)
    assert batches.read_batches(vote.folder) == ()
    filled = batches.open_batch(vote.folder, ORDER)
    batches.end_run(vote.folder, filled.number, PageTally(recorded=2))
    batches.discard_batch(vote.folder, filled.number)
    (kept,) = batches.read_batches(vote.folder)
    assert (kept.state, kept.tally.recorded) == (BatchState.DISCARDED, 2)


def test_a_running_batch_is_neither_saved_nor_discarded(vote: SampleVote):
    batch = batches.open_batch(vote.folder, ORDER)
    batches.begin_run(vote.folder, batch.number)
    for change in (batches.save_batch, batches.discard_batch):
        with pytest.raises(InputError, match="scan_batch_not_at_rest"):
            change(vote.folder, batch.number)


def test_the_hand_count_can_be_corrected(vote: SampleVote):
    batch = batches.open_batch(vote.folder, ORDER)
    batches.end_run(vote.folder, batch.number, PageTally(recorded=5))
    assert batches.read_batches(vote.folder)[0].missing() == -1
    assert batches.recount_batch(vote.folder, batch.number, 5).missing() == 0
    with pytest.raises(InputError, match="scan_batch_unknown"):
        batches.recount_batch(vote.folder, 9, 5)


def test_fates_add_up():
    tally = PageTally()
    for fate in Fate:
        tally = tally.adding(PageFate("a.jpg", 0, fate))
    assert tally == PageTally(1, 1, 1, 1, 1, 1, 1)
    assert PageTally(3).plus(PageTally(5), -1) == PageTally()


def test_the_file_tells_neither_pages_nor_times(vote: SampleVote):
    batch = batches.open_batch(vote.folder, ORDER)
    batches.begin_run(vote.folder, batch.number)
    scan_paths(vote.folder, [vote.scan_folder], 1)
    batches.mend_run(vote.folder, batch.number)
    path = vote.folder.root / "desk" / "batches.json"
    text = path.read_text(encoding="utf-8")
    assert path.stat().st_mtime == SETTLED_TIME_S
    assert not any(serial in text for serial in vote.scans)
    assert "scan-" not in text
    assert not re.search(r"[0-9a-f]{16}", text)
    assert set(json.loads(text)["batches"][0]["tally"]) == {
        "recorded", "blank", "rejected", "surplus", "known", "problem", "skipped",
    }  # fmt: skip


def test_a_damaged_file_is_said_to_be_one(vote: SampleVote):
    batches.open_batch(vote.folder, ORDER)
    (vote.folder.root / "desk" / "batches.json").write_text("{}", encoding="utf-8")
    with pytest.raises(StoreError, match="batches_damaged"):
        batches.read_batches(vote.folder)
