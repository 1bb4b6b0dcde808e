"""A person steers a live run from another terminal."""

import asyncio
import json
from contextlib import suppress
from pathlib import Path
from subprocess import Popen

import psutil

from repository import Repository, begin, end_of, events_of, leftovers, of, outcomes, wait_for
from sixfold import events as ev
from sixfold.link import Link, LinkError
from sixfold.runner.afterwards import once_over

CHAIN = """\
## Phase 1: Setup

- [ ] T001 Write one
- [ ] T002 Write two
- [ ] T003 Write three
"""
PAIRS = """\
## Phase 1: Setup

- [ ] T001 [P] Write one
- [ ] T002 [P] Write two
- [ ] T003 Write three (depends on T001)
"""
UNTIL_GO = {"run": "until [ -e go ]; do sleep 0.05; done; echo 1 >> work-$SIXFOLD_TASK.txt"}


def told(repository: Repository, *words: str) -> None:
    done = repository.sixfold(*words)
    assert (done.returncode, done.stderr) == (0, "")


def test_a_pause_lets_turns_finish_and_starts_nothing_new(
    tmp_path: Path, processes: list[Popen[str]]
) -> None:
    repository = Repository(tmp_path, CHAIN)
    repository.play({"T001": [UNTIL_GO]})
    process = begin(repository, processes)
    repository.wait_for_event(ev.TaskStarted, task="T001")
    told(repository, "pause")
    repository.write("go", "")
    repository.wait_for_event(ev.TaskEnded, task="T001", outcome="done")
    status = json.loads(repository.sixfold("status", "--json").stdout)
    assert (status["live"], status["state"], status["slots"]) == (True, "paused", [])
    assert [task["state"] for task in status["tasks"]] == ["done", "pending", "pending"]
    refused = repository.sixfold("pause")
    assert (refused.returncode, refused.stderr) == (
        1,
        "sixfold: pause: refused; the run is paused already\n",
    )
    told(repository, "resume")
    events = events_of(process)
    order = [type(event) for event in events if isinstance(event, ev.RunPaused | ev.RunResumed)]
    assert order == [ev.RunPaused, ev.RunResumed]
    assert process.returncode == 0


def test_a_failed_task_is_retried_and_what_it_halted_goes_on(
    tmp_path: Path, processes: list[Popen[str]]
) -> None:
    repository = Repository(tmp_path, PAIRS)
    good = [{"write": {"path": "one.txt", "text": "1"}}]
    repository.play({"T001": {1: [{"fail": "not yet"}], 2: good}, "T002": [UNTIL_GO]})
    process = begin(repository, processes)
    repository.wait_for_event(ev.TaskHalted, task="T003", because="T001")
    refused = repository.sixfold("retry", "T003")
    assert "needs T001: retry that one" in refused.stderr
    told(repository, "retry", "T001")
    repository.wait_for_event(ev.TaskEnded, task="T001", attempt=2, outcome="done")
    repository.write("go", "")
    events = events_of(process)
    assert [event.task for event in of(events, ev.TaskReopened)] == ["T001", "T003"]
    assert set(outcomes(events).values()) == {"done"}
    assert process.returncode == 0


def test_a_blocked_run_waits_for_a_person_when_told_to(
    tmp_path: Path, processes: list[Popen[str]]
) -> None:
    repository = Repository(tmp_path, CHAIN)
    good = [{"write": {"path": "two.txt", "text": "2"}}]
    repository.play({"T002": {1: [{"exit": 1}], 2: good}})
    process = begin(repository, processes, "--wait")
    blocked = repository.wait_for_event(ev.RunBlocked)
    assert (blocked.reason, blocked.options) == (
        "tasks left: 1 failed, 1 halted",
        ["retry", "skip", "stop"],
    )
    told(repository, "retry", "T002")
    assert end_of(events_of(process)).outcome == "finished"


def test_a_red_gate_that_a_person_mended_is_judged_again(
    tmp_path: Path, processes: list[Popen[str]]
) -> None:
    gate = {"command": ["test", "-e", "mended"], "format": "lines", "fix_attempts": 0}
    repository = Repository(tmp_path, CHAIN, gate=gate)
    process = begin(repository, processes, "--wait")
    repository.wait_for_event(ev.RunBlocked)
    repository.write("mended", "")
    told(repository, "gate")
    assert end_of(events_of(process)).outcome == "finished"


