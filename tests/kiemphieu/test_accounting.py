"""`kiemphieu account`: ballots that did not come back as votes."""

from __future__ import annotations

import pytest
from command_line import data, run
from printed_votes import SampleVote

WHO = ("--by", "Trưởng ban")


@pytest.fixture
def three_cast(vote: SampleVote) -> tuple[SampleVote, list[str]]:
    """Four ballots printed, three scanned; the last serial is the one that is not."""
    serials = list(vote.scans)
    vote.scans[serials[-1]].unlink()
    assert run("scan", vote.root, vote.scan_folder, "--workers", "1").exit_code == 0
    return vote, serials


def test_an_exchanged_ballot_is_not_among_those_handed_out(three_cast: tuple[SampleVote, list[str]]) -> None:
    vote, serials = three_cast
    assert data("tally", vote.root)["ballots"]["issued"] == 4
    (stated,) = data("account", vote.root, "--exchanged", "1", "--serial", serials[-1].lower(), *WHO)
    assert (stated["fate"], stated["count"], stated["serials"]) == ("exchanged", 1, [serials[-1]])
    tally = data("tally", vote.root)
    assert (tally["ballots"]["issued"], tally["reconciled"]) == (3, True)
    assert run("verify", vote.root).exit_code == 0


@pytest.mark.parametrize(("counted", "fits"), [(1, True), (0, False), (2, False)])
def test_what_was_not_returned_must_fit(
    three_cast: tuple[SampleVote, list[str]], counted: int, fits: bool
) -> None:
    vote, _ = three_cast
    data("account", vote.root, "--not-returned", counted, *WHO)
    tally = data("tally", vote.root)
    assert tally["reconciled"] is fits
    assert run("tally", vote.root).exit_code == (0 if fits else 6)


def test_the_newest_number_of_ballots_not_returned_counts_until_it_is_taken_back(
    three_cast: tuple[SampleVote, list[str]],
) -> None:
    vote, _ = three_cast
    data("account", vote.root, "--not-returned", "1", *WHO)
    second = data("account", vote.root, "--not-returned", "3", *WHO)[-1]
    assert not data("tally", vote.root)["reconciled"]
    data("account", vote.root, "--undo", second["number"], *WHO)
    assert data("tally", vote.root)["reconciled"]
    assert run("account", vote.root, "--undo", second["number"], *WHO).exit_code == 3


def test_a_withdrawn_ballot_that_turns_up_in_the_urn_keeps_the_count_open(vote: SampleVote) -> None:
    serial = next(iter(vote.scans))
    assert run("account", vote.root, "--unused", "1", "--serial", serial, *WHO).exit_code == 0
    run("scan", vote.root, vote.scan_folder, "--workers", "1")
    assert run("tally", vote.root).exit_code == 6
    assert not data("tally", vote.root)["reconciled"]


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("--exchanged", "1"), 2),
        (("--exchanged", "1", "--unused", "1", *WHO), 2),
        (("--exchanged", "5", *WHO), 3),
        (("--unused", "1", "--serial", "0" * 12, *WHO), 3),
        (("--unused", "1", "--serial", "CAST", *WHO), 3),
        (("--unused", "1", "--serial", "LEFT", "--serial", "CAST", *WHO), 2),
        (("--unused", "1", "--group", "nobody", *WHO), 2),
    ],
)
def test_what_cannot_be_is_refused(
    three_cast: tuple[SampleVote, list[str]], words: tuple[str, ...], code: int
) -> None:
    vote, serials = three_cast
    named = {"CAST": serials[0], "LEFT": serials[-1]}
    result = run("account", vote.root, *(named.get(word, word) for word in words))
    assert result.exit_code == code, result.output
    assert data("account", vote.root) == []


def test_a_ballot_is_withdrawn_once(three_cast: tuple[SampleVote, list[str]]) -> None:
    vote, serials = three_cast
    words = ("account", vote.root, "--unused", "1", "--serial", serials[-1], *WHO)
    assert run(*words).exit_code == 0
    assert run(*words).exit_code == 3
