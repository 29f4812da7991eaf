"""What documents are made from: a result with everything the minutes say beside it."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from dataclasses import dataclass

from kiemphieu.accounting import Account, Fate
from kiemphieu.counting import CountReport, GroupCount, combined_result
from kiemphieu.messages import Language, has_text, translate
from records.count import CountSource, OfficialResult, Outcome, TallyResult
from records.decision import RecordedDecision
from records.rules import Clause, Comparison, RuleSet, Threshold, Wording
from records.vote import BallotStyle, Official, Vote
from tally.reasons import InvalidReasons

FIRST_BARE_MONTH = 3
"""January and February are written with two digits, the others as they are."""


@dataclass(frozen=True, slots=True)
class GroupFacts:
    """One kind of ballot.

    Attributes:
        reasons: None where the counts were typed by hand.
        exchanged, unused: ballots that were withdrawn before anything was cast.
        not_returned: what the committee stated; None where it has stated nothing.
    """

    title: str
    result: TallyResult
    reasons: InvalidReasons | None
    exchanged: int = 0
    unused: int = 0
    not_returned: int | None = None


@dataclass(frozen=True, slots=True)
class Facts:
    """Everything that stands in a document.

    Attributes:
        decisions: of the committee, that stand.
        head: hash of the journal's entry about this count; empty for counts typed by hand.
        reopened: why the count was reopened, each time.
    """

    vote: Vote
    rules: RuleSet
    result: TallyResult
    groups: tuple[GroupFacts, ...]
    decisions: tuple[RecordedDecision, ...]
    head: str
    reopened: tuple[str, ...] = ()

    @property
    def version(self) -> int:
        """Of the documents: every reopened count makes new ones."""
        return 1 + len(self.reopened)

    @property
    def typed(self) -> bool:
        return self.result.source is CountSource.TYPED

    def official(self, official_id: str) -> Official:
        return next(one for one in self.vote.officials if one.id == official_id)

    def results(self) -> tuple[tuple[Official, OfficialResult], ...]:
        """Every person with the result, in the order of the ballot."""
        return tuple((self.official(one.count.official), one) for one in self.result.officials)


def facts_of_count(
    report: CountReport, decisions: tuple[RecordedDecision, ...], head: str, reopened: tuple[str, ...] = ()
) -> Facts:
    """The facts of a vote that was scanned."""
    return Facts(
        vote=report.vote,
        rules=report.rules,
        result=report.result,
        groups=tuple(_group(group, report.account) for group in report.groups),
        decisions=decisions,
        head=head,
        reopened=reopened,
    )


def _group(group: GroupCount, account: Account) -> GroupFacts:
    def total(fate: Fate) -> int:
        return sum(s.count for s in account.statements if s.fate is fate and s.style == group.style.id)

    return GroupFacts(
        title=group.style.title,
        result=group.result,
        reasons=group.reasons,
        exchanged=total(Fate.EXCHANGED),
        unused=total(Fate.UNUSED),
        not_returned=account.not_returned(group.style.id),
    )


def facts_of_typed(vote: Vote, rules: RuleSet, groups: Sequence[tuple[BallotStyle, TallyResult]]) -> Facts:
    """The facts of counts that were typed by hand, a result per kind of ballot."""
    return Facts(
        vote=vote,
        rules=rules,
        result=combined_result([result for _, result in groups]),
        groups=tuple(GroupFacts(style.title, result, None) for style, result in groups),
        decisions=(),
        head="",
    )


class Words:
    """Texts, numbers and dates in one language."""

    def __init__(self, lang: Language) -> None:
        """Takes the language once."""
        self.lang = lang

    def __call__(self, message_id: str, **details: object) -> str:
        """The text of a message."""
        return translate(message_id, self.lang, **details)

    def any_of(self, *message_ids: str, otherwise: str) -> str:
        """The first of the messages that there is."""
        return next((self(one) for one in message_ids if has_text(one)), otherwise)

    def percent(self, text: str) -> str:
        """A percentage as the tally has it, with the language's decimal sign."""
        return f"{text.replace('.', ',') if self.lang is Language.VIETNAMESE else text}%"

    def day(self, date: datetime.date) -> str:
        """A date in words; days and the first two months have two digits (Nghị định 30/2020/NĐ-CP)."""
        padded = date.month < FIRST_BARE_MONTH or self.lang is not Language.VIETNAMESE
        month = f"{date.month:02d}" if padded else str(date.month)
        return self("doc_day", day=f"{date.day:02d}", month=month, year=date.year)

    def clause(self, clause: Clause) -> str:
        """A clause: in quotation marks only where its very words were at hand."""
        message_id = "doc_clause" if clause.wording is Wording.VERBATIM else "doc_clause_summary"
        return self(message_id, citation=clause.citation, text=clause.text.rstrip("."))

    def level(self, level_id: str, label: str) -> str:
        """A column's name: as printed on the ballot, beside it what it means in another language."""
        if self.lang is Language.VIETNAMESE:
            return label
        return self.any_of(f"level_{level_id}", otherwise=label)

    def share(self, threshold: Threshold) -> str:
        """A threshold in words, such as "quá nửa" or "từ 2/3 trở lên"."""
        half = (threshold.numerator, threshold.denominator) == (1, 2)
        more = threshold.comparison is Comparison.MORE_THAN
        message_id = "doc_over_half" if half and more else "doc_more_than" if more else "doc_at_least"
        return self(message_id, share=f"{threshold.numerator}/{threshold.denominator}")

    def act(self, rules: RuleSet) -> str:
        """What the people did: the rule set's own words, or what they mean in another language."""
        if self.lang is Language.VIETNAMESE:
            return rules.documents.act
        return self.any_of(f"doc_act_{rules.id}", otherwise=self("doc_act"))

    def meeting(self, rules: RuleSet) -> str:
        """Where they did it."""
        return rules.documents.meeting if self.lang is Language.VIETNAMESE else self("doc_meeting")

    def setting(self, name: str, value: str) -> str:
        """A setting of `[rules]` and what it was set to."""
        if name == "base":
            return self("doc_setting_base", value=self(f"base_{value}"))
        return self.any_of(f"doc_setting_{name}_{value}", otherwise=self(f"doc_setting_{name}", value=value))

    def outcome(self, result: OfficialResult, rules: RuleSet) -> str:
        """What a person's counts come to, short enough for a table."""
        if rules.grades is not None:
            return result.grade or self("outcome_unknown")
        return self.outcome_name(result.outcome, rules)

    def outcome_name(self, outcome: Outcome | None, rules: RuleSet) -> str:
        """An outcome by the threshold of the rule set that it stands for."""
        if outcome is None:
            return self("outcome_unknown")
        threshold = next((one for one in rules.thresholds if one.outcome is outcome), None)
        if threshold is None:
            return self("doc_outcome_none")
        label = next(level.label for level in rules.levels if level.id == threshold.level)
        return self("doc_outcome", share=self.share(threshold), level=self.level(threshold.level, label))


def find_threshold(result: OfficialResult, rules: RuleSet) -> Threshold | None:
    """The threshold behind an outcome."""
    if result.outcome in {None, Outcome.NONE}:
        return None
    return next(one for one in rules.thresholds if one.outcome is result.outcome)
