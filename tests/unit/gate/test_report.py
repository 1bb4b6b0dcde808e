from __future__ import annotations

import pytest

from sixfold.gate.decode import Decoder
from sixfold.gate.failures import build_failure
from sixfold.gate.places import Sources
from sixfold.gate.report import LIVE_SECONDS, Report
from sixfold.model import Failure
from streams import fold, output, own, record, shown


def only(failures: list[Failure]) -> Failure:
    (failure,) = failures
    return failure


def test_a_race_is_one_block_with_both_stacks() -> None:
    first, second = own("json_race").failures()
    assert (first.test, first.kind, first.file, first.line) == (
        "TestRacy",
        "race",
        "race/race_test.go",
        17,
    )
    assert first.message == "data race  race_test.go:17 <-> race_test.go:17"
    assert "Read at 0x" in first.output
    assert "Previous write at 0x" in first.output
    assert first.output.count("created at:") == 2
    assert second.message == "data race  race_test.go:27 <-> race.go:7"


def test_a_race_is_charged_by_its_stacks_not_by_the_test_that_was_running() -> None:
    report = own("hard_json_racelate")
    assert only(report.failures()).test == "TestLeaks"
    assert report.failed == 1
    assert "FAIL  racelate  TestSecond  0.10s" in shown(report)


RACE = """==================
WARNING: DATA RACE
Write at 0x00c0000a0398 by goroutine 9:
  m/store.(*Store).Add()
      /r/store/store.go:17 +0x4e
  m/store.TestMany.func1()
      /r/store/store_test.go:13 +0x87

Previous write at 0x00c0000a0398 by goroutine 13:
  m/store.(*Store).Sum()
      /r/store/store.go:31 +0x69

Goroutine 9 (running) created at:
  m/store.TestMany()
      /r/store/store_test.go:13 +0xe6

Goroutine 13 (finished) created at:
  m/store.TestMany()
      /r/store/store_test.go:13 +0xe6
==================
"""


def race_among_others(test: str, package: str = "m/store") -> bytes:
    """A race whose lines stand among what other tests print, charged to now this, now that."""
    lines: list[bytes] = []
    for n, line in enumerate(RACE.splitlines(keepends=True)):
        lines.append(output(line, test if n % 3 else "TestOther", package))
        if n % 4 == 2:
            lines.append(output(f"    a_test.go:{n}: tick\n", "TestOther", package))
    return b"".join(lines)


def test_lines_of_others_within_a_race_report_stay_out_of_it() -> None:
    start = record("run", "TestMany", "m/store") + record("run", "TestOther", "m/store")
    end = output(
        "    testing.go:9: race detected during execution of test\n", "TestMany", "m/store"
    )
    end += record("fail", "TestMany", "m/store") + record("fail", "TestOther", "m/store")
    data = start + race_among_others("TestMany") + end + record("fail", "", "m/store")
    report = fold(data, sources=Sources("/r", {"m": ""}))
    race, other = report.failures()
    assert (race.test, other.test) == ("TestMany", "TestOther")
    assert race.message == "data race  store.go:17 <-> store.go:31"
    assert (race.file, race.line) == ("store/store.go", 17)
    assert "tick" not in race.output
    assert race.output.strip() == RACE.strip()
    assert "DATA RACE" not in other.output
    assert other.output.count("tick") == 5


def test_races_are_counted_by_report_and_listed_by_place() -> None:
    other = RACE.replace("store.go:31", "store.go:44")
    lines = f"{RACE}{other}{RACE}".splitlines(keepends=True)
    data = record("run", "TestMany", "m/store")
    data += b"".join(output(line, "TestMany", "m/store") for line in lines)
    data += output(
        "    testing.go:9: race detected during execution of test\n", "TestMany", "m/store"
    )
    report = fold(data + record("fail", "TestMany", "m/store") + record("fail", "", "m/store"))
    assert report.races == 3
    assert [f.message for f in report.failures()] == [
        "data race  store.go:17 <-> store.go:31",
        "data race  store.go:17 <-> store.go:44",
    ]


def test_a_rule_that_a_test_prints_itself_is_output() -> None:
    data = record("run", "TestX") + output("==================\n", "TestX")
    report = fold(data + record("fail", "TestX") + record("fail"))
    assert only(report.failures()).output == "=================="


