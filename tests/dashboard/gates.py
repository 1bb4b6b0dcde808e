"""Gates as a runner tells of them: compiling, at work, green, red, rerun."""

from __future__ import annotations

from sixfold import events as ev
from sixfold.model import Failure, Place, TestName

COUNT = "example.com/wc/count"
STORE = "example.com/wc/store"
POOL = "example.com/wc/internal/pool"
CLI = "example.com/wc/cmd/wc"
DOC = "example.com/wc/doc"
COMMAND = ["go", "test", "-race", "./..."]

RACE = Failure(
    STORE,
    "TestConcurrent",
    "race",
    "store/store.go",
    17,
    "data race  store.go:17 <-> store.go:23",
    """==================
WARNING: DATA RACE
Write at 0x00c0000a0398 by goroutine 9:
  example.com/wc/store.(*Store).Add()
      /r/store/store.go:17 +0x4e
  example.com/wc/store.TestConcurrent.func1()
      /r/store/store_test.go:13 +0x87

Previous read at 0x00c0000a0398 by goroutine 13:
  example.com/wc/store.(*Store).Sum()
      /r/store/store.go:23 +0x69

Goroutine 9 (running) created at:
  testing.(*T).Run()
      /go/src/testing/testing.go:1742 +0x825
==================""",
    places=[
        Place(
            "store/store.go",
            17,
            "Write by goroutine 9 in (*Store).Add",
            [
                "",
                "// Add counts a word.",
                "func (s *Store) Add(word string) {",
                "    s.counts[word]++",
                "}",
                "",
                "// Sum adds up.",
            ],
            14,
        ),
        Place(
            "store/store.go",
            23,
            "Previous read by goroutine 13 in (*Store).Sum",
            [
                "func (s *Store) Sum() (sum int) {",
                "    for _, n := range s.counts {",
                "        sum += n",
                "    }",
            ],
            21,
        ),
    ],
)
WRONG = Failure(
    COUNT,
    "TestWords/two_words",
    "fail",
    "count/count_test.go",
    34,
    'count("two words") = 1, want 2  count_test.go:34',
    '    count_test.go:34: count("two words") = 1, want 2\n',
    places=[Place("count/count_test.go", 34, "", ["if got != want {", "    t.Errorf(…)", "}"], 33)],
)
BUILD = Failure(
    CLI,
    "",
    "build",
    "cmd/wc/main.go",
    9,
    "undefined: flagz  main.go:9",
    "# example.com/wc/cmd/wc\ncmd/wc/main.go:9:2: undefined: flagz",
    places=[
        Place("cmd/wc/main.go", 9, "undefined: flagz", ["func main() {", "    flagz.Parse()"], 8)
    ],
)


def package(name: str, state: str, **more: object) -> ev.PackageProgress:
    short = name.removeprefix("example.com/wc/")
    return ev.PackageProgress(name, state, name=short, **more)  # type: ignore[arg-type]


def progress(*packages: ev.PackageProgress, **more: object) -> ev.GateProgress:
    known: dict[str, object] = {
        "gate": 2,
        "seconds": 4.0,
        "passed": 0,
        "failed": 0,
        "skipped": 0,
        "races": 0,
    }
    return ev.GateProgress(packages=list(packages), **{**known, **more})  # type: ignore[arg-type]


STARTED = ev.GateStarted(gate=2, cause="phase", phase=2, command=COMMAND, root="/r")
AWAITED = [package(name, "awaited") for name in (CLI, COUNT, DOC, POOL, STORE)]
COMPILING: tuple[ev.Message, ...] = (STARTED, progress(*AWAITED, seconds=38.0))
WORKING: tuple[ev.Message, ...] = (
    *COMPILING,
    progress(
        package(
            COUNT,
            "passed",
            passed=3,
            skipped=1,
            seconds=0.42,
            tests=[
                ev.TestProgress("TestEmpty", "passed", 0.01),
                ev.TestProgress("TestWords/one", "passed"),
                ev.TestProgress("TestWords", "passed", 0.2),
                ev.TestProgress("TestNetwork", "skipped", 0.0, "count_test.go:40: needs a network"),
            ],
        ),
        package(DOC, "skipped", note="no test files"),
        package(POOL, "running", passed=1, tests=[ev.TestProgress("TestNew", "passed", 0.0)]),
        package(STORE, "running"),
        seconds=44.0,
        heard=43.5,
        passed=4,
        skipped=1,
        running=[
            ev.RunningTest(POOL, "TestDrain", 38.5),
            ev.RunningTest(STORE, "TestConcurrent", 43.0),
        ],
        slowest=[ev.SlowTest(COUNT, "TestWords", 0.2)],
    ),
)
GREEN: tuple[ev.Message, ...] = (
    *WORKING,
    progress(
        package(POOL, "passed", passed=2, seconds=6.1, coverage=81.5),
        package(STORE, "passed", passed=9, cached=True),
        package(CLI, "passed", passed=2, seconds=0.8),
        seconds=46.0,
        passed=16,
        skipped=1,
        slowest=[ev.SlowTest(POOL, "TestDrain", 5.6), ev.SlowTest(COUNT, "TestWords", 0.2)],
    ),
    ev.GateEnded(
        gate=2, cause="phase", phase=2, verdict="green", passed=16, skipped=1, seconds=46.0
    ),
)
RED: tuple[ev.Message, ...] = (
    *WORKING,
    progress(
        package(CLI, "failed", note="does not build"),
        package(
            COUNT,
            "failed",
            passed=3,
            failed=2,
            skipped=1,
            seconds=0.42,
            tests=[
                ev.TestProgress("TestWords/two_words", "failed", 0.01),
                ev.TestProgress("TestWords", "failed", 0.2),
            ],
        ),
        package(POOL, "passed", passed=2, seconds=6.1),
        package(
            STORE,
            "failed",
            passed=8,
            failed=1,
            races=1,
            seconds=1.2,
            tests=[
                ev.TestProgress("TestConcurrent", "failed", 0.6),
                ev.TestProgress("TestSum", "passed", 0.1),
            ],
        ),
        seconds=46.0,
        passed=13,
        failed=3,
        skipped=1,
        races=1,
        slowest=[ev.SlowTest(POOL, "TestDrain", 5.6)],
        failures=[BUILD, RACE, WRONG],
    ),
    ev.GateEnded(
        gate=2,
        cause="phase",
        phase=2,
        verdict="red",
        reason="3 tests failed, 1 data race, 1 package does not build",
        passed=13,
        failed=3,
        skipped=1,
        races=1,
        seconds=46.0,
        failures=[BUILD, RACE, WRONG],
    ),
)
AGAIN = ev.RerunStarted(
    rerun=1,
    tests=[TestName(STORE, "TestConcurrent")],
    command=["go", "test", "-json", "-race", "-count=1", "-run", "^TestConcurrent$", STORE],
)
RERUNNING: tuple[ev.Message, ...] = (
    *RED,
    AGAIN,
    progress(
        package(STORE, "running"),
        seconds=1.5,
        rerun=1,
        running=[ev.RunningTest(STORE, "TestConcurrent", 0.7)],
    ),
)
RERUN: tuple[ev.Message, ...] = (
    *RERUNNING,
    progress(
        package(
            STORE,
            "passed",
            passed=1,
            seconds=1.6,
            tests=[ev.TestProgress("TestConcurrent", "passed", 0.9)],
        ),
        seconds=2.0,
        rerun=1,
        passed=1,
    ),
    ev.RerunEnded(rerun=1, verdict="green", passed=1, seconds=2.0),
)
