"""Cast vote records: valid by the standard's schema, secret in their order, and the same tally read back."""

from __future__ import annotations

import json
import os
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from random import Random
from typing import Any

import pytest
from export_votes import (
    BALLOTS,
    DECIDED,
    OFFICIALS,
    Urn,
    cast_at_random,
    cast_everything,
    cast_plainly,
    copied,
    make_printed,
    set_rules,
)
from jsonschema import Draft4Validator, FormatChecker

from kiemphieu.counting import count_folder
from kiemphieu.exports.cdf import cdf_bytes, make_cdf
from kiemphieu.exports.cdf_reading import read_cdf
from kiemphieu.exports.counted import gather_count
from kiemphieu.exports.words import Words
from kiemphieu.folder import VoteFolder
from kiemphieu.messages import Language
from records.errors import InputError, KiemphieuError
from records.reading import MarkScores

SHARED = Path(os.environ.get("KIEMPHIEU_SHARED", Path(__file__).parents[2].parent / "shared"))
SCHEMA = SHARED / "cdf" / "cast_vote_records.schema.json"
WORDS = Words(Language.ENGLISH)
RULES = [
    DECIDED,
    'line_fault = "ballot"',
    'ballot_fault = "line"',
    'other_mark = "accept"',
    'other_mark = "reject"\nseal = "require"',
    'seal = "ignore"\nbase = "valid"',
    'foreign_in_returned = "returned"',
    'foreign_in_returned = "returned"\nline_fault = "ballot"\nother_mark = "reject"',
]


@pytest.fixture(scope="module")
def printed(tmp_path_factory: pytest.TempPathFactory) -> VoteFolder:
    return make_printed(tmp_path_factory.mktemp("printed") / "vote")


@pytest.fixture(scope="module")
def everything(printed: VoteFolder, tmp_path_factory: pytest.TempPathFactory) -> VoteFolder:
    """A ballot of every kind, with decisions."""
    folder = copied(printed, tmp_path_factory.mktemp("everything"))
    cast_everything(Urn(folder))
    return folder


@pytest.fixture(scope="module")
def document(everything: VoteFolder) -> dict[str, Any]:
    return make_cdf(gather_count(everything), WORDS)


def snapshots(document: dict[str, Any], kind: str) -> list[dict[str, Any]]:
    return [s for record in document["CVR"] for s in record["CVRSnapshot"] if s["Type"] == kind]


def current(record: dict[str, Any]) -> dict[str, Any]:
    (found,) = [s for s in record["CVRSnapshot"] if s["@id"] == record["CurrentSnapshotId"]]
    return found