def test_a_parent_that_failed_through_its_child_is_counted_but_not_listed() -> None:
    report = own("json_fail")
    assert report.failed == 4
    assert [f.test for f in report.failures()] == ["TestFails", "TestSub/bad", "Example_wrong"]
    first = report.failures()[0]
    assert (first.file, first.line) == ("fail/fail_test.go", 12)
    assert first.message == "got 1, want 2  fail_test.go:12"
    assert "multi\n        line" in first.output


def test_a_parent_that_says_something_itself_is_listed_too() -> None:
    data = b"".join(
        (
            record("run", "TestP"),
            record("run", "TestP/child"),
            output("    p_test.go:9: child\n", "TestP/child", kind="error"),
            record("fail", "TestP/child"),
            output("    p_test.go:4: parent\n", "TestP", kind="error"),
            record("fail", "TestP"),
            record("fail"),
        )
    )
    assert [f.test for f in fold(data).failures()] == ["TestP/child", "TestP"]


def test_build_errors_stand_under_their_package() -> None:
    failure = only(own("json_builderr").failures())
    assert (failure.package, failure.kind) == ("example.com/sample/builderr", "build")
    assert (failure.file, failure.line) == ("builderr/b.go", 3)
    assert "undefined: undefined" in failure.output


def test_vet_stops_a_package_as_a_build_error_does() -> None:
    failure = only(own("json_vetfail").failures())
    assert (failure.kind, failure.line) == ("build", 8)
    assert "fmt.Printf format %d" in failure.message


@pytest.mark.parametrize("stderr_first", [True, False])
def test_go_before_1_24_tells_build_errors_on_stderr(stderr_first: bool) -> None:
    report = Report(Sources("/r", {"m": ""}))
    errors = ["# m/a [m/a.test]", "a/a.go:3:9: undefined: x", "# m/b", "b/b.go:1:1: oops"]
    fail = b"FAIL\tm/a [build failed]\n" + record("start", package="m/b")
    fail += output("FAIL\tm/b [build failed]\n", package="m/b") + record("fail", package="m/b")
    if stderr_first:
        for line in errors:
            report.hear_error(line)
    report.feed(Decoder().feed(fail), 0.0)
    if not stderr_first:
        for line in errors:
            report.hear_error(line)
    report.close()
    told = [(f.package, f.kind, f.file, f.line) for f in report.failures()]
    assert told == [("m/a", "build", "a/a.go", 3), ("m/b", "build", "b/b.go", 1)]


def test_a_package_that_needs_a_broken_one_points_at_it() -> None:
    def broken(package: str, build: str) -> bytes:
        return record("start", package=package) + record("fail", package=package, FailedBuild=build)

    line = {"ImportPath": "m/a", "Output": "a/a.go:3:9: undefined: x\n"}
    data = record("build-output", package="", **line)
    data += broken("m/b", "m/a") + broken("m/a", "m/a [m/a.test]")
    messages = {f.package: f.message for f in fold(data, sources=Sources("", {"m": ""})).failures()}
    assert messages == {
        "m/a": "undefined: x  a.go:3",
        "m/b": "needs a, which does not build",
    }


def test_a_panic_is_charged_and_its_victims_come_after_it() -> None:
    panic, victim = own("hard_json_parpanic").failures()
    assert (panic.test, panic.kind) == ("TestP2", "panic")
    assert (panic.file, panic.line) == ("parpanic/t_test.go", 9)
    assert panic.message == "panic: p2 boom [recovered, repanicked]  t_test.go:9"
    assert (victim.test, victim.kind) == ("TestP3", "unfinished")


@pytest.mark.parametrize("words", [["panic: boom\n", "\n", "goroutine 9 [running]:\n"], []])
def test_a_package_that_a_crash_or_an_exit_ended_says_that_tests_may_be_missing(
    words: list[str],
) -> None:
    data = record("run", "TestA") + record("pass", "TestA") + record("run", "TestB")
    data += b"".join(output(line, "TestB") for line in words) + record("fail")
    report = fold(data)
    (package,) = report.progress(1, 0.0).packages
    assert package.note == "ended early: other tests may not have run"
    assert "ended early: other tests may not have run" in shown(report)[-1]


