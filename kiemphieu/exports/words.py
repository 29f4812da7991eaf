"""Texts and numbers in the language of an export."""

from __future__ import annotations

from dataclasses import dataclass

from kiemphieu.messages import Language, translate
from records.count import TallyResult


@dataclass(frozen=True, slots=True)
class Words:
    lang: Language

    def text(self, message_id: str, **details: object) -> str:
        return translate(message_id, self.lang, **details)

    def number(self, decimal: str) -> str:
        """Vietnamese writes a decimal comma."""
        return decimal.replace(".", ",") if self.lang is Language.VIETNAMESE else decimal

    def standing(self, result: TallyResult) -> str:
        """Whether the result is final and, where it is not, every point that is open."""
        if result.final:
            return self.text("export_final")
        points = "; ".join(self.text(f"open_{point.value}") for point in result.open_points)
        return self.text("export_not_final", points=points)
