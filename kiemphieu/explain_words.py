"""The words of the annotated pictures: states, reasons and scores, in the operator's language."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from kiemphieu.explain_draw import Look, Stroke
from kiemphieu.explain_findings import Finding, FindingKind, Weight
from kiemphieu.messages import Language, has_text, translate
from records.reading import BoxState, Certainty, SealState
from records.rules import Clause

LOOKS: Mapping[tuple[FindingKind, str], Look] = {
    (FindingKind.BOX, BoxState.EMPTY): Look((150, 150, 158), Stroke.FINE),
    (FindingKind.BOX, BoxState.CROSS): Look((16, 122, 62), Stroke.SOLID),
    (FindingKind.BOX, BoxState.OTHER): Look((0, 92, 190), Stroke.CUT),
    (FindingKind.BOX, BoxState.CORRECTED): Look((128, 36, 150), Stroke.DOUBLE),
    (FindingKind.BOX, BoxState.UNCLEAR): Look((196, 88, 0), Stroke.DASHED),
    (FindingKind.STRIKE, Certainty.CERTAIN): Look((190, 20, 30), Stroke.SOLID),
    (FindingKind.STRIKE, Certainty.DOUBTFUL): Look((190, 20, 30), Stroke.DASHED),
    (FindingKind.WRITING, Certainty.CERTAIN): Look((140, 60, 20), Stroke.CUT),
    (FindingKind.WRITING, Certainty.DOUBTFUL): Look((140, 60, 20), Stroke.DASHED),
    (FindingKind.BESIDE, Certainty.DOUBTFUL): Look((140, 60, 20), Stroke.DASHED),
    (FindingKind.SEAL, SealState.PRESENT): Look((60, 110, 120), Stroke.FINE),
    (FindingKind.SEAL, SealState.ABSENT): Look((60, 110, 120), Stroke.DASHED),
    (FindingKind.SEAL, SealState.UNCLEAR): Look((60, 110, 120), Stroke.DASHED),
}
"""Every state has a colour and a line of its own, so that a grey print tells them apart, too."""

MAIN_SCORES = {
    FindingKind.BOX: ("cross_share", "cross_fit", "coverage", "size_mm", "darkness"),
    FindingKind.STRIKE: ("length_mm", "coverage", "through", "surplus"),
    FindingKind.WRITING: ("size_mm", "ink_mm2", "darkness"),
    FindingKind.BESIDE: ("size_mm", "ink_mm2", "darkness"),
    FindingKind.SEAL: ("coverage",),
}
"""What is shown of a finding that needs nobody; of one that does, everything is."""

_NETWORK = ("cross_share", "other_share", "corrected_share")
"""Shares that add up to 1 with a fourth; where all are 0 no network was asked."""

_UNITS = {"_mm2": "mm²", "_mm": "mm", "_deg": "°", "_px": "px"}


@dataclass(frozen=True, slots=True)
class Words:
    """Texts for pictures in one language.

    Attributes:
        names: of the people rated, by id.
        levels: labels of the levels, by id.
        clauses: the ground of each fault, by its code.
    """

    lang: Language
    names: Mapping[str, str]
    levels: Mapping[str, str]
    clauses: Mapping[str, Clause]

    def text(self, message_id: str, **details: object) -> str:
        return translate(message_id, self.lang, **details)

    def state(self, finding: Finding) -> str:
        return self.text(f"explain_state_{finding.kind.value}_{finding.state.value}")

    def title(self, finding: Finding) -> str:
        """What the finding is on: a person with a level, a name, or the page."""
        name = self.names.get(finding.official or "", finding.official or "")
        match finding.kind:
            case FindingKind.BOX:
                return f"{name} · {self.levels.get(finding.level or '', finding.level or '')}"
            case FindingKind.STRIKE:
                return self.text("explain_strike_on", name=name)
            case FindingKind.WRITING:
                return self.text("explain_writing")
            case FindingKind.BESIDE:
                return self.text("explain_beside")
            case FindingKind.SEAL:
                return self.text("explain_seal")

    def why(self, finding: Finding) -> str:
        """One sentence on how such a finding is taken for what it is."""
        return self.text(f"explain_why_{finding.kind.value}_{finding.state.value}")

    def outcome(self, finding: Finding) -> str:
        """What follows from it: a person must look, a fault, or a vote."""
        if finding.weight is Weight.REVIEW:
            reasons = ", ".join(self.text(f"reason_{reason.value}") for reason in finding.reasons)
            return self.text("explain_review", reasons=reasons)
        level = self.levels.get(finding.level or "", finding.level or "")
        return "; ".join(self.text(message_id, level=level) for message_id in finding.ruling)

    def scores(self, finding: Finding) -> tuple[tuple[str, str], ...]:
        """Names and values; all of them where a person must look, the telling ones otherwise."""
        measured = dict(finding.scores)
        if not any(measured.get(name) for name in _NETWORK):
            measured = {name: value for name, value in measured.items() if name not in _NETWORK}
        chosen = tuple(measured) if needs_all_scores(finding) else MAIN_SCORES[finding.kind]
        return tuple(
            (self.score_name(finding.kind, name), self.score_value(name, measured[name]))
            for name in chosen
            if name in measured
        )

    def score_name(self, kind: FindingKind, name: str) -> str:
        """A score in plain words; one that has none goes by its own name."""
        for message_id in (f"explain_score_{kind.value}_{name}", f"explain_score_{name}"):
            if has_text(message_id):
                return self.text(message_id)
        return name.replace("_", " ")

    def score_value(self, name: str, value: float) -> str:
        unit = next((unit for ending, unit in _UNITS.items() if name.endswith(ending)), "")
        number = f"{value:.0f}" if unit == "°" or abs(value) >= 100 else f"{value:.{1 if unit else 2}f}"
        if self.lang is Language.VIETNAMESE:
            number = number.replace(".", ",")
        return number + (unit if unit == "°" else f" {unit}" if unit else "")


def needs_all_scores(finding: Finding) -> bool:
    """Not where a line is at fault over marks that are themselves certain."""
    at_fault = finding.weight is Weight.FAULT and finding.kind is not FindingKind.BOX
    return finding.weight is Weight.REVIEW or at_fault


def look_of(finding: Finding) -> Look:
    return LOOKS[finding.kind, finding.state]
