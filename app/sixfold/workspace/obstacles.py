"""What of a person's a move of their working tree would write over."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterable, Iterator, Mapping
from pathlib import Path

from sixfold.workspace.changes import GONE, Change, Edit
from sixfold.workspace.git import git
from sixfold.workspace.index import OwnIndex

_NAMED = 3
"""Files that a reason names; of more it tells the number."""


async def obstacles(
    index: OwnIndex, changed: Mapping[str, Change], edited: Mapping[str, Edit], *, again: bool
) -> str:
    """What stands in the way of `changed`, in words; empty where nothing does.

    What is there already as the move would leave it is no obstacle; `index` learns of it. With
    `again`, neither is what a git that died in the same move left half written.
    """
    staged, unclean, untracked = set[str](), set[str](), set[str]()
    for path, change in changed.items():
        edit = edited.get(path)
        if edit and edit.staged == change.new:
            continue
        if edit and edit.staged != change.old:
            staged.add(path)
        elif edit:
            unclean.add(path)
        elif change.old == GONE:
            untracked |= _occupying(index.root, path, changed)
    doubtful = {path: changed[path] for path in unclean | (untracked & changed.keys())}
    other = await _other(index, doubtful)
    if again:
        other -= {path for path in other if await torn(index, path, changed[path])}
    return _in_the_way(staged | (unclean & other), untracked - (doubtful.keys() - other))


async def torn(index: OwnIndex, path: str, change: Change) -> bool:
    """Did git die while it wrote this file: then it is taken away, to be written anew."""
    place = index.root / path
    if is_file(place):
        if change.new == GONE or place.is_symlink():
            return False
        words = ("cat-file", "--filters", f"--path={path}", change.new.blob)
        whole = (await git(index.root, *words)).encode(errors="surrogateescape")
        here = place.read_bytes()
        if here == whole or not whole.startswith(here):
            return False
        place.unlink()
    await index.enter({path: change.old})
    return True


def is_file(place: Path) -> bool:
    """Is there a file or a link, broken or not."""
    return os.path.lexists(place) and (place.is_symlink() or not place.is_dir())


def _occupying(root: Path, path: str, changed: Collection[str]) -> set[str]:
    """What stands where the new file `path` is to be, and does not give way by itself."""
    for above in (str(folder) for folder in reversed(Path(path).parents[:-1])):
        if is_file(root / above):
            return set() if above in changed else {above}
    place = root / path
    if is_file(place):
        return {path}
    return {str(file.relative_to(root)) for file in _files(place)} - set(changed)


def _files(place: Path) -> Iterator[Path]:
    """Everything below a folder but folders."""
    for folder, folders, names in os.walk(place):
        links = [name for name in folders if Path(folder, name).is_symlink()]
        yield from (Path(folder, name) for name in names + links)


async def _other(index: OwnIndex, changed: Mapping[str, Change]) -> set[str]:
    """Which of these are not in the working tree as they shall be; the others are entered."""
    if not changed:
        return set()
    await index.enter({path: change.new for path, change in changed.items()})
    gone = {path for path, change in changed.items() if change.new == GONE}
    left = {path for path in gone if is_file(index.root / path)}
    return left | (changed.keys() & await index.unlike())


def _in_the_way(edited: Collection[str], untracked: Collection[str]) -> str:
    parts = []
    if edited:
        parts.append(f"your edits of {_listed(edited)} are in the way")
    if untracked:
        parts.append(f"what you have untracked at {_listed(untracked)} is in the way")
    return ", and ".join(parts)


def _listed(names: Iterable[str]) -> str:
    shown = sorted("".join(c if c.isprintable() else "�" for c in name) for name in names)
    if len(shown) > _NAMED:
        shown = [*shown[:_NAMED], f"{len(shown) - _NAMED} more"]
    return " and ".join([", ".join(shown[:-1]), shown[-1]]) if len(shown) > 1 else shown[0]
