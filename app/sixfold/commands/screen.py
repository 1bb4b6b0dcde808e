"""The dashboard in front, and the exit code of what was seen in it."""

from __future__ import annotations

import sys
from collections.abc import Awaitable, Callable

from sixfold.dashboard import load
from sixfold.errors import UserError
from sixfold.link import Source
from sixfold.model import Plan
from sixfold.state import RunState


def need_terminal(instead: str) -> None:
    """Raise `UserError` where there is no terminal to draw on; Textual draws on stderr."""
    if not all(stream.isatty() for stream in (sys.stdin, sys.stdout, sys.stderr)):
        raise UserError("terminal", "a dashboard needs one", f"try `sixfold {instead}`")


def show(
    source: Source | None = None,
    *,
    plan: Plan | None = None,
    start: Callable[[], Awaitable[Source]] | None = None,
    gate_only: bool = False,
) -> int:
    """Show the dashboard until the person leaves; the exit code for what was seen."""
    app = load()(source, plan=plan, start=start, gate_only=gate_only)
    app.run()
    if app.state.live and not app.gone:
        print("the run goes on: `sixfold attach` shows it, `sixfold stop` ends it", file=sys.stderr)
    return app.return_code or _code(app.state, gone=app.gone)


def _code(state: RunState, *, gone: bool) -> int:
    """For a run that was seen last in this state; one that goes on is no failure."""
    well = state.status in {"ready", "finished"} or (state.live and not gone)
    return 0 if well else 1
