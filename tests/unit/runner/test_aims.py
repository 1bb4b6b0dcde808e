"""What an attempt left is weighed by what will be left of it."""

from pathlib import Path

from msgspec.structs import replace

from planning import plan, task
from repository import Repository
from sixfold.agents.agent import TurnEnd
from sixfold.runner.aims import TaskAim
from sixfold.workspace.delivery import collect
from sixfold.workspace.git import exclude, head
from sixfold.workspace.worktrees import Worktrees


async def test_a_named_file_counts_where_it_is_committed_or_was_brought_along(
    tmp_path: Path,
) -> None:
    repository = Repository(tmp_path, "- [ ] T001 Write\n")
    repository.write(".gitignore", "*.out\n.env\n")
    repository.git("add", ".")
    repository.git("commit", "-qm", "two")
    repository.write(".env", "KEY=1\n")
    await exclude(tmp_path)
    tree = await Worktrees(tmp_path, "R", [".env"]).add("T001.1", (await head(tmp_path))[1])
    for name in ("a.go", "b.out"):
        (tree.path / name).write_text("x\n")
    (planned,) = plan(["setup"], [task("T001", title="Write")]).tasks
    delivery = await collect(tree, tasks_file="tasks.md", message="T001")

    async def lacking(*files: str) -> str:
        asked = replace(planned, files=list(files))
        return await TaskAim(asked, None, "").lacking(tree, delivery, TurnEnd(ok=True))

    assert await lacking("a.go", ".env") == ""
    assert await lacking("b.out") == "b.out is ignored by git, so it cannot be delivered"
