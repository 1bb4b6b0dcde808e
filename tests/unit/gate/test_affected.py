"""Which packages a change concerns, on a real module."""

import os
from collections.abc import Mapping
from pathlib import Path

import pytest

from sixfold.gate import toolchain
from sixfold.gate.affected import affected

ALL = ["go", "test", "-race", "./..."]
FILES = {
    "go.mod": "module example.com/m\n\ngo 1.22\n",
    "store/store.go": "package store\n\nfunc One() int { return 1 }\n",
    "store/store_test.go": 'package store_test\n\nimport "testing"\n\nfunc TestA(*testing.T) {}\n',
    "store/testdata/deep/a.txt": "a\n",
    "word/word.go": 'package word\n\nimport _ "embed"\n\n'
    "//go:embed list/words.txt\nvar Words string\n",
    "word/list/words.txt": "sea\n",
    "report/report.go": 'package report\n\nimport "example.com/m/store"\n\nvar _ = store.One\n',
    "report/report_test.go": "package report\n\n"
    'import (\n\t"testing"\n\n\t"example.com/m/word"\n)\n\n'
    "func TestB(*testing.T) { _ = word.Words }\n",
    "cmd/m/main.go": 'package main\n\nimport "example.com/m/report"\n\n'
    "func main() { _ = 0 }\n\nvar _ = report.X\n",
    "report/x.go": "package report\n\nvar X = 1\n",
    "doc/readme.md": "text\n",
}


@pytest.fixture(scope="module")
def module(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("module")
    for name, text in FILES.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return root


@pytest.fixture(scope="module")
def env(module: Path) -> Mapping[str, str]:
    return toolchain.find(module).environment(os.environ)


@pytest.mark.parametrize(
    ("changed", "names"),
    [
        (["store/store.go"], ["cmd/m", "report", "store"]),
        (["store/store_test.go"], ["store"]),
        (["store/testdata/deep/a.txt"], ["store"]),
        (["word/word.go"], ["report", "word"]),
        (["word/list/words.txt"], ["report", "word"]),
        (["cmd/m/main.go"], ["cmd/m"]),
        (["doc/readme.md"], []),
        (["store"], ["cmd/m", "report", "store"]),
        (["report/gone.go"], ["cmd/m", "report"]),
        (["word/word.go", "cmd/m/main.go"], ["cmd/m", "report", "word"]),
    ],
    ids=lambda value: "+".join(value) or "none",
)
async def test_packages_are_those_that_rest_on_what_changed(
    module: Path, env: Mapping[str, str], changed: list[str], names: list[str]
) -> None:
    found = await affected(module, [module / name for name in changed], command=ALL, env=env)
    assert found == [f"example.com/m/{name}" for name in names]


@pytest.mark.parametrize("name", ["go.mod", "go.sum", "go.work"])
async def test_a_module_file_concerns_all(module: Path, env: Mapping[str, str], name: str) -> None:
    assert await affected(module, [module / name], command=ALL, env=env) is None


async def test_where_go_list_fails_it_cannot_be_told(
    tmp_path: Path, env: Mapping[str, str]
) -> None:
    assert await affected(tmp_path, [tmp_path / "a.go"], command=ALL, env=env) is None


async def test_only_what_the_command_tests_counts(module: Path, env: Mapping[str, str]) -> None:
    some = ["go", "test", "./report", "./store/..."]
    found = await affected(module, [module / "store/store.go"], command=some, env=env)
    assert found == ["example.com/m/report", "example.com/m/store"]
    assert await affected(module, [module / "a.go"], command=["make", "test"], env=env) is None


async def test_what_is_red_and_still_there_is_tested_too(
    module: Path, env: Mapping[str, str]
) -> None:
    red = [f"example.com/m/{name}" for name in ("word", "gone")]
    found = await affected(module, [module / "cmd/m/x.go"], command=ALL, env=env, red=red)
    assert found == ["example.com/m/cmd/m", "example.com/m/word"]
    found = await affected(module, [module / "doc/readme.md"], command=ALL, env=env, red=red)
    assert found == []


async def test_what_imports_a_package_that_is_gone_is_concerned(
    tmp_path: Path, env: Mapping[str, str]
) -> None:
    for name in ("go.mod", "report/report.go", "report/x.go", "cmd/m/main.go", "doc/readme.md"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(FILES[name])
    found = await affected(tmp_path, [tmp_path / "store"], command=ALL, env=env)
    assert found == ["example.com/m/cmd/m", "example.com/m/report"]
