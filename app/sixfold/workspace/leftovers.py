"""What runs that are over have left in the repository, and whether work is in it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from pathlib import Path
from typing import Literal

from msgspec import Struct, structs

from sixfold.workspace.git import GitError, git, head
from sixfold.workspace.kept import Kept
from sixfold.workspace.move import Move
from sixfold.workspace.records import OURS, Record, common_folder, records
from sixfold.workspace.unsaved import unsaved
from sixfold.workspace.worktrees import Worktrees

Kind = Literal["worktree", "branch", "record", "lock"]
RESUMABLE = "its run can be resumed"


class Leftover(Struct, frozen=True):
    """One thing that a run left."""

    kind: Kind
    run: str
    """The run's id; empty for a lock on the person's index."""
    name: str
    """`run` for the run's own, else that of an attempt, such as `T001.1`."""
    place: str
    """Path of a worktree (a record names one that is gone) or a lock; name of a branch."""
    holds: str = ""
    """What would be lost with it, in words; empty where nothing would."""
    commit: str = ""
    """Where a branch is."""

    @property
    def look(self) -> list[str]:
        """A command that shows what it holds, or goes on with it."""
        if self.holds == RESUMABLE:
            return ["sixfold", "run", "--resume", self.run]
        if self.kind == "branch":
            return ["git", "log", "--patch", f"HEAD..{self.place}"]
        return ["git", "-C", self.place, "status"] if self.kind == "worktree" else []


async def leftovers(
    root: Path, live: str | None, resumable: Collection[str] = ()
) -> list[Leftover]:
    """What is left of runs other than `live`; of a `resumable` one its branch and worktree hold.

    Raises `GitError`.
    """
    root = root.resolve()
    common = await common_folder(root)
    house = _House(root, common, records(common), await Kept.of(root), live, set(resumable))
    folders = await house.folders()
    return [*folders, *await house.branches(folders), *await house.locks(folders)]


async def clean(root: Path, found: Sequence[Leftover]) -> list[Leftover]:
    """Remove those that hold nothing. Returns the others, and what could not be removed."""
    kept = []
    for one in found:
        try:
            if not one.holds:
                await _remove(root.resolve(), one)
        except (GitError, OSError) as error:
            kept.append(structs.replace(one, holds=f"it cannot be removed: {error}"))
        else:
            kept += [one] if one.holds else []
    for folder in sorted((root / OURS).glob("*")):
        if folder.is_dir() and not any(folder.iterdir()):
            folder.rmdir()
    return kept


async def _remove(root: Path, one: Leftover) -> None:
    match one.kind:
        case "worktree" | "record":
            await Worktrees(root, one.run, ()).remove(one.name)
        case "branch":
            await git(root, "update-ref", "-d", f"refs/heads/{one.place}", one.commit)
        case "lock":
            Path(one.place).unlink(missing_ok=True)


class _House(Struct, frozen=True):
    """A repository with all that there is to judge by."""

    root: Path
    common: Path
    known: list[Record]
    kept: Kept
    live: str | None
    resumable: set[str]

    async def folders(self) -> list[Leftover]:
        """Worktrees, and git's records of those that are gone."""
        folder = self.root / OURS
        ours = {one.place: one for one in self.known if one.place.parent.parent == folder}
        places = {*ours, *(place for place in folder.glob("*/*") if place.is_dir())}
        return [
            await self._folder(place, ours.get(place))
            for place in sorted(places)
            if place.parent.name != self.live
        ]

    async def _folder(self, place: Path, record: Record | None) -> Leftover:
        run, name = place.parent.name, place.name
        kind: Kind = "worktree" if place.is_dir() else "record"
        holds = RESUMABLE if name == "run" and run in self.resumable else ""
        if not holds and record and record.detached:
            holds = await self.kept.beyond_branches(record.detached)
        if not holds and kind == "worktree":
            tip = self.kept.branches.get(f"sixfold/{run}/{name}", "HEAD")
            holds = await unsaved(self.root, place, record, tip, self.kept)
        return Leftover(kind, run, name, str(place), holds)

    async def branches(self, folders: Sequence[Leftover]) -> list[Leftover]:
        """Branches of runs, but for those that another checkout of the repository has."""
        reasons = dict.fromkeys(await self._in_use(folders), "it is checked out")
        reasons |= {f"sixfold/{f.run}/{f.name}": "its worktree is kept" for f in folders if f.holds}
        reasons |= {f"sixfold/{run}/run": RESUMABLE for run in self.resumable}
        elsewhere = {self.live, *self._elsewhere()}
        found = []
        for branch, commit in self.kept.branches.items():
            match branch.split("/"):
                case ["sixfold", run, name] if run not in elsewhere:
                    holds = reasons.get(branch) or await self.kept.beyond(run, name, commit)
                    found.append(Leftover("branch", run, name, branch, holds, commit))
        return found

    async def _in_use(self, folders: Sequence[Leftover]) -> set[str]:
        """Branches that are checked out where it stays so."""
        going = {one.place for one in folders if not one.holds}
        staying = [one for one in self.known if str(one.place) not in going and one.place.is_dir()]
        return {(await head(self.root))[0], *(one.branch for one in staying)}

    def _elsewhere(self) -> set[str]:
        """Runs with worktrees below another checkout, which may be live there."""
        others = [one for one in self.known if not one.place.is_relative_to(self.root / OURS)]
        names = [one.branch.split("/") for one in others if one.place.is_dir()]
        return {name[1] for name in names if name[0] == "sixfold" and len(name) == 3}

    async def locks(self, folders: Sequence[Leftover]) -> list[Leftover]:
        """Locks of processes that died: on what stays, and on the person's index if it is ours."""
        staying = {one.place: one for one in folders if one.holds}
        found = [
            Leftover("lock", one.run, one.name, str(lock))
            for record in self.known
            if (one := staying.get(str(record.place)))
            for lock in sorted(record.folder.glob("*.lock"))
        ]
        refs = sorted((self.common / "refs" / "heads" / "sixfold").glob("*/*.lock"))
        gone = {self.live, *self._elsewhere()}
        found += [
            Leftover("lock", lock.parent.name, lock.stem, str(lock))
            for lock in refs
            if lock.parent.name not in gone
        ]
        if self.live is None:
            own = await git(self.root, "rev-parse", "--path-format=absolute", "--git-dir")
            lock_left = Move(self.root, Path(own.removesuffix("\n")), "").lock_left()
            found += [Leftover("lock", "", "index", str(lock_left))] if lock_left else []
        return found
