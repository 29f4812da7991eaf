"""The head of an annotated picture: which ballot, its verdict and why, and what to know of the picture."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from audit.compare import Difference
from kiemphieu.ballots import BallotEntry
from kiemphieu.explain_draw import Colour
from kiemphieu.explain_panel import PanelHead
from kiemphieu.explain_words import Words
from kiemphieu.explained import REREAD_WARNINGS, SHORT_HASH, Reread, difference_text
from kiemphieu.messages import Language, has_text
from kiemphieu.store import PageRecord
from records.reading import PageReading, SheetRejection
from records.ruling import Verdict
from records.token import grouped_serial
from records.vote import Vote

_COLOURS: dict[Verdict, Colour] = {
    Verdict.VALID: (16, 122, 62),
    Verdict.INVALID: (60, 60, 66),
    Verdict.REVIEW: (176, 24, 28),
}


def panel_head(
    vote: Vote,
    entry: BallotEntry,
    record: PageRecord,
    words: Words,
    reread: Reread,
    differences: Sequence[Difference],
    others: Sequence[str],
) -> PanelHead:
    """The words above the cards of one page."""
    token = record.token
    if token is None:
        title, page = words.text("explain_heading_sheet"), ""
    else:
        title = words.text("explain_heading", serial=grouped_serial(token.serial))
        page = words.text("explain_page", page=token.page, pages=token.pages)
    return PanelHead(
        title=title,
        page=page,
        subtitle=f"{vote.title} · {vote.body}",
        verdict=(words.text(f"explain_verdict_{entry.verdict.value}"), _COLOURS[entry.verdict]),
        lines=tuple(_reasons(entry, words)),
        warnings=tuple(_warnings(record, words, reread, differences)),
        notes=tuple(_notes(record, words, others)),
    )


def _reasons(entry: BallotEntry, words: Words) -> Iterator[str]:
    """Every fault and every reason for review, those of the ballot first."""
    whole = [words.text(f"explain_fault_{fault.value}") for fault in entry.faults]
    whole += [words.text(f"reason_{reason.value}") for reason in entry.review]
    if whole:
        yield words.text("explain_whole", reasons="; ".join(whole))
    for line in entry.lines:
        said = [words.text(f"reason_{reason.value}") for reason in line.review]
        if said:
            name = words.names.get(line.official, line.official)
            yield words.text("explain_line", name=name, reasons="; ".join(said))
    if not whole and entry.verdict is Verdict.VALID:
        yield words.text("explain_no_reasons")
    faults = [*entry.faults, *(fault for line in entry.lines for fault in line.faults)]
    for code in dict.fromkeys(fault.value for fault in faults):
        clause = words.clauses[code]
        yield words.text("explain_ground", text=clause.text, citation=clause.citation)


def _warnings(
    record: PageRecord, words: Words, reread: Reread, differences: Sequence[Difference]
) -> Iterator[str]:
    if isinstance(record.result, SheetRejection):
        yield words.text("explain_rejected", reason=words.text(f"reason_{record.result.reason.value}"))
    if reread in REREAD_WARNINGS:
        number = record.token.page if record.token else 1
        serial = record.token.serial if record.token else record.sha256[:SHORT_HASH]
        told = difference_text(differences, words.lang)
        text = words.text(REREAD_WARNINGS[reread], serial=serial, page=number, differences=told)
        yield text[:1].upper() + text[1:]


def _notes(record: PageRecord, words: Words, others: Sequence[str]) -> Iterator[str]:
    result = record.result
    if isinstance(result, PageReading):
        fit = result.registration
        yield words.text(
            "explain_fit",
            residual=_number(fit.residual_mm, words.lang),
            most=_number(fit.max_residual_mm, words.lang),
            points=fit.control_points,
            dpi=round((fit.dpi_x + fit.dpi_y) / 2),
        )
    else:
        yield words.text("explain_raw")
        for name, value in result.details:
            message_id = f"explain_detail_{name}"
            yield f"{words.text(message_id) if has_text(message_id) else name}: {value}"
    if others:
        hashes = ", ".join(f"{sha256[:SHORT_HASH]}…" for sha256 in others)
        yield words.text("explain_others_note", count=len(others), sha256=hashes)
    yield words.text("explain_image", sha256=record.sha256[:SHORT_HASH])


def _number(value: float, lang: Language) -> str:
    text = f"{value:.2f}"
    return text.replace(".", ",") if lang is Language.VIETNAMESE else text
