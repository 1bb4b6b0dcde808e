"""What an attempt delivered contradicts what was integrated meanwhile: its own agent decides.

The conflict is laid out in the attempt's worktree as `git merge` leaves it. Afterwards it is asked
whether everything was decided, and whether anything of the other side was thrown away whole.
"""

from __future__ import annotations

import hashlib
import re
import stat
from collections import defaultdict
from collections.abc import Iterable, Mapping
from pathlib import Path

from msgspec import Struct

from sixfold.workspace.git import GitError, paths, run
from sixfold.workspace.merging import ASKING
from sixfold.workspace.own import git_in, own

_MERGE = (
    *ASKING,
    *("-c", "merge.conflictStyle=diff3"),
    *("merge", "-q", "-s", "ort", "--no-commit", "--no-ff", "--no-verify-signatures"),
)
_ANY = re.compile(rb"^(?:<{7,} HEAD|\|{7,} |>{7,} )", re.MULTILINE)
"""What opens, divides or closes a conflict; `=======` may as well underline a heading."""


class Conflict(Struct, frozen=True):
    """A merge that an agent has to finish."""

    paths: list[str]
    """All that git could not join; `name~COMMIT` is a file that a folder displaced."""
    marked: list[str]
    """Of these, the files in which markers show both sides and what they came from."""
    unmarked: list[str]
    """Of these, what no markers can show: deleted against changed, binary, renamed twice."""
    tip: str
    """The commit that was merged; its id closes every marked place."""
    before: dict[str, str]
    """Path -> print of what stood there before the merge, where the other side changed it."""
    after: dict[str, str]
    """Path -> print of what the merge put there; of `unmarked` ones and of those in `before`."""


async def present(worktree: Path, tip: str) -> Conflict:
    """Merge `tip`, a whole id, into a worktree whose HEAD is what its attempt delivered.

    What the worktree holds beside HEAD gives way where HEAD or `tip` has the file; so a merge that
    was not finished begins anew. Raises `GitError` where git will not even begin.
    """
    record = Path(own(worktree)["GIT_DIR"])
    (record / "index.lock").unlink(missing_ok=True)
    await git_in(worktree, "reset", "-q", "--mixed", "HEAD")  # ends a merge of the agent's, too
    await git_in(worktree, "read-tree", "--reset", tip)  # what an earlier merge has put there
    await git_in(worktree, "read-tree", "--reset", "-u", "HEAD")
    base = (await git_in(worktree, "merge-base", "HEAD", tip)).strip()
    changed = await git_in(worktree, "diff-tree", "-r", "-z", "--name-only", base, tip)
    before = _prints(worktree, paths(changed))
    done = await run(worktree, *_MERGE, tip, env=own(worktree))
    if done.code and not (record / "MERGE_HEAD").exists():
        raise GitError(f"git merge: {done.err or f'exit {done.code}'}")
    stages = await _unmerged(worktree)
    marked = [path for path in stages if _found(_closing(tip), worktree / path)]
    decidable = [path for path in stages if path not in marked and stages[path] != {1}]
    return Conflict(
        paths=list(stages),
        marked=marked,
        unmarked=decidable,
        tip=tip,
        before=before,
        after=_prints(worktree, [*before, *decidable]),
    )


async def unresolved(worktree: Path, conflict: Conflict) -> list[str]:
    """Paths that the agent left undecided, sorted; empty where all is resolved.

    These are files with markers of this conflict, wherever they are now; unmarked paths that are
    neither touched nor staged; and files that are as if the other side had never changed them.
    """
    found = await _with_markers(worktree, conflict.tip)
    found |= {path for path in conflict.marked if _found(_ANY, worktree / path)}
    stages = await _unmerged(worktree)
    waiting = [path for path in conflict.unmarked if path in stages]
    found |= _same(worktree, waiting, conflict.after)
    given_up = not await _going_on(worktree, conflict.tip)
    brought = [
        path
        for path, held in conflict.before.items()
        if conflict.after[path] != held and (given_up or path not in conflict.paths)
    ]
    return sorted(found | _same(worktree, brought, conflict.before))


async def _unmerged(worktree: Path) -> dict[str, set[int]]:
    """The stages that git has of each path it could not join: 1 base, 2 ours, 3 theirs."""
    stages: defaultdict[str, set[int]] = defaultdict(set)
    for line in paths(await git_in(worktree, "ls-files", "-u", "-z")):
        about, _, path = line.partition("\t")
        stages[path].add(int(about[-1]))
    return stages


async def _going_on(worktree: Path, tip: str) -> bool:
    """Whether the merge is under way or concluded; else somebody has called it off."""
    environment = own(worktree)
    if Path(environment["GIT_DIR"], "MERGE_HEAD").exists():
        return True
    words = ("merge-base", "--is-ancestor", tip, "HEAD")
    return (await run(worktree, *words, env=environment)).code == 0


async def _with_markers(worktree: Path, tip: str) -> set[str]:
    words = ("grep", "-z", "-l", "-a", "--no-color", "--untracked", "-F", "-e", f">>>>>>> {tip}")
    done = await run(worktree, *words, env=own(worktree))
    if done.code not in (0, 1):
        raise GitError(f"git grep: {done.err}")
    return set(paths(done.out))


def _closing(tip: str) -> re.Pattern[bytes]:
    return re.compile(rb"^>{7,} " + tip.encode(), re.MULTILINE)


def _found(pattern: re.Pattern[bytes], file: Path) -> bool:
    if file.is_symlink() or not file.is_file():
        return False
    return pattern.search(file.read_bytes()) is not None


def _same(worktree: Path, names: Iterable[str], held: Mapping[str, str]) -> set[str]:
    return {path for path, now in _prints(worktree, names).items() if now == held[path]}


def _prints(worktree: Path, names: Iterable[str]) -> dict[str, str]:
    return {name: _print(worktree / name) for name in names}


def _print(file: Path) -> str:
    """What stands at a path: kind, whether it can be run, and its content as a hash."""
    try:
        mode = file.lstat().st_mode
        if stat.S_ISLNK(mode):
            return f"link {file.readlink()}"
        if not stat.S_ISREG(mode):
            return "folder"
        return f"{mode & stat.S_IXUSR} {hashlib.sha256(file.read_bytes()).hexdigest()}"
    except OSError:
        return "nothing"