def test_a_skipped_task_keeps_its_box_and_lets_others_go_on(
    tmp_path: Path, processes: list[Popen[str]]
) -> None:
    repository = Repository(tmp_path, CHAIN)
    repository.play({"T001": [UNTIL_GO]})
    process = begin(repository, processes)
    repository.wait_for_event(ev.TaskStarted, task="T001")
    assert "T001 is running; cancel it first" in repository.sixfold("skip", "T001").stderr
    told(repository, "skip", "T002")
    repository.write("go", "")
    events = events_of(process)
    assert outcomes(events) == {"T001": "done", "T003": "done"}
    assert repository.tasks.read_text().count("- [ ]") == 1
    assert process.returncode == 1


def test_cancelling_ends_one_agent_with_all_its_processes(
    tmp_path: Path, processes: list[Popen[str]]
) -> None:
    repository = Repository(tmp_path, PAIRS)
    repository.play({"T001": [{"run": "setsid sleep 60 & sleep 60"}], "T002": [UNTIL_GO]})
    process = begin(repository, processes)
    repository.wait_for_event(ev.TaskStarted, task="T002")
    run = repository.live()
    wait_for(lambda: len(leftovers(run.id)) >= 5)
    told(repository, "cancel", "T001")
    ended = repository.wait_for_event(ev.TaskEnded, task="T001")
    assert (ended.outcome, ended.reason) == ("cancelled", "cancelled by a person")
    tasks = set()
    for child in leftovers(run.id):
        with suppress(psutil.NoSuchProcess):  # its own children come and go
            tasks.add(child.environ()["SIXFOLD_TASK"])
    assert tasks == {"T002"}
    repository.write("go", "")
    assert outcomes(events_of(process)) == {"T001": "cancelled", "T002": "done"}


def test_a_gate_can_be_asked_for_at_any_time(tmp_path: Path, processes: list[Popen[str]]) -> None:
    repository = Repository(tmp_path, CHAIN)
    repository.play({"T001": [UNTIL_GO]})
    process = begin(repository, processes)
    repository.wait_for_event(ev.TaskStarted, task="T001")
    told(repository, "gate")
    ended = repository.wait_for_event(ev.GateEnded, cause="asked")
    assert ended.verdict == "green"
    repository.write("go", "")
    assert end_of(events_of(process)).outcome == "finished"


def test_a_task_reopened_while_its_phase_is_judged_is_judged_with_it(
    tmp_path: Path, processes: list[Popen[str]]
) -> None:
    slow = {"command": ["sh", "-c", "! test -e one || until test -e go; do sleep 0.1; done"]}
    repository = Repository(tmp_path, PAIRS, gate={**slow, "format": "lines"})
    good = [{"run": "echo 1 > one.txt"}]
    repository.play({"T001": {1: [{"run": "touch one"}, {"exit": 1}], 2: good}})
    process = begin(repository, processes)
    repository.wait_for_event(ev.GateStarted, phase=1)
    told(repository, "retry", "T001")
    repository.write("go", "")
    events = events_of(process)
    ended = events.index(of(events, ev.PhaseEnded)[0])
    done = [events.index(event) for event in of(events, ev.TaskEnded) if event.outcome == "done"]
    assert max(done) < ended
    assert (end_of(events).outcome, set(outcomes(events).values())) == ("finished", {"done"})


def test_a_fix_can_be_cancelled(tmp_path: Path, processes: list[Popen[str]]) -> None:
    gate = {"command": ["false"], "format": "lines", "fix_attempts": 1}
    repository = Repository(tmp_path, CHAIN, gate=gate)
    repository.play({}, fix={"1": [{"wait": 60}]})
    process = begin(repository, processes)
    repository.wait_for_event(ev.FixStarted)
    told(repository, "cancel", "fix 1")
    events = events_of(process)
    assert [event.outcome for event in of(events, ev.FixEnded)] == ["cancelled"]
    assert len(of(events, ev.RunBlocked)) == 1


def test_a_retry_waits_until_the_fix_has_ended(tmp_path: Path, processes: list[Popen[str]]) -> None:
    gate = {"command": ["sh", "-c", "! test -e work-T002.txt || test -e go"], "format": "lines"}
    repository = Repository(tmp_path, PAIRS, gate=gate)
    good = [{"run": "echo 1 > one.txt"}]
    repository.play({"T001": {1: [{"exit": 1}], 2: good}}, fix={"1": [UNTIL_GO]})
    process = begin(repository, processes)
    repository.wait_for_event(ev.FixStarted)
    told(repository, "retry", "T001")
    repository.write("go", "")
    events = events_of(process)
    again = next(event for event in of(events, ev.TaskStarted) if event.attempt == 2)
    assert events.index(again) > events.index(of(events, ev.FixEnded)[0])
    assert end_of(events).outcome == "finished"


