"""`doctor` and `metrics`: is everything there, and how does it go."""

from __future__ import annotations

import sys
from typing import Annotated
from wsgiref.simple_server import WSGIRequestHandler, make_server

import typer

from reconcile.commands.context import Context
from reconcile.problem import Refusal
from reconcile.steps.outbox import sending
from reconcile.steps.watching.doctor import examine
from reconcile.steps.watching.finding import State, exit_code

ANSWER_SECONDS = 2.0


def register(app: typer.Typer) -> None:
    app.command("doctor")(doctor)
    app.command("metrics")(metrics)


def doctor(context: typer.Context) -> None:
    """Look whether everything is there that the night needs. Exit 0; 75 where database or broker are away; 2 where the
    settings are wrong; 1 where anything else is."""
    this: Context = context.obj
    found = examine(this.settings, _workers)
    if this.as_json:
        for each in found:
            this.emit({"what": each.what, "state": each.state.value, "seen": each.seen, "mend": each.mend})
    else:
        shown = [each for each in found if not (this.quiet and each.state is State.OK)]
        rows = [(each.state.value, each.what, each.seen, each.mend) for each in shown]
        if rows:
            this.table("Doctor", ("", "What", "Seen", "To do"), rows)
    raise typer.Exit(exit_code(found))


def _workers() -> list[str]:
    """The workers that answer through the broker."""
    import tasks

    answers = tasks.app.control.inspect(timeout=ANSWER_SECONDS).ping()
    return sorted(answers or ())


def metrics(
    context: typer.Context,
    listen: Annotated[str, typer.Option(help="HOST:PORT: answer there until stopped, instead of printing once.")] = "",
) -> None:
    """Figures for Prometheus: printed, or served at /metrics with /health/live and /health/ready beside."""
    this: Context = context.obj
    receivers = sending.receivers(this.settings)
    from reconcile.steps.watching.metrics import exposition

    if not listen:
        sys.stdout.write(exposition(this.engine, receivers).decode())
        return
    from reconcile.steps.watching.health import application

    host, _, port = listen.rpartition(":")
    if not host or not port.isdigit():
        raise Refusal.of(f"--listen {listen!r} is no address", "write it as 127.0.0.1:9108")
    with make_server(host.strip("[]"), int(port), application(this.engine, receivers), handler_class=_Quiet) as server:
        this.say(f"figures: http://{host}:{server.server_port}/metrics")
        server.serve_forever()


class _Quiet(WSGIRequestHandler):
    timeout = 10  # one who connects and says nothing does not keep the others

    def log_message(self, *_: object) -> None:
        pass
