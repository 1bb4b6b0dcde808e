from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from time import monotonic

import pytest

from sixfold.gate import toolchain
from sixfold.gate.touched import WORDS, build, touched
from sixfold.process import MARKER, marked, spawn

Write = Callable[[str, str], str]
GOOD = "package p\n\nfunc P() int { return 1 }\n"
BAD = "package p\n\nfunc P() int { return undefinedThing }\n"
VETTED = 'package p\n\nimport "fmt"\n\nfunc P() { fmt.Printf("%d", "x") }\n'
AHEAD = 'package p\n\nimport "testing"\n\nfunc TestP(t *testing.T) { NotYet() }\n'
IMPORTS = 'package p\n\nimport _ "example.com/m/q"\n'
PROGRAM = "package main\n\nfunc main() {}\n"
NO_SYNTAX = "package p\n\nfunc (\n"


@pytest.fixture
def write(tmp_path: Path) -> Write:
    def write(name: str, text: str) -> str:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        return name

    return write


@pytest.fixture(scope="module")
def env() -> dict[str, str]:
    return toolchain.find(Path.cwd()).environment({**os.environ, MARKER: "touched"})


def test_touched_packages_are_those_of_changed_sources_by_module(
    tmp_path: Path, write: Write
) -> None:
    for folder in ("", "tools/", "lib/"):
        write(f"{folder}go.mod", "module m\n")
    paths = ["a.go", "store/s.go", "store/s_test.go", "cmd/gone.go", "README.md", "web/x.html"]
    skipped = ["testdata/x.go", "vendor/v/v.go", "_x/x.go", "a/.x/x.go", "store/testdata/d.go"]
    assert touched(tmp_path, paths + skipped) == {"": {".", "./store", "./cmd"}}
    assert touched(tmp_path, ["tools/gen/g.go", "x y/é.go"]) == {
        "tools": {"./gen"},
        "": {"./x y"},
    }
    assert touched(tmp_path, ["lib/go.sum", "lib/a/a.go"]) == {"lib": {"./..."}}
    assert touched(tmp_path, ["go.work"]) == {f: {"./..."} for f in ("", "tools", "lib")}


def test_code_above_which_there_is_no_module_is_not_built_yet(tmp_path: Path) -> None:
    assert touched(tmp_path, ["a.go", "b/b.go"]) == {}


@pytest.mark.parametrize(
    ("files", "said"),
    [
        ({"p/p.go": GOOD}, ""),
        ({"p/p.go": BAD}, "go build: p/p.go:3:23: undefined: undefinedThing"),
        ({"p/p.go": VETTED}, "go vet: p/p.go:5:24: fmt.Printf format %d has arg"),
        ({"p/p.go": NO_SYNTAX}, "go build: p/p.go:4:1: syntax error"),
        ({"p/p.go": IMPORTS}, "no required module"),
        ({"p/p.go": GOOD, "p/p_test.go": AHEAD}, ""),
        ({"p/p.go": VETTED, "p/p_test.go": AHEAD}, "go vet: p/p.go:5:24:"),
        ({"p/p.go": BAD, "p/p_test.go": AHEAD}, "go build: p/p.go:3:23:"),
        ({"p/p.go": GOOD, "p/p_test.go": ""}, ""),
        ({"p/p.go": BAD, "p/p_test.go": ""}, "go build: p/p.go:3:23:"),
        ({"p/p_test.go": AHEAD}, ""),
        ({"p/p.go": "//go:build ignore\n\n" + BAD}, ""),
        (
            {"p/p.go": 'package p\n\nimport _ "example.com/m/q"\n', "p/q.go": GOOD},
            "example.com/m/q",
        ),
        ({"go.mod": "modle x\n"}, "go list: go.mod:1: unknown directive: modle"),
        (
            {
                "p/a.go": "package main\nfunc main() {}\n",
                "q/b.go": "package main\nfunc main() {}\n",
            },
            "",
        ),
    ],
    ids=[
        "good",
        "undefined",
        "vet",
        "syntax",
        "missing package",
        "test ahead",
        "vet behind a test ahead",
        "code and test broken",
        "empty test",
        "code broken behind an empty test",
        "only tests",
        "excluded",
        "missing import",
        "no module file",
        "programs",
    ],
)
async def test_what_does_not_build_is_told_and_tests_may_be_ahead(
    tmp_path: Path, write: Write, env: dict[str, str], files: dict[str, str], said: str
) -> None:
    write("go.mod", "module example.com/m\n\ngo 1.21\n")
    write("whole/w.go", "package whole\n")
    changed = [write(name, text) for name, text in files.items()]
    told = await build(tmp_path, changed, env=env, timeout=120)
    assert (said in told.split("\n")[0]) if said else told == ""
    assert len(told) < WORDS + 100


