"""What is kept of attempts beside the journal: all that their agents said, and their prompts."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

import msgspec

from sixfold import events as ev
from sixfold.agents.roster import Kind
from sixfold.agents.scripted import understand
from sixfold.gate.archive import printed
from sixfold.runner.store import RunFolder
from sixfold.runner.turns import transcript
from sixfold.state import RunState, fold
from sixfold.workspace import git
from sixfold.workspace.tree import change

PAGE = 1 << 18
"""Bytes of a page."""


class Page(NamedTuple):
    """Some of the lines of a file; `end` is where the next begin, `size` the file's own."""

    lines: list[bytes]
    start: int
    end: int
    size: int


class Dated(NamedTuple):
    """Lines of an agent, and when they were said; None: nobody knows."""

    at: datetime | None
    lines: list[ev.Utterance]


class Archive:
    """The files of a run's attempts, by label (as it was then), number and slot."""

    def __init__(self, folder: RunFolder) -> None:
        self._folder = folder

    def said(self, label: str, attempt: int, slot: int) -> Path:
        """Where all is that an agent said, as `ev.encode_said` writes it."""
        return transcript(self._folder, "task", label, attempt, slot).with_suffix(".said")

    def answer(self, command: ev.Transcript | ev.Prompt) -> ev.Answer:
        """A page of a transcript, or a prompt."""
        if isinstance(command, ev.Prompt):
            return self._prompt(command)
        path, page = self._look(command)
        if page is None:
            why = f"nothing is kept of attempt {command.attempt} at {command.task}"
            return ev.Answer(id=command.id, accepted=False, reason=why)
        return ev.Answer(
            id=command.id,
            accepted=True,
            text=str(path),
            said=[line for line in _heard(path, page.lines) if isinstance(line, ev.Utterance)],
            offset=page.end,
            more=page.end < page.size and bool(page.lines),
            skipped=page.start if command.offset < 0 else 0,
        )

    def end_of(self, label: str, attempt: int, slot: int, most: int) -> list[Dated] | None:
        """The end of what was said, of at most so many bytes; None where nothing was kept."""
        path = self.said(label, attempt, slot)
        page = read(path, -most, most)
        if page is None:
            return None
        found = [Dated(None, [])]
        for line in _heard(path, page.lines):
            if isinstance(line, ev.Utterance):
                found[-1].lines.append(line)
            else:
                found.append(Dated(line, []))
        if found[1:]:
            found[0] = found[0]._replace(at=found[1].at)  # what came before it was cut off
        if page.start:
            cut = f"… {page.start >> 10} KiB before this are not shown; all of it is in {path}"
            found[0].lines.insert(0, ev.Utterance("note", cut))
        return [one for one in found if one.lines]

    def _look(self, command: ev.Transcript) -> tuple[Path, Page | None]:
        """The file and the page. Runs of before kept only what agents printed."""
        path = self.said(command.task, command.attempt, command.slot)
        if not path.exists():
            kind, name = _kind(command.task)
            path = transcript(self._folder, kind, name, command.attempt, command.slot)
        return path, read(path, command.offset, PAGE)

    def _prompt(self, command: ev.Prompt) -> ev.Answer:
        kind, name = _kind(command.task)
        found = [
            transcript(self._folder, one, name, command.attempt, command.slot).with_suffix(
                ".prompt.md"
            )
            for one in (kind, "conflict")
        ]
        try:
            texts = [path.read_text("utf-8", "replace") for path in found if path.exists()]
        except OSError as error:
            return ev.Answer(id=command.id, accepted=False, reason=str(error))
        why = "" if texts else f"no prompt is kept of attempt {command.attempt} at {command.task}"
        return ev.Answer(id=command.id, accepted=not why, reason=why, text="\n\n".join(texts))


_JOINED = ev.TaskEnded | ev.FixEnded | ev.TaskUndone | ev.TaskSetAside | ev.GateEnded
"""Events that name the commit that the run's branch was at."""


