"""Names of the committee are written into vote.toml, and nothing else of it changes."""

from __future__ import annotations

import tomllib

import pytest
from printed_votes import VOTE_TOML

from kiemphieu.committee_names import plain_committee, save_committee
from kiemphieu.folder import VoteFolder, load_vote
from kiemphieu.vote_file_edit import with_section
from records.errors import InputError
from records.vote import Committee

NAMES = Committee('Lê "Hạnh"', "Phạm Ba", ("Đỗ Tư", "Võ Năm"), ())
TEXT = VOTE_TOML.format(vote="bdt-2023")


@pytest.fixture
def folder(tmp_path) -> VoteFolder:
    found = VoteFolder(tmp_path)
    found.vote_file.write_text(TEXT, encoding="utf-8")
    return found


SECTION = """\
[committee]
# who signs
head = "A"

members = [
  "B",  # one
  "C",
]
"""


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("", ""),
        (SECTION, ""),
        (SECTION, '\n# how it is printed\n[print]\npaper = "A5"\n'),
        ("[committee] # none yet\n", '[print]\npaper = "A5"\n'),
        ("  [committee]\r\n", "\r\n[print]\r\n"),
    ],
)
def test_all_else_stays_as_it_is(before, after):
    text = TEXT + before + after
    changed = with_section(text, "committee", plain_committee(NAMES))
    assert changed is not None
    wanted = tomllib.loads(text)
    wanted["committee"] = {
        "head": 'Lê "Hạnh"',
        "secretary": "Phạm Ba",
        "members": ["Đỗ Tư", "Võ Năm"],
        "witnesses": [],
    }
    assert tomllib.loads(changed) == wanted
    assert changed.startswith(TEXT.rstrip("\n").replace("\n", "\r\n" if "\r\n" in text else "\n"))
    assert all(line in changed for line in ("# who signs",) if line in text)
    assert all(line in changed for line in ("# how it is printed",) if line in text)
    assert with_section(changed, "committee", plain_committee(NAMES)) == changed


def test_the_vote_says_the_names_tidied(folder):
    save_committee(folder, Committee("  Lê   Hạnh ", "", ("", "Đỗ Tư\t"), ()))
    assert load_vote(folder).committee == Committee("Lê Hạnh", "", ("Đỗ Tư",), ())
    assert load_vote(folder).officials == load_vote(folder).officials


def test_the_same_names_leave_the_file_alone(folder):
    save_committee(folder, Committee())
    assert folder.vote_file.read_text(encoding="utf-8") == TEXT


@pytest.mark.parametrize("added", ['committee = { head = "A" }', 'committee.head = "A"'])
def test_what_cannot_be_changed_safely_is_left_to_a_person(folder, added):
    written = f"{added}\n{TEXT}"
    folder.vote_file.write_text(written, encoding="utf-8")
    with pytest.raises(InputError) as caught:
        save_committee(folder, NAMES)
    assert caught.value.message_id == "committee_by_hand"
    assert folder.vote_file.read_text(encoding="utf-8") == written


def test_a_name_of_a_page_is_refused(folder):
    with pytest.raises(InputError) as caught:
        save_committee(folder, Committee(head="x" * 121))
    assert caught.value.message_id == "committee_name_long"
