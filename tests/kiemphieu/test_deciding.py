"""`kiemphieu decide`, from the command line to the count."""

from __future__ import annotations

import json
from typing import Any

import cv2
import pytest
from command_line import data, run
from printed_votes import SampleVote

from records.canonical import sha256_hex

WHO = ("--by", "Trưởng ban", "--by", "NVA", "--reason", "dấu X rõ trên giấy")


def readings(vote: SampleVote) -> dict[str | None, Any]:
    lines = run("readings", vote.root).stdout.splitlines()
    return {entry["serial"]: entry for entry in map(json.loads, lines)}


@pytest.fixture
def doubled(vote: SampleVote) -> tuple[SampleVote, str]:
    """All ballots scanned, one of them twice: that one waits for a person."""
    serial, path = next(iter(vote.scans.items()))
    again = path.with_name("scan-9999.jpg")
    again.write_bytes(path.read_bytes() + b"\0")
    assert run("scan", vote.root, vote.scan_folder, "--workers", "1").exit_code == 5
    return vote, serial


def test_a_decided_ballot_counts_and_its_reading_stays(doubled: tuple[SampleVote, str]) -> None:
    vote, serial = doubled
    before = readings(vote)[serial]
    assert before["review"] == ["duplicate_serial"]
    done = data("decide", vote.root, serial, "--ballot", "valid", *WHO)
    assert done["ballot"]["verdict"] == "valid"
    assert done["ballot"]["pages"] == before["pages"]
    assert done["ballot"]["lines"] == before["lines"]
    assert done["decision"]["by"] == ["Trưởng ban", "NVA"]
    assert done["decision"]["before"].startswith("review ?duplicate_serial")
    assert done["decision"]["after"].startswith("valid")
    assert data("tally", vote.root)["ballots"]["review"] == 0
    assert run("tally", vote.root).exit_code == 0


def test_a_decision_is_taken_back_by_a_further_entry(doubled: tuple[SampleVote, str]) -> None:
    vote, serial = doubled
    number = data("decide", vote.root, serial, "--ballot", "valid", *WHO)["decision"]["number"]
    assert [one["number"] for one in data("decide", vote.root)] == [number]
    result = run("decide", vote.root, "--undo", number, *WHO)
    assert result.exit_code == 5, result.output
    assert data("decide", vote.root) == []
    assert readings(vote)[serial]["review"] == ["duplicate_serial"]
    assert run("decide", vote.root, "--undo", number, *WHO).exit_code == 3


def test_a_line_is_decided_for_a_level_or_for_no_vote(doubled: tuple[SampleVote, str]) -> None:
    vote, serial = doubled
    assert data("decide", vote.root, serial, "--line", "o1", "--choice", "low", *WHO)["ballot"]["lines"][0][
        "choice"
    ] == ("low")
    assert run("decide", vote.root, serial, "--line", "o2", "--fault", "no_mark", *WHO).exit_code == 5
    assert run("decide", vote.root, serial, "--ballot", "valid", *WHO).exit_code == 0
    entry = readings(vote)[serial]
    assert [(line["choice"], line["faults"]) for line in entry["lines"]] == [("low", []), (None, ["no_mark"])]


