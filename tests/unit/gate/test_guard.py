from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sixfold.gate import toolchain
from sixfold.gate.guard import guarded, weakened

STORE = """package store

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

var words = []string{"a", "b"}

const rounds = 1000

func TestAdd(t *testing.T) {
	t.Parallel()
	s := New()
	var wg sync.WaitGroup
	for i := 0; i < 1000; i++ {
		wg.Add(1)
		go func() {
			defer wg.Done()
			s.Add("a")
		}()
	}
	wg.Wait()
	if got := s.Total(); got != 1000 {
		t.Errorf("Total() = %d, want %d", got, 1000)
	}
	assert.Equal(t, 1, s.Words())
}

func TestCount(t *testing.T) {
	tests := []struct {
		name string
		in   string
		want int
	}{
		{name: "empty", in: "", want: 0},
		{name: "two", in: "a b", want: 2},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := Count(tt.in)
			if got != tt.want {
				t.Fatalf("got %d", got)
			}
		})
	}
}

func TestList(t *testing.T) {
	want := []string{"a", "b"}
	got := List()
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	mustBe(t, len(got), 2)
	for _, word := range words {
		t.Log(word)
	}
	switch got[0] {
	case "a":
	default:
		t.Fatal("no a")
	}
}

func mustBe(t *testing.T, got, want int) {
	t.Helper()
	if got != want {
		t.Fatal(got)
	}
}

func ExampleCount() {
	fmt.Println(Count("a b"))
	// Output: 2
}

func BenchmarkAdd(b *testing.B) {
	for i := 0; i < b.N; i++ {
		New().Add("a")
	}
}
"""
PATH = "store/store_test.go"
NEW = 'func TestNew(t *testing.T) {\n\tif testing.Short() {\n\t\tt.Skip("slow")\n\t}\n}\n'
MAIN = "func TestMain(m *testing.M) {\n\t%s\n}\n"
TOTAL = (
    '\tif got := s.Total(); got != 1000 {\n\t\tt.Errorf("Total() = %d, want %d", got, 1000)\n\t}\n'
)
ROW = '\t\t{name: "two", in: "a b", want: 2},\n'
MUST = STORE[STORE.index("func mustBe") : STORE.index("func ExampleCount")]
COUNT = STORE[STORE.index("func TestCount") : STORE.index("func TestList")]
OTHER = "package store\n\n"

HARMLESS = {
    "nothing": [],
    "a new test, though it may be skipped": [("func mustBe", NEW + "\nfunc mustBe")],
    "a new row": [(ROW, ROW + '\t\t{name: "three", in: "a b c", want: 3},\n')],
    "a new first row": [('\t\t{name: "empty"', '\t\t{name: "x", want: 9},\n\t\t{name: "empty"')],
    "a new assertion": [("\twg.Wait()\n", "\twg.Wait()\n\tif s == nil {\n\t\tt.Fatal(s)\n\t}\n")],
    "a new subtest": [("\twg.Wait()\n", '\twg.Wait()\n\tt.Run("x", func(t *testing.T) {})\n')],
    "a new field of cases": [("want int\n", "want int\n\t\terr  error\n")],
    "a new branch": [
        ("\t\tt.Error(diff)\n\t}", "\t\tt.Error(diff)\n\t} else {\n\t\tt.Log(1)\n\t}")
    ],
    "a new word to range over": [('"a", "b"}\n\nconst', '"a", "b", "c"}\n\nconst')],
    "a new case of a switch": [('\tcase "a":\n', '\tcase "a":\n\tcase "z":\n')],
    "a return after failing": [("\t\tt.Error(diff)\n", "\t\tt.Error(diff)\n\t\treturn\n")],
    "a new loop with its own break": [("\twg.Wait()\n", "\twg.Wait()\n\tfor {\n\t\tbreak\n\t}\n")],
    "a new closure that returns": [
        ("\twg.Wait()\n", "\tf := func() int { return 1 }\n\twg.Wait()\n")
    ],
    "a step in a closure of a literal": [("defer wg.Done()", "defer wg.Done()\n\t\t\tuse(s)")],
    "more rounds": [("i < 1000", "i < 5000")],
    "more goroutines": [("wg.Add(1)", "wg.Add(2)")],
    "fatal for error": [("t.Errorf(", "t.Fatalf(")],
    "another message": [('"Total() = %d, want %d", got, 1000', '"total: %d", got')],
    "require for assert": [("assert.Equal", "require.Equal")],
    "other comments": [("\twg.Wait()\n", "\t// all of them /* so */\n\twg.Wait() // done\n")],
    "other layout": [("\twg.Wait()\n", "\n\n\twg . Wait ( )\n\n")],
    "arguments on lines": [("mustBe(t, len(got), 2)", "mustBe(\n\t\tt,\n\t\tlen(got), 2,\n\t)")],
    "other imports": [('\t"testing"\n', '\t"fmt"\n\t"testing"\n')],
    "any": [("got, want int", "got, want any")],
    "a renamed helper": [("mustBe", "requireSame")],
    "a renamed test": [("TestCount", "TestCountWords")],
    "tests in another order": [(COUNT, ""), ("func mustBe", COUNT + "func mustBe")],
    "a main that runs the tests": [("func mustBe", MAIN % "os.Exit(m.Run())" + "\nfunc mustBe")],
    "another init": [("func mustBe", "func init() { words = nil }\n\nfunc mustBe")],
    "a group of constants": [("const rounds = 1000", "const (\n\trounds = 1000\n\tmore = 1\n)")],
}

