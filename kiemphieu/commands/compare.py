"""`compare`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import click
from rich.table import Table

from kiemphieu.commands.base import ANY_PATH, LocalCommand, common_options, session_of
from kiemphieu.commands.count import exit_code
from kiemphieu.compare_page import comparison_page
from kiemphieu.comparing import compare_folders, outcome_lines, rules_note, to_json
from kiemphieu.disk import write_atomic
from kiemphieu.documents.facts import Words
from kiemphieu.folder import open_folder
from records.errors import UsageError
from tally.two_venues import WEIGHED_TOGETHER, Standing, TwoVenues, VenueResult

VENUES = 2
PAGE_SUFFIXES = frozenset({".html", ".htm"})


@click.command("compare", cls=LocalCommand)
@click.argument("votes", type=ANY_PATH, metavar="VOTE VOTE", nargs=-1)
@click.option("-o", "--output", "out", type=ANY_PATH, default=None, metavar="FILE")
@common_options
@click.pass_context
def compare_command(context: click.Context, votes: tuple[Path, ...], out: Path | None, as_json: bool) -> int:
    session = session_of(context, as_json)
    if len(votes) != VENUES:
        raise UsageError("compare_two_votes", count=len(votes))
    if out is not None and out.suffix.lower() not in PAGE_SUFFIXES:
        raise UsageError("compare_page_suffix", path=str(out))
    first, second = votes
    two = compare_folders(open_folder(first), open_folder(second))
    words = Words(session.lang)
    if two.people:
        session.show(_table(two, words))
    for line in _lines(two, words):
        session.line(line)
    if out is not None:
        write_atomic(out, comparison_page(two, session.lang).encode())
        session.say("compare_written", path=out)
    if as_json:
        session.document({**to_json(two), "page": None if out is None else str(out)})
    # 6 before 5: counts that do not reconcile need more than a look at single ballots.
    return max(exit_code(two.first.result), exit_code(two.second.result))


def _table(two: TwoVenues, words: Words) -> Table:
    """One row per person rated at both venues, a column each."""
    table = Table(title=words("compare_title"), show_lines=True, expand=True)
    table.add_column(words("column_name"), overflow="fold", ratio=2)
    for number, venue in enumerate((two.first, two.second), start=1):
        head = words("compare_venue", number=number, body=venue.vote.body)
        if not venue.result.final:
            head += f"\n({words('compare_not_final')})"
        table.add_column(head, overflow="fold", ratio=3)
    for person in two.people:
        name = [person.first.official.name]
        if person.positions_differ:
            name.append(words("compare_positions_differ"))
        table.add_row(
            "\n".join(name),
            "\n".join(_cell(person.first, two.first, words)),
            "\n".join(_cell(person.second, two.second, words)),
        )
    return table


def _cell(standing: Standing, venue: VenueResult, words: Words) -> Iterator[str]:
    """Position, counts with percentages, base and outcome of one person at one venue."""
    result = standing.result
    percent = dict(result.percent)
    yield standing.official.position
    for level in venue.rules.levels:
        count = dict(result.count.levels)[level.id]
        share = f" ({words.percent(percent[level.id])})" if level.id in percent else ""
        yield f"{words.level(level.id, level.label)}: {count}{share}"
    yield f"{words('column_invalid')}: {result.count.invalid}"
    yield f"{words('column_base')}: {result.base} {words(f'base_{venue.rules.base.value}')}"
    yield f"→ {words.outcome(result, venue.rules)}"


def _lines(two: TwoVenues, words: Words) -> Iterator[str]:
    """What stands below the table."""
    for number, venue in enumerate((two.first, two.second), start=1):
        yield from _venue_lines(number, venue, words)
    note = rules_note(two, words)
    if note:
        yield note
    yield from outcome_lines(two, words)
    yield from _only_lines(two, words)
    yield words("compare_no_sum", citation=WEIGHED_TOGETHER.citation, clause=WEIGHED_TOGETHER.text)


def _venue_lines(number: int, venue: VenueResult, words: Words) -> Iterator[str]:
    yield words(
        "compare_about_venue",
        number=number,
        body=venue.vote.body,
        day=words.day(venue.vote.date),
        rules=venue.rules.title,
    )
    if venue.result.final:
        yield f"  {words('tally_final')}"
        return
    yield f"  {words('tally_not_final')}"
    for point in venue.result.open_points:
        yield f"    – {words(f'open_{point.value}')}"


def _only_lines(two: TwoVenues, words: Words) -> Iterator[str]:
    if not two.people:
        yield words("compare_nobody")
    for number, people in ((1, two.first_only), (2, two.second_only)):
        if people:
            yield words("compare_only", number=number, names=_names(people))
    if two.unclear:
        yield words("compare_unclear", names=", ".join(two.unclear))


def _names(people: Sequence[Standing]) -> str:
    return "; ".join(f"{one.official.name} ({one.official.position})" for one in people)
