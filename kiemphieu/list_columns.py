"""Which columns of a table hold names and positions: by what the header says, or by the look of the cells."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from kiemphieu.plain_words import plain_words

Rows = tuple[tuple[str, ...], ...]
"""A table as text; rows keep their place, empty ones too, so that a row's number is the file's."""

HEADER_ROWS = 30
"""So far down a header is looked for: titles and the country's motto stand above it."""

_NAMES = frozenset(
    {
        "ho va ten",
        "ho ten",
        "ten",
        "ho va ten can bo",
        "ten can bo",
        "ho va ten ong ba",
        "ho ten can bo",
        "nguoi duoc lay phieu",
        "nguoi duoc lay phieu tin nhiem",
        "ho va ten nguoi duoc lay phieu",
        "ho va ten nguoi duoc lay phieu tin nhiem",
        "name",
        "full name",
    }
)
_FAMILY_NAMES = frozenset(
    {"ho", "ho dem", "ho va dem", "ho va ten dem", "ho va chu dem", "ho lot", "ho va ten lot"}
)
_POSITIONS = frozenset(
    {
        "chuc vu",
        "chuc danh",
        "chuc vu chuc danh",
        "chuc danh chuc vu",
        "chuc vu hien tai",
        "chuc vu hien nay",
        "chuc danh chuc vu hien nay",
        "chuc vu chuc danh hien nay",
        "chuc vu don vi cong tac",
        "chuc vu don vi",
        "vi tri",
        "vi tri cong tac",
        "position",
        "post",
        "job title",
    }
)
_POSITION_WORDS = re.compile(
    r"^((quyền|nguyên) (?=trưởng|phó|giám|chủ|bí))?(trưởng|phó(?! đức)|giám đốc|chủ tịch|[uủ][ỷy] viên|chánh"
    r"|bí thư|thư ký|viện trưởng|tổng (giám|biên|kiểm|thư|cục)|bộ trưởng|thủ trưởng|hiệu trưởng"
    r"|cục trưởng|vụ trưởng|kế toán|đội trưởng|chỉ huy|thủ tướng|thống đốc|chủ nhiệm|đại biểu|chuyên viên)\b"
)
"""With their accents: Trương is a family name, and Trưởng is none."""
_HEADINGS = re.compile(
    r"^(danh sách|tổng (số|cộng)|phiếu|ban kiểm phiếu|cộng h(òa|oà)|độc lập"
    r"|[uủ][ỷy] ban|hội đồng|thường trực|người)\b"
)
_TITLES = re.compile(r"^(ông|bà|đồng chí|đ/c|đc|mr\.?|ms\.?|mrs\.?)\s+", re.IGNORECASE)
_NUMBER = re.compile(r"^[(\[]?\s*\d{1,3}\s*[.)\]/-]?$|^[ivx]{1,5}[.)]?$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Columns:
    """Where names and positions stand.

    Attributes:
        names: the columns that make up a name, mostly one; some lists part the family name.
        position: None where no column holds one.
        first_row: the first row below the header, from 0.
    """

    names: tuple[int, ...]
    position: int | None
    first_row: int = 0


def is_header(cells: Sequence[str]) -> bool:
    """Whether `cells` name a column of names and a column of positions."""
    return _header_columns(cells, 0) is not None


def find_columns(rows: Rows) -> Columns | None:
    """The columns of a table; None where it does not look like a list of people."""
    for number, row in enumerate(rows[:HEADER_ROWS]):
        found = _header_columns(row, number + 1)
        if found is not None:
            return found
    return _columns_by_look(rows)


def _header_columns(cells: Sequence[str], first_row: int) -> Columns | None:
    words = [plain_words(cell) for cell in cells]
    families = [index for index, word in enumerate(words) if word in _FAMILY_NAMES]
    names = [index for index, word in enumerate(words) if word in _NAMES]
    position = next((index for index, word in enumerate(words) if word in _POSITIONS), None)
    if position is None or not names:
        return None
    if families and names[0] == families[0] + 1:
        return Columns((families[0], names[0]), position, first_row)
    # A header over two columns leaves the second without words: there the given name stands.
    given = names[0] + 1
    wide = given < len(words) and not words[given]
    return Columns((names[0], given) if wide else (names[0],), position, first_row)


def _columns_by_look(rows: Rows) -> Columns | None:
    width = max((len(row) for row in rows), default=0)
    columns = [
        [cell for row in rows if len(row) > index and (cell := row[index].strip())] for index in range(width)
    ]
    likeness = [_share(column, looks_like_name) for column in columns]
    if not likeness or max(likeness) < 0.5:
        return None
    name = likeness.index(max(likeness))
    posts = [
        _share(column, looks_like_position) if index != name else 0.0 for index, column in enumerate(columns)
    ]
    if max(posts) >= 0.3:
        return Columns((name,), posts.index(max(posts)))
    # No word that is known: the next column with words in it, and none of numbers or dates.
    after = (i for i in range(name + 1, width) if _share(columns[i], _is_wordy) >= 0.5)
    return Columns((name,), next(after, None))


def looks_like_name(text: str) -> bool:
    """Two to seven words of letters, each with a capital, that are no position and no heading."""
    words = without_title(text).split()
    letters = all(re.sub(r"[.'’-]", "", word).isalpha() and word[0].isupper() for word in words)
    is_other = looks_like_position(text) or bool(_HEADINGS.match(text.strip().casefold()))
    return 2 <= len(words) <= 7 and letters and not is_other


def looks_like_position(text: str) -> bool:
    return bool(_POSITION_WORDS.match(text.strip().casefold()))


def without_title(text: str) -> str:
    """A name without "Ông", "Bà", "Đồng chí"."""
    return _TITLES.sub("", text.strip())


def is_number(text: str) -> bool:
    """Whether a cell only numbers its row."""
    return bool(_NUMBER.match(text.strip()))


def _is_wordy(text: str) -> bool:
    return any(character.isalpha() for character in text) and not is_number(text)


def _share(cells: Sequence[str], test: Callable[[str], bool]) -> float:
    return sum(1 for cell in cells if test(cell)) / len(cells) if cells else 0.0
