"""Names of members: how they are written, and when two of them are one.

A member is known to others by the name alone. So two that nobody could tell apart on paper are one name, and
no name may pass for an id.
"""

from __future__ import annotations

import re
import unicodedata

from kiemphieu.desk.roles import Role
from records.errors import InputError

LONGEST_NAME = 80
_INVISIBLE = frozenset({"Cc", "Cf"})
_SIGNS = frozenset(" .,'’ʼ-–()/0123456789")
_TONES = frozenset("\u0300\u0301\u0303\u0309\u0323")
"""Grave, acute, tilde, hook above, dot below."""
_STROKED_D = str.maketrans("ÐðƉɖ", "ĐđĐđ")
_ID = re.compile(f"(?:{'|'.join(Role)})-[0-9]+")


def tidy_name(name: str) -> str:
    """One form of every letter, single spaces, nothing invisible."""
    letters = unicodedata.normalize("NFC", name)
    visible = (one for one in letters if one.isspace() or unicodedata.category(one) not in _INVISIBLE)
    return " ".join("".join(visible).split())


def checked_name(name: str) -> str:
    """A name as it is shown.

    Raises:
        InputError: there is none, it is too long, it has other letters than Latin ones, or it is like an id.
    """
    shown = tidy_name(name)
    if not shown or len(shown) > LONGEST_NAME:
        raise InputError("desk_name_missing")
    strange = next((one for one in shown if not _is_known(one)), "")
    if strange:
        raise InputError("desk_name_strange", name=shown, sign=strange)
    if _ID.fullmatch(name_key(shown)):
        raise InputError("desk_name_id", name=shown)
    return shown


def name_key(name: str) -> str:
    """The same for names that nobody could tell apart.

    Capitals or not, letters composed or not, either Đ, and a tone mark on either vowel (hòa, hoà).
    """
    plain = unicodedata.normalize("NFKD", tidy_name(name).translate(_STROKED_D)).casefold()
    return " ".join("".join(sorted(word, key=_TONES.__contains__)) for word in plain.split())


def _is_known(one: str) -> bool:
    """Latin letters, marks that no letter of one piece has (ê̆), and what stands in names beside them."""
    mark = "\u0300" <= one <= "\u036f" and one != "\N{COMBINING GRAPHEME JOINER}"
    return one in _SIGNS or mark or (one.isalpha() and unicodedata.name(one, "").startswith("LATIN "))