def test_a_package_that_ran_to_its_end_says_nothing_of_the_kind() -> None:
    data = record("run", "TestA") + record("fail", "TestA") + record("run", "BenchmarkX")
    (package,) = fold(data + record("fail")).progress(1, 0.0).packages
    assert package.note == ""


def test_a_test_that_prints_the_word_panic_did_not_crash() -> None:
    data = b"".join(
        (
            record("run", "TestTalks"),
            output("panic: just kidding\n", "TestTalks"),
            output("goroutine 1 [running]:\n", "TestTalks"),
            output("    t_test.go:5: wrong\n", "TestTalks", kind="error"),
            record("fail", "TestTalks"),
            record("run", "TestNext"),
            record("pass", "TestNext"),
            output("FAIL\n"),
            record("fail"),
        )
    )
    failure = only(fold(data).failures())
    assert (failure.kind, failure.message) == ("fail", "wrong  t_test.go:5")


def test_a_panic_in_a_goroutine_is_charged_to_the_test_in_its_stack() -> None:
    stack = [
        "panic: late\n",
        "\n",
        "goroutine 9 [running]:\n",
        "m/p.work()\n",
        "\t/r/p/p.go:7 +0x2b\n",
        "created by m/p.TestStarts in goroutine 8\n",
        "\t/r/p/p_test.go:6 +0x25\n",
    ]
    data = record("run", "TestStarts") + record("run", "TestMarked")
    data += b"".join(output(line, "TestMarked") for line in stack) + record("fail")
    panic, victim = fold(data, sources=Sources("/r", {"m": ""})).failures()
    assert (panic.test, panic.file, panic.line) == ("TestStarts", "p/p.go", 7)
    assert (victim.test, victim.kind) == ("TestMarked", "unfinished")


def test_a_panic_in_a_subtest_is_charged_to_the_subtest() -> None:
    stack = [
        "panic: nil map [recovered, repanicked]\n",
        "\n",
        "goroutine 9 [running]:\n",
        "testing.tRunner.func1()\n",
        "\t/go/src/testing/testing.go:2128 +0x65f\n",
        "m/p.TestTop.func1(0xc000094008?)\n",
        "\t/r/p/p_test.go:6 +0x25\n",
    ]
    data = record("run", "TestTop") + record("run", "TestTop/sub") + record("fail", "TestTop/sub")
    data += b"".join(output(line, "TestTop") for line in stack)
    report = fold(
        data + record("fail", "TestTop") + record("fail"), sources=Sources("/r", {"m": ""})
    )
    panic = only(report.failures())
    assert (panic.kind, panic.test, panic.line) == ("panic", "TestTop/sub", 6)
    assert report.failed == 2


def test_a_benchmark_tells_its_result() -> None:
    data = record("run", "BenchmarkX") + output("BenchmarkX\n", "BenchmarkX")
    data += output("BenchmarkX-2   \t", "BenchmarkX") + output("100\t 1.0 ns/op\n", "BenchmarkX")
    lines = shown(fold(data + record("pass")))
    assert next(line.split() for line in lines) == ["BenchmarkX-2", "100", "1.0", "ns/op"]


def test_a_message_is_told_with_the_lines_that_it_goes_on_with() -> None:
    data = record("run", "TestX")
    for line in ("    a_test.go:3: got 2,\n", "        want 3\n"):
        data += output(line, "TestX")
    failure = only(fold(data + record("fail", "TestX") + record("fail")).failures())
    assert failure.message == "got 2, want 3  a_test.go:3"


def test_an_import_cycle_names_the_circle_and_the_file_that_closes_it() -> None:
    lines = [
        "# example.com/m/a",
        "package example.com/m/a",
        "\timports example.com/m/b from a.go",
        "\timports example.com/m/a from b.go: import cycle not allowed",
    ]
    told = build_failure("example.com/m/a", lines, Sources("/r", {"example.com/m": ""}))
    assert told.message == "import cycle not allowed: a -> b -> a  b.go:1"
    assert told.file == "b/b.go"


