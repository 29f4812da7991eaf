"""Campaigns resume, refuse what is not theirs, and do not depend on how they are run."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

import benchmarks.accuracy as accuracy
from benchmarks.accuracy import main, parse, run_campaign
from benchmarks.accuracy_ballots import BallotMaker, Campaign, MixName, identity
from benchmarks.accuracy_judging import ErrorKind, SilentError
from benchmarks.accuracy_records import BallotRecord, CampaignFolder, FolderRefusedError, code_digest
from benchmarks.accuracy_report import summary, write_report
from benchmarks.accuracy_tables import bars, row
from benchmarks.intervals import upper_bound
from records.ruling import Verdict
from sample_scans.strata import Stratum

SMALL = Campaign(seed=5, officials=3, strata=((Stratum.CLEAN, 1.0), (Stratum.FEEDER, 1.0)))
FINE = BallotRecord(
    0, "S", "clean", 300, "grey", (), "ball", "blue", False, True, 12, 90.0, "", Verdict.VALID
)


@pytest.fixture(autouse=True)
def _without_recordings(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The simulator's own marks: the same ballots wherever the tests run."""
    monkeypatch.setenv("KIEMPHIEU_SHARED", str(tmp_path / "absent"))


def untimed(records: list[BallotRecord]) -> list[BallotRecord]:
    return [replace(record, milliseconds=0.0) for record in records]


def run(path: Path, sheets: int, campaign: Campaign = SMALL, workers: int = 1) -> list[BallotRecord]:
    return run_campaign(campaign, CampaignFolder(path, {"a": 1}), sheets, workers, lambda _: None)


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[BallotRecord]]:
    path = tmp_path_factory.mktemp("whole")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("KIEMPHIEU_SHARED", str(path / "absent"))
        yield untimed(run(path, 5))


def test_a_run_that_was_stopped_goes_on_to_the_same_results(tmp_path, whole):
    def stop(count: int) -> None:
        if count == 2:
            raise KeyboardInterrupt

    folder = CampaignFolder(tmp_path, {"a": 1})
    with pytest.raises(KeyboardInterrupt):
        run_campaign(SMALL, folder, 5, 1, stop)
    with (tmp_path / "ballots.jsonl").open("a") as file:
        file.write('{"index":2,"serial":"cut sh')
    assert len(folder.load()) == 2
    assert untimed(run(tmp_path, 5)) == whole
    assert untimed(folder.load()) == whole
    assert summary(untimed(folder.load())) == summary(whole)


def test_two_processes_give_what_one_gives_and_more_sheets_extend_a_run(tmp_path, whole):
    assert untimed(run(tmp_path, 3, workers=2)) == whole[:3]
    assert untimed(run(tmp_path, 5, workers=2)) == whole
    assert untimed(run(tmp_path, 2)) == whole[:2]


def test_ballots_depend_on_seed_and_number_alone(whole):
    maker = BallotMaker(SMALL)
    alone, _ = maker.ballot(4)
    assert untimed([alone.without_pictures()]) == [whole[4].without_pictures()]
    other, _ = BallotMaker(replace(SMALL, seed=6)).ballot(4)
    assert other.serial != alone.serial
    assert len({record.serial for record in whole}) == len(whole)


def test_good_ballots_on_clean_paper_are_read(whole):
    clean = [record for record in whole if record.good and record.stratum == "clean"]
    assert clean
    assert all(record.lines == 3 and not record.errors and not record.rejected for record in clean)
    assert all(box.scores for record in clean for box in record.boxes)


def test_a_folder_of_another_campaign_is_refused(tmp_path):
    about = identity(SMALL)
    CampaignFolder(tmp_path, about)
    CampaignFolder(tmp_path, identity(SMALL))
    for change in ({"seed": "6"}, {"reader": "0" * 64}, {"code": "1" * 64}):
        with pytest.raises(FolderRefusedError, match=next(iter(change))):
            CampaignFolder(tmp_path, about | change)


def test_the_command_says_why_it_refuses(tmp_path, capsys):
    CampaignFolder(tmp_path, {"seed": "9"})
    assert main(["--out", str(tmp_path), "--sheets", "1", "--workers", "1"]) == 2
    assert "seed: 9 there, 1 now" in capsys.readouterr().err
    assert main(["--out", str(tmp_path / "none"), "--report-only"]) == 2


def test_the_command_reports(tmp_path, capsys):
    options = ["--out", str(tmp_path), "--sheets", "2", "--workers", "1", "--officials", "2"]
    assert main(options) == 0
    told = capsys.readouterr()
    assert "silent errors: at most 1 in 100,000 lines: 0 of 4 (" in told.out
    assert "2 of 2 ballots (100%)" in told.err
    assert main([*options[:2], "--report-only"]) == 0
    assert capsys.readouterr().out == told.out
    assert json.loads((tmp_path / "campaign.json").read_text())["officials"] == "2"


