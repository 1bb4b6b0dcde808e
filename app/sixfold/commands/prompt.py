"""`sixfold prompt`: what an agent would be told of a task."""

from __future__ import annotations

import argparse

from sixfold import lines
from sixfold.agents.prompts.prompts import KINDS, write_out
from sixfold.commands import asked as ask
from sixfold.errors import UserError
from sixfold.runner import job
from sixfold.runner.turns import foretold


def main(asked: argparse.Namespace) -> int:
    """Print a prompt, or write our templates out to start one's own from."""
    if asked.write:
        for path in write_out(asked.directory / asked.write):
            print(path)
        return 0
    if asked.task is None:
        raise UserError("usage", "no task is named", "`sixfold prompt T001`, or --write DIR")
    options = ask.options(asked)
    reading = job.read(options)
    prompts = job.find_prompts(reading, job.context_of(reading, options))
    if asked.task in KINDS[1:]:
        _show(prompts.sample(asked.task))
        return 0
    plan = job.draw(reading, reading.tasks)
    task = next((one for one in plan.tasks if one.id == asked.task), None)
    if task is None:
        hint = f"see `sixfold plan`; {' and '.join(KINDS[1:])} show what is told for those"
        raise UserError(plan.tasks_file, f"there is no task {asked.task}", hint)
    phase = next((one for one in plan.phases if one.number == task.phase), None)
    _show(prompts.task(task, phase, reading.tasks, before="", where=foretold(reading, task)))
    return 0


def _show(prompt: str) -> None:
    print("\n".join(lines.harmless(line.expandtabs(4)) for line in prompt.splitlines()))
