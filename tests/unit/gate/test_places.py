from __future__ import annotations

import pytest

from sixfold.gate.places import Sources, blamed_test, frames, package_of
from sixfold.model import Frame

SOURCES = Sources("/r", {"example.com/m": "", "example.com/m/tools": "tools", "sort": "own"})


@pytest.mark.parametrize(
    ("function", "package"),
    [
        ("example.com/m/store.(*Store).Add", "example.com/m/store"),
        ("example.com/m/store_test.TestX.func1", "example.com/m/store"),
        ("example.com/m.Map[...].Get", "example.com/m"),
        ("gopkg.in/yaml%2ev3.(*parser).fail", "gopkg.in/yaml.v3"),
        ("runtime.mapassign_faststr", "runtime"),
        ("main.main", "main"),
    ],
)
def test_a_function_tells_its_package(function: str, package: str) -> None:
    assert package_of(function) == package


def test_stacks_of_the_runtime_are_read() -> None:
    text = """goroutine 9 [running]:
testing.(*T).Run(0xc0000e0488, {0x62f3db, 0x5}, 0x7eb5d0)
\t/usr/local/go/src/testing/testing.go:2268 +0xb3e
example.com/m.f(...)
\t/r/dir with space/m.go:5
created by example.com/m.TestX.func1 in goroutine 20
\t/r/m_test.go:6 +0x25 fp=0x1 sp=0x2 pc=0x3
"""
    assert frames(text.splitlines()) == [
        Frame("testing.(*T).Run", "/usr/local/go/src/testing/testing.go", 2268),
        Frame("example.com/m.f", "/r/dir with space/m.go", 5),
        Frame("example.com/m.TestX.func1", "/r/m_test.go", 6),
    ]


def test_the_frame_to_look_at_is_ones_own() -> None:
    standard = Frame("sync.(*Mutex).Lock", "/usr/local/go/src/sync/mutex.go", 1)
    foreign = Frame("github.com/x/y.F", "/home/u/go/pkg/mod/github.com/x/y@v1/y.go", 2)
    own = Frame("example.com/m/store.F", "/r/store/s.go", 3)
    shadow = Frame("sort.Mine", "/r/own/s.go", 4)
    assert SOURCES.own([standard, foreign, own]) == own
    assert SOURCES.own([standard, foreign]) == foreign
    assert SOURCES.own([standard]) == standard
    assert SOURCES.own([foreign, shadow]) == shadow
    assert SOURCES.own([]) is None


def test_files_are_told_relative_to_the_root() -> None:
    assert SOURCES.of_frame(Frame("example.com/m/a.F", "/r/a/a.go", 1)) == "a/a.go"
    assert (
        SOURCES.of_frame(Frame("example.com/m/tools/b.F", "/r/tools/b/b.go", 1)) == "tools/b/b.go"
    )
    trimmed = Frame("example.com/m/a.F", "example.com/m/a/a.go", 1)
    assert SOURCES.of_frame(trimmed) == "a/a.go"


def test_packages_have_short_names() -> None:
    assert SOURCES.short("example.com/m/internal/store") == "internal/store"
    assert SOURCES.short("example.com/m") == "m"
    assert SOURCES.short("elsewhere.org/deep/thing") == "thing"
    assert Sources(modules={"x.org/svc/v2": ""}).short("x.org/svc/v2") == "svc"


def stack(*functions: str) -> list[Frame]:
    return [Frame(function, "x.go", 1) for function in functions]


@pytest.mark.parametrize(
    ("functions", "charged", "blamed"),
    [
        (["m/p.F", "m/p.TestA.func1"], "TestB", "TestA"),
        (["m/p.TestA.func1"], "TestA/sub", "TestA/sub"),
        (["m/p.F"], "TestB", "TestB"),
        (["m/p.TestMain"], "TestB", ""),
        (["m/p.(*Suite).TestMethod"], "TestSuite/TestMethod", "TestSuite/TestMethod"),
        (["m/other.TestA"], "TestB", "TestB"),
        (["m/p.Testimony"], "TestB", "TestB"),
    ],
)
def test_the_stack_says_whose_code_it_is(functions: list[str], charged: str, blamed: str) -> None:
    assert blamed_test(stack(*functions), "m/p", charged) == blamed
