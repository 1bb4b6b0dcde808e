"""Would two commits join? Asked of git without touching any worktree."""

from __future__ import annotations

from pathlib import Path

from msgspec import Struct

from sixfold.workspace.git import GitError, git, run
from sixfold.workspace.own import own

ASKING = (
    *("-c", "merge.renames=true"),
    *("-c", "merge.directoryRenames=conflict"),
    *("-c", "rerere.enabled=false"),
)
"""Nothing is resolved by a guess or from memory, whatever the person's settings say."""


class Merge(Struct, frozen=True):
    """What joining two commits gives."""

    tree: str
    """The tree of both; of use only where nothing is in conflict."""
    conflicts: list[str]
    """Paths that contradict each other."""


async def merge(worktree: Path, ours: str, theirs: str) -> Merge:
    """Join `theirs` to `ours`, both whole ids, by the attributes that stand in `worktree`.

    Raises `GitError` where they cannot be compared at all.
    """
    asked = ("merge-tree", "--write-tree", "-z", "--name-only", ours, theirs)
    done = await run(worktree, *ASKING, *asked, env=own(worktree))
    if done.code not in (0, 1) or not done.out:
        raise GitError(f"git merge-tree: {done.err or f'exit {done.code}'}")
    tree, _, rest = done.out.partition("\0")
    if done.code == 0:
        return Merge(tree, [])
    named, _, said = ("\0" + rest).partition("\0\0")
    found = named.split("\0")[1:] or _complained_of(said)
    # A file that a folder displaces is listed as `name~COMMIT`.
    names = {path.removesuffix(f"~{ours}").removesuffix(f"~{theirs}") for path in found}
    return Merge(tree, sorted(names))


async def adds_nothing(root: Path, tip: str, commit: str) -> bool:
    """Would `tip` be the same tree with `commit` joined to it, by the attributes at `root`.

    What cannot be compared adds something. Raises `GitError`.
    """
    joined = await run(root, *ASKING, "merge-tree", "--write-tree", tip, commit)
    tree = await git(root, "rev-parse", f"{tip}^{{tree}}")
    return joined.code == 0 and joined.out.strip() == tree.strip()


def _complained_of(said: str) -> list[str]:
    """Paths of the conflicts in git's messages: `COUNT, PATH..., KIND, TEXT`, all ended by NUL."""
    words, paths = iter(said.split("\0")), list[str]()
    for count in words:
        if not count:
            break
        about = [next(words) for _ in range(int(count))]
        if next(words).startswith("CONFLICT"):
            paths += about
        next(words)
    return paths
