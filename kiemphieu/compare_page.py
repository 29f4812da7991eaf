"""The results of two venues as one page to print: HTML that needs no other file."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from html import escape

from kiemphieu.comparing import is_confidential, outcome_lines, rules_note
from kiemphieu.documents.facts import Words
from kiemphieu.messages import Language
from tally.two_venues import WEIGHED_TOGETHER, RatedTwice, Standing, TwoVenues, VenueResult

_STYLE = """\
@page { size: A4 landscape; margin: 12mm 12mm 14mm; }
* { box-sizing: border-box; }
body { font: 11pt/1.35 "Times New Roman", "Liberation Serif", Tinos, serif; color: #000; margin: 0 auto;
  max-width: 273mm; padding: 6mm 0; position: relative; }
h1 { font-size: 15pt; text-align: center; margin: 0 35mm 6mm; text-transform: uppercase; }
h2 { font-size: 12pt; margin: 5mm 0 1mm; }
.mark { position: absolute; right: 0; border: 1.5pt solid #000; padding: 1mm 4mm; font-weight: bold; }
.venues { display: flex; gap: 8mm; margin-bottom: 4mm; }
.venues > div { flex: 1; }
.venues p, .venues ul { margin: 0; }
.open { border: 1.5pt solid #000; padding: 1mm 2mm; font-weight: bold; }
.open ul { font-weight: normal; }
table { border-collapse: collapse; width: 100%; }
th, td { border: 0.75pt solid #000; padding: 1mm 1.2mm; vertical-align: top; }
th { font-size: 10pt; text-align: center; vertical-align: middle; background: #eee; }
thead { display: table-header-group; }
tr { break-inside: avoid; }
td.n { text-align: center; white-space: nowrap; }
td.first, th.first { border-left-width: 2pt; }
small { font-size: 9pt; }
ul { padding-left: 5mm; margin: 1mm 0; }
@media print { body { padding: 0; } th { -webkit-print-color-adjust: exact; print-color-adjust: exact; } }
"""


def comparison_page(two: TwoVenues, lang: Language) -> str:
    """The page, complete."""
    words = Words(lang)
    title = escape(words("compare_title"))
    mark = f'<div class="mark">{escape(words("doc_secret"))}</div>' if is_confidential(two) else ""
    body = [
        mark,
        f"<h1>{title}</h1>",
        '<div class="venues">',
        *_venue(1, two.first, words),
        *_venue(2, two.second, words),
        "</div>",
        *(f"<p><strong>{escape(note)}</strong></p>" for note in [rules_note(two, words)] if note),
        *(_table(two, words) if two.people else [f"<p>{escape(words('compare_nobody'))}</p>"]),
        *_grounds(two, words),
        *_only(two, words),
        f"<p>{escape(_no_sum(words))}</p>",
    ]
    return "\n".join(
        [
            "<!DOCTYPE html>",
            f'<html lang="{lang.value}">',
            f'<head><meta charset="utf-8"><title>{title}</title>',
            f"<style>\n{_STYLE}</style></head>",
            "<body>",
            *(part for part in body if part),
            "</body>",
            "</html>",
            "",
        ]
    )


def _no_sum(words: Words) -> str:
    return words("compare_no_sum", citation=WEIGHED_TOGETHER.citation, clause=WEIGHED_TOGETHER.text)


def _venue(number: int, venue: VenueResult, words: Words) -> Iterator[str]:
    ballots = venue.result.ballots
    head = words("compare_venue", number=number, body=venue.vote.body)
    about = words(
        "compare_page_venue", title=venue.vote.title, day=words.day(venue.vote.date), rules=venue.rules.title
    )
    counted = words(
        "tally_ballots",
        issued=ballots.issued,
        returned=ballots.returned,
        valid=ballots.valid,
        invalid=ballots.invalid,
        review=ballots.review,
        foreign=ballots.foreign,
    )
    yield f"<div><p><strong>{escape(head)}</strong></p><p>{escape(about)}</p><p>{escape(counted)}</p>"
    if venue.result.final:
        yield f"<p>{escape(words('tally_final'))}</p></div>"
        return
    yield f'<div class="open">{escape(words("tally_not_final"))}'
    yield _listed(words(f"open_{point.value}") for point in venue.result.open_points)
    yield "</div></div>"


def _listed(items: Iterable[str]) -> str:
    return "<ul>" + "".join(f"<li>{escape(item)}</li>" for item in items) + "</ul>"


def _table(two: TwoVenues, words: Words) -> Iterator[str]:
    venues = (two.first, two.second)
    yield "<table><thead><tr>"
    yield f'<th rowspan="2">{escape(words("column_number"))}</th>'
    yield f'<th rowspan="2">{escape(words("column_name"))}</th>'
    for number, venue in enumerate(venues, start=1):
        head = escape(words("compare_venue", number=number, body=venue.vote.body))
        if not venue.result.final:
            head += f"<br><small>{escape(words('compare_not_final'))}</small>"
        yield f'<th class="first" colspan="{len(venue.rules.levels) + 4}">{head}</th>'
    yield "</tr><tr>"
    for venue in venues:
        yield from _heads(venue, words)
    yield "</tr></thead><tbody>"
    for number, person in enumerate(two.people, start=1):
        yield from _row(number, person, two, words)
    yield "</tbody></table>"


def _heads(venue: VenueResult, words: Words) -> Iterator[str]:
    yield f'<th class="first">{escape(words("compare_position"))}</th>'
    for level in venue.rules.levels:
        yield f"<th>{escape(words.level(level.id, level.label))}</th>"
    yield f"<th>{escape(words('column_invalid'))}</th>"
    base = words(f"base_{venue.rules.base.value}")
    yield f"<th>{escape(words('column_base'))}<br><small>{escape(base)}</small></th>"
    yield f"<th>{escape(words('compare_outcome_head'))}</th>"


def _row(number: int, person: RatedTwice, two: TwoVenues, words: Words) -> Iterator[str]:
    differ = escape(words("compare_positions_differ"))
    note = f"<br><small>{differ}</small>" if person.positions_differ else ""
    yield f'<tr><td class="n">{number}</td><td>{escape(person.first.official.name)}{note}</td>'
    yield from _cells(person.first, two.first, words)
    yield from _cells(person.second, two.second, words)
    yield "</tr>"


def _cells(standing: Standing, venue: VenueResult, words: Words) -> Iterator[str]:
    result = standing.result
    counts, percent = dict(result.count.levels), dict(result.percent)
    yield f'<td class="first">{escape(standing.official.position)}</td>'
    for level in venue.rules.levels:
        share = percent.get(level.id)
        shown = f"<br><small>{escape(words.percent(share))}</small>" if share is not None else ""
        yield f'<td class="n">{counts[level.id]}{shown}</td>'
    yield f'<td class="n">{result.count.invalid}</td><td class="n">{result.base}</td>'
    yield f"<td>{escape(words.outcome(result, venue.rules))}</td>"


def _grounds(two: TwoVenues, words: Words) -> Iterator[str]:
    """The clause behind every outcome, each venue by itself."""
    lines = tuple(outcome_lines(two, words))
    if lines:
        yield f"<h2>{escape(words('compare_grounds'))}</h2>"
        yield _listed(lines)


def _only(two: TwoVenues, words: Words) -> Iterator[str]:
    """Who is rated at one venue only, with the result there."""
    for number, people, venue in ((1, two.first_only, two.first), (2, two.second_only, two.second)):
        if people:
            yield f"<h2>{escape(words('compare_only_head', number=number))}</h2>"
            yield f"<table><thead><tr><th>{escape(words('column_name'))}</th>"
            yield from _heads(venue, words)
            yield "</tr></thead><tbody>"
            for one in people:
                yield f"<tr><td>{escape(one.official.name)}</td>"
                yield from _cells(one, venue, words)
                yield "</tr>"
            yield "</tbody></table>"
    if two.unclear:
        yield f"<p>{escape(words('compare_unclear', names=', '.join(two.unclear)))}</p>"
