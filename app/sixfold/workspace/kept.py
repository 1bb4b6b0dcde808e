"""What stays in any case, the person's branches and the runs' own, and what goes beyond it."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from sixfold.workspace.git import git, run
from sixfold.workspace.merging import adds_nothing
from sixfold.workspace.worktrees import attempt_name, fix_name

_FIELDS = ("Task", "Fix", "Attempt", "Undo")
_RECENT = 1000
"""Commits whose files are known; what is older only makes us keep more."""


class Kept:
    """The branches of the repository at `root`, by name, and a HEAD that is on none of them."""

    def __init__(self, root: Path, branches: dict[str, str], head: str) -> None:
        self._root, self.branches = root, branches
        person = {c for name, c in branches.items() if not name.startswith("sixfold/")}
        self._persons = person | ({head} - {""})
        self._runs = {
            commit
            for name, commit in branches.items()
            if name.startswith("sixfold/") and name.endswith("/run")
        }
        self._joined: dict[str, dict[str, str]] = {}
        self._blobs: set[str] | None = None

    @classmethod
    async def of(cls, root: Path) -> Kept:
        """All of them as they are now. Raises `GitError`."""
        words = ("for-each-ref", "--format=%(objectname) %(refname)", "refs/heads")
        listed = [line.split(" ", 1) for line in (await git(root, *words)).splitlines()]
        branches = {ref.removeprefix("refs/heads/"): commit for commit, ref in listed}
        on_branch = (await run(root, "symbolic-ref", "-q", "HEAD")).code == 0
        detached = "" if on_branch else (await git(root, "rev-parse", "HEAD")).strip()
        return cls(root, branches, detached)

    async def beyond_branches(self, commit: str) -> str:
        """What `commit` has that no branch has, in words; empty for nothing."""
        return _commits(await self._count(commit, {*self._persons, *self.branches.values()}))

    async def beyond(self, run_id: str, name: str, commit: str) -> str:
        """What the branch `name` of a run, at `commit`, has that does not stay, in words.

        An attempt's commits were joined as one: it has nothing more where joining it once again
        to that one would change nothing, nor where that is so of a branch that stays.
        """
        staying = self._persons if name == "run" else self._persons | self._runs
        count = await self._count(commit, staying)
        if not count or name == "run":
            return _commits(count)
        joined = (await self._joined_in(run_id)).get(name, "")
        own = self.branches.get(f"sixfold/{run_id}/run", "")
        for other in (joined, own):
            if other and await adds_nothing(self._root, other, commit):
                return ""
        return _commits(count)

    async def has_blob(self, blob: str) -> bool:
        """Is a file's content in a branch that stays, now or not long ago."""
        if self._blobs is None:
            words = ("rev-list", "--objects", f"--max-count={_RECENT}", "--stdin")
            stdin = _lines({*self._persons, *self._runs})
            listed = (await git(self._root, *words, stdin=stdin)).splitlines()
            self._blobs = {line.partition(" ")[0] for line in listed}
        return blob in self._blobs

    async def _count(self, commit: str, others: Iterable[str]) -> int:
        stdin = _lines([commit, *(f"^{other}" for other in others)])
        return int(await git(self._root, "rev-list", "--count", "--stdin", stdin=stdin))

    async def _joined_in(self, run_id: str) -> dict[str, str]:
        """The commit by which each attempt of a run was joined and not taken back since."""
        if run_id not in self._joined:
            trailers = "%x01".join(
                f"%(trailers:key=Sixfold-{key},valueonly,separator=%x20)" for key in _FIELDS
            )
            words = ("log", "-z", "--topo-order", f"--format=%H%x01{trailers}", "--stdin")
            only = ("-F", f"--grep=Sixfold-Run: {run_id}")
            stdin = _lines({*self._persons, *self._runs})
            listed = await git(self._root, *words, *only, stdin=stdin)
            self._joined[run_id] = _attempts(listed)
        return self._joined[run_id]


def _attempts(log: str) -> dict[str, str]:
    """Attempts by name in a log, newest first."""
    found, undone = dict[str, str](), set[str]()
    for line in filter(None, log.split("\0")):
        commit, task, fix, attempt, undoes = line.split("\x01")
        undone |= {undoes} - {""}
        if not attempt.isdecimal() or task in undone:
            continue
        if task:
            found.setdefault(attempt_name(task, int(attempt)), commit)
        elif fix.isdecimal():
            found.setdefault(fix_name(int(fix), int(attempt)), commit)
    return found


def _lines(words: Iterable[str]) -> bytes:
    return "".join(f"{word}\n" for word in words).encode()


def _commits(count: int) -> str:
    if not count:
        return ""
    return f"{count} commit{'s are' if count > 1 else ' is'} in no other branch"
