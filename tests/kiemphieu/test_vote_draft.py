"""A vote set up in a form: its vote.toml, its mistakes by field, its folder, its freezing."""

from __future__ import annotations

import json
import tomllib
import unicodedata
from contextlib import closing
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiemphieu.draft_file import (
    current_draft,
    draft_problems,
    folder_name,
    new_vote_folder,
    read_draft,
    save_draft,
)
from kiemphieu.folder import VoteFolder, load_vote
from kiemphieu.form_preview import page_pictures
from kiemphieu.freezing import (
    FreezingMember,
    check_frozen,
    definition_sha256,
    freeze,
    lift_freezing,
    note_frozen,
    read_freezing,
)
from kiemphieu.printing import PrintOrder, print_ballots
from kiemphieu.store import open_store
from kiemphieu.vote_draft import DraftOfficial, VoteDraft, draft_of_vote, draft_toml, quoted, read_date
from records.errors import InputError
from records.journal import EventKind
from records.token import ID_PATTERN

DRAFT = VoteDraft(
    "so-y-te",
    body="Sở Y tế",
    title="Phiếu tín nhiệm",
    place="Khánh Hòa",
    date="05/12/2026",
    rules="qd96",
    officials=(
        DraftOfficial("o1", "Nguyễn Văn An", "Trưởng ban"),
        DraftOfficial("o2", "Trần Thị Bình", "Phó ban"),
    ),
)
HEAD, MEMBER = FreezingMember("m1", "head", "An"), FreezingMember("m2", "member", "Bình")


@pytest.fixture
def folder(tmp_path):
    made = new_vote_folder(tmp_path, "Sở Y tế")
    assert save_draft(made, replace(DRAFT, id=made.root.name)) == ()
    return made


def fields(draft: VoteDraft) -> dict[str, str]:
    return {found.field: found.problem.message_id for found in draft_problems(draft)}


def test_a_draft_comes_back_from_vote_toml(folder):
    full = replace(
        DRAFT,
        parent_body='UBND "tỉnh" \\ x',
        subject="Đối với …",
        summoned="24",
        present="23",
        delegates="25",
        paper="A5",
        duplex=True,
        two_person=False,
        head="Lê Hạnh",
        members=("A", 'B "C"'),
        witnesses=("D",),
    )
    assert save_draft(folder, full) == ()
    assert current_draft(folder) == read_draft(folder) == full
    assert draft_of_vote(load_vote(folder)) == full
    (folder.root / "draft.json").unlink()
    assert current_draft(folder) == full


@given(st.text(max_size=40))
def test_every_text_is_written_as_toml(text):
    if any("\ud800" <= character <= "\udfff" for character in text):
        return
    assert tomllib.loads(f"x = {quoted(text)}")["x"] == text


@given(st.text(alphabet=st.sampled_from("ab \"\\#'=[]\n\t\x00\x7f\u200bế€"), max_size=12))
def test_a_draft_of_any_text_has_mistakes_or_is_a_vote(text):
    draft = replace(DRAFT, body=text, officials=(DraftOfficial("o1", text, text),), members=(text,))
    tomllib.loads(draft_toml(draft))
    if not draft_problems(draft):
        assert unicodedata.is_normalized("NFC", text)


