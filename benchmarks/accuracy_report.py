"""The report of a campaign: bars, tables, margins, and a gallery in which a person sees why."""

from __future__ import annotations

import html
import inspect
import statistics
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

import benchmarks.accuracy_judging as judging
from benchmarks.accuracy_judging import Found, FoundWhat
from benchmarks.accuracy_plot import PLOTS, Extreme, Plot, histogram_svg, values_of
from benchmarks.accuracy_records import BallotRecord
from benchmarks.accuracy_tables import (
    BREAKDOWNS,
    Bar,
    Rate,
    Row,
    bars,
    finding_rows,
    mark_rows,
    rows,
    size_class,
    stratum_rows,
)
from records.reading import BoxState
from scanner.options import ReaderOptions

_EXTREMES = 5
_STYLE = """
body{font:14px/1.45 sans-serif;max-width:1240px;margin:24px auto;padding:0 16px;color:#222}
h1{font-size:22px} h2{font-size:17px;margin-top:34px;border-bottom:1px solid #ddd} h3{font-size:14px}
table{border-collapse:collapse;margin:8px 0 18px} th,td{padding:3px 8px;text-align:right;white-space:nowrap}
th{font-weight:600;border-bottom:1px solid #999} td{border-bottom:1px solid #eee}
th:first-child,td:first-child{text-align:left;white-space:normal} small{color:#777}
.met{color:#1f7a4d;font-weight:600} .failed{color:#c0392b;font-weight:600} .open{color:#777}
.share{display:inline-block;height:8px;background:#9db7dd;margin-left:6px;min-width:1px}
figure{margin:14px 0;padding:10px;border:1px solid #ddd;border-radius:4px}
figure img{max-height:170px;max-width:100%;margin:4px;border:1px solid #ccc;vertical-align:top}
figcaption{font-size:13px} pre{background:#f6f6f6;padding:12px;white-space:pre-wrap;font-size:12px}
.cols{display:flex;flex-wrap:wrap;gap:0 40px;align-items:flex-start}
"""


def summary(records: Sequence[BallotRecord]) -> str:
    """The bars, the strata and every silent error, as text."""
    lines = [f"{_verdict(bar):10s} {bar.text}: {_measured(bar)}" for bar in bars(records)]
    lines.append(
        f"\n{'stratum':16s}{'ballots':>8s}{'lines':>9s}{'silent':>8s}{'boxes':>7s}{'review':>14s}{'rejected':>10s}"
    )
    for found in stratum_rows(records):
        review = f"{found.needless.count}/{found.needless.total}"
        lines.append(
            f"{found.name:16s}{found.ballots:8d}{found.silent.total:9d}{found.silent.count:8d}"
            f"{found.silent_boxes:7d}{review:>14s}{found.rejected.count:10d}"
        )
    lines.append(_times(records))
    for record in records:
        lines += [
            f"SILENT {record.index} {record.stratum} {error.kind.value} {error.official} {error.text}"
            for error in record.errors
        ]
    return "\n".join(lines)


def write_report(folder: Path, about: dict[str, Any], records: Sequence[BallotRecord]) -> Path:
    """Writes `report.html` into the folder, beside the pictures it shows."""
    parts = [
        '<!doctype html><html lang="en"><meta charset="utf-8"><title>Accuracy</title>',
        f"<style>{_STYLE}</style>",
        f"<h1>Accuracy: {len(records):,} simulated ballots, mix “{html.escape(str(about.get('mix')))}”</h1>",
        _about(about, records),
        "<h2>Demands</h2>" + _bars_table(bars(records)),
        "<h2>Strata</h2>" + _rows_table("stratum", stratum_rows(records)),
        _breakdowns(records),
        "<h2>Marks, as read</h2>" + _marks_table(records),
        _reasons(records),
        _findings(records),
        _margins(records, about),
        _gallery(records),
        f"<h2>Terms</h2><pre>{html.escape(inspect.getdoc(judging) or '')}</pre></html>",
    ]
    path = folder / "report.html"
    path.write_text("\n".join(parts), encoding="utf-8")
    return path


def _about(about: dict[str, Any], records: Sequence[BallotRecord]) -> str:
    names = ("seed", "half", "strata", "officials", "recorded_share", "recorded_strokes", "rules")
    settings = ", ".join(f"{name.replace('_', ' ')} {about.get(name)}" for name in names)
    return (
        f"<p>{html.escape(settings)}. Reader <code>{str(about.get('reader'))[:12]}</code>, code "
        f"<code>{str(about.get('code'))[:12]}</code>. {_times(records)}. "
        "Bounds are exact (Clopper and Pearson), one-sided, 95 %; they speak of the simulator, not of any "
        "real scanner.</p>"
    )


def _times(records: Sequence[BallotRecord]) -> str:
    times = sorted(record.milliseconds for record in records) or [0.0]
    late = times[int(0.95 * (len(times) - 1))]
    return f"Reading a ballot took {statistics.median(times):.0f} ms (median; 95 %: {late:.0f} ms)"


