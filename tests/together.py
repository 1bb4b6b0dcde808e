"""A repository in which attempts deliver commits, as the tests of integration need it."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

from sixfold.workspace.git import exclude
from sixfold.workspace.trunk import Trunk

TASKS = "specs/001-x/tasks.md"
OPEN = b"- [ ] T001 one\n\n- [ ] T002 two\n\n- [ ] T003 three\n"


def git(root: Path, *words: str, stdin: bytes | None = None) -> str:
    """What git says, read as the runner reads it."""
    done = subprocess.run(["git", *words], cwd=root, check=True, capture_output=True, input=stdin)
    return done.stdout.decode(errors="surrogateescape")


def bash(folder: Path, script: str, **variables: str) -> None:
    """Run a script in a folder."""
    env = {**os.environ, **variables}
    subprocess.run(["bash", "-c", script], cwd=folder, env=env, check=True, capture_output=True)


def ticking(*tasks: str) -> Rewriting:
    """A rewrite that ticks these tasks."""
    return Rewriting(tasks, b"[ ]", b"[X]")


def opening(*tasks: str) -> Rewriting:
    """A rewrite that opens the boxes of these tasks."""
    return Rewriting(tasks, b"[X]", b"[ ]")


class Rewriting:
    """Exchange one box for another in the lines of some tasks."""

    def __init__(self, tasks: tuple[str, ...], old: bytes, new: bytes) -> None:
        self._tasks, self._old, self._new = tasks, old, new

    def __call__(self, data: bytes) -> bytes:
        for task in self._tasks:
            name = task.encode()
            data = data.replace(b"- %s %s" % (self._old, name), b"- %s %s" % (self._new, name))
        return data


class Together:
    """A repository at `root`, one commit old, and a trunk on it."""

    def __init__(self, root: Path) -> None:
        self.root = root
        root.mkdir()
        git(root, "init", "-q", "-b", "001-x")
        git(root, "config", "user.email", "a@example.com")
        git(root, "config", "user.name", "A")
        for name, content in {
            TASKS: OPEN,
            "a.go": b"package a\n\n// one\n// two\n// three\n",
            "dir/b c.go": b"package dir\n",
            "old.go": b"package a\n\nvar old = 1\nvar older = 2\nvar oldest = 3\n",
            "data.bin": b"\0\1\2",
            ".gitignore": b"*.log\n",
        }.items():
            self.write(root, name, content)
        git(root, "add", "--all")
        git(root, "commit", "-qm", "one")
        self.start = git(root, "rev-parse", "HEAD").strip()
        self.trunk = self.again()

    def again(self) -> Trunk:
        """The trunk as a process that comes after sees it."""
        return Trunk(self.root, "r1", TASKS, keep=[".env", "vendored/to ol*"])

    async def open(self) -> Trunk:
        """The trunk, open."""
        await exclude(self.root)
        await self.trunk.open(self.start)
        return self.trunk

    @staticmethod
    def write(folder: Path, name: str, content: bytes | None) -> None:
        """Content of a file; None takes it away."""
        path = Path(os.fsdecode(os.fsencode(folder) + b"/" + os.fsencode(name)))
        if content is None:
            path.unlink()
            return
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)

    def attempt(self, name: str, base: str) -> Path:
        """A worktree as an attempt has it."""
        path = self.root / ".sixfold" / "worktrees" / "r1" / name
        git(self.root, "worktree", "add", "-q", "-b", f"sixfold/r1/{name}", str(path), base)
        return path

    def deliver(self, name: str, base: str, **files: bytes | None) -> str:
        """A commit that an attempt left: dots in names of files are written as `__`."""
        contents = {key.replace("__", "."): held for key, held in files.items()}
        return self.deliver_all(name, base, contents)

    def deliver_all(self, name: str, base: str, files: dict[str, bytes | None]) -> str:
        """A commit that an attempt left."""
        path = self.root / ".sixfold" / "worktrees" / "r1" / name
        if not path.exists():
            path = self.attempt(name, base)
        for file, content in files.items():
            self.write(path, file, content)
        git(path, "add", "--all")
        git(path, "commit", "-qm", name)
        return git(path, "rev-parse", "HEAD").strip()

    def tree_of(self, commit: str) -> str:
        """The id of a commit's tree."""
        return git(self.root, "rev-parse", f"{commit}^{{tree}}").strip()

    def held(self, commit: str, name: str = TASKS) -> bytes:
        """A file as a commit has it."""
        return git(self.root, "cat-file", "blob", f"{commit}:{name}").encode(
            errors="surrogateescape"
        )

    def is_at(self, commit: str) -> bool:
        """Whether branch, index and worktree of the trunk hold this commit and no more."""
        path = self.trunk.path
        return (
            git(self.root, "rev-parse", self.trunk.branch).strip() == commit
            and git(path, "rev-parse", "--symbolic-full-name", "HEAD").strip()
            == f"refs/heads/{self.trunk.branch}"
            and git(path, "status", "--porcelain", "-uall") == ""
            and git(path, "write-tree").strip() == self.tree_of(commit)
        )