def test_a_timeout_names_the_test_that_hung_and_where() -> None:
    failure = only(own("json_timeout").failures())
    assert (failure.test, failure.kind) == ("TestHangs/inner", "timeout")
    assert failure.message == "still running after 2s  t_test.go:11"


def test_a_test_that_exits_the_binary_is_closed_as_failed() -> None:
    report = own("hard_json_logfatal")
    failure = only(report.failures())
    assert (report.passed, report.failed) == (1, 1)
    assert (failure.test, failure.kind) == ("TestLF", "unfinished")
    assert "cannot connect to db" in failure.message


def test_a_package_may_fail_with_every_test_passed() -> None:
    report = own("json_mainexit")
    failure = only(report.failures())
    assert (report.passed, report.failed) == (1, 0)
    assert (failure.test, failure.kind) == ("", "fail")
    assert failure.message == "teardown, m.Run = 0"


def test_skips_say_why() -> None:
    report = own("json_skip")
    assert (report.passed, report.skipped) == (1, 3)
    assert any("TestSkips  s_test.go:5: needs network" in line for line in shown(report))


def test_a_stream_that_breaks_off_leaves_failed_tests() -> None:
    report = fold(record("start") + record("run", "TestA") + output("half a li", "TestA"))
    failure = only(report.failures())
    assert (report.failed, failure.kind) == (1, "unfinished")
    assert failure.message == "never finished: half a li"


def test_what_is_stopped_for_lack_of_time_is_late() -> None:
    report = Report()
    decoder = Decoder()
    report.feed(decoder.feed(record("start") + record("run", "TestSlow")), 1.0)
    report.expire("still running after 5 s")
    report.feed(decoder.feed(output("signal: interrupt\n") + record("fail")), 6.0)
    report.close()
    failure = only(report.failures())
    assert (failure.test, failure.kind) == ("TestSlow", "timeout")
    assert failure.message.startswith("still running after 5 s")


def test_running_tests_are_the_leaves_at_work_the_longest_first() -> None:
    report, decoder = Report(), Decoder()
    report.feed(decoder.feed(record("run", "TestA") + record("run", "TestB")), 1.0)
    report.feed(decoder.feed(record("run", "TestA/x") + record("pause", "TestB")), 2.0)
    report.feed(decoder.feed(record("run", "TestC")), 3.0)
    running = [(test.test, test.since) for test in report.progress(1, 4.0).running]
    assert running == [("TestA/x", 2.0), ("TestC", 3.0)]
    report.feed(decoder.feed(record("cont", "TestB")), 9.0)
    assert report.progress(1, 9.0).running[-1].test == "TestB"


def test_a_test_that_runs_for_long_shows_what_it_prints() -> None:
    report, decoder = Report(), Decoder()
    report.feed(decoder.feed(record("run", "TestLong") + output("early\n", "TestLong")), 0.0)
    assert "early" not in " ".join(shown(report))
    report.show_long_tests(LIVE_SECONDS + 1)
    report.feed(decoder.feed(output("la", "TestLong") + output("ter\n", "TestLong")), 12.0)
    assert shown(report) == ["RUN   p  TestLong", "      early", "      later"]


def test_pieces_of_a_long_line_are_joined() -> None:
    data = record("run", "TestX") + output("    x_test.go:1: " + "a" * 1000, "TestX")
    data += output("b" * 1024, "TestX") + output("end\n", "TestX")
    report = fold(data + record("fail", "TestX") + record("fail"))
    output_lines = only(report.failures()).output.split("\n")
    assert len(output_lines) == 1
    assert output_lines[0].endswith("bend")


def test_what_a_test_prints_is_kept_within_bounds() -> None:
    report, decoder = Report(), Decoder()
    report.feed(decoder.feed(record("run", "TestX")), 0.0)
    noise = output("noise\n" * 100, "TestX") * 100
    for _ in range(50):
        report.feed(decoder.feed(noise), 0.0)
    kept = report.packages["m/p"].tests["TestX"]
    assert kept.size < 64_000
    report.feed(decoder.feed(output("    x_test.go:3: the end\n", "TestX")), 0.0)
    report.feed(decoder.feed(record("fail", "TestX") + record("fail")), 0.0)
    assert only(report.failures()).message == "the end  x_test.go:3"