def _table(head: Sequence[str], body: Iterable[Sequence[str]]) -> str:
    top = "".join(f"<th>{cell}</th>" for cell in head)
    lines = "".join("<tr>" + "".join(f"<td>{cell}</td>" for cell in cells) + "</tr>" for cells in body)
    return f"<table><tr>{top}</tr>{lines}</table>"


def _percent(share: float | None) -> str:
    if share is None:
        return "–"
    return f"{share * 100:.4f} %" if 0 < share < 0.001 else f"{share * 100:.2f} %"


def _rate(rate: Rate, width_px: int = 60, full: float = 0.1) -> str:
    """Count, share, bound, and a strip whose whole width means `full`."""
    if rate.share is None:
        return "–"
    strip = f'<span class="share" style="width:{min(1.0, rate.share / full) * width_px:.0f}px"></span>'
    return f"{rate.count} ({_percent(rate.share)}) <small>≤ {_percent(rate.at_most)}</small>{strip}"


def _verdict(bar: Bar) -> str:
    if bar.met is None:
        return "no data"
    return "met" if bar.met else "NOT MET"


def _measured(bar: Bar) -> str:
    rate = bar.measured
    text = f"{rate.count:,} of {rate.total:,}" if bar.bound is not None else f"{rate.total:,}"
    if bar.bound is None:
        return text
    sign = "at least" if "at least" in bar.text else "at most"
    proven = {True: ", proven", False: ", not proven by this many", None: ""}[bar.proven]
    return (
        f"{text} ({_percent(rate.share)}; 95 % bound {sign} {_percent(bar.bound)}{proven if bar.met else ''})"
    )


def _bars_table(found: Sequence[Bar]) -> str:
    classes = {True: "met", False: "failed", None: "open"}
    body = [
        (
            html.escape(bar.text),
            f'<span class="{classes[bar.met]}">{_verdict(bar)}</span>',
            html.escape(_measured(bar)),
        )
        for bar in found
    ]
    return _table(("demand", "", "measured"), body)


def _rows_table(name: str, found: Sequence[Row]) -> str:
    head = (name, "ballots", "lines", "silent errors", "silent boxes", "good ballots to a person", "rejected")
    body = [
        (
            html.escape(row.name),
            f"{row.ballots:,}",
            f"{row.silent.total:,}",
            _rate(row.silent, full=1e-3),
            str(row.silent_boxes),
            _rate(row.needless),
            _rate(row.rejected),
        )
        for row in found
    ]
    return _table(
        (*head, "false findings"),
        [(*cells, _rate(row.false_findings)) for cells, row in zip(body, found, strict=True)],
    )


def _breakdowns(records: Sequence[BallotRecord]) -> str:
    parts = ["<h2>By pen, hand, scan and damage</h2>"]
    for title, names in BREAKDOWNS:
        parts.append(_rows_table(title.lower(), rows(records, names)))
    return "".join(parts)


def _marks_table(records: Sequence[BallotRecord]) -> str:
    head = ("drawn", "boxes", *(state.value for state in BoxState), "silent boxes", "silent lines")
    body = []
    for found in mark_rows(records):
        shares = [f"{count / found.boxes:.1%}" if count else "·" for _, count in found.read]
        cells = (html.escape(found.mark), f"{found.boxes:,}", *shares)
        body.append((*cells, str(found.silent_boxes), str(found.silent_lines)))
    note = "<p>Boxes with a mark or with ink in them; blank ones are left out.</p>"
    return note + _table(head, body)


def _reasons(records: Sequence[BallotRecord]) -> str:
    needless = [record for record in records if record.needless]
    reasons = Counter(reason for record in needless for reason in record.reasons)
    marks = Counter(pair for record in needless for pair in record.review_marks)
    rejected = Counter(record.rejected.split(" ")[0] for record in records if record.rejected)
    columns = (
        _table(("reason", "good ballots"), _counted(reasons)),
        _table(
            ("drawn on the line", "reason", "lines"),
            [(html.escape(mark), html.escape(why), str(n)) for (mark, why), n in marks.most_common()],
        ),
        _table(("rejected for", "ballots"), _counted(rejected)),
    )
    return '<h2>Why good ballots wait for a person</h2><div class="cols">' + "".join(columns) + "</div>"


def _counted(counts: Counter[str]) -> list[tuple[str, str]]:
    return [(html.escape(name), str(count)) for name, count in counts.most_common()]