def test_mistakes_by_field():
    assert fields(DRAFT) == {}
    empty = fields(VoteDraft("x"))
    assert set(empty) == {"body", "title", "place", "date", "rules", "officials"}
    assert set(empty.values()) == {"draft_required", "draft_no_officials"}
    assert fields(replace(DRAFT, date="31/02/2026")) == {"date": "draft_bad_date"}
    assert fields(replace(DRAFT, summoned="hai", present="1")) == {"summoned": "draft_not_a_number"}
    assert fields(replace(DRAFT, present="3")) == {"summoned": "draft_summoned_missing"}
    assert fields(replace(DRAFT, summoned="3", present="4")) == {"present": "vote_more_present_than_summoned"}
    assert fields(replace(DRAFT, paper="A3")) == {"paper": "vote_unknown_paper"}
    assert fields(replace(DRAFT, rules="bt2009")) == {"appointment": "draft_appointment_missing"}
    assert fields(replace(DRAFT, rules="bt2009", appointment="new", posts="1")) == {}
    assert "posts" in fields(replace(DRAFT, rules="bt2009", appointment="new"))
    twice = (
        *DRAFT.officials,
        DraftOfficial("o3", "Nguyễn Văn An", "Trưởng ban"),
        DraftOfficial("o4", "Lê Tư"),
    )
    assert fields(replace(DRAFT, officials=twice)) == {
        "official-3-name": "draft_same_person",
        "official-4-position": "draft_required",
    }
    assert fields(replace(DRAFT, members=("x" * 400,))) == {"members": "draft_too_long"}


def test_dates_as_they_are_written():
    assert {read_date(text) for text in ("5/12/2026", "05-12-2026", "5.12.2026", "2026-12-05")} == {
        read_date(DRAFT.date)
    }
    assert read_date("12/2026") is None


def test_vote_toml_stands_only_without_mistakes(folder):
    assert folder.vote_file.is_file()
    assert save_draft(folder, replace(DRAFT, officials=())) != ()
    assert not folder.vote_file.exists()
    assert current_draft(folder) == replace(DRAFT, officials=())


def test_a_vote_changed_by_hand_is_what_counts(folder):
    text = folder.vote_file.read_text(encoding="utf-8")
    folder.vote_file.write_text(text.replace("Nguyễn Văn An", "Nguyễn Văn Ân"), encoding="utf-8")
    found = current_draft(folder)
    assert found is not None
    assert found.officials[0].name == "Nguyễn Văn Ân"
    added = '[rules]\nseal = "ignore"\ncopies = 4\n[document]\nnumber = "05/BB"\n'
    folder.vote_file.write_text(text + added, encoding="utf-8")
    kept = load_vote(folder)
    found = current_draft(folder)
    assert found is not None
    assert save_draft(folder, found) == ()
    assert load_vote(folder) == kept
    assert read_draft(folder) == current_draft(folder) == found


@pytest.mark.parametrize(
    "change",
    [
        ('position = "Phó ban"', 'position = "Phó ban"\nappointed = 2020-01-01'),
        ("[print]", '[[group]]\nid = "a"\ntitle = "A"\n[print]'),
    ],
)
def test_a_vote_that_no_form_holds(folder, change):
    text = folder.vote_file.read_text(encoding="utf-8").replace(*change)
    if "[[group]]" in text:
        text = text.replace("[[official]]", '[[official]]\ngroup = "a"')
    folder.vote_file.write_text(text, encoding="utf-8")
    assert current_draft(folder) is None
    found = draft_of_vote(load_vote(folder), whole=False)
    assert found is not None
    assert found.officials == DRAFT.officials


def test_a_damaged_draft_is_told(folder):
    folder.vote_file.unlink()
    for text in (
        "{",
        "[]",
        '{"format": 1}',
        '{"format": 1, "draft": {"id": 3}}',
        '{"format": 2, "draft": {}}',
    ):
        (folder.root / "draft.json").write_text(text, encoding="utf-8")
        with pytest.raises(InputError, match="draft_damaged"):
            current_draft(folder)


def test_folder_names(tmp_path):
    assert folder_name("Sở Y tế, đợt 1 / 2026") == "so-y-te-dot-1-2026"
    assert folder_name("Đảng ủy") == "dang-uy"
    assert folder_name("???") == "cuoc-lay-phieu"
    assert folder_name("new") == "vote-new"
    assert folder_name("Rehearsal 1").startswith("vote-")
    assert folder_name("../../etc") == "etc"
    names = [new_vote_folder(tmp_path, "Ủy ban nhân dân tỉnh Khánh Hòa khóa").root.name for _ in range(12)]
    assert len(set(names)) == 12
    assert all(ID_PATTERN.fullmatch(name) for name in names)


