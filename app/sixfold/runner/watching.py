"""Which files of a repository changed, as far as tests may care."""

from __future__ import annotations

from collections.abc import AsyncIterator, Collection
from pathlib import Path

from watchfiles import Change, DefaultFilter, awatch

DEBOUNCE = 200
"""Milliseconds in which changes count as one."""
_MODULES = {"go.mod", "go.sum", "go.work", "go.work.sum"}
_IGNORED = (*DefaultFilter.ignore_dirs, ".sixfold", "vendor")


class _Sources(DefaultFilter):
    """All but what is no source: version control, editors' own files, and what we write."""

    def __init__(self, written: Collection[Path]) -> None:
        super().__init__(ignore_dirs=_IGNORED)
        new = [path.with_name(f".{path.name}.new") for path in written]  # until it is whole
        self._written = {str(path.resolve()) for path in (*written, *new)}

    def __call__(self, change: Change, path: str) -> bool:
        return path not in self._written and super().__call__(change, path)


async def changes(root: Path, written: Collection[Path] = ()) -> AsyncIterator[set[Path]]:
    """Sets of files below `root` that changed, as they come; those in `written` do not count."""
    async for found in awatch(
        root, watch_filter=_Sources(written), debounce=DEBOUNCE, step=50, rust_timeout=500
    ):
        yield {Path(path) for _, path in found}


def by_hand(paths: Collection[Path], before: set[Path]) -> set[Path]:
    """Of what changed while tests ran, what they have not written themselves.

    A file that is no source and changed in an earlier run, too, is theirs; `before` remembers.
    """
    others = {path for path in paths if path.suffix != ".go" and path.name not in _MODULES}
    theirs = others & before
    before |= others
    return set(paths) - theirs


def named(paths: Collection[Path]) -> list[str]:
    """The names of what changed, without what came and went, as editors have it."""
    stayed = {path.name for path in paths if path.exists() or path.suffix == ".go"}
    return sorted(stayed or {path.name for path in paths})