def _findings(records: Sequence[BallotRecord]) -> str:
    parts = ["<h2>Struck names and added writing</h2>"]
    by: tuple[tuple[str, FoundWhat, Callable[..., str]], ...] = (
        ("struck name", FoundWhat.STRIKE, lambda _, finding: finding.kind),
        ("struck name, pen", FoundWhat.STRIKE, lambda record, _: f"{record.pen}, {record.ink}"),
        ("struck name, stratum", FoundWhat.STRIKE, lambda record, _: record.stratum),
        ("half a name, position", FoundWhat.DOUBTFUL_STRIKE, lambda _, finding: finding.kind),
        ("writing, place", FoundWhat.WRITING, lambda _, f: "over the stamp" if f.on_stamp else "elsewhere"),
        ("writing, longer side", FoundWhat.WRITING, lambda _, finding: size_class(finding.size_mm)),
        ("writing, pen", FoundWhat.WRITING, lambda record, _: f"{record.pen}, {record.ink}"),
        ("writing, stratum", FoundWhat.WRITING, lambda record, _: record.stratum),
        (
            "writing, text",
            FoundWhat.WRITING,
            lambda r, f: "recorded words" if r.recorded else f.kind or "signature",
        ),
    )
    for title, what, name in by:
        body = [
            (
                html.escape(row.name),
                *(str(count) if count else "·" for _, count in row.found),
                f"{_percent(row.caught.share)} <small>≥ {_percent(row.caught.at_least)}</small>",
            )
            for row in finding_rows(records, what, name)
        ]
        if body:
            parts.append(_table((title, *(found.value for found in Found), "found or to a person"), body))
    good = [record for record in records if record.good]
    words = Counter(word for record in good for word in dict.fromkeys(record.false_findings))
    parts.append(_table((f"found on {len(good):,} good ballots", "ballots"), _counted(words)))
    return '<div class="cols">'.join((parts[0], "".join(parts[1:]))) + "</div>"


def _margins(records: Sequence[BallotRecord], about: dict[str, Any]) -> str:
    parts = [
        "<h2>Margins</h2><p>Every box with ink in it. Dashed: the limits of the reader. What lies beyond an "
        "end of the axis stands in the last bar there; a mark at the very left gave no score.</p>"
    ]
    options = ReaderOptions().marks
    for plot in PLOTS:
        if plot.score not in about.get("scores", ()):
            continue
        position = list(about["scores"]).index(plot.score)
        strong, weak = (values_of(records, position, wanted) for wanted in (plot.strong, plot.weak))
        parts.append(histogram_svg(plot, [e.value for e in strong], [e.value for e in weak], options))
        parts.append(_extremes(plot, strong, weak))
    return "".join(parts)


def _extremes(plot: Plot, strong: Sequence[Extreme], weak: Sequence[Extreme]) -> str:
    chosen = [("weakest of " + plot.strong_name, e) for e in strong[:_EXTREMES]]
    chosen += [("strongest of " + plot.weak_name, e) for e in weak[::-1][:_EXTREMES]]
    body = [
        (
            html.escape(which),
            f"{e.value:.4g}",
            f"{e.ballot} {e.stratum}",
            f"{e.box.official}/{e.box.level}",
            e.box.mark or "–",
            e.box.read.value,
        )
        for which, e in chosen
    ]
    return (
        "<details><summary>extremes</summary>"
        + _table(("", plot.score, "ballot", "box", "drawn", "read"), body)
        + "</details>"
    )


def _gallery(records: Sequence[BallotRecord]) -> str:
    shelves: tuple[tuple[str, Callable[[BallotRecord], bool]], ...] = (
        ("Every silent error", lambda r: bool(r.errors)),
        ("Rejected sheets", lambda r: bool(r.rejected)),
        ("Good ballots that wait for a person", lambda r: r.needless and not r.errors),
        ("Silent boxes on other ballots", lambda r: bool(r.silent_boxes) and not (r.errors or r.needless)),
    )
    parts = []
    for title, belongs in shelves:
        own = [record for record in records if belongs(record)]
        shown = [record for record in own if record.pictures]
        parts.append(
            f"<h2>{title}: {len(own)}{f', {len(shown)} shown' if len(shown) < len(own) else ''}</h2>"
        )
        parts += [_figure(record) for record in shown]
    return "".join(parts)


def _figure(record: BallotRecord) -> str:
    scan = f"{record.stratum}, {record.dpi} dpi {record.mode}, {record.pen} {record.ink}"
    damage = ", ".join(record.damage)
    said = [f"<b>{e.kind.value} {html.escape(e.official)}</b> {html.escape(e.text)}" for e in record.errors]
    said += [f"box {b.official}/{b.level}: {b.mark} read {b.read.value}" for b in record.silent_boxes]
    said += [html.escape(text) for text in (record.rejected, ", ".join(record.reasons)) if text]
    said += [f"{mark}: {reason}" for mark, reason in record.review_marks]
    images = "".join(
        f'<a href="pictures/{name}"><img loading="lazy" src="pictures/{name}" title="{name}"></a>'
        for name in (*record.pictures[1:], *record.pictures[:1])
    )
    verdict = record.verdict.value if record.verdict else "rejected"
    caption = f"ballot {record.index} <small>{html.escape(scan)}; {html.escape(damage)}</small> → {verdict}"
    return f"<figure><figcaption>{caption}<br>{'<br>'.join(said)}</figcaption>{images}</figure>"