def positions(snapshot: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for contest in snapshot.get("CVRContest", ()):
        for selection in contest.get("CVRContestSelection", ()):
            yield from selection["SelectionPosition"]


def check_read_back(folder: VoteFolder) -> None:
    read = read_cdf(cdf_bytes(gather_count(folder), WORDS))
    result = count_folder(folder).result
    assert read.officials == tuple(official.count for official in result.officials)
    assert read.ballots == result.ballots
    assert read.final == result.final
    assert read.vote == "xuat-2023"


# The same tally


@pytest.mark.parametrize("rules", RULES, ids=lambda text: text.replace("\n", " "))
def test_every_kind_of_ballot_gives_the_same_tally_when_it_is_read_back(
    everything: VoteFolder, tmp_path: Path, rules: str
) -> None:
    folder = copied(everything, tmp_path)
    set_rules(folder, rules)
    check_read_back(folder)


@pytest.mark.parametrize("seed", range(6))
def test_random_votes_give_the_same_tally_when_they_are_read_back(
    printed: VoteFolder, tmp_path: Path, seed: int
) -> None:
    folder = copied(printed, tmp_path)
    random = Random(seed)
    set_rules(folder, random.choice(RULES))
    cast_at_random(Urn(folder), random)
    check_read_back(folder)


def test_the_sample_holds_what_it_is_to_test(everything: VoteFolder) -> None:
    report = count_folder(everything)
    assert min(report.result.ballots.valid, report.result.ballots.invalid, report.result.ballots.review) >= 3
    assert [group.style.id for group in report.groups] == list(BALLOTS)
    assert all(group.result.ballots.invalid and group.result.ballots.review for group in report.groups)


def test_ballots_that_do_not_give_the_tally_are_not_written(everything: VoteFolder) -> None:
    counted = gather_count(everything)
    with pytest.raises(KiemphieuError) as refused:
        cdf_bytes(replace(counted, ballots=counted.ballots[1:]), WORDS)
    assert refused.value.message_id == "export_differs"


def test_a_vote_nobody_cast_in_is_a_document_too(printed: VoteFolder) -> None:
    check_read_back(printed)


# The standard


@pytest.fixture(scope="module")
def validator() -> Draft4Validator:
    if not SCHEMA.is_file():
        pytest.skip(f"{SCHEMA} is absent: set KIEMPHIEU_SHARED to the folder that holds cdf/")
    return Draft4Validator(json.loads(SCHEMA.read_text(encoding="utf-8")), format_checker=FormatChecker())


@pytest.mark.parametrize("rules", [DECIDED, RULES[-1]])
def test_the_document_is_valid_by_the_schema(
    everything: VoteFolder, tmp_path: Path, validator: Draft4Validator, rules: str
) -> None:
    folder = copied(everything, tmp_path)
    set_rules(folder, rules)
    document = json.loads(cdf_bytes(gather_count(folder), WORDS))
    assert [error.message for error in validator.iter_errors(document)] == []
    broken = {**document, "Version": "2.0"}
    assert list(validator.iter_errors(broken)), "the schema checks nothing"


def test_every_reference_leads_to_something(document: dict[str, Any]) -> None:
    (election,) = document["Election"]
    contests = {c["@id"]: {s["@id"] for s in c["ContestSelection"]} for c in election["Contest"]}
    candidates = {candidate["@id"] for candidate in election["Candidate"]}
    assert {c["CandidateId"] for c in election["Contest"]} == candidates
    assert len(contests) == sum(len(OFFICIALS[style]) for style in BALLOTS)
    for record in document["CVR"]:
        assert record["ElectionId"] == election["@id"]
        assert record["CreatingDeviceId"] == document["ReportingDevice"][0]["@id"]
        assert current(record)
        for snapshot in record["CVRSnapshot"]:
            for contest in snapshot.get("CVRContest", ()):
                chosen = {s["ContestSelectionId"] for s in contest.get("CVRContestSelection", ())}
                assert chosen <= contests[contest["ContestId"]]


def test_votes_and_lost_votes_add_up_to_one_per_line(document: dict[str, Any]) -> None:
    """The standard: overvotes + undervotes + votes = the votes allowed in a contest."""
    for record in document["CVR"]:
        snapshot = current(record)
        if "needs-adjudication" in snapshot.get("Status", ()):
            continue
        for contest in snapshot["CVRContest"]:
            votes = sum(p["NumberVotes"] for p in positions({"CVRContest": [contest]}))
            assert contest["Overvotes"] + contest["Undervotes"] + votes == 1


def test_a_ballot_in_review_claims_no_vote(document: dict[str, Any]) -> None:
    waiting = [current(r) for r in document["CVR"] if "needs-adjudication" in current(r).get("Status", ())]
    assert len(waiting) >= 8
    assert {snapshot["Type"] for snapshot in waiting} == {"modified", "interpreted"}
    for snapshot in waiting:
        assert all(p["NumberVotes"] == 0 and p["IsAllocable"] == "unknown" for p in positions(snapshot))


def test_the_original_is_the_paper_with_its_scores(document: dict[str, Any]) -> None:
    originals = snapshots(document, "original")
    assert len(originals) == len(document["CVR"])
    found = [position for snapshot in originals for position in positions(snapshot)]
    assert {position["OtherStatus"] for position in found} == {
        "cross",
        "other",
        "corrected",
        "unclear",
        "empty",
    }
    assert {position["IsAllocable"] for position in found} == {"unknown"}
    names = document["ReportingDevice"][0]["MarkMetricType"].split(": ")[1].split()
    assert len(names) == len(MarkScores.__slots__)
    assert {p["HasIndication"] for p in found if p["OtherStatus"] == "empty"} == {"no"}
    for position in found:
        scores = dict(zip(names, position["MarkMetricValue"], strict=True))
        assert (scores["ink_mm2"], scores["cross_share"], scores["tilt_deg"]) == ("6.5", "0.97", "0")
    facts = {word for s in originals for a in s.get("Annotation", ()) for word in a["Message"]}
    assert {"struck_name o2: certain", "added_writing page 1: certain", "seal: absent"} <= facts


def test_faults_stand_as_statuses_of_the_standard(document: dict[str, Any]) -> None:
    ruled = snapshots(document, "modified")
    contests = [contest for snapshot in ruled for contest in snapshot.get("CVRContest", ())]
    found = {(tuple(c.get("Status", ())), c.get("OtherStatus", "")) for c in contests}
    assert (("undervoted", "not-indicated", "other"), "no_mark") in found
    assert (("overvoted", "invalidated-rules", "other"), "several_marks") in found
    assert (("invalidated-rules",), "") in found, "a line that falls with its ballot"
    ballots = {snapshot.get("OtherStatus", "") for snapshot in ruled}
    assert {"invalid: struck_name", "invalid: added_writing", "review: seal_missing"} <= ballots


def test_a_ballot_that_only_its_lines_make_invalid_says_so(everything: VoteFolder, tmp_path: Path) -> None:
    folder = copied(everything, tmp_path)
    set_rules(folder, 'line_fault = "ballot"')
    ruled = snapshots(make_cdf(gather_count(folder), WORDS), "modified")
    assert "invalid: line_fault" in {snapshot.get("OtherStatus", "") for snapshot in ruled}


def test_a_decision_gives_a_snapshot_of_its_own(document: dict[str, Any]) -> None:
    decided = snapshots(document, "interpreted")
    assert len(decided) == 6
    assert "adjudicated" in document["ReportType"]
    for record in document["CVR"]:
        kinds = [snapshot["Type"] for snapshot in record["CVRSnapshot"]]
        assert kinds == ["original", "modified", "interpreted"][: len(kinds)]
        assert current(record) is record["CVRSnapshot"][-1]
    notes = [note for snapshot in decided for note in snapshot["Annotation"]]
    assert all(note["AdjudicatorName"] == ["NVA", "TTB"] for note in notes)
    said = Counter(note["Message"][0] for note in notes)
    assert said["line o1: high"] == 2
    assert said["ballot: added_writing"] == 1
    assert said["sheet: ballot"] == 1
    adjudicated = [
        p for snapshot in decided for p in positions(snapshot) if "adjudicated" in p.get("Status", ())
    ]
    assert any(p["HasIndication"] == "unknown" and p["NumberVotes"] == 1 for p in adjudicated)


# Secrecy


def test_the_document_names_no_ballot_and_no_sheet(everything: VoteFolder) -> None:
    text = cdf_bytes(gather_count(everything), WORDS).decode()
    urn = Urn(everything)
    serials = [serial for group in urn.serials.values() for serial in group]
    assert len(serials) == sum(BALLOTS.values())
    squeezed = text.replace(" ", "")
    assert [serial for serial in serials if serial in squeezed] == []
    assert "scan-" not in text
    assert "Phiếu …: dấu X rõ" in text, "the serial in a reason is left out, the reason is not"


def test_the_one_date_is_the_day_of_the_vote(everything: VoteFolder) -> None:
    text = cdf_bytes(gather_count(everything), WORDS).decode()
    assert re.findall(r"\d{4}-\d{2}-\d{2}[^\"]*", text) == ["2023-12-05T00:00:00Z"]
    assert "TimeStamp" not in text


def test_order_and_ids_are_drawn_anew(everything: VoteFolder) -> None:
    counted = gather_count(everything)
    first, second = (make_cdf(counted, WORDS)["CVR"] for _ in range(2))
    ids = [record["UniqueId"] for record in (*first, *second)]
    assert len(set(ids)) == len(ids)
    assert all(re.fullmatch("[0-9a-f]{32}", each) for each in ids)

    def without_ids(record: dict[str, Any]) -> str:
        return json.dumps(record).replace(record["UniqueId"], "")

    one, other = [list(map(without_ids, records)) for records in (first, second)]
    assert sorted(one) == sorted(other)
    assert one != other


# The file


def test_what_is_not_final_says_so(everything: VoteFolder, printed: VoteFolder, tmp_path: Path) -> None:
    assert make_cdf(gather_count(everything), WORDS)["Notes"].startswith("NOT A FINAL RESULT: ballots wait")
    folder = copied(printed, tmp_path)
    cast_plainly(Urn(folder))
    assert make_cdf(gather_count(folder), WORDS)["Notes"] == "Final result."
    vietnamese = make_cdf(gather_count(folder), Words(Language.VIETNAMESE))
    assert vietnamese["Notes"] == "Kết quả cuối cùng."


@pytest.mark.parametrize("data", [b"", b"[]", b"{}", b'{"Election": []}', b"\xff", b"[" * 100_000])
def test_what_is_no_such_document_is_refused(data: bytes) -> None:
    with pytest.raises(InputError) as refused:
        read_cdf(data)
    assert refused.value.message_id == "cdf_unreadable"


def _claim_on_review(document: dict[str, Any]) -> None:
    waiting = [current(r) for r in document["CVR"] if "needs-adjudication" in current(r).get("Status", ())]
    position = next(position for snapshot in waiting for position in positions(snapshot))
    position |= {"IsAllocable": "yes", "NumberVotes": 1}


def _vote_twice(document: dict[str, Any]) -> None:
    record = next(record for record in document["CVR"] if "Status" not in current(record))
    next(p for p in positions(current(record)) if p["NumberVotes"])["NumberVotes"] = 2


def _lose_a_line(document: dict[str, Any]) -> None:
    record = next(record for record in document["CVR"] if "Status" not in current(record))
    current(record)["CVRContest"].pop()


def _point_at_the_original(document: dict[str, Any]) -> None:
    record = document["CVR"][0]
    record["CurrentSnapshotId"] = record["CVRSnapshot"][0]["@id"]


@pytest.mark.parametrize("spoil", [_claim_on_review, _vote_twice, _lose_a_line, _point_at_the_original])
def test_a_document_that_contradicts_itself_is_refused(document: dict[str, Any], spoil: Any) -> None:
    spoiled = json.loads(json.dumps(document))
    spoil(spoiled)
    with pytest.raises(InputError) as refused:
        read_cdf(json.dumps(spoiled).encode())
    assert refused.value.message_id == "cdf_contradiction"
