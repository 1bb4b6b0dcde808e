"""`sixfold plan`: everything that can be known before the start."""

from __future__ import annotations

import argparse

import msgspec

from sixfold import lines
from sixfold.commands import asked as ask
from sixfold.errors import UserError
from sixfold.plan import text
from sixfold.plan.graph import expand_phase_needs
from sixfold.runner import job


def main(asked: argparse.Namespace) -> int:
    """Print the plan: as JSON, as text, or the reasons behind one task."""
    plan = job.read(ask.options(asked)).plan
    if asked.json:
        shown = msgspec.json.encode(expand_phase_needs(plan))
        print(msgspec.json.format(shown, indent=2).decode())
        return 0
    if asked.why and asked.why not in {task.id for task in plan.tasks}:
        raise UserError(plan.tasks_file, f"there is no task {asked.why}", "see `sixfold plan`")
    shown_lines = text.why(plan, asked.why) if asked.why else text.overview(plan)
    print("\n".join(map(lines.harmless, shown_lines)))
    return 0
