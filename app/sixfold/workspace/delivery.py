"""What an attempt left in its worktree, as one commit on its branch."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from tempfile import TemporaryDirectory

from msgspec import Struct

from sixfold.uncut import to_the_end
from sixfold.workspace.enclosed import release
from sixfold.workspace.git import GitError, git, identity, run
from sixfold.workspace.intake import Intake, put_away
from sixfold.workspace.worktrees import Worktree, is_within

_UNFINISHED = (
    *("index.lock", "MERGE_HEAD", "MERGE_MODE", "MERGE_MSG", "AUTO_MERGE", "SQUASH_MSG"),
    *("CHERRY_PICK_HEAD", "REVERT_HEAD", "BISECT_LOG", "BISECT_START"),
    *("rebase-merge", "rebase-apply", "sequencer"),
)
"""What a git command of the agent that is over, or was given up, leaves in git's record."""


class Delivery(Struct, frozen=True):
    """All that an attempt left, committed."""

    commit: str
    """The head of its branch; the worktree's base where nothing differs from that."""
    changed: list[str]
    """Paths that differ between base and commit; the tasks file is never among them."""
    left_out: list[str]
    """What it left and is in no commit: the tasks file if it was edited, ignored files that it had
    committed or added all the same, what cannot be read."""


async def collect(worktree: Worktree, *, tasks_file: str, message: str) -> Delivery:
    """Commit what is in the worktree on its branch; again without a change: the same commit.

    The files count as they are on disk. Left out are the tasks file (it stays as at the base),
    `.sixfold`, what was copied along, and what the ignore rules say, those of the base and those of
    now. The agent's own commits stay in the history. `worktree.base` becomes a parent only where
    it was merged: a merge that was given up must not look as if it took back what the base brought.
    Nor must an agent that went to another commit, by a hard reset or to another branch: its files
    are compared with the commit where that one's history left ours.

    Afterwards the worktree is on its branch, its index is as the commit and no merge or rebase is
    under way; so look at what is unresolved before. Raises `GitError`.
    """
    try:
        return await to_the_end(_collect(worktree, tasks_file, message))
    except OSError as error:
        raise GitError(f"cannot collect {worktree.path}: {error}") from error


async def _collect(worktree: Worktree, tasks_file: str, message: str) -> Delivery:
    if not (worktree.index.is_file() and worktree.path.is_dir()):
        raise GitError(f"the worktree {worktree.path} is gone, or git's record of it")
    _link(worktree)
    await release(worktree)
    base, parents = await _history(worktree)
    with TemporaryDirectory(prefix="sixfold-", dir=worktree.record) as scratch:
        intake = Intake(worktree, base, Path(scratch))
        changed, left_out = await intake.take(tasks_file)
        commit = await _commit(worktree, await intake.tree(), parents, message)
        await _move_branch(worktree, commit)
        await _settle(worktree, intake.index)
    return Delivery(commit if changed else worktree.base, changed, left_out)


def _link(worktree: Worktree) -> None:
    """Without its link, git would take the worktree for a folder of the person's checkout."""
    link, words = worktree.path / ".git", b"gitdir: " + os.fsencode(worktree.record) + b"\n"
    if link.is_symlink() or not link.is_file() or link.read_bytes() != words:
        put_away(worktree.path, "")
        link.write_bytes(words)


async def _history(worktree: Worktree) -> tuple[str, list[str]]:
    """The commit that the files are compared with, and the parents of what is delivered."""
    if fork := await _fork(worktree):
        return fork
    heads = []
    for ref in ("HEAD", f"refs/heads/{worktree.branch}"):
        commit = await _commit_at(worktree, ref)
        if commit and commit not in heads and await _is_in(worktree, worktree.start, commit):
            heads.append(commit)
    base = worktree.base if await _is_merged(worktree, heads) else worktree.start
    parents = [*dict.fromkeys((*heads, base))]
    if len(parents) == 1:
        return base, parents
    apart = (await _git(worktree, "merge-base", "--independent", *parents)).split()
    return base, [commit for commit in parents if commit in apart]


async def _fork(worktree: Worktree) -> tuple[str, list[str]] | None:
    """The same, where the agent went to a commit that does not hold `start`.

    Raises `GitError` where it left commits of its own on its branch: they must not be forgotten.
    """
    here = await _commit_at(worktree, "HEAD")
    if not here or await _is_in(worktree, worktree.start, here):
        return None
    common = await run(worktree.path, "merge-base", worktree.start, here, env=worktree.env)
    if common.code:
        return None
    held = await _commit_at(worktree, f"refs/heads/{worktree.branch}")
    if held and not any([await _is_in(worktree, held, one) for one in (worktree.start, here)]):
        raise GitError(f"it went to {here[:10]}, and left commits on {worktree.branch}")
    return common.out.strip(), [here]


async def _is_merged(worktree: Worktree, heads: list[str]) -> bool:
    if worktree.base == worktree.start:
        return True
    merging = worktree.record / "MERGE_HEAD"
    if merging.is_file() and worktree.base in merging.read_text().split():
        return True
    return any([await _is_in(worktree, worktree.base, head) for head in heads])


async def _commit_at(worktree: Worktree, ref: str) -> str:
    """The commit that `ref` names, as seen from the worktree; empty where it names none."""
    words = ("rev-parse", "--verify", "--quiet", f"{ref}^{{commit}}")
    return (await run(worktree.path, *words, env=worktree.env)).out.strip()


async def _commit(worktree: Worktree, tree: str, parents: list[str], message: str) -> str:
    """A commit of `tree`, or its parent where that holds the same already."""
    held = await _git(worktree, "rev-parse", f"{parents[0]}^{{tree}}")
    if len(parents) == 1 and held.strip() == tree:
        return parents[0]
    words = ["-c", "i18n.commitEncoding=UTF-8", "commit-tree", tree, "-F", "-"]
    words += [word for parent in parents for word in ("-p", parent)]
    env = {**worktree.env, **await identity(worktree.path)}
    text = message.encode(errors="surrogateescape")
    return (await git(worktree.path, *words, env=env, stdin=text)).strip()


async def _move_branch(worktree: Worktree, commit: str) -> None:
    """Who held a lock is gone with the turn."""
    ref = f"refs/heads/{worktree.branch}"
    (worktree.record / "HEAD.lock").unlink(missing_ok=True)
    before = await _commit_at(worktree, ref)
    if before != commit:
        (worktree.record.parents[1] / f"{ref}.lock").unlink(missing_ok=True)
        await _git(worktree, "update-ref", ref, commit, before)


async def _settle(worktree: Worktree, index: Path) -> None:
    """Back on the branch, with the index of its head and nothing under way."""
    await _git(worktree, "symbolic-ref", "HEAD", f"refs/heads/{worktree.branch}")
    index.replace(worktree.record / "index")
    for path in (worktree.record / name for name in _UNFINISHED):
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)


async def _is_in(worktree: Worktree, commit: str, other: str) -> bool:
    return await is_within(worktree.path, commit, other)


async def _git(worktree: Worktree, *words: str) -> str:
    return await git(worktree.path, *words, env=worktree.env)