WEAKER = {
    "test removed": ([(COUNT, "")], "TestCount is gone"),
    "test renamed to a helper": ([("TestCount", "checkCount")], "TestCount is gone"),
    "test renamed to no test": ([("TestCount", "Testcount")], "TestCount is gone"),
    "benchmark removed": ([("BenchmarkAdd", "benchAdd")], "BenchmarkAdd is gone"),
    "example removed": ([("ExampleCount", "printCount")], "ExampleCount is gone"),
    "example without output": ([("\t// Output: 2\n", "")], "ExampleCount no longer has"),
    "example with another output": (
        [("Output: 2", "Output: 3")],
        "had `Output: 2`, now `Output: 3`",
    ),
    "skip": ([("\tt.Parallel()\n", '\tt.Parallel()\n\tt.Skip("flaky")\n')], 'has a new `t.Skip("f'),
    "skip now": ([("\ts := New()\n", "\tt.SkipNow()\n\ts := New()\n")], "TestAdd has a new"),
    "skip in a subtest": (
        [("\t\t\tgot :=", '\t\t\tt.Skipf("x")\n\t\t\tgot :=')],
        "TestCount has a",
    ),
    "skip when short": (
        [("\ts := New()\n", "\tif testing.Short() {\n\t\treturn\n\t}\n\ts := New()\n")],
        "TestAdd has a new `if testing.Short()",
    ),
    "skip in a new helper": (
        [
            ("\twant :=", "\tonlyAtNight(t)\n\twant :="),
            ("func mustBe", NEW.replace("TestNew", "onlyAtNight") + "\nfunc mustBe"),
        ],
        "TestList has a new `onlyAtNight(t)`",
    ),
    "skip in an old helper": ([("\tt.Helper()\n", '\tt.Helper()\n\tt.Skip("")\n')], "mustBe has a"),
    "early return": (
        [("\ts := New()\n", "\treturn\n\ts := New()\n")],
        "TestAdd has a new `return`",
    ),
    "early return on a condition": (
        [("\ts := New()\n", '\tif os.Getenv("CI") != "" {\n\t\treturn\n\t}\n\ts := New()\n')],
        "TestAdd has a new `if os.Getenv",
    ),
    "case left out": (
        [("\t\tt.Run(", "\t\tif tt.want > 1 {\n\t\t\tcontinue\n\t\t}\n\t\tt.Run(")],
        "TestCount",
    ),
    "assertion removed": ([(TOTAL, "")], "TestAdd no longer has `if got := s.Total()"),
    "assertion commented out": (
        [("\tassert.Equal", "\t// assert.Equal")],
        "no longer has `assert.E",
    ),
    "assertion emptied": ([("\t\tt.Error(diff)\n", "")], "TestList no longer has `t.Error(diff)`"),
    "assertion logged": (
        [("t.Error(diff)", "t.Log(diff)")],
        "had `t.Error(diff)`, now `t.Log(diff)`",
    ),
    "assertion never reached": ([(TOTAL, "\tif false {\n" + TOTAL + "\t}\n")], "TestAdd"),
    "assertion wrapped": (
        [
            (
                "\tassert.Equal(t, 1, s.Words())\n",
                "\tif s != nil {\n\t\tassert.Equal(t, 1, s.Words())\n\t}\n",
            )
        ],
        "TestAdd no longer has `assert.Equal",
    ),
    "condition changed": ([("got != 1000", "got < 1000")], "now `if got := s.Total(); got < 1000"),
    "condition widened": ([("got != 1000", "got != 1000 && got != 999")], "TestAdd had `if got"),
    "expected number changed": (
        [("assert.Equal(t, 1,", "assert.Equal(t, 2,")],
        "now `assert.Equal(t, 2",
    ),
    "assertion weaker": ([("assert.Equal(t, 1, s.Words())", "assert.NotNil(t, s)")], "TestAdd had"),
    "expected list changed": (
        [('want := []string{"a", "b"}', 'want := []string{"a"}')],
        'has `"b"`',
    ),
    "expected list grown": (
        [('want := []string{"a", "b"}', 'want := []string{"a", "b", ""}')],
        "TestList",
    ),
    "row removed": ([(ROW, "")], 'TestCount no longer has `{name: "two"'),
    "row changed": ([("want: 2}", "want: 3}")], 'now `{name: "two", in: "a b", want: 3}`'),
    "row commented out": ([(ROW, "//" + ROW)], "TestCount no longer has `{name"),
    "input changed": ([('in: "a b"', 'in: "ab"')], "TestCount had"),
    "comparison swapped for itself": (
        [("got := List()", "got := want")],
        "TestList had `got := List()`",
    ),
    "expectation overwritten": (
        [("\tgot := List()\n", "\tgot := List()\n\twant = got\n")],
        "`want = got`",
    ),
    "fewer rounds": ([("i < 1000", "i < 1")], "TestAdd had `for i := 0; i < 1000"),
    "later start": ([("i := 0; i < 1000", "i := 999; i < 1000")], "TestAdd had `for"),
    "no goroutine": ([("\t\tgo func()", "\t\tfunc()")], "TestAdd"),
    "list in a row grown": (
        [
            ("want int\n", "want int\n\t\tall  []string\n"),
            ("want: 2}", 'want: 2, all: []string{""}}'),
        ],
        "TestCount had",
    ),
    "code behind an index": ([("got[0] {", "len(got[0:1]) {")], "TestList had `switch got[0]"),
    "constant lowered": ([("rounds = 1000", "rounds = 1")], "rounds had `const rounds = 1000`"),
    "package table shortened": (
        [('words = []string{"a", "b"}', 'words = []string{"a"}')],
        "words no",
    ),
    "helper emptied": (
        [(MUST, "func mustBe(t *testing.T, got, want int) {}\n\n")],
        "mustBe no longer",
    ),
    "helper moved out of sight": ([(MUST, "")], "mustBe is gone"),
    "not parallel": ([("\tt.Parallel()\n", "")], "TestAdd no longer has `t.Parallel()`"),
    "default made to pass": (
        [('\tcase "a":\n\tdefault:\n', '\tdefault:\n\tcase "z":\n')],
        "TestList",
    ),
    "panics swallowed": (
        [("\ts := New()\n", "\tdefer func() { recover() }()\n\ts := New()\n")],
        "TestAdd",
    ),
    "exit": (
        [("\ts := New()\n", "\tos.Exit(0)\n\ts := New()\n")],
        "TestAdd has a new `os.Exit(0)`",
    ),
    "main that runs nothing": (
        [("func mustBe", MAIN % "os.Exit(0)" + "\nfunc mustBe")],
        "TestMain",
    ),
    "main that always passes": (
        [("func mustBe", MAIN % "m.Run(); os.Exit(0)" + "\nfunc mustBe")],
        "TestMain",
    ),
    "init that exits": (
        [("func mustBe", "func init() { os.Exit(0) }\n\nfunc mustBe")],
        "init ends",
    ),
    "never built": (
        [("package store", "//go:build ignore\n\npackage store")],
        "only built for ignore",
    ),
    "never built, in old words": (
        [("package store", "// +build never\n\npackage store")],
        "for never now",
    ),
    "another library of that name": (
        [("github.com/stretchr/testify", "example.com/fake")],
        "assert is ex",
    ),
}


