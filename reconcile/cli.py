"""`reconcile`: the command line. Exit codes: 0 done, 2 bad usage or input, 3 the books differ, 75 try again, 1 ours."""

from __future__ import annotations

import logging
import sys
import traceback
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from importlib import import_module
from typing import Annotated, Any, Final

import sqlalchemy.exc
import typer

from reconcile import __version__, settings
from reconcile.commands.context import Context
from reconcile.problem import Refusal
from reconcile.steps.garbage import collect_seldom
from reconcile.store import schema
from reconcile.store.engine import make_engine

DONE: Final = 0
FAILED: Final = 1
BAD_INPUT: Final = 2
TRY_AGAIN: Final = 75

COMMANDS: Final = {
    "books": ("import", "find"),
    "statements": ("ingest", "statement"),
    "formats": ("formats", "profile"),
    "work": ("run", "verify", "status"),
    "backtest": ("backtest",),
    "night": ("nightly", "fetch"),
    "demo": ("demo",),
    "exports": ("export",),
    "history": ("history", "token"),
    "reporting": ("report",),
    "review": ("review",),
    "alerts": ("alert",),
    "powers": ("poa",),
    "invoices": ("invoice",),
    "mail": ("mail",),
    "policy": ("policy",),
    "web": ("web",),
    "users": ("users",),
    "outbox": ("outbox",),
    "watching": ("doctor", "metrics"),
    "partition": ("partition",),
}
"""Which file of `reconcile/commands` knows which words, in the order of `--help`. A line loads the one that it asks for:
all of them, with all that they stand on, would take longer than most lines."""

_FLAGS: Final = frozenset({"--json", "--quiet", "--debug", "--fail-on-alert"})
_VALUES: Final = frozenset({"--database-url", "--actor"})


def program(line: Sequence[str] = ()) -> typer.Typer:
    """The commands that this line may mean: those of one file, or all where its first word names none."""
    app = typer.Typer(
        name="reconcile",
        help="Nightly reconciliation of prepaid top-ups: bank statements in, credited balances and reasons out.",
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_enable=False,
    )
    app.callback()(_global)
    asked = [name for name, words in COMMANDS.items() if line and line[0] in words]
    for name in asked or ([] if line[:1] in (["init"], ["version"]) else COMMANDS):
        import_module(f"reconcile.commands.{name}").register(app)
    app.command()(init)
    app.command()(version)
    return app


def _global(
    context: typer.Context,
    database_url: Annotated[str, typer.Option(help="Where the books are; else RECONCILE_DATABASE_URL.")] = "",
    actor: Annotated[str, typer.Option(help="Who acts; else RECONCILE_ACTOR or the login name.")] = "",
    as_json: Annotated[bool, typer.Option("--json", help="One JSON value a line, for scripts.")] = False,
    quiet: Annotated[bool, typer.Option("--quiet", help="Only results and errors.")] = False,
    debug: Annotated[bool, typer.Option("--debug", help="Show tracebacks.")] = False,
    fail_on_alert: Annotated[bool, typer.Option("--fail-on-alert", help="Exit 4 where alerts are open.")] = False,
) -> None:
    """The same options may stand anywhere on the line."""
    given = settings.load()
    given = replace(given, database_url=database_url or given.database_url, actor=actor or given.actor)
    context.obj = Context(given, as_json, quiet, debug, fail_on_alert)


def init(context: typer.Context) -> None:
    """Create the schema, or bring it up to date; safe to repeat."""
    this: Context = context.obj
    engine = make_engine(this.settings.database_url)
    before = schema.version(engine)
    schema.upgrade(engine)
    after = schema.version(engine)
    this.say(
        f"the books are at schema {after}" + ("" if before == after else " (upgraded)" if before else " (created)")
    )


def version(context: typer.Context) -> None:
    """The version of the program."""
    context.obj.emit({"version": __version__}) if context.obj.as_json else context.obj.say(__version__)


