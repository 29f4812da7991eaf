"""Cast vote records as `kiemphieu export --format cdf` writes them, turned back into counts.

Only the current snapshot of each record counts. It is taken by the standard's own words: a vote is a
position that is allocable; a ballot that needs adjudication gives none; a contest of any other ballot without
a vote is one invalid line. Codes of our own give the ids of officials and levels, and the numbers that no
single ballot tells (issued, foreign).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from kiemphieu.exports import cdf_words as cdf
from kiemphieu.exports.cdf_words import CodeKind
from records.count import BallotCounts, OfficialCount
from records.errors import InputError
from records.json_text import parse_json
from records.ruling import Verdict


@dataclass(frozen=True, slots=True)
class CdfCount:
    """What a document comes to.

    Attributes:
        officials: in the order of its contests.
        final: whether the result was final when it was written.
    """

    vote: str
    officials: tuple[OfficialCount, ...]
    ballots: BallotCounts
    final: bool


@dataclass(frozen=True, slots=True)
class _Contest:
    official: str
    group: str
    levels: Mapping[str, str]
    """Selection id to level id."""


def read_cdf(data: bytes) -> CdfCount:
    """Counts the records of a document.

    Raises:
        InputError: it is no such document, or contradicts itself.
    """
    try:
        document = parse_json(data)
        return _count(document)
    except InputError:
        raise
    except (ValueError, KeyError, TypeError, AttributeError, StopIteration) as error:
        raise InputError("cdf_unreadable", reason=f"{type(error).__name__}: {error}") from error


def _count(document: Mapping[str, Any]) -> CdfCount:
    (election,) = document["Election"]
    codes = _codes(election)
    contests = {contest["@id"]: _contest(contest) for contest in election["Contest"]}
    votes: dict[str, Counter[str | None]] = {contest: Counter() for contest in contests}
    fates: Counter[Verdict] = Counter()
    for record in document.get("CVR", ()):
        snapshot = _current(record)
        fate = _fate(snapshot)
        fates[fate] += 1
        for contest, level in _lines(record, snapshot, fate, contests):
            votes[contest][level] += 1
    return CdfCount(
        vote=codes[CodeKind.VOTE],
        officials=tuple(_official(contests[key], found) for key, found in votes.items()),
        ballots=BallotCounts(
            issued=int(codes[CodeKind.ISSUED]),
            valid=fates[Verdict.VALID],
            invalid=fates[Verdict.INVALID],
            review=fates[Verdict.REVIEW],
            foreign=int(codes[CodeKind.FOREIGN]),
        ),
        final=codes[CodeKind.FINAL] == cdf.YES,
    )


def _codes(thing: Mapping[str, Any]) -> dict[str, str]:
    return {code["OtherType"]: code["Value"] for code in thing.get("Code", ()) if "OtherType" in code}


def _contest(contest: Mapping[str, Any]) -> _Contest:
    codes = _codes(contest)
    levels = {each["@id"]: _codes(each)[CodeKind.LEVEL] for each in contest["ContestSelection"]}
    return _Contest(codes[CodeKind.OFFICIAL], codes.get(CodeKind.GROUP, ""), levels)


def _official(contest: _Contest, found: Counter[str | None]) -> OfficialCount:
    levels = tuple((level, found[level]) for level in contest.levels.values())
    return OfficialCount(contest.official, levels, found[None])


def _current(record: Mapping[str, Any]) -> Mapping[str, Any]:
    wanted = record["CurrentSnapshotId"]
    found = [snapshot for snapshot in record["CVRSnapshot"] if snapshot["@id"] == wanted]
    if len(found) != 1 or found[0]["Type"] == cdf.ORIGINAL:
        raise InputError("cdf_contradiction", record=record.get("UniqueId", ""), reason="CurrentSnapshotId")
    snapshot: Mapping[str, Any] = found[0]
    return snapshot


def _fate(snapshot: Mapping[str, Any]) -> Verdict:
    if cdf.NEEDS_ADJUDICATION in snapshot.get("Status", ()):
        return Verdict.REVIEW
    invalid = snapshot.get("OtherStatus", "").startswith(cdf.INVALID_BALLOT)
    return Verdict.INVALID if invalid else Verdict.VALID


def _lines(
    record: Mapping[str, Any], snapshot: Mapping[str, Any], fate: Verdict, contests: Mapping[str, _Contest]
) -> list[tuple[str, str | None]]:
    """Contest and level of every line that the ballot gives to the count; no level for an invalid line."""
    identifier = record.get("UniqueId", "")
    given: dict[str, str | None] = {}
    for contest in snapshot.get("CVRContest", ()):
        key = contest["ContestId"]
        votes = _votes(contest)
        if key in given or key not in contests or len(votes) > 1 or (votes and fate is not Verdict.VALID):
            raise InputError("cdf_contradiction", record=identifier, reason=key)
        given[key] = contests[key].levels[votes[0]] if votes else None
    if fate is Verdict.REVIEW:
        return []
    group = record.get("BallotStyleId", "")
    listed = {key for key, contest in contests.items() if contest.group == group}
    if listed != set(given):
        raise InputError("cdf_contradiction", record=identifier, reason="CVRContest")
    return list(given.items())


def _votes(contest: Mapping[str, Any]) -> list[str]:
    """Selections that have an allocable position; each vote of it once."""
    return [
        selection["ContestSelectionId"]
        for selection in contest.get("CVRContestSelection", ())
        for position in selection["SelectionPosition"]
        if position["IsAllocable"] == cdf.YES
        for _ in range(position["NumberVotes"])
    ]
