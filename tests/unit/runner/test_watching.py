"""Which changes of files make tests run again."""

from __future__ import annotations

import asyncio
from pathlib import Path

from sixfold.runner.watching import by_hand, changes


async def test_sources_count_and_what_is_written_by_us_or_git_does_not(tmp_path: Path) -> None:
    for name in (".git", ".sixfold", "node_modules", "a"):
        (tmp_path / name).mkdir()
    left = tmp_path / "t.json"
    found = changes(tmp_path, [left])
    first = asyncio.ensure_future(anext(found))
    for _ in range(200):  # until the watcher is there
        for name in (".git/x", ".sixfold/x", "node_modules/x", "t.json", ".t.json.new", "a/a.go"):
            (tmp_path / name).write_text("x")
        done, _ = await asyncio.wait({first}, timeout=0.05)
        if done:
            break
    assert await first == {tmp_path / "a/a.go"}


def test_a_file_that_every_run_changes_is_written_by_the_tests() -> None:
    before: set[Path] = set()
    golden, source, module = Path("golden.txt"), Path("a.go"), Path("go.mod")
    assert by_hand({golden, source, module}, before) == {golden, source, module}
    assert by_hand({golden, source, module}, before) == {source, module}
