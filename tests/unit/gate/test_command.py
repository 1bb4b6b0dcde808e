from __future__ import annotations

from pathlib import Path

import pytest

from sixfold.gate.command import as_go_test, survey


@pytest.mark.parametrize(
    ("command", "expected"),
    [
        ("go test -race ./...", "go test -json -race ./..."),
        ("/usr/local/go/bin/go test", "/usr/local/go/bin/go test -json"),
        ("go1.22.3 test ./a", "go1.22.3 test -json ./a"),
        ("go -C sub test ./...", "go -C sub test -json ./..."),
        ("go -C=sub test ./...", "go -C=sub test -json ./..."),
        ("env GOFLAGS=-mod=mod go test ./...", "env GOFLAGS=-mod=mod go test -json ./..."),
        ("env -u GOFLAGS -i A=b go test", "env -u GOFLAGS -i A=b go test -json"),
        ("go test -json ./...", "go test -json ./..."),
        ("go test --json=true ./...", "go test --json=true ./..."),
        ("go test ./a -args -json", "go test -json ./a -args -json"),
    ],
)
def test_go_test_is_made_to_print_json(command: str, expected: str) -> None:
    found = as_go_test(command.split())
    assert found
    assert found.command == expected.split()


@pytest.mark.parametrize(
    "command",
    [
        "make test",
        "go vet ./...",
        "gotestsum",
        "go",
        "go -C",
        "env",
        "env A=b",
        "go test -json=false ./...",
        "sh -c go",
    ],
)
def test_other_commands_are_left_alone(command: str) -> None:
    assert as_go_test(command.split()) is None


@pytest.mark.parametrize("command", ["go -C sub test", "go -C=sub test", "go test -C=sub"])
def test_the_directory_of_the_command_is_known(command: str) -> None:
    found = as_go_test(command.split())
    assert found
    assert found.start == "sub"


def write(path: Path, text: str = "package x\n") -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


def test_modules_are_found_with_their_directories(tmp_path: Path) -> None:
    write(tmp_path / "go.mod", "// about\nmodule example.com/m // here\n\ngo 1.22\n")
    write(tmp_path / "tools/go.mod", 'module "example.com/m/tools"\n')
    write(tmp_path / "vendor/other/go.mod", "module other\n")
    write(tmp_path / ".sixfold/worktrees/x/go.mod", "module example.com/x\n")
    tree = survey(tmp_path)
    assert tree.sources.modules == {"example.com/m": "", "example.com/m/tools": "tools"}
    assert not tree.has_go
    assert not tree.empty


def test_a_tree_without_go_is_empty_until_there_is_a_file(tmp_path: Path) -> None:
    write(tmp_path / "README.md")
    write(tmp_path / "testdata/x.go")
    assert survey(tmp_path).empty
    write(tmp_path / "cmd/main.go")
    assert survey(tmp_path).has_go


def test_paths_that_go_prints_are_turned_towards_the_root(tmp_path: Path) -> None:
    write(tmp_path / "sub/go.mod", "module m\n")
    sources = survey(tmp_path, "sub").sources
    assert sources.printed("./a.go") == "sub/a.go"
    assert sources.printed("../b.go") == "b.go"
    assert sources.printed(f"{tmp_path}/sub/c/c.go") == "sub/c/c.go"
    assert sources.printed("/elsewhere/d.go") == "/elsewhere/d.go"
    assert sources.in_package("m/c", "c.go") == "sub/c/c.go"