def test_the_code_has_another_digest_when_a_file_changes(tmp_path, monkeypatch):
    monkeypatch.setattr("benchmarks.accuracy_records.ROOT", tmp_path)
    (tmp_path / "room").mkdir()
    (tmp_path / "room" / "a.py").write_text("1")
    before = code_digest(["room"])
    (tmp_path / "room" / "a.py").write_text("2")
    assert code_digest(["room"]) != before


def test_strata_are_weighted():
    strata = parse(["--strata", "clean=3,hostile=1"]).strata
    assert strata == ((Stratum.CLEAN, 3.0), (Stratum.HOSTILE, 1.0))
    drawn = [Campaign(strata=strata).stratum(index) for index in range(2000)]
    assert 0.72 < drawn.count(Stratum.CLEAN) / 2000 < 0.78
    with pytest.raises(SystemExit):
        parse(["--strata", "clean=-1"])
    with pytest.raises(SystemExit):
        parse(["--strata", "unheard=1"])


@pytest.mark.parametrize("kind", ["silent", "review", "rejected"])
def test_the_report_shows_what_went_wrong(tmp_path, kind):
    changes = {
        "silent": {"errors": (SilentError(ErrorKind.LINE, "o3", ("tick",), "drawn <tick>; read cross"),)},
        "review": {"verdict": Verdict.REVIEW, "reasons": ("unclear_mark",)},
        "rejected": {"verdict": None, "rejected": "no_code"},
    }
    record = replace(FINE, pictures=("0000000-page1.jpg", "0000000-line-o3.jpg"), **changes[kind])
    about = identity(SMALL)
    text = write_report(tmp_path, about, [record]).read_text(encoding="utf-8")
    for name in record.pictures:
        assert f'src="pictures/{name}"' in text
    if kind == "silent":
        assert "drawn &lt;tick&gt;; read cross" in text
        assert "SILENT 0 clean line o3" in summary([record])


def test_pictures_are_kept_of_every_silent_error_and_of_some_others(tmp_path, monkeypatch):
    monkeypatch.setitem(accuracy.PICTURED, "review", 2)
    silent = replace(FINE, errors=(SilentError(ErrorKind.LINE, "o1", ("tick",), ""),))
    review = replace(FINE, verdict=Verdict.REVIEW)
    made = [replace(r, index=i, pictures=(f"{i}.jpg",)) for i, r in enumerate([silent] * 5 + [review] * 5)]
    results = [(record, ((record.pictures[0], b"jpeg"),)) for record in made]
    monkeypatch.setattr(accuracy, "_results", lambda *_: iter(results))
    records = run(tmp_path, 10)
    assert [bool(record.pictures) for record in records] == [True] * 7 + [False] * 3
    assert len(list((tmp_path / "pictures").iterdir())) == 7


def test_demands_are_counted_with_their_bounds():
    silent = replace(FINE, errors=(SilentError(ErrorKind.LINE, "o1", ("tick",), ""),))
    review = replace(FINE, verdict=Verdict.REVIEW, false_findings=("strike_doubtful",))
    outside = replace(FINE, verdict=Verdict.REVIEW, false_findings=("mark_outside_box",))
    rejected = replace(FINE, verdict=None, rejected="no_code")
    records = [FINE] * 996 + [silent, review, outside, rejected]
    found = row("all", records)
    assert (found.silent.count, found.silent.total) == (1, 12_000)
    assert (found.needless.count, found.needless.total, found.rejected.count) == (2, 1000, 1)
    assert found.false_findings.count == 1
    by_text = {bar.text: bar for bar in bars(records)}
    assert by_text["at least 100,000 lines"].met is False
    silent_bar = by_text["silent errors: at most 1 in 100,000 lines"]
    assert (silent_bar.met, silent_bar.bound) == (False, pytest.approx(upper_bound(1, 12_000)))
    assert by_text["good ballots to a person: at most 1 %"].proven is True
    assert by_text["sheets rejected: at most 0.1 %"].met is True
    assert by_text["sheets rejected: at most 0.1 %"].proven is False
    assert by_text["struck names found or sent to a person: at least 99.9 %"].met is None


def test_mixes_draw_what_they_are_named_for():
    faulty = BallotMaker(replace(SMALL, mix=MixName.FAULTS))
    found = [faulty.ballot(index)[0] for index in range(4)]
    assert any(record.findings for record in found)
    plain = BallotMaker(replace(SMALL, mix=MixName.STRAIGHTFORWARD))
    assert all(plain.ballot(index)[0].good for index in range(3))
