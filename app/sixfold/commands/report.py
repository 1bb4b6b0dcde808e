"""`sixfold report`: what was done, by whom, how long; as text, as JSON, as a page."""

from __future__ import annotations

import argparse
from datetime import UTC, datetime
from pathlib import Path

import msgspec

from sixfold.commands import asked as ask
from sixfold.report.account import Account, account
from sixfold.report.text import text


def main(asked: argparse.Namespace) -> int:
    """Print the report, or write the page; how the run ended is no matter here."""
    run = ask.recorded(asked)
    told = account(ask.journal(run), live=ask.writes(run), now=datetime.now(UTC))
    if asked.html:
        _write(told, asked.html)
    if asked.json:
        print(msgspec.json.encode(told).decode())
    elif not asked.html:
        print("\n".join(text(told)))
    return 0


def _write(told: Account, path: Path) -> None:
    """The page, whole or not at all. Raises `OSError`."""
    from sixfold.report.page import page  # noqa: PLC0415 (text and JSON need no templates)

    fresh = path.with_name(f".{path.name}.new")
    try:
        fresh.write_text(page(told), encoding="utf-8", errors="replace")
        fresh.replace(path)
    finally:
        fresh.unlink(missing_ok=True)
