"""What an agent is told: its task, the story around it, and the rules of conduct."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct

from sixfold.model import Failure, Phase, Task

MOST_FAILURES = 20
LONGEST_OUTPUT = 4_000
"""Characters of one failure's output."""
LONGEST_DIFF = 40_000
"""Characters of the diff a fix agent is given."""


class Brief(Struct, frozen=True):
    """What every agent of a run is told alike."""

    context: str
    """The feature context the user gave, or the summary of spec_info."""
    feature_dir: str
    """From the repository's root."""
    documents: Sequence[str]
    """The feature's documents that exist, from the repository's root."""
    plan: str
    """The relevant parts of plan.md."""
    gate: str
    """The test command, as one line."""


RULES = """\
## Rules of conduct

- Work in the current directory, the root of the repository. Change only what your task asks for.
- Other agents work on other tasks at the same time: leave their files alone, and do not undo
  changes that you did not make.
- Do not edit tasks.md and do not tick boxes: that is done for you once your change is verified.
- Do not commit, stash, reset, clean, switch branches or rewrite history.
- Do not start servers or other processes that outlive your turn.
- Ask nothing: decide sensibly, and say what you decided.
- When your turn ends the change must be there: the files your task names exist and build.
- If the task rightly changes nothing (a check, a review), write {"no_change": "why"} as JSON to the
  file that $SIXFOLD_RESULT names. If you cannot do it, write {"failed": "why"} there.
"""


def for_task(
    task: Task, text: str, phase: Phase | None, brief: Brief, *, story: str, where: Sequence[str]
) -> str:
    """The prompt for a task.

    `text` is the task whole, as `tasks.md` has it; `story` its story's goal and acceptance
    scenarios; `where` says in words what the environment says in `SIXFOLD_*`.
    """
    stands = f" of phase {phase.number}, {phase.title}" if phase else ""
    files = "\n".join(f"- {name}" for name in task.files)
    return _join(
        f"# Task {task.id}\n\nYou implement one task{stands}.",
        _section("The task", text),
        _section("Files it names", files),
        _section("Its story", story),
        *_common(brief),
        RULES,
        _section("This turn", "\n".join(f"- {line}" for line in where)),
    )


def for_fix(
    phase: Phase | None,
    failures: Sequence[Failure],
    reason: str,
    diff: str,
    brief: Brief,
    *,
    where: Sequence[str],
) -> str:
    """The prompt for a fix: failing tests, race reports and the diff behind a red gate."""
    after = f"after phase {phase.number}, {phase.title}" if phase else "now"
    shown = "\n\n".join(_failure(failure) for failure in failures[:MOST_FAILURES])
    if len(failures) > MOST_FAILURES:
        shown += f"\n\n... and {len(failures) - MOST_FAILURES} more"
    return _join(
        f"# Make the tests pass\n\n`{brief.gate}` is not green {after}. "
        "Find the cause and mend it. Mend the code, not the tests, unless a test contradicts the "
        "specification; never weaken, skip or delete one to make it pass. Run the command again "
        "before you end your turn.",
        _section("How the gate ended", reason),
        _section("What fails", shown),
        _section("What changed since the phase began", _fenced("diff", diff[:LONGEST_DIFF])),
        *_common(brief),
        RULES,
        _section("This turn", "\n".join(f"- {line}" for line in where)),
    )


def _failure(failure: Failure) -> str:
    name = f"{failure.package} {failure.test}".strip() or "the command"
    place = f" ({failure.file}:{failure.line})" if failure.file else ""
    old = " It failed before this run began, too." if failure.old else ""
    head = f"### {name}: {failure.kind}{place}\n\n{failure.message}{old}"
    return f"{head}\n\n{_fenced('', failure.output[:LONGEST_OUTPUT])}" if failure.output else head


def _common(brief: Brief) -> list[str]:
    documents = "\n".join(f"- {name}" for name in brief.documents)
    return [
        _section("The feature", brief.context),
        _section(f"Its documents (in {brief.feature_dir}; read what you need)", documents),
        _section("From the plan", brief.plan),
    ]


def _fenced(kind: str, text: str) -> str:
    return f"````{kind}\n{text.rstrip()}\n````" if text.strip() else ""


def _section(title: str, text: str) -> str:
    return f"## {title}\n\n{text.strip()}\n" if text.strip() else ""


def _join(*parts: str) -> str:
    return "\n\n".join(part.strip("\n") for part in parts if part) + "\n"