def changed(edits: list[tuple[str, str]]) -> bytes:
    text = STORE
    for old, new in edits:
        assert old in text, old
        text = text.replace(old, new)
    return text.encode()


@pytest.mark.parametrize("edits", HARMLESS.values(), ids=HARMLESS.keys())
def test_what_adds_moves_or_sharpens_is_not_told(edits: list[tuple[str, str]]) -> None:
    assert weakened({PATH: STORE.encode()}, {PATH: changed(edits)}) == []


@pytest.mark.parametrize(("edits", "told"), WEAKER.values(), ids=WEAKER.keys())
def test_what_weakens_is_told_with_file_and_name(edits: list[tuple[str, str]], told: str) -> None:
    reasons = weakened({PATH: STORE.encode()}, {PATH: changed(edits)})
    assert any(told in reason for reason in reasons), reasons
    assert all(reason.startswith(f"{PATH}: ") and "\n" not in reason for reason in reasons)
    assert len(reasons) <= 4


def test_a_log_may_become_an_error() -> None:
    logged = STORE.replace("t.Error(diff)", "t.Log(diff)").encode()
    assert weakened({PATH: logged}, {PATH: STORE.encode()}) == []


@pytest.mark.parametrize(
    "path",
    ["store/store_test.go.bak", "store/_store_test.go", "testdata/store_test.go", "store/s.go"],
)
def test_a_file_that_go_no_longer_takes_is_a_deleted_one(path: str) -> None:
    for after in ({}, {path: STORE.encode()}):
        reasons = weakened({PATH: STORE.encode()}, after)
        assert f"{PATH}: TestAdd is gone, with its file" in reasons
        assert f"{PATH}: ExampleCount is gone, with its file" in reasons