class Past(Archive):
    """What is kept of a run that is watched without its runner, its changes included."""

    def __init__(self, folder: RunFolder, events: Sequence[ev.AnyEvent]) -> None:
        super().__init__(folder)
        self._state = fold(events)
        joined = (one for one in reversed(events) if isinstance(one, _JOINED) and one.commit)
        last = next(joined, None)
        self._last = last.commit if last else self._state.work_branch
        """What came of the run: its branch goes once the person's own has taken that over."""

    async def look(self, command: ev.AnyCommand) -> ev.Answer | None:
        """The answer; None where nothing is looked for."""
        match command:
            case ev.Transcript() | ev.Prompt():
                return self.answer(command)
            case ev.Printed(id=number, package=package, test=test):
                reason, text = await last_printed(
                    self._folder.transcripts, self._state, package, test
                )
                return ev.Answer(id=number, accepted=not reason, reason=reason, text=text)
            case ev.Diff(id=number, task=task, attempt=attempt):
                try:
                    reason, text = "", await self._diff(task, attempt)
                except (git.GitError, OSError) as error:
                    reason, text = str(error), ""
                return ev.Answer(id=number, accepted=not reason, reason=reason, text=text)
        return None

    async def _diff(self, task: str, attempt: int) -> str:
        """The change of a task, of an attempt at it, or of the run. Raises `GitError`."""
        state, progress = self._state, self._state.tasks.get(task)
        if state.isolation == "shared":
            raise git.GitError("agents shared the one tree: no change is kept by itself")
        if attempt:
            return await change_of(state, task, attempt)
        before, after = state.commit, self._last
        if progress:
            commit = progress.commit
            before, after = (f"{commit}^", commit) if commit else (progress.base, progress.branch)
        if not (before and after):
            raise git.GitError(f"no change of {task or 'the run'} is kept")
        return await _between(state, before, after)


async def last_printed(records: Path, state: RunState, package: str, test: str) -> tuple[str, str]:
    """What a test printed when it ran last, behind why that cannot be told.

    `records` is the folder with all that gates and reruns printed.
    """
    names = [f"rerun-{one.started.rerun}" for one in reversed(state.reruns)]
    if state.gate:
        names.append(f"gate-{state.gate.started.gate}")
    archives = [records / f"{name}.log" for name in names]
    text = await asyncio.to_thread(printed, archives, package, test)
    return ("it has printed nothing that was kept", "") if text is None else ("", text)


async def change_of(state: RunState, task: str, attempt: int) -> str:
    """The change of an attempt that is over, from its commit or its branch. Raises `GitError`."""
    history = state.tasks[task].history if task in state.tasks else []
    one = next((one for one in history if one.number == attempt), None)
    nothing = f"nothing is kept of what attempt {attempt} at {task} changed"
    if one is None or not (one.commit or one.branch):
        raise git.GitError(nothing)
    if one.commit:
        return await _between(state, f"{one.commit}^", one.commit)
    try:
        return await _between(state, one.base, one.branch)
    except git.GitError as error:
        raise git.GitError(f"{nothing}: there is no branch {one.branch}") from error


async def _between(state: RunState, before: str, after: str) -> str:
    if before.startswith("-") or after.startswith("-"):
        raise git.GitError("the journal names no commit")
    return await change(Path(state.repository), before, after)


def read(path: Path, offset: int, most: int) -> Page | None:
    """Whole lines of a file from `offset` on, below 0 from its end; None where there is no file."""
    try:
        with path.open("rb") as file:
            size = file.seek(0, os.SEEK_END)
            start = file.seek(max(0, size + offset) if offset < 0 else min(offset, size))
            data = file.read(most)
    except OSError:
        return None
    if offset < 0 and start:
        skipped = data.find(b"\n") + 1
        start, data = start + skipped, data[skipped:]
    end = data.rfind(b"\n") + 1
    if not end and len(data) == most:
        end = most  # a line longer than a page
    return Page(data[:end].splitlines(), start, start + end, size)


def _kind(label: str) -> tuple[Kind, str]:
    """For what the agent was asked, and the name in its files."""
    phase = label.removeprefix("fix ")
    return ("task", label) if phase == label else ("fix", phase)


def _heard(path: Path, lines: Iterable[bytes]) -> Iterator[ev.Utterance | datetime]:
    decode = ev.decode_said if path.suffix == ".said" else _understand
    for line in lines:
        try:
            yield decode(line)
        except msgspec.MsgspecError:
            continue  # cut short when its runner died


def _understand(line: bytes) -> ev.Utterance:
    return understand(line.decode(errors="replace"))
