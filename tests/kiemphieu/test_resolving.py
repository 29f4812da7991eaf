"""A question that the rule set leaves open is closed by the committee: in vote.toml and in the journal."""

from __future__ import annotations

from contextlib import closing

import pytest
from printed_votes import VOTE_TOML, make_vote_of

import kiemphieu.resolving
from kiemphieu.closing import ClosingMember, HandCount, close_count
from kiemphieu.counting import count_folder
from kiemphieu.folder import VoteFolder, load_vote
from kiemphieu.freezing import FreezingMember, check_frozen, definition_sha256, freeze, read_freezing
from kiemphieu.messages import Language
from kiemphieu.resolving import open_settings, resolve_rules
from kiemphieu.scanning import scan_paths
from kiemphieu.vote_store import open_vote_store
from records.errors import InputError, StoreError
from records.journal import EventKind

TWO = (ClosingMember("m1", "head"), ClosingMember("m2", "member"))


@pytest.fixture
def folder(tmp_path) -> VoteFolder:
    sample = make_vote_of(tmp_path / "bdt-2023", VOTE_TOML.format(vote="bdt-2023"), {"": 1})
    scan_paths(sample.folder, [sample.scan_folder], 1)
    return sample.folder


def refused(folder: VoteFolder, chosen: dict[str, str]) -> str:
    before = folder.vote_file.read_bytes()
    with pytest.raises(InputError) as caught:
        resolve_rules(folder, chosen)
    assert folder.vote_file.read_bytes() == before
    return caught.value.message_id


def test_the_resolution_stands_in_vote_toml_and_in_the_journal(folder):
    text = folder.vote_file.read_text(encoding="utf-8")
    folder.vote_file.write_text(f"{text}\n[rules]\n# as the plan says\ncopies = 2\n", encoding="utf-8")
    resolve_rules(folder, {"line_fault": "ballot"})
    vote = load_vote(folder)
    assert dict(vote.rule_overrides) == {"line_fault": "ballot", "copies": "2"}
    assert "# as the plan says" in folder.vote_file.read_text(encoding="utf-8")
    assert "line_fault" in count_folder(folder).rules.decided
    with closing(open_vote_store(folder, vote)) as store:
        last = store.last_entry(EventKind.SETTINGS_CHANGED)
    assert last is not None
    assert last.content["settings"]["overrides"] == {"line_fault": "ballot", "copies": "2"}
    assert "line_fault" not in open_settings(count_folder(folder).result)


@pytest.mark.parametrize(
    "chosen",
    [{"line_fault": "both"}, {"base": "summoned"}, {"grade_cutoffs": "1/2, 2/3"}, {"quorum": "1/2"}],
)
def test_nothing_else_can_be_set(folder, chosen):
    assert refused(folder, chosen) == "resolving_no_choice"


def test_a_file_that_must_be_changed_by_hand_is_left_alone(folder):
    text = folder.vote_file.read_text(encoding="utf-8")
    folder.vote_file.write_text("rules = { copies = 2 }\n" + text, encoding="utf-8")
    assert refused(folder, {"line_fault": "line"}) == "resolving_by_hand"


def test_after_closing_it_is_too_late(folder):
    resolve_rules(folder, {"line_fault": "line", "base": "returned"})
    close_count(folder, HandCount(1), TWO, Language.VIETNAMESE)
    assert refused(folder, {"line_fault": "ballot"}) == "count_closed"


def test_a_frozen_vote_is_frozen_anew_by_the_two_who_resolve(folder):
    signers = tuple(FreezingMember(f"m{number}", "member", f"M {number}") for number in (1, 2))
    freeze(folder, definition_sha256(folder, load_vote(folder)), signers)
    assert refused(folder, {"line_fault": "ballot"}) == "freezing_two_members"
    others = tuple(FreezingMember(f"m{number}", "member", f"M {number}") for number in (3, 4))
    resolve_rules(folder, {"line_fault": "ballot"}, others)
    check_frozen(folder, load_vote(folder))
    found = read_freezing(folder)
    assert found is not None
    assert found.members == others
    text = folder.vote_file.read_text(encoding="utf-8")
    folder.vote_file.write_text(text.replace("Trưởng ban", "Trưởng Ban"), encoding="utf-8")
    assert refused(folder, {"base": "valid"}) == "freezing_changed"


@pytest.mark.parametrize("written", [False, True])
def test_a_resolution_that_is_cut_off_is_made_again(folder, monkeypatch, written):
    signers = tuple(FreezingMember(f"m{number}", "member", f"M {number}") for number in (1, 2))
    freeze(folder, definition_sha256(folder, load_vote(folder)), signers)
    whole = kiemphieu.resolving.write_atomic

    def cut_off(path, data, *more):
        if written:
            whole(path, data, *more)
        raise StoreError("disk_full", path=str(path))

    monkeypatch.setattr(kiemphieu.resolving, "write_atomic", cut_off)
    with pytest.raises(StoreError):
        resolve_rules(folder, {"line_fault": "ballot"}, signers)
    monkeypatch.undo()
    vote = load_vote(folder)
    check_frozen(folder, vote)
    found = read_freezing(folder)
    assert found is not None
    assert found.sha256 == definition_sha256(folder, vote)
    resolve_rules(folder, {"line_fault": "ballot"}, signers)
    check_frozen(folder, load_vote(folder))
    assert dict(load_vote(folder).rule_overrides) == {"line_fault": "ballot"}
