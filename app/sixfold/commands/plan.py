"""`sixfold plan`: everything that can be known before the start."""

from __future__ import annotations

import argparse

import msgspec

from sixfold import lines
from sixfold.commands import asked as ask
from sixfold.errors import UserError
from sixfold.model import Stories
from sixfold.plan.closure import expand_phase_needs
from sixfold.plan.print import overview, why
from sixfold.runner import job


def main(asked: argparse.Namespace) -> int:
    """Print the plan: as JSON, as text, or the reasons behind one task."""
    reading = job.read(ask.options(asked))
    plan = job.draw(reading, reading.tasks)
    if asked.json:
        shown = msgspec.json.encode(expand_phase_needs(plan))
        print(msgspec.json.format(shown, indent=2).decode())
        return 0
    if asked.why and asked.why not in {task.id for task in plan.tasks}:
        raise UserError(plan.tasks_file, f"there is no task {asked.why}", "see `sixfold plan`")
    other: Stories = "parallel" if plan.stories == "one-by-one" else "one-by-one"
    text = (
        why(plan, asked.why)
        if asked.why
        else overview(plan, job.draw_in(reading, reading.tasks, other))
    )
    print("\n".join(map(lines.harmless, text)))
    return 0
