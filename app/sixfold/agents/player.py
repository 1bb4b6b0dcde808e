"""The scripted agent: a program that plays the steps a playbook has for its task.

`python -m sixfold.agents.player PLAYBOOK [--speed N]` is told by `SIXFOLD_KIND`, `SIXFOLD_TASK` and
`SIXFOLD_ATTEMPT` which steps are its own. It performs them in the working directory, never outside
of it, and prints what it says and does as JSON lines: `{"say": ...}`, `{"do": ...}`,
`{"error": ...}`. It exits with 0 at the end, 1 where a step fails, 2 where the playbook is wrong.

    tasks:
      T001: [{say: Hello}, {write: {path: go.mod, text: "module m"}}]
      T002: {1: [{fail: not today}], 2: [{do: now}, {wait: 2}]}     # by attempt
    fix:
      "3": [{run: gofmt -w .}]                                        # by the phase's position
    conflict:
      T002: [{write: {path: a.go, text: package a}}]                  # as a task's own steps
    validate: [{judge: [{id: FR-001, verdict: met, evidence: [{file: a.go, line: 1}]}]}]
    default: [{no_change: nothing is asked of me}]
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, TypeVar

import msgspec
import yaml
from msgspec import UNSET, Meta, Struct, UnsetType

T = TypeVar("T")


class PlaybookError(Exception):
    """The playbook is wrong: the place in it, and what was expected there."""


class StepError(Exception):
    """A step could not be performed."""


class Write(Struct, frozen=True, forbid_unknown_fields=True):
    """A file to write, whole."""

    path: str
    text: str


class Copy(Struct, frozen=True, forbid_unknown_fields=True):
    """A file to copy; `source` (`from` in the file) is relative to the playbook."""

    path: str
    source: str = msgspec.field(name="from")


class Step(Struct, frozen=True, forbid_unknown_fields=True):
    """One step: exactly one of its fields is set."""

    say: str | UnsetType = UNSET
    do: str | UnsetType = UNSET
    """An action to show; nothing happens."""
    wait: Annotated[float, Meta(ge=0)] | UnsetType = UNSET
    """Seconds, divided by the speed."""
    write: Write | UnsetType = UNSET
    copy: Copy | UnsetType = UNSET
    delete: str | UnsetType = UNSET
    run: str | UnsetType = UNSET
    """A shell command. Its output is said; a non-zero exit fails the turn."""
    no_change: str | UnsetType = UNSET
    """Tells the runner why this task rightly changes nothing."""
    fail: str | UnsetType = UNSET
    """Tells the runner that the task is given up, and why."""
    judge: list[dict[str, Any]] | UnsetType = UNSET
    """Tells the runner what a validator has to say, as the contract has it."""
    exit: Annotated[int, Meta(ge=0, le=255)] | UnsetType = UNSET
    """Ends the program at once with this code."""


ByAttempt = dict[int, tuple[Step, ...]]


class Playbook(Struct, frozen=True):
    """The steps of every task, fix, conflict and validation, by attempt."""

    tasks: dict[str, ByAttempt] = {}
    fix: dict[str, ByAttempt] = {}
    conflict: dict[str, ByAttempt] = {}
    validate: ByAttempt = {}
    default: tuple[Step, ...] = ()

    def steps(self, kind: str, task: str, attempt: int) -> tuple[Step, ...]:
        """The steps for an attempt: those of the highest attempt listed up to it."""
        kinds = {"task": self.tasks, "fix": self.fix, "conflict": self.conflict}
        listed = self.validate if kind == "validate" else kinds.get(kind, {}).get(task, {})
        begun = [number for number in listed if number <= attempt]
        return listed[max(begun)] if begun else self.default


def load_playbook(text: str) -> Playbook:
    """Read a playbook. Raises `PlaybookError` on anything that is not one."""
    try:
        data = yaml.load(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))  # noqa: S506
    except yaml.YAMLError as error:
        raise PlaybookError(" ".join(str(error).split())) from error
    known = {"tasks", "fix", "conflict", "validate", "default"}
    top = _mapping({} if data is None else data, "the playbook", known)
    return Playbook(
        _entries(top.get("tasks"), "tasks"),
        _entries(top.get("fix"), "fix"),
        _entries(top.get("conflict"), "conflict"),
        _by_attempt(top["validate"], "validate") if "validate" in top else {},
        _steps(top.get("default", []), "default"),
    )


def _entries(data: object, place: str) -> dict[str, ByAttempt]:
    entries = _mapping({} if data is None else data, place)
    return {key: _by_attempt(value, f"{place}.{key}") for key, value in entries.items()}


def _by_attempt(data: object, place: str) -> ByAttempt:
    if isinstance(data, dict):
        attempts = _convert(data, dict[Annotated[int, Meta(ge=1)], Any], place)
        return {n: _steps(steps, f"{place}.{n}") for n, steps in attempts.items()}
    return {1: _steps(data, place)}


def _steps(data: object, place: str) -> tuple[Step, ...]:
    steps = _convert(data, list[dict[str, Any]], place)
    return tuple(_step(step, f"{place}[{number}]") for number, step in enumerate(steps))


def _step(data: dict[str, Any], place: str) -> Step:
    if len(data) != 1:
        raise PlaybookError(f"{place}: expected one key for a step, got {len(data)}")
    return _convert(data, Step, place)


def _mapping(data: object, place: str, known: set[str] | None = None) -> dict[str, Any]:
    """A mapping with its keys as text; a number with a point must be quoted to keep its digits."""
    mapping = _convert(data, dict[str | int, Any], place)
    keys = {str(key): value for key, value in mapping.items()}
    if known is not None and (unknown := keys.keys() - known):
        raise PlaybookError(f"{place}: unknown key {min(unknown)!r}")
    return keys


def _convert(data: object, kind: type[T], place: str) -> T:
    try:
        return msgspec.convert(data, kind)
    except msgspec.ValidationError as error:
        what, _, where = str(error).partition(" - at `$")
        raise PlaybookError(f"{place}{where.rstrip('`')}: {what}") from error


class Player:
    """Performs steps in `directory`; `source` is the playbook's own directory."""

    def __init__(self, directory: Path, source: Path, speed: float) -> None:
        self._directory, self._source, self._speed = directory.resolve(), source, speed

    def perform(self, step: Step) -> None:
        """Do what the step says. Raises `StepError`, `OSError`, or `SystemExit` for `exit`."""
        match step:
            case Step(say=str(text)):
                tell(say=text)
            case Step(do=str(text)):
                tell(do=text)
            case Step(wait=float(seconds)):
                time.sleep(seconds / self._speed)
            case Step(write=Write(path, text)):
                self._target(path, "write").write_text(text, encoding="utf-8")
            case Step(copy=Copy(path, source)):
                shutil.copyfile(self._given(source), self._target(path, "write"))
            case Step(delete=str(path)):
                self._target(path, "delete").unlink()
            case Step(run=str(command)):
                self._run(command)
            case Step(no_change=str(why)):
                self._report(no_change=why)
            case Step(fail=str(why)):
                self._report(failed=why)
            case Step(judge=list(said)):
                tell(do=f"judge {len(said)} requirements")
                self._report(requirements=said)
            case Step(exit=int(code)):
                raise SystemExit(code)

    def _target(self, path: str, verb: str) -> Path:
        """A path inside the working directory, its folder made."""
        target = (self._directory / path).resolve()
        if not target.is_relative_to(self._directory) or target == self._directory:
            raise StepError(f"{path} lies outside the working directory")
        tell(do=f"{verb} {path}")
        target.parent.mkdir(parents=True, exist_ok=True)
        return target

    def _given(self, source: str) -> Path:
        """A file below the playbook's directory."""
        found = (self._source / source).resolve()
        if not found.is_relative_to(self._source.resolve()):
            raise StepError(f"{source} lies outside the playbook's directory")
        return found

    def _run(self, command: str) -> None:
        tell(do=f"run {command}")
        with subprocess.Popen(
            ["sh", "-c", command],
            cwd=self._directory,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
            errors="replace",
        ) as process:
            for line in process.stdout or ():
                tell(say=line.rstrip("\r\n"))
        if process.returncode != 0:
            raise StepError(f"`{command}` ended with exit code {process.returncode}")

    def _report(self, **result: object) -> None:
        place = os.environ.get("SIXFOLD_RESULT")
        if not place:
            raise StepError("SIXFOLD_RESULT is not set")
        path = self._directory / place
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(msgspec.json.encode(result))


