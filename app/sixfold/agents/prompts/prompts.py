"""From templates to prompts: Jinja2 in its sandbox; what is filled in is data."""

from __future__ import annotations

import traceback
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from sixfold.agents.confined import confined
from sixfold.agents.prompts import context
from sixfold.agents.prompts.about import Brief, Contradiction, Inquiry
from sixfold.config import ConfigError
from sixfold.events import GateEnded
from sixfold.feature.model import TasksFile
from sixfold.model import Failure, Phase, Requirement, Suspect, Task

if TYPE_CHECKING:
    from jinja2 import Environment

KINDS = ("task", "fix", "conflict", "validate")
TEMPLATES = Path(__file__).parent / "templates"
ENDING = ".md.j2"
MOST_FAILURES = 20
LONGEST_OUTPUT = 4_000
"""Characters of one failure's output."""
LONGEST_DIFF = 40_000
"""Characters of a diff that an agent is given."""


class Prompts:
    """The prompts of a run.

    Templates in `folder`, where there is one, come before our own of the same name; in them ours
    are known as `sixfold/NAME`. Raises `ConfigError` where one of them cannot be used.
    """

    def __init__(self, brief: Brief, folder: Path | None = None) -> None:
        self._brief = brief
        if folder:
            _look_through(folder)
        self._environment = _environment(folder)
        for kind in KINDS:
            self.sample(kind)

    def task(
        self,
        task: Task,
        phase: Phase | None,
        found: TasksFile,
        *,
        before: str,
        where: Sequence[str],
    ) -> str:
        """The prompt for a task of what was `found` in `tasks.md`.

        `before` says why the attempt before this one failed; `where` says in words what the
        environment says in `SIXFOLD_*`.
        """
        told = {
            "task": task,
            "text": context.text_of(found, task.id) or task.title,
            "phase": phase,
            "purpose": context.phase_prose(found, phase),
            "around": context.around(found, task),
            "needed": context.needed(found, task),
            "story": context.story_of(self._brief.spec, task.story),
            "before": before,
        }
        return self._render("task", {**told, "where": where})

    def fix(self, phase: Phase, gate: GateEnded, diff: str, *, where: Sequence[str]) -> str:
        """The prompt for a fix: failing tests, race reports, suspects and diff of a red gate."""
        told = {
            "phase": phase,
            "gate": gate,
            "failures": _failures(gate.failures),
            "suspects": _suspects(gate.suspects),
            "diff": diff[:LONGEST_DIFF],
        }
        return self._render("fix", {**told, "where": where})

    def conflict(self, conflict: Contradiction, found: TasksFile, *, where: Sequence[str]) -> str:
        """The prompt for the agent whose work conflicts with what others did meanwhile."""
        text = context.text_of(found, conflict.label)  # a fix has none
        ours, theirs = conflict.ours[:LONGEST_DIFF], conflict.theirs[:LONGEST_DIFF]
        told = {"conflict": conflict, "text": text, "ours": ours, "theirs": theirs}
        return self._render("conflict", {**told, "where": where})

    def validate(self, inquiry: Inquiry, *, where: Sequence[str]) -> str:
        """The prompt for whoever judges whether the requirements are met."""
        told = {"inquiry": inquiry, "requirements": _requirements(inquiry)}
        return self._render("validate", {**told, "where": where})

    def sample(self, kind: str) -> str:
        """A prompt of a kind, for work that is made up."""
        where = ["attempt: 1 ($SIXFOLD_ATTEMPT)"]
        found = TasksFile(phases=(), tasks=(), prose=(), warnings=())
        phase = Phase(1, "Setup", 1, "setup", None, ["T001"])
        match kind:
            case "fix":
                failure = Failure("example.com/m", "TestX", "fail", "a_test.go", 3, "want 1, got 2")
                gate = GateEnded(gate=1, cause="phase", phase=1, verdict="red", failures=[failure])
                return self.fix(phase, gate, "+package a\n", where=where)
            case "conflict":
                sides = Contradiction("T001", ["a.go"], [], ["T002: Write b"], "+a\n", "+b\n")
                return self.conflict(sides, found, where=where)
            case "validate":
                gate = GateEnded(gate=1, cause="final", verdict="green", passed=3)
                asked = [Requirement("FR-001", 12, "The system MUST count")]
                return self.validate(Inquiry(asked, gate, "specs/001-x/spec.md"), where=where)
            case _:
                task = Task(
                    "T001", 3, 1, "pending", False, None, "Write a", ["a.go"], "setup", True, []
                )
                return self.task(task, phase, found, before="", where=where)

    def _render(self, kind: str, told: Mapping[str, object]) -> str:
        try:
            return self._environment.get_template(f"{kind}{ENDING}").render(
                brief=self._brief, **told
            )
        except Exception as error:
            raise _wrong(kind, error, told) from error


