"""What every command shares: language, `--json`, output, progress, and exit codes."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from kiemphieu.messages import DEFAULT_LANGUAGE, LANGUAGE_VARIABLE, Language, has_text, translate
from records.errors import KiemphieuError

F = TypeVar("F", bound=Callable[..., Any])

ANY_PATH = click.Path(path_type=Path, readable=False)
"""A path as written. What cannot be opened is bad input, told in our words, and no error of usage."""
VOTE = click.argument("vote", type=ANY_PATH, metavar="VOTE")
"""The vote folder."""

EXIT_DONE = 0
EXIT_USAGE = 2
EXIT_INPUT = 3
EXIT_REVIEW = 5
EXIT_NOT_RECONCILED = 6
EXIT_INTERNAL = KiemphieuError.exit_code
EXIT_INTERRUPTED = 130


def chosen_language(words: Sequence[str]) -> Language:
    """The language of a command line, known before it is parsed so that help and errors have it.

    A word that is no language is left to the parser, which says so.
    """
    chosen = os.environ.get(LANGUAGE_VARIABLE, "")
    for place, word in enumerate(words):
        if word == "--lang" and place + 1 < len(words):
            chosen = words[place + 1]
        elif word.startswith("--lang="):
            chosen = word.removeprefix("--lang=")
    return Language(chosen) if chosen in tuple(Language) else DEFAULT_LANGUAGE


@dataclass(frozen=True, slots=True)
class Session:
    """How one run talks to the person or program that started it."""

    lang: Language
    as_json: bool = False

    def text(self, message_id: str, **details: object) -> str:
        return translate(message_id, self.lang, **details)

    def number(self, value: float, decimals: int) -> str:
        """A number with the language's decimal sign."""
        text = f"{value:.{decimals}f}"
        return text.replace(".", ",") if self.lang is Language.VIETNAMESE else text

    def say(self, message_id: str, **details: object) -> None:
        """A message for a person on stdout; nothing where a program listens."""
        self.line(self.text(message_id, **details))

    def line(self, text: str) -> None:
        """A line for a person on stdout; nothing where a program listens."""
        if not self.as_json:
            click.echo(text)

    def warn(self, message_id: str, **details: object) -> None:
        """A line on stderr."""
        click.echo(f"{self.text('warning_prefix')}: {self.text(message_id, **details)}", err=True)

    def document(self, data: object) -> None:
        """The one JSON document."""
        click.echo(json.dumps(data, ensure_ascii=False))

    def show(self, *tables: object) -> None:
        """Tables for a person on stdout."""
        if not self.as_json:
            console = Console(file=sys.stdout, highlight=False, markup=False)
            for table in tables:
                console.print(table)

    @contextmanager
    def progress(self, message_id: str) -> Iterator[Callable[[int, int], None]]:
        """A bar on stderr while it is a terminal; call with pages done and pages in all."""
        if not sys.stderr.isatty():
            yield lambda _done, _total: None
            return
        columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
        with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
            task = bar.add_task(self.text(message_id), total=None)
            yield lambda done, total: bar.update(task, completed=done, total=total)


def common_options(command: F) -> F:
    """`--json` and `--lang`, as on every command; the function gets a `session`."""
    command = click.option(
        "--lang", type=click.Choice([lang.value for lang in Language]), expose_value=False
    )(command)
    return click.option("--json", "as_json", is_flag=True)(command)


def session_of(context: click.Context, as_json: bool) -> Session:
    """The session of a command; the language was settled before parsing."""
    return Session(language_of(context), as_json)


def language_of(context: click.Context) -> Language:
    found = context.find_root().obj
    return found if isinstance(found, Language) else DEFAULT_LANGUAGE


class LocalCommand(click.Command):
    """A command whose help speaks the session's language."""

    def format_usage(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        prefix = translate("usage_prefix", language_of(ctx))
        formatter.write_usage(ctx.command_path, " ".join(self.collect_usage_pieces(ctx)), prefix)

    def get_help_option(self, ctx: click.Context) -> click.Option | None:
        option = super().get_help_option(ctx)
        if option is not None:
            option.help = translate("option_help", language_of(ctx))
        return option

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        options = [param for param in self.get_params(ctx) if isinstance(param, click.Option)]
        records = [record for option in options if (record := option.get_help_record(ctx))]
        if records:
            with formatter.section(translate("usage_options", language_of(ctx))):
                formatter.write_dl(records)


class LocalGroup(click.Group, LocalCommand):
    """A group of such commands."""

    command_class = LocalCommand

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        LocalCommand.format_options(self, ctx, formatter)
        lang = language_of(ctx)
        with formatter.section(translate("usage_commands", lang)):
            formatter.write_dl(
                [(name, translate(f"help_{_plain(name)}", lang)) for name in self.list_commands(ctx)]
            )


def localise(command: click.Command, lang: Language) -> None:
    """Puts the texts of `lang` into a command."""
    name_of_command = _plain(command.name or "")
    command.help = translate(f"help_{name_of_command}", lang)
    command.options_metavar = translate("usage_options_metavar", lang)
    for param in command.params:
        if isinstance(param, click.Option):
            name = _option_name(param)
            own = f"option_{name_of_command}_{name}"  # where an option means something else elsewhere
            param.help = translate(own if has_text(own) else f"option_{name}", lang)
    if isinstance(command, click.Group):
        command.subcommand_metavar = translate("usage_command_metavar", lang)


def _plain(name: str) -> str:
    """A command's name as it stands in message ids."""
    return name.replace("-", "_")


def _option_name(option: click.Option) -> str:
    longest = max(option.opts, key=len)
    return longest.lstrip("-").replace("-", "_")