def tell(**line: str) -> None:
    """One JSON line on stdout, at once."""
    sys.stdout.buffer.write(msgspec.json.encode(line) + b"\n")
    sys.stdout.buffer.flush()


def play(path: Path, speed: float, environ: Mapping[str, str]) -> int:
    """Play the steps for the task that `environ` names; the exit code."""
    try:
        playbook = load_playbook(path.read_text(encoding="utf-8"))
        attempt = int(environ.get("SIXFOLD_ATTEMPT", "1"))
    except (PlaybookError, OSError, ValueError) as error:
        tell(error=f"{path}: {error}")
        return 2
    kind, task = environ.get("SIXFOLD_KIND", "task"), environ.get("SIXFOLD_TASK", "")
    player = Player(Path.cwd(), path.resolve().parent, speed)
    try:
        for step in playbook.steps(kind, task, attempt):
            player.perform(step)
    except (StepError, OSError) as error:
        tell(error=str(error))
        return 1
    return 0


def main(arguments: list[str]) -> int:
    """The command line: a playbook, and how many times shorter its waits are."""
    match arguments:
        case [path]:
            speed = 1.0
        case [path, "--speed", number] if re.fullmatch(r"\d+(\.\d+)?", number):
            speed = float(number)
        case _:
            path, speed = "", 0.0
    if not speed:
        tell(error="usage: python -m sixfold.agents.player PLAYBOOK [--speed N], N above 0")
        return 2
    return play(Path(path), speed, os.environ)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