def write_out(folder: Path) -> list[Path]:
    """Put our templates into a folder, to start one's own from.

    Raises `ConfigError` where one is there already; then none is written.
    """
    ours = sorted(TEMPLATES.glob(f"*{ENDING}"))
    for path in ours:
        if (folder / path.name).exists():
            raise ConfigError(str(folder / path.name), "it is there already", "name another folder")
    folder.mkdir(parents=True, exist_ok=True)
    for path in ours:
        (folder / path.name).write_bytes(path.read_bytes())
    return [folder / path.name for path in ours]


def _look_through(folder: Path) -> None:
    """Raise `ConfigError` where the folder cannot hold what is meant."""
    if not folder.is_dir():
        hint = "make it with `sixfold prompt --write DIR`"
        raise ConfigError("prompts", f"no such folder: {folder}", hint)
    known = {path.name for path in TEMPLATES.glob(f"*{ENDING}")}
    for path in sorted(folder.glob("*.j2")):
        if path.name not in known and not path.name.startswith("_"):
            hint = f"known are {', '.join(sorted(known))}; begin the names of others with _"
            raise ConfigError(str(path), "no prompt has this name", hint)
        confined(folder, path.name, str(path))


def _environment(folder: Path | None) -> Environment:
    # Loaded where prompts are wanted, and not with everything else: it takes its time.
    from jinja2 import ChoiceLoader, FileSystemLoader, PrefixLoader, StrictUndefined  # noqa: PLC0415
    from jinja2.sandbox import SandboxedEnvironment  # noqa: PLC0415

    ours = FileSystemLoader(TEMPLATES)
    own = [FileSystemLoader(folder)] if folder else []
    environment = SandboxedEnvironment(
        loader=ChoiceLoader([*own, ours, PrefixLoader({"sixfold": ours})]),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.globals.update(section=_section, bullets=_bullets, fenced=_fenced)
    return environment


def _wrong(kind: str, error: Exception, told: Mapping[str, object]) -> ConfigError:
    """What is wrong with a template, by file and line."""
    from jinja2 import UndefinedError  # noqa: PLC0415 (it is loaded by now)

    where = f"prompts: {kind}{ENDING}"
    file, line = getattr(error, "filename", None), getattr(error, "lineno", None)
    for frame in traceback.extract_tb(error.__traceback__):
        if frame.filename.endswith(".j2"):
            file, line = frame.filename, frame.lineno
    if file:
        where = f"{file}:{line}" if line else str(file)
    what = " ".join(str(error).split()) or type(error).__name__
    hint = "`sixfold prompt --write DIR` writes ours, to compare with"
    if isinstance(error, UndefinedError):
        what, hint = f"{what} in {kind}", f"known are {', '.join(sorted({'brief', *told}))}"
    return ConfigError(where, what, hint)


def _section(title: str, text: str) -> str:
    return f"\n## {title}\n\n{text.strip()}\n" if text.strip() else ""


def _bullets(lines: Sequence[str]) -> str:
    return "\n".join(f"- {line}" for line in lines)


def _fenced(kind: str, text: str) -> str:
    return f"````{kind}\n{text.rstrip()}\n````" if text.strip() else ""


def _failures(failures: Sequence[Failure]) -> str:
    shown = "\n\n".join(_failure(failure) for failure in failures[:MOST_FAILURES])
    more = len(failures) - MOST_FAILURES
    return f"{shown}\n\n... and {more} more" if more > 0 else shown


def _requirements(inquiry: Inquiry) -> str:
    def told(one: Requirement) -> str:
        place = f"{inquiry.spec_file}:{one.line}{f', story {one.story}' if one.story else ''}"
        return f"### {one.id}\n\n{place}\n\n{_fenced('text', one.text)}"

    return "\n\n".join(map(told, inquiry.requirements))


def _suspects(suspects: Sequence[Suspect]) -> str:
    return _bullets(
        [f"{one.commit[:10]} {one.subject} ({', '.join(one.files)})" for one in suspects]
    )


def _failure(failure: Failure) -> str:
    name = f"{failure.package} {failure.test}".strip() or "the command"
    place = f" ({failure.file}:{failure.line})" if failure.file else ""
    old = " It failed before this run began, too." if failure.old else ""
    old += " It passed when it was run alone." if failure.flaky else ""
    head = f"### {name}: {failure.kind}{place}\n\n{failure.message}{old}"
    return f"{head}\n\n{_fenced('', failure.output[:LONGEST_OUTPUT])}" if failure.output else head
