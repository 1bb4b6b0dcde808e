"""The dashboard in front, and the exit code of what was seen in it."""

from __future__ import annotations

import functools
import os
import shlex
import sys
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from sixfold import lines
from sixfold.commands import look
from sixfold.dashboard import load
from sixfold.errors import UserError
from sixfold.link import Later, Link, Source
from sixfold.model import Plan
from sixfold.runner.afterwards import once_over
from sixfold.runner.store import RunFolder
from sixfold.state import RunState

if TYPE_CHECKING:
    from sixfold.dashboard.app import Dashboard


def need_terminal(instead: str) -> None:
    """Raise `UserError` where there is nothing to draw on; Textual draws on stderr."""
    if not _in_browser() and not all(
        stream.isatty() for stream in (sys.stdin, sys.stdout, sys.stderr)
    ):
        raise UserError("terminal", "a dashboard needs one", f"try `sixfold {instead}`")


def _in_browser() -> bool:
    """Does somebody else bring what is drawn to the screen, as `sixfold serve` does."""
    return bool(os.environ.get("TEXTUAL_DRIVER"))


def show(
    source: Source | None = None,
    *,
    plan: Plan | None = None,
    start: Callable[[], Awaitable[Source]] | None = None,
    gate_only: bool = False,
) -> int:
    """Show the dashboard until the person leaves; the exit code for what was seen."""
    app = face(source, plan=plan, start=start, gate_only=gate_only)
    for line in [] if _in_browser() else _last_words(app.state, gone=app.gone):
        print(lines.harmless(line), file=sys.stderr)
    return app.return_code or _code(app.state, gone=app.gone)


def face(
    source: Source | None,
    *,
    plan: Plan | None = None,
    start: Callable[[], Awaitable[Source]] | None = None,
    gate_only: bool = False,
) -> Dashboard:
    """Show the dashboard as the person likes it, until they leave; as it was then."""
    app = load()(
        source,
        plan=plan,
        start=start,
        gate_only=gate_only,
        theme=look.theme(),
        keep_theme=look.keep,
        keep_hint=look.welcome if look.is_new() else None,
    )
    app.run()
    return app


def watch(run: RunFolder) -> int:
    """Show a live run, and what is kept of it once it has ended."""
    return show(Later(functools.partial(Link.connect, run.socket, once_over(run))))


def _last_words(state: RunState, *, gone: bool) -> list[str]:
    """What to know once the screen is closed: how all ended, or how to come back to it."""
    if state.live and not gone:
        again = f"sixfold -C {shlex.quote(state.repository)}"
        return [f"the run goes on: `{again} attach` shows it, `{again} stop` ends it"]
    if state.gates and not state.run:
        return lines.alone_lines(state)
    return lines.status_lines(state, live=False, now=datetime.now(UTC)) if state.run else []


def _code(state: RunState, *, gone: bool) -> int:
    """For a run that was seen last in this state; one that goes on is no failure."""
    well = state.status in {"ready", "finished"} or (state.live and not gone)
    return 0 if well else 1
