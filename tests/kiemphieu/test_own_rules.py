"""A vote's own rule file works like a packaged rule set."""

from __future__ import annotations

from pathlib import Path

import pytest
from command_line import data, run
from printed_votes import SampleVote

import tally.rule_sets
from kiemphieu.folder import load_vote, vote_rules

QD96 = (Path(tally.rule_sets.__file__).parent / "qd96.toml").read_text(encoding="utf-8")
OWN = QD96.replace('id = "qd96"', 'id = "hop-xa"').replace('base = "returned"', 'base = "valid"')


@pytest.fixture
def own(vote: SampleVote) -> SampleVote:
    """The sample vote under rules of its own."""
    (vote.folder.root / "hop-xa.toml").write_text(OWN, encoding="utf-8")
    text = vote.folder.vote_file.read_text(encoding="utf-8").replace('"qd96"', '"hop-xa.toml"')
    vote.folder.vote_file.write_text(text, encoding="utf-8")
    return vote


def test_a_count_goes_by_the_votes_own_rules(own: SampleVote) -> None:
    assert run("check", own.root).exit_code == 0
    assert run("scan", own.root, own.scan_folder, "--workers", "1").exit_code == 0
    found = data("tally", own.root)
    assert found["rules"] == "hop-xa"
    assert vote_rules(load_vote(own.folder)).base == "valid"
    assert data("report", own.root)["final"]
    assert run("verify", own.root).exit_code == 0


def test_a_changed_rule_file_is_named(own: SampleVote) -> None:
    run("scan", own.root, own.scan_folder, "--workers", "1")
    data("tally", own.root)
    (own.folder.root / "hop-xa.toml").write_text(OWN.replace("numerator = 1", "numerator = 0"), "utf-8")
    done = run("verify", own.root)
    assert done.exit_code == 3
    assert "threshold[2].numerator" in done.output
    looser = OWN.replace("numerator = 1\ndenominator = 2", "numerator = 3\ndenominator = 5")
    (own.folder.root / "hop-xa.toml").write_text(looser, encoding="utf-8")
    assert run("verify", own.root).exit_code == 7


def test_a_package_has_the_rules_with_it(own: SampleVote, tmp_path: Path) -> None:
    run("scan", own.root, own.scan_folder, "--workers", "1")
    run("tally", own.root)
    out = tmp_path / "record.tar"
    assert run("export", own.root, "--package", "--unsealed", "-o", out).exit_code == 0
    assert run("verify", out).exit_code == 0


@pytest.mark.parametrize(
    ("named", "text", "message"),
    [
        ("../hop-xa.toml", OWN, "itself"),
        ("hop-xa.toml", QD96, "packaged rule set"),
        ("hop-xa.toml", OWN + "\nextra = 1", "extra"),
        ("hop-xa.toml", OWN.replace("denominator = 3", "denominator = 1"), "more than 1"),
        ("hop-xa.toml", "nothing", "TOML"),
        ("hop-xa.toml", None, "hop-xa.toml"),
        ("vote.toml", None, "itself"),
    ],
)
def test_a_rule_file_that_cannot_be_used_is_told(
    vote: SampleVote, named: str, text: str | None, message: str
) -> None:
    if text is not None:
        (vote.folder.root / "hop-xa.toml").write_text(text, encoding="utf-8")
    changed = vote.folder.vote_file.read_text(encoding="utf-8").replace('"qd96"', f'"{named}"')
    vote.folder.vote_file.write_text(changed, encoding="utf-8")
    for command in ("check", "tally", "report"):
        done = run(command, vote.root)
        assert done.exit_code == 3, command
        assert message in done.output


def test_settings_that_do_not_fit_the_rules_are_told(vote: SampleVote) -> None:
    text = vote.folder.vote_file.read_text(encoding="utf-8") + '[rules]\nover_half_low = ">= 3/4"\n'
    vote.folder.vote_file.write_text(text, encoding="utf-8")
    done = run("tally", vote.root)
    assert done.exit_code == 3
    assert "two_thirds_low" in done.output


@pytest.mark.parametrize(
    ("line", "place"),
    [
        ('quorum = "0.6667"', "rules.quorum"),
        ('over_half_low = "3/2"', "rules.over_half_low"),
        ('grade_cutoffs = "1/2, 2/3"', "rules.grade_cutoffs"),
        ("copies = -1", "rules.copies"),
        ('publication = "secret"', "rules.publication"),
    ],
)
def test_a_mistaken_setting_has_its_place(vote: SampleVote, line: str, place: str) -> None:
    text = vote.folder.vote_file.read_text(encoding="utf-8") + f"[rules]\n{line}\n"
    vote.folder.vote_file.write_text(text, encoding="utf-8")
    done = run("check", vote.root)
    assert done.exit_code == 3
    assert place in done.output


def test_typed_counts_under_rules_of_ones_own(tmp_path: Path) -> None:
    rules, counts = tmp_path / "hop-xa.toml", tmp_path / "counts.csv"
    rules.write_text(OWN, encoding="utf-8")
    counts.write_text("official,high,medium,low,invalid\no1,15,0,31,0\n", encoding="utf-8")
    found = data("tally", "--counts", counts, "--rules", rules, "--base", "46")
    assert found["officials"][0]["outcome"] == "two_thirds_low"
