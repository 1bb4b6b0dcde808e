"""Edges that follow from where tasks stand and what they name: order, file, test first."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from posixpath import basename, dirname, join
from typing import Final

from sixfold.feature.model import ReadTask

_SPEC_DOCUMENTS: Final = frozenset(
    {"spec.md", "plan.md", "tasks.md", "research.md", "data-model.md", "quickstart.md"}
)
_SPEC_FOLDERS: Final = frozenset({"specs", "contracts", "checklists"})

Pair = tuple[ReadTask, ReadTask]
"""A task, and the one it needs."""


def order(members: Sequence[ReadTask]) -> Iterator[Pair]:
    """Edges of one phase: tasks without `[P]` stand alone, adjacent `[P]` tasks side by side.

    Linear: a run's members need the task before the run, and the task after needs them.
    """
    before: list[ReadTask] = []
    run: list[ReadTask] = []
    for task in members:
        needed = before if task.parallel else (run or before)
        yield from ((task, earlier) for earlier in needed)
        if task.parallel:
            run.append(task)
        else:
            before, run = [task], []


def folders(tasks: Iterable[ReadTask]) -> set[str]:
    """The paths that are folders, since other paths named in the file lie in them."""
    found: set[str] = set()
    for task in tasks:
        for path in task.files:
            folder = dirname(path)
            while folder not in found:
                found.add(folder)
                folder = dirname(folder)
    return found


def written(task: ReadTask, places: Collection[str] = ()) -> list[str]:
    """What no other task may touch while this one runs: the files it names, by one name each.

    A directory or a glob names a place rather than a file: two tasks may well add different
    files to it, so it serialises nothing. A document of the specification is what a task works
    from, unless the task names nothing else. `go.mod` and `go.sum` change together.
    """
    files = [
        path
        for path in task.files
        if not path.endswith("/") and "*" not in path and path not in places
    ]
    return list(
        dict.fromkeys(
            _go_module(path) for path in [path for path in files if not _is_spec(path)] or files
        )
    )


def _go_module(path: str) -> str:
    return join(dirname(path), "go.mod") if basename(path) == "go.sum" else path


def _is_spec(path: str) -> bool:
    parts = path.split("/")
    return parts[-1] in _SPEC_DOCUMENTS or parts[0] in _SPEC_FOLDERS or ".specify" in parts


def same_file(
    tasks: Sequence[ReadTask], may_overlap: Callable[[int, int], bool]
) -> Iterator[tuple[ReadTask, ReadTask, str]]:
    """A task, the last one before it that names the same file, and the file.

    A chain, not all pairs. `may_overlap` tells of two phases whether no barrier parts them. An
    ambiguous task never runs, so nothing has to wait for it on account of a file.
    """
    last: dict[str, ReadTask] = {}
    places = folders(tasks)
    for task in tasks:
        if not task.runnable:
            continue
        for path in written(task, places):
            earlier = last.get(path)
            if earlier is not None and may_overlap(earlier.phase, task.phase):
                yield task, earlier, path
            last[path] = task
