"""Mistakes in vote.toml that show only when the form is set: files it names, letters, lengths."""

from __future__ import annotations

from dataclasses import replace

from ballot_layout.toml_lines import Path as Place
from ballot_layout.toml_lines import line_at, toml_lines
from kiemphieu.folder import VoteFolder
from kiemphieu.printing import vote_form
from records.errors import InputError, Problem
from records.vote import Vote

_FONT: Place = ("print", "font")
_SEAL: Place = ("print", "seal_image")
_PAPER: Place = ("print", "paper")


def form_problems(folder: VoteFolder, vote: Vote, text: str) -> tuple[Problem, ...]:
    """Every such mistake of `vote`, which was read from `text`; empty where it can be printed."""
    problems: list[Problem] = []
    while (error := _first_error(folder, vote)) is not None:
        place = _place(folder, vote, text, error)
        problems.append(_problem(text, place, error))
        # A file that cannot be used is left out, so that what else is wrong is told in the same run.
        if place == _FONT and vote.printing.font:
            vote = replace(vote, printing=replace(vote.printing, font=""))
        elif place == _SEAL and vote.printing.seal_image:
            vote = replace(vote, printing=replace(vote.printing, seal_image=""))
        else:
            break
    return tuple(sorted(problems, key=lambda problem: problem.line or 0))


def _first_error(folder: VoteFolder, vote: Vote) -> InputError | None:
    try:
        for style in vote.styles:
            vote_form(folder, vote, style.id)
    except InputError as error:
        return error
    return None


def _place(folder: VoteFolder, vote: Vote, text: str, error: InputError) -> Place:
    details = {name: str(value) for name, value in error.details.items()}
    for place, name in ((_FONT, vote.printing.font), (_SEAL, vote.printing.seal_image)):
        if name and details.get("path") == str(folder.root / name):
            return place
    if error.message_id.startswith("seal_image"):
        return _SEAL
    if error.message_id == "font_missing_characters":
        return _place_of_text(text, details["characters"][0])
    if error.message_id.startswith("font"):
        return _FONT
    if "word" in details:
        return _place_of_text(text, details["word"])
    for number, official in enumerate(vote.officials):
        if official.id == details.get("official"):
            return ("official", number)
    return _PAPER


def _place_of_text(text: str, part: str) -> Place:
    """The first key on whose line `part` stands."""
    numbered = enumerate(text.removeprefix("\ufeff").splitlines(), start=1)
    found = {number for number, line in numbered if part in line.partition("#")[0]}
    places = [place for place, line in toml_lines(text.removeprefix("\ufeff")).items() if line in found]
    # The deepest path is the key itself and not the section around it.
    return max(places, key=len) if places else _PAPER


def _problem(text: str, place: Place, error: InputError) -> Problem:
    line = line_at(toml_lines(text.removeprefix("\ufeff")), place)
    named = "".join(f"[{part + 1}]" if isinstance(part, int) else f".{part}" for part in place)
    details = tuple((name, str(value)) for name, value in error.details.items() if name != "place")
    if "place" in error.details:
        named = f"{named} ({error.details['place']})"
    return Problem(named.removeprefix("."), line, error.message_id, details)
