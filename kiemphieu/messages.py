"""Every text a person sees, in Vietnamese and English, by message id.

A message about something that went wrong says what happened, to what, and what to do next.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from enum import StrEnum
from types import MappingProxyType

from kiemphieu.catalogue import CATALOGUES
from records.errors import KiemphieuError, Problem

LANGUAGE_VARIABLE = "KIEMPHIEU_LANG"


class Language(StrEnum):
    VIETNAMESE = "vi"
    ENGLISH = "en"


DEFAULT_LANGUAGE = Language.VIETNAMESE


def _merged(catalogues: Iterable[Mapping[str, tuple[str, str]]]) -> Mapping[str, tuple[str, str]]:
    merged: dict[str, tuple[str, str]] = {}
    for catalogue in catalogues:
        doubled = merged.keys() & catalogue.keys()
        if doubled:
            raise ValueError(f"message ids in two catalogues: {sorted(doubled)}")
        merged.update(catalogue)
    return MappingProxyType(merged)


MESSAGES = _merged(CATALOGUES)
"""Message id to (Vietnamese, English), each with `str.format` placeholders."""


def translate(message_id: str, lang: Language, **details: object) -> str:
    """The message in one language.

    Never fails: an id or a detail that is missing shows as itself, because a text that is not there
    must not hide the error it was to tell of.
    """
    texts = MESSAGES.get(message_id)
    if texts is not None:
        try:
            return texts[0 if lang is Language.VIETNAMESE else 1].format(**details)
        except (KeyError, IndexError, ValueError):
            pass
    return str(KiemphieuError(message_id, **details))


def translate_error(error: KiemphieuError, lang: Language) -> str:
    return translate(error.message_id, lang, **error.details)


def translate_problem(problem: Problem, lang: Language) -> str:
    """One mistake of vote.toml with its place, on one line."""
    text = translate(problem.message_id, lang, place=problem.place, **dict(problem.details))
    if not problem.place:
        return text if problem.line is None else translate("problem_line", lang, line=problem.line, text=text)
    if problem.line is None:
        return translate("problem_without_line", lang, place=problem.place, text=text)
    return translate("problem_with_line", lang, line=problem.line, place=problem.place, text=text)