async def test_an_import_cycle_is_told_in_code_and_tolerated_in_tests(
    tmp_path: Path, write: Write, env: dict[str, str]
) -> None:
    write("go.mod", "module example.com/m\n\ngo 1.21\n")
    write("a/a.go", "package a\n")
    write("b/b.go", 'package b\n\nimport _ "example.com/m/a"\n')
    test = write("a/a_test.go", 'package a\n\nimport _ "example.com/m/b"\n')
    assert await build(tmp_path, [test], env=env, timeout=120) == ""
    code = write("a/c.go", 'package a\n\nimport _ "example.com/m/b"\n')
    assert "import cycle not allowed" in await build(tmp_path, [code], env=env, timeout=120)


async def test_a_removed_file_has_the_rest_of_its_package_built(
    tmp_path: Path, write: Write, env: dict[str, str]
) -> None:
    write("tools/go.mod", "module example.com/tools\n\ngo 1.21\n")
    write("tools/p/p.go", BAD)
    told = await build(tmp_path, ["tools/p/gone.go", "tools/q/gone.go"], env=env, timeout=120)
    assert told.startswith("go build in tools: p/p.go:3:23: undefined: undefinedThing")


async def test_a_module_beside_the_workspace_is_built_by_itself(
    tmp_path: Path, write: Write, env: dict[str, str]
) -> None:
    write("go.work", "go 1.21\n\nuse ./a\n")
    write("a/go.mod", "module example.com/a\n\ngo 1.21\n")
    write("b/go.mod", "module example.com/b\n\ngo 1.21\n")
    changed = [write("b/b.go", GOOD)]
    assert await build(tmp_path, changed, env=env, timeout=120) == ""
    changed.append(write("b/bad.go", BAD))
    assert "bad.go:3:23" in await build(tmp_path, changed, env=env, timeout=120)


async def test_without_go_code_or_without_go_nothing_is_started(
    tmp_path: Path, write: Write, env: dict[str, str]
) -> None:
    write("go.mod", "not even a module\n")
    assert await build(tmp_path, ["README.md"], env=env, timeout=5) == ""
    changed = [write("a.go", BAD)]
    assert await build(tmp_path, changed, env={"PATH": str(tmp_path)}, timeout=5) == ""


async def test_commands_of_the_config_take_the_place_of_go(tmp_path: Path, write: Write) -> None:
    changed = [write("go.mod", "broken\n"), write("a.go", BAD)]
    env = dict(os.environ)
    fine, bad = ["true"], ["sh", "-c", "echo one; echo two >&2; exit 3"]
    assert await build(tmp_path, changed, env=env, commands=[fine], timeout=9) == ""
    told = await build(tmp_path, changed, env=env, commands=[fine, bad], timeout=9)
    first, *more = told.split("\n")
    assert first.endswith("ended with exit code 3")
    assert more == ["one", "two"]
    told = await build(tmp_path, changed, env=env, commands=[["no-such-program"]], timeout=9)
    assert told.startswith("cannot start no-such-program: ")


async def test_time_out_ends_all_that_was_started(tmp_path: Path) -> None:
    run = f"late-{tmp_path}"
    start = monotonic()
    told = await build(
        tmp_path,
        [],
        env={**os.environ, MARKER: run},
        commands=[["sh", "-c", "setsid sleep 60 & sleep 60"]],
        timeout=0.3,
    )
    assert told == "the check was still running after 0.3 s"
    assert monotonic() - start < 5
    assert not marked({MARKER: run})


async def test_ending_a_check_spares_what_else_the_run_has_started(tmp_path: Path) -> None:
    run = f"spared-{tmp_path}"
    env = {**os.environ, MARKER: run}

    agent = await spawn(["sleep", "60"], cwd=tmp_path, env={**env, "SIXFOLD_TASK": "T001"})
    try:
        assert await build(tmp_path, [], env=env, commands=[["true"]], timeout=9) == ""
        assert agent.returncode is None
        assert [process.pid for process in marked({MARKER: run})] == [agent.pid]
    finally:
        await agent.end()
