"""A person's repository, and a run's branch made beside it."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path

from sixfold.workspace.checkout import Checkout

TASKS = "specs/tasks.md"
OPEN, DONE = "# Tasks\n\n- [ ] T001 Write it\n", "# Tasks\n\n- [X] T001 Write it\n"


def same(data: bytes) -> bytes:
    return data


def ticked(data: bytes) -> bytes:
    return data.replace(b"[ ] T001", b"[X] T001")


class Person:
    """A person's repository at `root`, and a run's branch made beside it."""

    def __init__(self, root: Path, branch: str = "main") -> None:
        self.root, self.branch = root, branch
        root.mkdir(parents=True)
        self.git("init", "-q", "-b", "main")
        self.git("config", "user.email", "a@example.com")
        self.git("config", "user.name", "A")
        for name in ("a.go", "b.go", "keep.go", "dir/x.go"):
            self.write(name, f"package {Path(name).stem}\n")
        self.write(TASKS, OPEN)
        self.write(".gitignore", "*.log\nout/\n")
        self.git("add", ".")
        self.git("commit", "-qm", "one")
        self.base = self.head()

    def git(self, *words: str, at: Path | None = None) -> str:
        done = subprocess.run(
            ["git", *words], cwd=at or self.root, check=True, capture_output=True, text=True
        )
        return done.stdout.strip()

    def head(self, name: str = "HEAD") -> str:
        return self.git("rev-parse", name)

    def status(self) -> str:
        return self.git("status", "--porcelain", "--untracked-files=all")

    def write(self, name: str, text: str, at: Path | None = None) -> Path:
        path = (at or self.root) / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text.encode())
        return path

    def read(self, name: str) -> str:
        return (self.root / name).read_bytes().decode()

    def run(self, change: Callable[[Path], object], start: str = "") -> str:
        """A commit of the run on top of `start`, made in a worktree of its own."""
        place = self.root.parent / "run"
        self.git("worktree", "add", "-q", "--detach", str(place), start or self.base)
        change(place)
        self.git("add", "-A", "-f", at=place)
        self.git("commit", "-qm", "run", "--allow-empty", at=place)
        tip = self.git("rev-parse", "HEAD", at=place)
        self.git("worktree", "remove", "--force", str(place))
        return tip

    def tip(self, **files: str | None) -> str:
        """A commit of the run that writes, or takes away, files (`a_go` is `a.go`)."""

        def change(place: Path) -> None:
            for name, text in files.items():
                path = name.replace("__", "/").replace("_", ".")
                if text is None:
                    (place / path).unlink()
                else:
                    self.write(path, text, place)

        return self.run(change)

    def checkout(self, last: str = "") -> Checkout:
        return Checkout(self.root, self.branch, TASKS, last)

    async def follow(self, tip: str, rewrite: Callable[[bytes], bytes] = same) -> str:
        return await self.checkout().follow(tip, rewrite)

    def left_behind(self) -> list[str]:
        return sorted(path.name for path in (self.root / ".git").glob("*sixfold*")) + [
            path.name for path in (self.root / ".git").glob("*.lock")
        ]


async def follows(person: Person, tip: str, rewrite: Callable[[bytes], bytes] = same) -> None:
    assert await person.follow(tip, rewrite) == ""
    assert person.head() == tip
    assert person.left_behind() == []


async def stays(person: Person, tip: str, *said: str) -> None:
    """The checkout is left exactly as it is, and each of `said` is in the reason."""
    before = (person.head(), person.status(), person.git("diff"), person.git("diff", "--cached"))
    reason = await person.follow(tip)
    assert reason
    assert all(word in reason for word in said), reason
    assert "\n" not in reason
    now = (person.head(), person.status(), person.git("diff"), person.git("diff", "--cached"))
    assert now == before
    assert person.left_behind() == []
