"""The dashboard in front, and the exit code of what was seen in it."""

from __future__ import annotations

import sys
from collections.abc import Awaitable, Callable

from sixfold.dashboard.app import Dashboard
from sixfold.errors import UserError
from sixfold.link import Source
from sixfold.model import Plan
from sixfold.state import RunState


def need_terminal(instead: str) -> None:
    """Raise `UserError` where there is no terminal to draw on."""
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise UserError("terminal", "a dashboard needs one", f"try `sixfold {instead}`")


def show(
    source: Source | None = None,
    *,
    plan: Plan | None = None,
    start: Callable[[], Awaitable[Source]] | None = None,
) -> RunState:
    """Show the dashboard until the person leaves; the state that was seen last."""
    app = Dashboard(source, plan=plan, start=start)
    app.run()
    if app.state.live:
        print("the run goes on: `sixfold attach` shows it, `sixfold stop` ends it", file=sys.stderr)
    return app.state


def code(state: RunState) -> int:
    """The exit code for a run that was seen in this state; one that goes on is no failure."""
    return 0 if state.live or state.status in {"ready", "finished"} else 1
