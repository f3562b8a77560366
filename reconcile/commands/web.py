"""`web`: the console in the browser."""

from __future__ import annotations

from typing import Annotated

import typer

from reconcile.commands.context import Context
from reconcile.problem import Refusal


def register(app: typer.Typer) -> None:
    app.command("web")(web)


def web(
    context: typer.Context,
    host: Annotated[str, typer.Option(help="The address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="The port.", min=1, max=65535)] = 8000,
) -> None:
    """The console in the browser, until it is stopped."""
    this: Context = context.obj
    try:
        import uvicorn

        from reconcile.web.app import create_app
    except ImportError as error:
        raise Refusal.of(
            f"the console needs {error.name}, which is not installed", "pip install 'reconcile[web]'"
        ) from None
    app = create_app(this.engine, this.policies, this.settings)
    this.say(f"the console: http://{host}:{port}")
    uvicorn.run(app, host=host, port=port, log_level="warning", access_log=False, server_header=False)
