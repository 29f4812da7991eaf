"""The documents of a vote: written to its `reports` folder and noted in the journal."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from kiemphieu.counting import draw_tally
from kiemphieu.decisions import read_decisions
from kiemphieu.disk import disk_errors, write_atomic
from kiemphieu.documents.docx import write_docx
from kiemphieu.documents.facts import Facts, Words, facts_of_count, facts_of_typed
from kiemphieu.documents.minutes import make_minutes
from kiemphieu.documents.pdf import write_pdf
from kiemphieu.documents.report import make_report
from kiemphieu.documents.sheet import write_sheet
from kiemphieu.folder import VoteFolder, load_vote, read_text, vote_rules
from kiemphieu.messages import DEFAULT_LANGUAGE, Language
from kiemphieu.typed_counts import CountsFileError
from kiemphieu.vote_store import open_vote_store
from records.canonical import sha256_hex
from records.count import TallyResult
from records.errors import InputError
from records.journal import EventKind
from records.vote import Vote
from tally.typed_counts import tally_typed_counts


@dataclass(frozen=True, slots=True)
class WrittenReports:
    """What was written."""

    result: TallyResult
    paths: tuple[Path, ...]


def write_reports(folder: VoteFolder, lang: Language) -> WrittenReports:
    """Counts what is recorded and writes minutes, report and results sheet.

    Raises:
        VoteFileError: vote.toml has mistakes.
        InputError: nothing has been printed yet.
        StoreError: the record cannot be read, or the folder not written.
    """
    report = draw_tally(folder)
    with closing(open_vote_store(folder, report.vote)) as store:
        if not store.forms():
            raise InputError("nothing_printed", path=str(folder.root))
        standing = read_decisions(store).standing
        decisions = tuple(one for found in standing.values() for one in found)
        drawn = store.last_entry(EventKind.TALLY_DRAWN)
        reopened = tuple(
            str(entry.content.get("reason", "")) for entry in store.journal(EventKind.COUNT_REOPENED)
        )
        facts = facts_of_count(report, decisions, "" if drawn is None else drawn.hash, reopened)
        noted = {e.content.get("file"): e.content for e in store.journal(EventKind.REPORT_WRITTEN)}
        paths = []
        for name, data in _files(facts, lang):
            _write(folder, name, data)
            written = {"file": name, "sha256": sha256_hex(data)}
            if noted.get(name) != written:
                store.append(EventKind.REPORT_WRITTEN, written)
            paths.append(folder.reports / name)
    return WrittenReports(report.result, tuple(paths))


def write_typed_reports(folder: VoteFolder, counts: Path, base: int | None, lang: Language) -> WrittenReports:
    """The same from counts typed by hand: a body without a scanner has no record to note them in.

    Raises:
        VoteFileError: vote.toml has mistakes.
        CountsFileError: the counts have mistakes.
        StoreError: the folder cannot be written.
    """
    vote = load_vote(folder)
    _check_nothing_scanned(folder, vote)
    facts = _typed_facts(vote, counts, base)
    paths = []
    for name, data in _files(facts, lang):
        _write(folder, name, data)
        paths.append(folder.reports / name)
    return WrittenReports(facts.result, tuple(paths))


def _check_nothing_scanned(folder: VoteFolder, vote: Vote) -> None:
    """The documents of a vote that was scanned are not to be replaced by typed ones."""
    if not folder.database.exists() and not vote.store_url:
        return
    with closing(open_vote_store(folder, vote)) as store:
        if store.page_count():
            raise InputError("typed_beside_scans", path=str(folder.root))


def _typed_facts(vote: Vote, counts: Path, base: int | None) -> Facts:
    """Each group by itself: their ballots are different sheets, of which other numbers may come back."""
    rules, text = vote_rules(vote), read_text(counts)
    groups, problems = [], []
    for style in vote.styles:
        officials = [official.id for official in vote.officials_of(style.id)]
        others = [official.id for official in vote.officials if official.style != style.id]
        result = tally_typed_counts(
            text,
            rules,
            base,
            officials=officials,
            leave_out=others,
            attendance=vote.attendance,
            vote_id=vote.id,
        )
        if isinstance(result, TallyResult):
            groups.append((style, result))
        else:
            problems += [problem for problem in result if problem not in problems]
    if problems:
        raise CountsFileError(counts, tuple(problems))
    return facts_of_typed(vote, rules, groups)


def _files(facts: Facts, lang: Language) -> Iterator[tuple[str, bytes]]:
    """File names and contents; another language than the office's own stands beside it."""
    words = Words(lang)
    copies = range(1, facts.rules.documents.copies + 1)
    suffix = "" if lang is DEFAULT_LANGUAGE else f"-{lang.value}"
    minutes = f"{words('doc_name_minutes')}{suffix}"
    report = f"{words('doc_name_report')}{suffix}"
    yield f"{minutes}.pdf", write_pdf([make_minutes(facts, words, copy) for copy in copies], words)
    yield f"{minutes}.docx", write_docx(make_minutes(facts, words), words)
    yield f"{report}.pdf", write_pdf([make_report(facts, words)], words)
    yield f"{report}.docx", write_docx(make_report(facts, words), words)
    yield f"{words('doc_name_sheet')}{suffix}.pdf", write_sheet(facts, words)


def _write(folder: VoteFolder, name: str, data: bytes) -> None:
    with disk_errors(folder.reports):
        folder.reports.mkdir(exist_ok=True)
    write_atomic(folder.reports / name, data)
