"""Every text a person sees, in Vietnamese and English, by message id.

The texts lie in gettext catalogues, `locale/<language>/LC_MESSAGES/kiemphieu.po`, which `make messages`
compiles. A message about something that went wrong says what happened, to what, and what to do next.
"""

from __future__ import annotations

from enum import StrEnum
from functools import cache
from gettext import GNUTranslations
from importlib import resources

from records.errors import KiemphieuError, Problem

LANGUAGE_VARIABLE = "KIEMPHIEU_LANG"
DOMAIN = "kiemphieu"


class Language(StrEnum):
    VIETNAMESE = "vi"
    ENGLISH = "en"


DEFAULT_LANGUAGE = Language.VIETNAMESE


@cache
def _catalogue(lang: Language) -> GNUTranslations:
    folder = resources.files("kiemphieu") / "locale" / lang.value / "LC_MESSAGES"
    with (folder / f"{DOMAIN}.mo").open("rb") as file:
        return GNUTranslations(file)


def has_text(message_id: str) -> bool:
    """Whether there is a message of that id."""
    return bool(message_id) and _catalogue(DEFAULT_LANGUAGE).gettext(message_id) != message_id


def translate(message_id: str, lang: Language, **details: object) -> str:
    """The message in one language.

    Never fails: an id or a detail that is missing shows as itself, because a text that is not there
    must not hide the error it was to tell of.
    """
    if has_text(message_id):
        try:
            return _catalogue(lang).gettext(message_id).format(**details)
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
