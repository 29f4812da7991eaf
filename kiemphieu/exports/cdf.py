"""Cast vote records in the common data format of NIST SP 1500-103 (JSON).

One record per counted ballot. Their order is drawn by the system's randomness, and so are their ids: neither
tells a serial, nor when a ballot was issued, cast or scanned. The one date in the document is the day of the
vote: the moment of an export would tell nothing of a vote, but exports made during a count would, by
comparison, tell which ballots came in between.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterator
from random import SystemRandom
from typing import Any

from kiemphieu.exports import cdf_words as cdf
from kiemphieu.exports.cdf_reading import read_cdf
from kiemphieu.exports.cdf_snapshots import original_snapshot, ruled_snapshot
from kiemphieu.exports.cdf_words import CodeKind, code, identified, typed
from kiemphieu.exports.counted import CountedBallot, CountedVote, PlainCount, check_same, styles_in_order
from kiemphieu.exports.words import Words
from kiemphieu.version import program_version
from records.ruling import Verdict
from records.vote import DEFAULT_STYLE_ID, Official

_ELECTION, _BODY, _DEVICE = "election", "body", "kiemphieu"


def cdf_bytes(counted: CountedVote, words: Words) -> bytes:
    """The document, made sure to give the tally when it is read back.

    Raises:
        KiemphieuError: it does not.
    """
    data = json.dumps(make_cdf(counted, words), ensure_ascii=False, separators=(",", ":")).encode()
    read = read_cdf(data)
    found = PlainCount(read.officials, read.ballots.valid, read.ballots.invalid, read.ballots.review)
    check_same(counted, found, "cdf")
    return data


def make_cdf(counted: CountedVote, words: Words) -> dict[str, Any]:
    """The document as plain values; `words` gives the language of its notes."""
    vote = counted.vote
    officials = {style.id: listed for style, listed in styles_in_order(vote)}
    records = [_record(ballot, officials[ballot.style]) for ballot in counted.ballots]
    SystemRandom().shuffle(records)
    adjudicated = any(ballot.decisions for ballot in counted.ballots)
    return typed(
        "CastVoteRecordReport",
        Version=cdf.VERSION,
        GeneratedDate=f"{vote.date.isoformat()}T00:00:00Z",
        Notes=words.standing(counted.report.result),
        ReportType=["originating-device-export", *(["adjudicated"] if adjudicated else [])],
        ReportGeneratingDeviceIds=[_DEVICE],
        ReportingDevice=[
            identified(
                _DEVICE,
                "ReportingDevice",
                Application=f"kiemphieu {program_version()}",
                MarkMetricType=cdf.MARK_METRIC,
            )
        ],
        GpUnit=[identified(_BODY, "GpUnit", Name=vote.body, Type=cdf.OTHER, OtherType="body")],
        Election=[_election(counted)],
        CVR=records,
    )


def _election(counted: CountedVote) -> dict[str, Any]:
    vote, result = counted.vote, counted.report.result
    return identified(
        _ELECTION,
        "Election",
        Name=vote.title,
        ElectionScopeId=_BODY,
        Code=[
            code(CodeKind.VOTE, vote.id),
            code(CodeKind.RULES, result.rules, counted.rules.title),
            code(CodeKind.ISSUED, str(result.ballots.issued)),
            code(CodeKind.FOREIGN, str(result.ballots.foreign)),
            code(CodeKind.FINAL, cdf.YES if result.final else cdf.NO),
        ],
        Candidate=[_candidate(official) for official in _officials(counted)],
        Contest=[_contest(counted, official) for official in _officials(counted)],
    )


def _officials(counted: CountedVote) -> Iterator[Official]:
    for style in counted.vote.styles:
        yield from counted.vote.officials_of(style.id)


def _candidate(official: Official) -> dict[str, Any]:
    position = [code(CodeKind.POSITION, official.position)] if official.position else None
    return identified(cdf.candidate_id(official.id), "Candidate", Name=official.name, Code=position)


def _contest(counted: CountedVote, official: Official) -> dict[str, Any]:
    """A person rated: the standard's nearest word is a retention contest, whose options are the levels."""
    group = next(style for style in counted.vote.styles if style.id == official.style)
    codes = [code(CodeKind.OFFICIAL, official.id)]
    if group.id != DEFAULT_STYLE_ID:
        codes.append(code(CodeKind.GROUP, group.id, group.title or None))
    return identified(
        cdf.contest_id(official.id),
        "RetentionContest",
        Name=official.name,
        CandidateId=cdf.candidate_id(official.id),
        Code=codes,
        VoteVariation=cdf.OTHER,
        OtherVoteVariation="one level of confidence per person",
        ContestSelection=[
            identified(
                cdf.selection_id(official.id, level.id),
                "BallotMeasureSelection",
                Selection=level.label,
                Code=[code(CodeKind.LEVEL, level.id)],
            )
            for level in counted.rules.levels
        ],
    )


def _record(ballot: CountedBallot, officials: tuple[str, ...]) -> dict[str, Any]:
    identifier = secrets.token_hex(16)
    names = {kind: f"{identifier}-{kind}" for kind in (cdf.ORIGINAL, cdf.BY_RULES, cdf.ADJUDICATED)}
    read = ballot.read
    # What bears a decision was taken by the rules alone as it would stand without one.
    by_rules = ballot.verdict if not ballot.decisions else read.verdict if read else Verdict.REVIEW
    snapshots = [
        original_snapshot(names[cdf.ORIGINAL], read),
        ruled_snapshot(names[cdf.BY_RULES], cdf.BY_RULES, read, by_rules, officials),
    ]
    if ballot.decisions:
        snapshots.append(
            ruled_snapshot(
                names[cdf.ADJUDICATED],
                cdf.ADJUDICATED,
                ballot.entry,
                ballot.verdict,
                officials,
                ballot.decisions,
            )
        )
    return typed(
        "CVR",
        UniqueId=identifier,
        ElectionId=_ELECTION,
        CreatingDeviceId=_DEVICE,
        BallotStyleId=ballot.style or None,
        CurrentSnapshotId=snapshots[-1]["@id"],
        CVRSnapshot=snapshots,
    )