def test_a_sheet_without_a_code_becomes_the_ballot_that_a_person_reads_off_it(vote: SampleVote) -> None:
    serials = list(vote.scans)
    path = vote.scans[serials[0]]
    picture = cv2.imread(str(path), cv2.IMREAD_GRAYSCALE)
    assert picture is not None
    height, width = picture.shape
    picture[: height // 4, width // 2 :] = 255  # the code is torn off
    cv2.imwrite(str(path), picture)
    run("scan", vote.root, vote.scan_folder, "--workers", "1")
    unread = readings(vote)[None]
    assert unread["verdict"] == "review"
    sheet = sha256_hex(path.read_bytes())
    assert run("decide", vote.root, sheet, "--line", "o1", "--choice", "low", *WHO).exit_code == 3
    assert run("decide", vote.root, sheet, "--sheet", "ballot", "--as-serial", "0" * 12, *WHO).exit_code == 3
    first = run("decide", vote.root, sheet, "--sheet", "ballot", "--as-serial", serials[0], *WHO)
    assert first.exit_code == 5, first.output
    for official, level in (("o1", "high"), ("o2", "low")):
        run("decide", vote.root, serials[0], "--line", official, "--choice", level, *WHO)
    number = data("decide", vote.root)[0]["number"]
    assert run("decide", vote.root, "--undo", number, *WHO).exit_code == 3  # decisions rest on it
    assert run("decide", vote.root, serials[0], "--ballot", "valid", *WHO).exit_code == 0
    entry = readings(vote)[serials[0]]
    assert [line["choice"] for line in entry["lines"]] == ["high", "low"]
    assert None not in readings(vote)
    assert data("tally", vote.root)["ballots"] == {
        "issued": 4,
        "returned": 4,
        "valid": 4,
        "invalid": 0,
        "review": 0,
        "foreign": 0,
    }


def test_a_sheet_that_turns_up_later_opens_the_ballot_again(doubled: tuple[SampleVote, str]) -> None:
    vote, serial = doubled
    assert run("decide", vote.root, serial, "--ballot", "valid", *WHO).exit_code == 0
    path = vote.scans[serial]
    third = path.with_name("scan-9998.jpg")
    third.write_bytes(path.read_bytes() + b"\0\0")
    assert run("scan", vote.root, third, "--workers", "1").exit_code == 5
    assert readings(vote)[serial]["review"] == ["duplicate_serial"]
    assert run("decide", vote.root, serial, "--ballot", "valid", *WHO).exit_code == 0


def test_a_blank_sheet_is_no_ballot_whatever_is_said(vote: SampleVote) -> None:
    serial, path = next(iter(vote.scans.items()))
    picture = cv2.imread(str(path), cv2.IMREAD_GRAYSCALE)
    assert picture is not None
    picture[:] = 250
    cv2.imwrite(str(path), picture)
    run("scan", vote.root, vote.scan_folder, "--workers", "1")
    sheet = sha256_hex(path.read_bytes())
    result = run("decide", vote.root, sheet, "--sheet", "ballot", "--as-serial", serial, *WHO)
    assert result.exit_code == 3
    assert run("tally", vote.root).exit_code == 0


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("--ballot", "valid", "--by", "NVA", "--reason", "x"), 2),
        (("--ballot", "valid", "--by", "A", "--by", "A", "--reason", "x"), 2),
        (("--ballot", "valid", "--by", "Đức", "--by", " ĐỨC ", "--reason", "x"), 2),
        (("--ballot", "valid", "--by", "Đức", "--by", "\u0110u\u031b\u0301c", "--reason", "x"), 2),
        (("--ballot", "valid", "--by", "A", "--by", "B"), 2),
        (("--ballot", "invalid", *WHO), 2),
        (("--ballot", "valid", "--fault", "added_writing", *WHO), 2),
        (("--line", "o1", *WHO), 2),
        (("--line", "o1", "--choice", "low", "--fault", "no_mark", *WHO), 2),
        (("--line", "o1", "--fault", "added_writing", *WHO), 2),
        (("--choice", "low", *WHO), 2),
        (("--line", "o9", "--choice", "low", *WHO), 3),
        (("--line", "o1", "--choice", "best", *WHO), 3),
        (("--sheet", "foreign", *WHO), 3),
        (("--sheet", "ballot", *WHO), 2),
    ],
)
def test_what_cannot_be_decided_is_told_and_recorded_nowhere(
    doubled: tuple[SampleVote, str], words: tuple[str, ...], code: int
) -> None:
    vote, serial = doubled
    result = run("decide", vote.root, serial, *words)
    assert result.exit_code == code, result.output
    assert data("decide", vote.root) == []


def test_one_person_decides_where_the_vote_says_so(doubled: tuple[SampleVote, str]) -> None:
    vote, serial = doubled
    with vote.folder.vote_file.open("a", encoding="utf-8") as file:
        file.write("[decisions]\ntwo_person = false\n")
    assert (
        run("decide", vote.root, serial, "--ballot", "valid", "--by", "NVA", "--reason", "x").exit_code == 0
    )