@given(st.text(max_size=50))
def test_every_name_gives_a_usable_id(name):
    assert ID_PATTERN.fullmatch(folder_name(name))


def frozen(folder: VoteFolder) -> str:
    sha256 = definition_sha256(folder, load_vote(folder))
    freeze(folder, sha256, (HEAD, MEMBER))
    return sha256


def test_freezing_needs_two_members_and_what_they_saw(folder):
    sha256 = definition_sha256(folder, load_vote(folder))
    with pytest.raises(InputError, match="freezing_two_members"):
        freeze(folder, sha256, (HEAD, HEAD))
    with pytest.raises(InputError, match="freezing_not_as_shown"):
        freeze(folder, "0" * 64, (HEAD, MEMBER))
    assert read_freezing(folder) is None
    freeze(folder, sha256, (HEAD, MEMBER))
    found = read_freezing(folder)
    assert found is not None
    assert (found.sha256, found.members) == (sha256, (HEAD, MEMBER))
    with pytest.raises(InputError, match="freezing_done_already"):
        freeze(folder, sha256, (HEAD, MEMBER))


def test_attendance_and_committee_are_not_frozen_and_all_else_is(folder):
    before = frozen(folder)
    save_draft(folder, replace(DRAFT, summoned="9", present="8", head="Ai đó"))
    check_frozen(folder, load_vote(folder))
    for change in (
        {"body": "Sở khác"},
        {"date": "06/12/2026"},
        {"rules": "nq96"},
        {"duplex": True},
        {"two_person": False},
        {"officials": DRAFT.officials[::-1]},
    ):
        save_draft(folder, replace(DRAFT, **change))
        assert definition_sha256(folder, load_vote(folder)) != before
        with pytest.raises(InputError, match="freezing_changed"):
            check_frozen(folder, load_vote(folder))


def test_the_seal_counts_with_its_content(folder):
    (folder.root / "seal.png").write_bytes(b"one")
    save_draft(folder, replace(DRAFT, seal_image="seal.png"))
    before = definition_sha256(folder, load_vote(folder))
    (folder.root / "seal.png").write_bytes(b"two")
    assert definition_sha256(folder, load_vote(folder)) != before


def test_a_frozen_vote_prints_only_as_frozen_and_is_journalled(folder):
    sha256 = frozen(folder)
    save_draft(folder, replace(DRAFT, body="Sở khác"))
    with pytest.raises(InputError, match="freezing_changed"):
        print_ballots(folder, PrintOrder(1, seed=1))
    save_draft(folder, DRAFT)
    print_ballots(folder, PrintOrder(1, seed=1))
    print_ballots(folder, PrintOrder(1, seed=1))
    with closing(open_store(folder.database)) as store:
        note_frozen(folder, store)
        entries = [entry.content for entry in store.journal(EventKind.DESK_ACTED)]
    assert entries == [
        {
            "action": "vote_frozen",
            "definition_sha256": sha256,
            "members": [{"member": "m1", "role": "head"}, {"member": "m2", "role": "member"}],
        }
    ]
    with pytest.raises(InputError, match="freezing_printed"):
        lift_freezing(folder)


def test_a_freezing_can_be_taken_back_before_printing(folder):
    frozen(folder)
    lift_freezing(folder)
    assert read_freezing(folder) is None
    lift_freezing(folder)


def test_a_damaged_freezing_is_told(folder):
    frozen(folder)
    path = folder.root / "frozen.json"
    data = json.loads(path.read_text(encoding="utf-8"))
    for text in ("{", "[]", json.dumps({**data, "format": 9}), json.dumps({**data, "sha256": 4})):
        path.write_text(text, encoding="utf-8")
        with pytest.raises(InputError, match="freezing_damaged"):
            check_frozen(folder, load_vote(folder))


def test_pages_are_drawn_once(folder):
    vote = load_vote(folder)
    first = page_pictures(folder, vote, "a")
    assert [page[:8] for page in first] == [b"\x89PNG\r\n\x1a\n"]
    assert page_pictures(folder, vote, "a") is first
