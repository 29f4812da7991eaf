"""The command line: the commands put together, and the one place where errors become exit codes."""

from __future__ import annotations

import importlib
import io
import json
import os
import re
import sys
import traceback
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import click

from kiemphieu.commands.base import (
    EXIT_DONE,
    EXIT_INTERNAL,
    EXIT_INTERRUPTED,
    EXIT_USAGE,
    LocalGroup,
    Session,
    chosen_language,
    language_of,
    localise,
)
from kiemphieu.disk import disk_error
from kiemphieu.messages import Language, translate_error, translate_problem
from kiemphieu.typed_counts import CountsFileError
from kiemphieu.version import program_version
from records.errors import InputError, KiemphieuError, StoreError, UsageError, VoteFileError

DEBUG_VARIABLE = "KIEMPHIEU_DEBUG"

_COMMANDS = {
    "demo": "demo",
    "new": "vote",
    "check": "vote",
    "calendar": "calendar",
    "print": "print",
    "testdeck": "testdeck",
    "blank-check": "blank_check",
    "scan": "scan",
    "watch": "watch",
    "acquire": "acquire",
    "readings": "readings",
    "decide": "decide",
    "account": "account",
    "tally": "count",
    "report": "report",
    "compare": "compare",
    "desk": "desk",
    "seal": "record",
    "verify": "verify",
    "rescan": "rescan",
    "export": "export",
    "backup": "record",
    "calibrate": "calibrate",
}
"""Command name to its module in `kiemphieu.commands`: only what a run needs is loaded."""


class TopGroup(LocalGroup):
    """The program. Commands return their exit code; what they raise gets its code and its words here."""

    def main(  # type: ignore[override]
        self,
        args: Sequence[str] | None = None,
        prog_name: str | None = None,
        **extra: Any,
    ) -> None:
        words = list(sys.argv[1:] if args is None else args)
        _speak_utf8()
        session = Session(chosen_language(words), "--json" in words)
        localise(self, session.lang)
        extra.pop("standalone_mode", None)
        if not words:
            with click.Context(self, info_name=prog_name or "kiemphieu", obj=session.lang) as context:
                click.echo(self.get_help(context), err=True)
            sys.exit(EXIT_USAGE)
        sys.exit(self._run(session, words, prog_name or "kiemphieu", extra))

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002
        return list(_COMMANDS)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if args and args[0] not in _COMMANDS and not args[0].startswith("-"):
            raise UsageError("usage_no_command", name=args[0])
        return super().resolve_command(ctx, args)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in _COMMANDS:
            return None
        module = importlib.import_module(f"kiemphieu.commands.{_COMMANDS[cmd_name]}")
        command = getattr(module, f"{cmd_name.replace('-', '_')}_command")
        if not isinstance(command, click.Command):
            raise TypeError(f"{cmd_name} is no command")
        localise(command, language_of(ctx))
        return command

    def _run(self, session: Session, words: list[str], prog_name: str, extra: dict[str, Any]) -> int:
        try:
            code = super().main(words, prog_name, standalone_mode=False, obj=session.lang, **extra)
            return code if isinstance(code, int) else EXIT_DONE
        except KiemphieuError as error:
            return _report(session, error)
        except click.UsageError as error:
            return _report_usage(session, error)
        except (KeyboardInterrupt, click.Abort):
            click.echo(session.text("interrupted"), err=True)
            return EXIT_INTERRUPTED
        except SystemExit:
            # Click's answer to a broken pipe. The reader of our output went away: nothing is left to
            # say, and nobody to say it to.
            sys.stdout = io.StringIO()
            return EXIT_DONE
        except OSError as error:
            return _report_system(session, error)
        except Exception as error:  # noqa: BLE001  the last stop: a person gets a message, not a traceback
            return _report_fault(session, error)


def _speak_utf8() -> None:
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")


def _report(session: Session, error: KiemphieuError) -> int:
    lines = [translate_error(error, session.lang)]
    if isinstance(error, VoteFileError | CountsFileError):
        lines += [translate_problem(problem, session.lang) for problem in error.problems]
    if isinstance(error, UsageError):
        lines.append(session.text("usage_help", command="kiemphieu"))
    _say_error(session, error.message_id, "\n  ".join(lines))
    return error.exit_code


def _report_usage(session: Session, error: click.UsageError) -> int:
    match error:
        case click.MissingParameter(param=click.Parameter() as param):
            name = param.opts[0] if isinstance(param, click.Option) else param.make_metavar(_context(error))
            text = session.text("usage_missing", name=name)
        case click.NoSuchOption(option_name=name):
            text = session.text("usage_no_option", name=name)
        case click.BadParameter(param=click.Parameter() as param):
            reason = _bad_value(session, param, error)
            text = session.text("usage_bad_value", name=param.opts[0], reason=reason)
        case _:
            text = session.text("usage_other", reason=error.format_message())
    command = error.ctx.command_path if error.ctx else "kiemphieu"
    _say_error(session, "usage", f"{text}\n{session.text('usage_help', command=command)}")
    return EXIT_USAGE


def _bad_value(session: Session, param: click.Parameter, error: click.BadParameter) -> str:
    match param.type:
        case click.Choice(choices=choices):
            value = (re.search(r"'([^']*)'", error.message) or [""])[0].strip("'")
            return session.text("usage_choose", value=value, choices=", ".join(map(str, choices)))
        case click.IntRange(min=least, max=most):
            return session.text("usage_range", least=least, most=most)
        case click.types.IntParamType():
            return session.text("usage_whole_number")
    return error.message


def _context(error: click.UsageError) -> click.Context:
    return error.ctx or click.Context(main)


def _report_system(session: Session, error: OSError) -> int:
    """What the system refuses and nothing nearer explained: a full disk behind stdout, a closed folder."""
    path = Path(error.filename) if isinstance(error.filename, str) else Path("stdout")
    match disk_error(error, path):
        case StoreError(message_id="disk_full") as full:
            return _report(session, full)
        case StoreError(message_id="not_writable") if error.filename:
            return _report(session, InputError("file_unreadable", path=str(path), reason=error.strerror))
    return _report_fault(session, error)


def _report_fault(session: Session, error: Exception) -> int:
    if os.environ.get(DEBUG_VARIABLE):
        traceback.print_exception(error, file=sys.stderr)
    _say_error(
        session,
        "internal_error",
        session.text("internal_error", kind=type(error).__name__, reason=str(error)),
    )
    return EXIT_INTERNAL


def _say_error(session: Session, message_id: str, text: str) -> None:
    click.echo(f"{session.text('problem_prefix')}: {text}", err=True)
    if session.as_json:
        # Where stdout itself is what failed, stderr and the exit code tell.
        with suppress(OSError):
            click.echo(json.dumps({"error": {"id": message_id, "message": text}}, ensure_ascii=False))


@click.group(cls=TopGroup, name="kiemphieu")
@click.option("--lang", type=click.Choice([lang.value for lang in Language]), expose_value=False)
@click.version_option(program_version(), prog_name="kiemphieu")
def main() -> None:
    """Replaced by the text of the session's language."""