def test_retrying_what_cannot_run_is_refused(tmp_path: Path, processes: list[Popen[str]]) -> None:
    repository = Repository(tmp_path, CHAIN)
    repository.play({"T001": [{"exit": 1}]})
    begin(repository, processes, "--wait")
    repository.wait_for_event(ev.RunBlocked)
    told(repository, "skip", "T002")
    refused = repository.sixfold("retry", "T002")
    assert refused.returncode == 1
    assert "retry: refused; T002 cannot run before what it needs is mended" in refused.stderr


def test_stop_ends_the_run_and_ticks_nothing_more(
    tmp_path: Path, processes: list[Popen[str]]
) -> None:
    repository = Repository(tmp_path, CHAIN)
    repository.play({}, wait=60)
    process = begin(repository, processes)
    repository.wait_for_event(ev.TaskStarted, task="T001")
    told(repository, "stop")
    events = events_of(process)
    assert (end_of(events).outcome, process.returncode) == ("stopped", 1)
    assert repository.tasks.read_text() == CHAIN
    gone = repository.sixfold("pause")
    assert gone.returncode == 2
    again = "`sixfold run --resume` goes on with the last one"
    assert f"no run is live here; {again}" in gone.stderr


async def test_a_viewer_who_comes_late_sees_what_was_said_and_can_ask_for_the_diff(
    tmp_path: Path, processes: list[Popen[str]]
) -> None:
    repository = Repository(tmp_path, CHAIN)
    repository.play({"T001": [{"say": "hello"}, {"do": "edit"}, UNTIL_GO]})
    begin(repository, processes)
    await asyncio.to_thread(repository.wait_for_event, ev.TaskStarted, task="T001")
    link = await Link.connect(repository.live().socket)
    heard: list[ev.Utterance] = []
    async with asyncio.timeout(20):
        async for batch in link.messages():
            for message in batch:
                if isinstance(message, ev.AgentOutput):
                    heard += message.lines
            if len(heard) >= 2:
                break
    assert heard[:2] == [ev.Utterance("say", "hello"), ev.Utterance("do", "edit")]
    repository.write("new.txt", "fresh\n")
    answer = await link.ask(ev.Diff(task="T001"))
    assert "+fresh" in answer.text
    assert (await link.ask(ev.Diff(task="T003"))).accepted is False
    assert (await link.ask(ev.Transcript(task="T001", attempt=1, slot=1))).said == heard
    prompt = await link.ask(ev.Prompt(task="T001", attempt=1, slot=1))
    assert "Write one" in prompt.text
    missing = await link.ask(ev.Transcript(task="T003", attempt=1, slot=1))
    assert "attempt 1 at T003" in missing.reason
    assert (await link.ask(ev.Stop())).accepted
    await link.close()


async def test_who_watched_a_run_to_its_end_can_still_look_up_what_is_kept(
    tmp_path: Path, processes: list[Popen[str]]
) -> None:
    gate = {"command": ["cat", "records"], "format": "go-json"}
    repository = Repository(tmp_path, "- [ ] T001 Write one\n", isolation="worktree", gate=gate)
    test = '"Package":"a.b/c","Test":"TestOne"'
    records = ['"run",' + test, '"output",' + test + ',"Output":"a word\\n"', '"pass",' + test]
    records.append('"pass","Package":"a.b/c"')
    repository.write("records", "".join(f'{{"Action":{one}}}\n' for one in records))
    repository.git("add", ".")
    repository.git("commit", "-qm", "records")
    repository.play({"T001": [{"say": "hello"}, {"write": {"path": "one.txt", "text": "fresh"}}]})
    process = begin(repository, processes)
    run = await asyncio.to_thread(repository.live)
    link = await Link.connect(run.socket, once_over(run))
    async with asyncio.timeout(60):
        async for _ in link.messages():
            pass
    assert await asyncio.to_thread(process.wait) == 0
    assert "+fresh" in (await link.ask(ev.Diff(task="T001"))).text
    assert "+fresh" in (await link.ask(ev.Diff(task="T001", attempt=1))).text
    said = (await link.ask(ev.Transcript(task="T001", attempt=1, slot=3))).said
    assert said[0] == ev.Utterance("say", "hello")
    assert "Write one" in (await link.ask(ev.Prompt(task="T001", attempt=1, slot=3))).text
    assert (await link.ask(ev.Printed(package="a.b/c", test="TestOne"))).text == "a word"
    with suppress(LinkError):
        raise AssertionError(await link.ask(ev.Pause()))
    await link.close()
