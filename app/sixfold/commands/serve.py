"""`sixfold serve`: the dashboard in a browser."""

from __future__ import annotations

import argparse
import shlex
import sys

from sixfold.commands import asked as ask
from sixfold.errors import UserError


def main(asked: argparse.Namespace) -> int:
    """Serve the dashboard until it is interrupted; the run goes on without it."""
    try:
        from sixfold.web.server import HOST, Server, listen  # noqa: PLC0415 - it is an extra
    except ImportError as error:
        hint = "pip install 'sixfold[web]'"
        raise UserError("serve", f"{error.name} is not installed", hint) from error
    run = ask.shown(ask.store(asked), asked.run)
    try:
        listening = listen(asked.port)
    except OSError as error:
        where = f"{HOST}:{asked.port}"
        raise UserError(where, error.strerror or str(error), "take another --port") from error
    words = [sys.executable, "-P", "-m", "sixfold", "attach", "-C", str(asked.directory.absolute())]
    server = Server(shlex.join([*words, run.id]), listening, title=f"sixfold {run.id}")
    server.run(told=_tell)
    return 0


def _tell(address: str) -> None:
    print(address, flush=True)
    print(
        "open it in a browser on this machine; Ctrl+C ends this, the run goes on", file=sys.stderr
    )
