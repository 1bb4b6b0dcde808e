"""What an agent is told: its task, the story around it, and the rules of conduct."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct

from sixfold.events import GateEnded
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
    task: Task,
    text: str,
    phase: Phase | None,
    brief: Brief,
    *,
    story: str,
    before: str,
    where: Sequence[str],
) -> str:
    """The prompt for a task.

    `text` is the task whole, as `tasks.md` has it; `story` its story's goal and acceptance
    scenarios; `before` why the attempt before this one failed; `where` says in words what the
    environment says in `SIXFOLD_*`.
    """
    stands = f" of phase {phase.number}, {phase.title}" if phase else ""
    return _join(
        f"# Task {task.id}\n\nYou implement one task{stands}.",
        _section("The task", text),
        _section("Files it names", _list(task.files)),
        _section("Its story", story),
        _section("Why the attempt before this one did not count", before),
        *_common(brief),
        RULES,
        _section("This turn", _list(where)),
    )


def for_fix(phase: Phase, gate: GateEnded, diff: str, brief: Brief, *, where: Sequence[str]) -> str:
    """The prompt for a fix: failing tests, race reports, suspects and the diff of a red gate."""
    failures = gate.failures
    after = f"after phase {phase.number}, {phase.title}"
    suspects = "\n".join(
        f"- {one.commit[:10]} {one.subject} ({', '.join(one.files)})" for one in gate.suspects
    )
    shown = "\n\n".join(_failure(failure) for failure in failures[:MOST_FAILURES])
    if len(failures) > MOST_FAILURES:
        shown += f"\n\n... and {len(failures) - MOST_FAILURES} more"
    return _join(
        f"# Make the tests pass\n\n`{brief.gate}` is not green {after}. "
        "Find the cause and mend it. Mend the code, not the tests, unless a test contradicts the "
        "specification; never weaken, skip or delete one to make it pass. Run the command again "
        "before you end your turn.",
        _section("How the gate ended", gate.reason),
        _section("What fails", shown),
        _section("Commits that may be to blame, the likeliest first", suspects),
        _section("What changed since the tests passed last", _fenced("diff", diff[:LONGEST_DIFF])),
        *_common(brief),
        RULES,
        _section("This turn", _list(where)),
    )


class Contradiction(Struct, frozen=True):
    """A conflict between what an attempt left and what was integrated since it began."""

    label: str
    """The task's id, or `fix N`."""
    marked: Sequence[str]
    """Files that hold conflict markers."""
    unmarked: Sequence[str]
    """Files in conflict that cannot hold any: deleted on one side, renamed, binary."""
    others: Sequence[str]
    """Commits on the other side, a line each."""
    ours: str
    """What the attempt changed in these files, as a diff."""
    theirs: str
    """What the others changed there."""


def for_conflict(conflict: Contradiction, text: str, brief: Brief, *, where: Sequence[str]) -> str:
    """The prompt for the agent whose work conflicts with what others did meanwhile.

    `text` is its task whole, as `tasks.md` has it; empty for a fix.
    """
    return _join(
        f"# Resolve the conflict of {conflict.label}\n\nYou finished {conflict.label}. Meanwhile "
        "others finished work that contradicts yours. It has been merged into this directory, and "
        "the merge has stopped at the conflict. Make one whole of both: keep what each side meant. "
        "Never drop a side only because it is easier.",
        _section("Your task", text),
        _section(
            "Files with conflict markers: edit them until none is left", _list(conflict.marked)
        ),
        _section(
            "Files in conflict without markers: decide, then `git add FILE` or `git rm FILE`",
            _list(conflict.unmarked),
        ),
        _section("The other side", _list(conflict.others)),
        _section("What you changed", _fenced("diff", conflict.ours[:LONGEST_DIFF])),
        _section("What they changed", _fenced("diff", conflict.theirs[:LONGEST_DIFF])),
        *_common(brief),
        RULES,
        _section("This turn", _list(where)),
    )


def _list(lines: Sequence[str]) -> str:
    return "\n".join(f"- {line}" for line in lines)


def _failure(failure: Failure) -> str:
    name = f"{failure.package} {failure.test}".strip() or "the command"
    place = f" ({failure.file}:{failure.line})" if failure.file else ""
    old = " It failed before this run began, too." if failure.old else ""
    old += " It passed when it was run alone." if failure.flaky else ""
    head = f"### {name}: {failure.kind}{place}\n\n{failure.message}{old}"
    return f"{head}\n\n{_fenced('', failure.output[:LONGEST_OUTPUT])}" if failure.output else head


def _common(brief: Brief) -> list[str]:
    return [
        _section("The feature", brief.context),
        _section(
            f"Its documents (in {brief.feature_dir}; read what you need)", _list(brief.documents)
        ),
        _section("From the plan", brief.plan),
    ]


def _fenced(kind: str, text: str) -> str:
    return f"````{kind}\n{text.rstrip()}\n````" if text.strip() else ""


def _section(title: str, text: str) -> str:
    return f"## {title}\n\n{text.strip()}\n" if text.strip() else ""


def _join(*parts: str) -> str:
    return "\n\n".join(part.strip("\n") for part in parts if part) + "\n"