def main(arguments: list[str] | None = None) -> int:
    """Run the command line and return the exit code; the console script exits with it."""
    collect_seldom()
    options, line = _hoisted(sys.argv[1:] if arguments is None else arguments)
    with _log_of_its_own():
        return _ended(options, line)


def _ended(options: list[str], line: list[str]) -> int:
    debug = "--debug" in options
    try:
        result = program(line)([*options, *line], standalone_mode=False)
    except Refusal as refusal:
        for problem in refusal.problems:
            print(f"error: {problem}", file=sys.stderr)
        return BAD_INPUT
    except typer.TyperException as error:
        print(f"error: {_usage_fault(error)}", file=sys.stderr)
        return int(getattr(error, "exit_code", BAD_INPUT))
    except typer.Abort:
        print("error: interrupted; what was under way is not stored", file=sys.stderr)
        return FAILED
    except (sqlalchemy.exc.OperationalError, sqlalchemy.exc.InterfaceError) as error:
        return _trouble(
            error, debug, TRY_AGAIN, "the database or the broker is away", "nothing half-done was kept: try again"
        )
    except Exception as error:
        return _trouble(error, debug, FAILED, f"unexpected {type(error).__name__}", "what was under way is not stored")
    return result if isinstance(result, int) else DONE


def _usage_fault(error: Exception) -> str:
    """What is wrong with the line itself, on one line, and where its help stands."""
    said = " ".join(error.format_message().split()).rstrip(".") or "a command is missing"  # type: ignore[attr-defined]
    context, path = getattr(error, "ctx", None), ["--help"]
    while context is not None and context.parent is not None:
        path.insert(0, context.info_name)
        context = context.parent
    return f"{said[:1].lower()}{said[1:]}; see `{' '.join(['reconcile', *path])}`"


def _hoisted(line: list[str]) -> tuple[list[str], list[str]]:
    """The global options, wherever on the line they stand, and the rest."""
    front: list[str] = []
    rest: list[str] = []
    words = iter(line)
    for word in words:
        if word == "--":
            rest += [word, *words]
        elif word in _FLAGS or word.split("=")[0] in _VALUES:
            front.append(word)
            if word in _VALUES:
                front += [value for value in [next(words, None)] if value is not None]
        else:
            rest.append(word)
    return front, rest


def _trouble(error: Exception, debug: bool, code: int, what: str, then: str) -> int:
    """One line on the terminal; the traceback in the log (on the terminal with --debug)."""
    if debug:
        print("".join(traceback.format_exception(error)), file=sys.stderr)
    shown = str(getattr(error, "orig", error)).strip().splitlines()
    print(f"error: {what}: {shown[0] if shown else ''}; {then}", file=sys.stderr)
    logging.getLogger("reconcile").error("%s", what, exc_info=error)
    return code


@contextmanager
def _log_of_its_own() -> Iterator[None]:
    """What goes wrong on the way stands in `reconcile.log`, never on the terminal. (Without a handler of ours Python would
    print it there.)"""
    handler = _LogFile("reconcile.log", delay=True, encoding="utf-8")
    handler.setLevel(logging.WARNING)
    handler.setFormatter(_Traced("%(asctime)s %(levelname)s %(message)s"))
    logger = logging.getLogger("reconcile")
    logger.addHandler(handler)
    try:
        yield
    finally:
        logger.removeHandler(handler)
        handler.close()


class _Traced(logging.Formatter):
    """Without the exceptions' messages: a database quotes the row that it refused."""

    def formatException(self, ei: Any) -> str:
        from reconcile.steps.watching.logs import traced  # needed where something is wrong

        return traced(ei[1])


class _LogFile(logging.FileHandler):
    def handleError(self, record: logging.LogRecord) -> None:
        print(f"error: {self.baseFilename} cannot be written; run in a folder of your own", file=sys.stderr)


def entry_point() -> None:
    sys.exit(main())


if __name__ == "__main__":
    entry_point()
