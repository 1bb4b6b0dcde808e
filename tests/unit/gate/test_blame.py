from __future__ import annotations

import asyncio
import math
import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sixfold.gate import toolchain
from sixfold.gate.blame import Change, first_bad, suspects
from sixfold.model import Failure

ENV = toolchain.find(Path.cwd()).environment(os.environ)
RACE = """==================
WARNING: DATA RACE
Write at 0x00c0000b4010 by goroutine 8:
  example.com/m/store.(*Store).Add()
      /elsewhere/store/store.go:12 +0x44
"""
FILES = {
    "go.mod": "module example.com/m\n\ngo 1.21\n",
    "count/count.go": 'package count\n\nimport _ "example.com/m/store"\n',
    "count/count_test.go": 'package count\n\nimport _ "example.com/m/fake"\n',
    "count/testdata/in.txt": "a b\n",
    "store/store.go": 'package store\n\nimport _ "embed"\n\n//go:embed sql/new.sql\nvar S string\n',
    "store/store_test.go": "package store\n",
    "store/sql/new.sql": "create\n",
    "fake/fake.go": "package fake\n",
    "web/web.go": "package web\n",
}


@pytest.fixture
def root(tmp_path: Path) -> Path:
    for name, text in FILES.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return tmp_path


def change(number: int, *files: str) -> Change:
    return Change(f"T{number:03}", f"c{number}", f"work {number}", list(files))


def failure(package: str = "example.com/m/count", **more: str) -> Failure:
    return Failure(package, "TestX", "fail", **more)  # type: ignore[arg-type]


async def blamed(root: Path, failures: list[Failure], *commits: Change) -> list[str]:
    return [found.task for found in await suspects(root, failures, commits, env=ENV)]


async def test_suspect_is_who_touched_what_the_failing_package_is_made_of(root: Path) -> None:
    commits = [
        change(1, "store/store.go"),
        change(2, "web/web.go", "docs/x.md"),
        change(3, "count/notes.txt"),
        change(4, "store/sql/new.sql"),
        change(5, "store/store_test.go"),
        change(6, "go.mod"),
        change(7, "count/testdata/in.txt"),
        change(8, "fake/fake.go"),
        change(9, "store/README.md", "web/go.mod"),
    ]
    assert await blamed(root, [failure()], *commits) == [
        *("T007", "T003"),
        *("T008", "T006", "T004", "T001"),
    ]


async def test_likeliest_is_who_touched_a_file_that_the_failure_names(root: Path) -> None:
    commits = [
        change(1, "store/store.go", "web/web.go", "count/x.go"),
        change(2, "count/count.go"),
        change(3, "count/x.go"),
    ]
    race = Failure("example.com/m/count", "TestX", "race", "count/x.go", 3, output=RACE)
    found = await suspects(root, [race], commits, env=ENV)
    assert [one.task for one in found] == ["T003", "T001", "T002"]
    assert found[1].files == ["store/store.go", "count/x.go"]
    assert (found[1].commit, found[1].subject) == ("c1", "work 1")
    said = failure(output="    count.go:3: wrong\n")
    assert (await blamed(root, [said], *commits))[0] == "T002"


async def test_a_package_that_does_not_build_is_still_known(root: Path) -> None:
    (root / "count/count.go").write_text('package count\n\nimport _ "example.com/m/gone"\nfunc (\n')
    commits = [change(1, "count/a.go"), change(2, "web/web.go"), change(3, "fake/fake.go")]
    broken = Failure("example.com/m/count [example.com/m/count.test]", "", "build")
    assert await blamed(root, [broken], *commits) == ["T001", "T003"]


async def test_without_go_a_package_is_its_directory(root: Path) -> None:
    commits = [change(1, "count/a.go"), change(2, "store/store.go")]
    found = await suspects(root, [failure()], commits, env={"PATH": "/nowhere"})
    assert [one.task for one in found] == ["T001"]


async def test_modules_of_one_repository_are_told_apart(root: Path) -> None:
    (root / "tools/gen").mkdir(parents=True)
    (root / "tools/go.mod").write_text("module example.com/tools\n\ngo 1.21\n")
    (root / "tools/gen/gen.go").write_text("package gen\n")
    commits = [change(1, "go.mod"), change(2, "tools/go.mod"), change(3, "tools/gen/gen.go")]
    assert await blamed(root, [failure("example.com/tools/gen")], *commits) == [
        *("T003", "T002", "T001"),
    ]
    assert await blamed(root, [failure("example.com/m/web")], *commits) == ["T001"]


async def test_where_no_package_is_known_every_commit_is_suspect(root: Path) -> None:
    commits = [change(1, "a.py"), change(2), change(3, "web/web.go")]
    command = Failure("", "", "command", "a.py", 3)
    assert await blamed(root, [command], *commits) == ["T003", "T002", "T001"]
    assert await blamed(root, [failure("example.com/other/p")], *commits) == [
        *("T003", "T002", "T001"),
    ]


def bisect(count: int, bad: int, mute: set[int]) -> tuple[int | None, list[int]]:
    asked: list[int] = []

    async def fails(at: int) -> bool | None:
        asked.append(at)
        return None if at in mute else at >= bad

    return asyncio.run(first_bad(count, fails)), asked


@given(st.integers(1, 200), st.data())
def test_bisecting_finds_the_first_bad_commit_with_the_fewest_questions(
    count: int, data: st.DataObject
) -> None:
    bad = data.draw(st.integers(0, count - 1))
    found, asked = bisect(count, bad, set())
    assert found == bad
    assert len(asked) <= math.ceil(math.log2(count))


@given(st.integers(1, 40), st.data())
def test_bisecting_steps_around_what_cannot_be_told(count: int, data: st.DataObject) -> None:
    bad = data.draw(st.integers(0, count - 1))
    mute = data.draw(st.sets(st.integers(0, count - 1)))
    found, asked = bisect(count, bad, mute)
    known = (bad == count - 1 or bad not in mute) and (bad == 0 or bad - 1 not in mute)
    assert found == (bad if known else None)
    assert len(asked) == len(set(asked))
    assert count - 1 not in asked


def test_among_no_commits_none_is_bad() -> None:
    assert bisect(0, 0, set()) == (None, [])
