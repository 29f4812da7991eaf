"""Words in plain small letters: for comparing what people write, and for names of files and folders."""

from __future__ import annotations

import re
import unicodedata


def plain_words(text: str) -> str:
    """Small letters without accents and signs, single spaces."""
    decomposed = unicodedata.normalize("NFD", text.casefold().replace("đ", "d"))
    bare = "".join(character for character in decomposed if not unicodedata.combining(character))
    return " ".join(re.sub(r"[^a-z0-9]+", " ", bare).split())


def plain_name(text: str) -> str:
    """The same with hyphens, for a name on a disk; empty where nothing is left."""
    return plain_words(text).replace(" ", "-")
