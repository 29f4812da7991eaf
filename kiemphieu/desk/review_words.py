"""Items of the review in words: what is asked, what may be chosen on what ground, what the machine read."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from kiemphieu.desk.acts import Act
from kiemphieu.desk.review_pictures import band_of
from kiemphieu.folder import load_layout
from kiemphieu.found_invalid import FoundInvalid
from kiemphieu.review_items import BALLOT, ItemKind, Place, ReviewItem
from kiemphieu.review_passes import ESCALATE, LEVEL, NO_FAULT, Choice, choice_from_text, codes_for, line_codes
from records.geometry import Rect
from records.rules import Clause, RuleSet, Wording
from records.ruling import BallotFault, LineFault, LineRuling, Verdict
from records.vote import Vote

_KEYS = {
    LineFault.NO_MARK.value: "4",
    LineFault.SEVERAL_MARKS.value: "5",
    LineFault.NOT_A_CROSS.value: "6",
    BallotFault.STRUCK_NAME.value: "7",
    BallotFault.ADDED_WRITING.value: "8",
    NO_FAULT: "9",
    ESCALATE: "0",
}
_LEVEL_KEYS = ("1", "2", "3")
_A4_MM = 210.0, 297.0
_MARGIN_MM, _STROKE_FRAME_MM = 1.2, 9.5

Say = Callable[..., str]


@dataclass(frozen=True, slots=True)
class Option:
    """Something to choose.

    Attributes:
        key: the digit that chooses it; empty where there is none.
        hint: what follows from it.
        ground: number of the clause it rests on; 0 where there is none.
    """

    code: str
    label: str
    key: str = ""
    hint: str = ""
    ground: int = 0


@dataclass(frozen=True, slots=True)
class Ground:
    """A clause of the rules with the choices that rest on it."""

    number: int
    citation: str
    text: str
    verbatim: bool


@dataclass(frozen=True, slots=True)
class BesideLine:
    """A line that ink outside the boxes may belong to."""

    official: str
    name: str
    options: tuple[Option, ...]


@dataclass(frozen=True, slots=True)
class Stage:
    """Where the pictures of a place lie, in page millimetres; four numbers as SVG has them.

    Attributes:
        band: None where only the whole page is shown.
        strip: what else of the line is shown below.
    """

    view: Rect
    page: Rect
    band: Rect | None
    evidence: tuple[Rect, ...]
    strip: Rect | None


class Words:
    """The words of one vote's items, in one language."""

    def __init__(self, act: Act, vote: Vote, rules: RuleSet) -> None:
        self._t: Say = act.t
        self._act = act
        self._rules = rules
        self._names = {official.id: official for official in vote.officials}
        self._levels = {level.id: level.label for level in rules.levels}

    def title(self, item: ReviewItem) -> str:
        """What an item is about."""
        if item.official is None:
            return self._t("desk_review_whole_ballot")
        return self.name(item.official)

    def name(self, official_id: str) -> str:
        official = self._names.get(official_id)
        return official_id if official is None else official.name

    def position(self, item: ReviewItem) -> str:
        official = self._names.get(item.official or "")
        return "" if official is None else official.position

    def question(self, item: ReviewItem) -> str:
        """What is asked, without what the machine thinks."""
        if item.what == BALLOT:
            reasons = ", ".join(self._t(f"reason_{reason.value}") for reason in item.reasons)
            return self._t("desk_review_ask_ballot", reasons=reasons)
        return self._t("desk_review_ask_strike" if item.kind is ItemKind.STRIKES else "desk_review_ask_marks")

    def serial(self, item: ReviewItem) -> str:
        return " ".join(item.serial[start : start + 4] for start in range(0, len(item.serial), 4))

    def label(self, code: str) -> str:
        """A choice in words."""
        if code.startswith(LEVEL):
            level = code.removeprefix(LEVEL)
            return self._levels.get(level, level)
        return self._t(f"desk_review_choice_{code}")

    def choice(self, text: str) -> str:
        """A kept choice in words."""
        return self.chosen(choice_from_text(text))

    def chosen(self, choice: Choice) -> str:
        lines = (f"{self.name(official)}: {self.label(code)}" for official, code in choice.lines)
        return "; ".join((self.label(choice.code), *lines))

    def outcome(self, item: ReviewItem) -> str:
        """What was decided, as the ballot stands now."""
        if item.verdict is Verdict.INVALID and item.faults:
            faults = ", ".join(self.label(fault.value) for fault in item.faults)
            return f"{self._t('desk_review_hint_ballot')}: {faults}"
        if item.ruled is None:
            return self.label(NO_FAULT)
        if item.ruled.choice is not None:
            return self.label(f"{LEVEL}{item.ruled.choice}")
        return ", ".join(self.label(fault.value) for fault in item.ruled.faults)

    def machine(self, item: ReviewItem) -> str:
        """What the machine read."""
        reasons = ", ".join(self._t(f"reason_{reason.value}") for reason in item.reasons)
        lines = (item.line,) if item.line is not None else item.beside
        words = [self._boxes(line, named=item.line is None) for line in lines]
        return "; ".join(one for one in (*words, reasons) if one)

    def faults(self, found: FoundInvalid) -> str:
        """Why something is invalid."""
        return ", ".join(self.label(fault.value) for fault in found.faults)

    def _boxes(self, line: LineRuling, named: bool) -> str:
        found = (f"{self._levels.get(level, level)}: {self._t(f'desk_review_box_{state.value}')}"
                 for level, state in line.boxes)  # fmt: skip
        boxes = ", ".join(found)
        return f"{self.name(line.official)} ({boxes})" if named else boxes

    def grounds(self, item: ReviewItem) -> tuple[Ground, ...]:
        """The clauses that the choices rest on, each once."""
        clauses = dict.fromkeys(
            clause for code in codes_for(item, self._rules) if (clause := self._clause(code)) is not None
        )
        return tuple(
            Ground(number, clause.citation, clause.text, clause.wording is Wording.VERBATIM)
            for number, clause in enumerate(clauses, start=1)
        )

    def options(self, item: ReviewItem) -> tuple[Option, ...]:
        """What may be chosen for an item."""
        numbers = {(ground.citation, ground.text): ground.number for ground in self.grounds(item)}
        found = []
        for code in codes_for(item, self._rules):
            clause = self._clause(code)
            ground = 0 if clause is None else numbers[clause.citation, clause.text]
            found.append(Option(code, self.label(code), self._key(code), self._hint(item, code), ground))
        return tuple(found)

    def beside(self, item: ReviewItem) -> tuple[BesideLine, ...]:
        """Lines that ink outside the boxes may belong to, with what they may be taken as."""
        found = []
        for number, line in enumerate(item.beside):
            # The keys go to the first of them; a second one is rare.
            options = tuple(
                Option(code, self.label(code), "" if number else self._key(code))
                for code in line_codes(self._rules)
            )
            found.append(BesideLine(line.official, self.name(line.official), options))
        return tuple(found)

    def stage(self, item: ReviewItem, place: Place) -> Stage:
        """Where the pictures of a place lie."""
        layout = load_layout(self._act.folder, item.style)
        width, height = _A4_MM if layout is None else (layout.width_mm, layout.height_mm)
        page = Rect(0.0, 0.0, width, height)
        evidence = tuple(_frame(rect) for rect in place.evidence)
        if place.view is None:
            return Stage(page, page, None, evidence, None)
        strip = None if place.strip is None else place.strip.rounded(2)
        return Stage(place.view.rounded(2), page, band_of(place, width).rounded(2), evidence, strip)

    def _clause(self, code: str) -> Clause | None:
        known = dict(self._rules.faults)
        # What a vote is stands where the rules say what a mark is.
        plain = code.startswith(LEVEL) or code == NO_FAULT
        return known.get(LineFault.NOT_A_CROSS.value if plain else code)

    def _key(self, code: str) -> str:
        if not code.startswith(LEVEL):
            return _KEYS.get(code, "")
        place = list(self._levels).index(code.removeprefix(LEVEL))
        return _LEVEL_KEYS[place] if place < len(_LEVEL_KEYS) else ""

    def _hint(self, item: ReviewItem, code: str) -> str:
        if code.startswith(LEVEL):
            return ""
        if code in {NO_FAULT, ESCALATE}:
            return self._t(f"desk_review_hint_{code}")
        whole = item.what == BALLOT or code == BallotFault.ADDED_WRITING.value
        struck = code == BallotFault.STRUCK_NAME.value and self._rules.ballot_fault.value == "ballot"
        return self._t("desk_review_hint_ballot" if whole or struck else "desk_review_hint_line")


def _frame(ink: Rect) -> Rect:
    """Around the ink; around a stroke, high enough to leave the letters free."""
    frame = ink.inflated(_MARGIN_MM)
    stroke = frame.width_mm > 2 * frame.height_mm
    more = max(0.0, _STROKE_FRAME_MM - frame.height_mm) if stroke else 0.0
    return Rect(frame.x_mm, frame.y_mm - more / 2, frame.width_mm, frame.height_mm + more).rounded(2)