def test_tests_may_move_to_other_files_and_folders() -> None:
    before = {PATH: STORE.encode()}
    rest = {PATH: changed([(COUNT, "")])}
    assert weakened(before, {**rest, "store/count_test.go": (OTHER + COUNT).encode()}) == []
    assert weakened(before, {"shop/store_test.go": STORE.encode()}) == []
    weaker = {**rest, "store/count_test.go": (OTHER + COUNT.replace("!=", "<")).encode()}
    (reason,) = weakened(before, weaker)
    assert reason.startswith(f"{PATH}: TestCount had `if got != tt.want {{")
    assert ", now `if got < tt.want {" in reason
    elsewhere = {**rest, "store/count_windows_test.go": (OTHER + COUNT).encode()}
    (reason,) = weakened(before, elsewhere)
    assert (
        reason == f"{PATH}: TestCount is only built for windows now, in store/count_windows_test.go"
    )


def test_test_data_may_be_added_and_moved_and_nothing_else() -> None:
    before = {"a/testdata/in.txt": b"1", "a/x.golden": b"2"}
    assert weakened(before, {**before, "a/testdata/new/b_test.go": b"3"}) == []
    assert weakened(before, {"a/testdata/in.txt": b"1", "a/testdata/x.golden": b"2"}) == []
    assert weakened(before, {"a/testdata/in.txt": b"9"}) == [
        "a/testdata/in.txt: test data changed",
        "a/x.golden: test data was deleted",
    ]


def test_guarded_are_tests_and_their_data() -> None:
    paths = ["a_test.go", "a/b_test.go", "a/testdata/x/y", "testdata/z", "a/out.golden"]
    assert all(map(guarded, paths))
    assert not any(
        map(guarded, ["a.go", "a/testdata", "my_test.py", "golden/a.txt", "a_test.go.txt"])
    )


def test_the_standard_librarys_tests_survive_gofmt_and_additions() -> None:
    go = Path(toolchain.find(Path.cwd()).go)
    home = subprocess.run([go, "env", "GOROOT"], capture_output=True, text=True, check=True)
    folder = Path(home.stdout.strip(), "src")
    names = [
        "strings/strings_test.go",
        "sort/sort_test.go",
        "bufio/scan_test.go",
        "sync/map_test.go",
    ]
    before = {name: (folder / name).read_bytes() for name in names}
    crushed = {name: text.replace(b"\t", b" \t  ") for name, text in before.items()}
    after = {}
    for name, text in crushed.items():
        done = subprocess.run([go.parent / "gofmt"], input=text, capture_output=True, check=True)
        after[name] = done.stdout + b'\nfunc TestMore(t *testing.T) { t.Skip("later") }\n'
    assert weakened(before, after) == []
    assert weakened(after, before) == [f"{name}: TestMore is gone" for name in sorted(names)]


@given(
    st.lists(
        st.sampled_from([*"{}()[];,:`\"'\n", "func ", "if ", "case ", "x", "//", "/*", "var "])
    )
)
def test_whatever_is_no_go_is_read_all_the_same(pieces: list[str]) -> None:
    text = "".join(pieces).encode()
    weakened({PATH: text}, {PATH: STORE.encode()})
    assert weakened({PATH: text}, {PATH: text}) == []


def test_braces_without_end_are_read_all_the_same() -> None:
    deep = b"package p\nfunc TestX(t *testing.T) " + b"{" * 50_000
    assert weakened({PATH: deep}, {PATH: deep + b"{ x"})
