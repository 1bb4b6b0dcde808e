"""The account of a run as one HTML page that needs nothing else. Pure.

All that is filled in is data: it is escaped, and cannot drive a browser or turn text around.
"""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import Any

from jinja2 import Environment, FunctionLoader, StrictUndefined
from markupsafe import Markup
from msgspec import structs

from sixfold import __version__
from sixfold.history import Gate, Remark
from sixfold.lines import SHORT, harmless
from sixfold.report import wording
from sixfold.report.account import Account
from sixfold.report.picture import picture

LONGEST_OUTPUT = 8_000
"""Characters of one failure's output."""
MOST_FAILURES = 50
"""Failures of one gate that are shown with their output."""


def page(account: Account) -> str:
    """The whole page."""
    template = _environment().get_template("page.html.j2")
    return template.render(
        run=account,
        picture=picture(account),
        judged=_judged(account),
        happened=_happened(account),
    )


def _judged(account: Account) -> Gate | None:
    """The latest gate that ended."""
    return next((gate for gate in reversed(account.gates) if gate.ended), None)


def _happened(account: Account) -> list[Remark]:
    """Rests, notices and what else there is to tell, in the order of time."""
    rests = [
        Remark(
            at=rest.started,
            kind=rest.kind,
            text=f"{wording.duration(rest.seconds)}{f': {rest.reason}' if rest.reason else ''}",
        )
        for rest in account.rests
    ]
    others = [structs.replace(one, kind="") for one in account.remarks]
    found = [*rests, *account.notices, *others]
    return sorted(found, key=lambda one: one.at.timestamp() if one.at else 0.0)


@cache
def _environment() -> Environment:
    made = Environment(
        loader=FunctionLoader(_template),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_inert,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters.update(
        duration=wording.duration,
        moment=wording.moment,
        spent=wording.spent,
        took=wording.took,
        cause=wording.cause,
        tests=wording.tests,
        headline=wording.headline,
        short=lambda commit: commit[:SHORT],
        said=lambda name: name.replace("_", " "),
        look=lambda name: name.replace("_", "-").replace(" ", "-"),
        bounded=_bounded,
    )
    made.globals.update(version=__version__, most=MOST_FAILURES, count=wording.count)
    return made


def _template(name: str) -> str:
    return (files("sixfold.report") / "templates" / name).read_text("utf-8")


def _inert(value: Any) -> Any:
    """What is filled in, without control characters; escaping comes after."""
    return harmless(value) if isinstance(value, str) and not isinstance(value, Markup) else value


def _bounded(text: str) -> str:
    cut = len(text) - LONGEST_OUTPUT
    return text if cut <= 0 else f"{text[:LONGEST_OUTPUT]}\n… {cut:,} characters more"