def test_passed_tests_leave_nothing_behind() -> None:
    report = fold(
        b"".join(
            record("run", f"TestN{n}")
            + output("hello\n", f"TestN{n}")
            + record("pass", f"TestN{n}")
            for n in range(100)
        )
    )
    package = report.packages["m/p"]
    assert (package.passed, len(package.tests), package.output.size) == (100, 0, 0)


def test_failures_are_bounded_and_the_causes_stay() -> None:
    data = b"".join(record("run", f"T{n}") + record("fail", f"T{n}") for n in range(90))
    data += record("run", "TestMany", "m/store") + race_among_others("TestMany")
    data += record("fail", "TestMany", "m/store") + record("fail", "", "m/store")
    failures = fold(data).failures()
    assert len(failures) == 50
    assert failures[0].kind == "race"


def test_the_stream_shows_results_and_no_markers() -> None:
    lines = shown(own("json_fail"))
    assert not [line for line in lines if "=== RUN" in line or "--- FAIL" in line]
    assert lines[0] == "FAIL  fail  TestFails"
    assert lines[-1] == "FAIL  fail  0.01s  1 passed, 4 failed"


def test_testify_says_what_differs() -> None:
    lines = [
        "    s_test.go:12: \n",
        "        \tError Trace:\t/r/s_test.go:12\n",
        "        \tError:      \tNot equal: \n",
        "        \t            \texpected: 1\n",
        "        \t            \tactual  : 2\n",
    ]
    data = record("run", "TestS") + b"".join(output(line, "TestS") for line in lines)
    failure = only(fold(data + record("fail", "TestS") + record("fail")).failures())
    assert failure.message == "Not equal: expected: 1 actual  : 2  s_test.go:12"


def test_markers_that_a_test_prints_itself_are_output() -> None:
    data = record("run", "TestF") + output("=== RUN   TestF\n", "TestF", kind="frame")
    data += output("=== RUN   TestGhost\n", "TestF") + output("--- PASS: TestF (0.00s)\n", "TestF")
    data += output("ok  \tghost\t0.1s\n", "TestF") + record("fail", "TestF") + record("fail")
    report = fold(data)
    assert (report.passed, report.failed) == (0, 1)
    assert only(report.failures()).output == (
        "=== RUN   TestGhost\n--- PASS: TestF (0.00s)\nok  \tghost\t0.1s"
    )


def test_a_late_test_is_looked_for_where_its_code_waits() -> None:
    dump = """panic: test timed out after 2s
\trunning tests:
\t\tTestLock (2s)

goroutine 5 [running]:
testing.(*M).startAlarm.func1()
\t/go/src/testing/testing.go:2961 +0x605

goroutine 6 [select]:
m/p.TestLocker(0xc0)
\t/r/p/p_test.go:99 +0x2d

goroutine 7 [sync.Mutex.Lock]:
sync.(*Mutex).Lock(...)
\t/go/src/sync/mutex.go:46
m/p.(*Store).Wait(0xc0)
\t/r/p/p.go:30 +0x2d
m/p.TestLock(0xc0)
\t/r/p/p_test.go:9 +0x2d
"""
    data = record("run", "TestLock")
    data += b"".join(output(line, "TestLock") for line in dump.splitlines(keepends=True))
    failure = only(fold(data + record("fail"), sources=Sources("/r", {"m": ""})).failures())
    assert failure.message == "still running after 2s  p.go:30"
    assert failure.file == "p/p.go"


def test_names_from_elsewhere_are_made_harmless() -> None:
    data = record("run", "Test\x1b[2J", "m/\x07p") + record("fail", "Test\x1b[2J", "m/\x07p")
    failure = only(fold(data).failures())
    assert (failure.package, failure.test) == ("m/␇p", "Test␛[2J")


def test_coverage_and_cache_stand_in_the_closing_line() -> None:
    data = record("run", "TestA") + record("pass", "TestA")
    data += output("coverage: 81.5% of statements\n")
    data += output("ok  \tm/p\t(cached)\tcoverage: 81.5% of statements\n") + record("pass")
    lines = shown(fold(data))
    assert lines[-1] == "ok    p  1 passed  cached, coverage: 81.5% of statements"
    assert len(lines) == 2
