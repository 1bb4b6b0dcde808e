"""What is kept of attempts is read page by page, whole lines, from either end."""

from __future__ import annotations

from pathlib import Path

import pytest
from msgspec import structs

from dashboard.scripted import PLAN, task
from repository import Repository
from sixfold import events as ev
from sixfold.masking import Masks
from sixfold.runner import archive
from sixfold.runner.archive import Archive, Past
from sixfold.runner.bulk import Bulk
from sixfold.runner.store import RunFolder


@pytest.fixture
def folder(tmp_path: Path) -> RunFolder:
    found = RunFolder(tmp_path)
    found.transcripts.mkdir()
    return found


def say(folder: RunFolder, texts: list[str], label: str = "T001") -> None:
    bulk = Bulk(lambda _: None, lambda: 0, Masks(), Archive(folder).said)
    bulk.begin(2, label, 1)
    for text in texts:
        bulk.say(2, [ev.Utterance("did", text, "c", "detail of " + text)])


def all_of(folder: RunFolder, label: str, offset: int = 0) -> list[ev.Utterance]:
    found: list[ev.Utterance] = []
    while True:
        wanted = ev.Transcript(id=7, task=label, attempt=1, slot=2, offset=offset)
        answer = Archive(folder).answer(wanted)
        assert (answer.accepted, answer.id) == (True, 7)
        found += answer.said
        offset = answer.offset
        if not answer.more:
            return found


@pytest.mark.parametrize("label", ["T001", "fix 2", "../odd id"])
def test_all_that_was_said_comes_in_pages(
    folder: RunFolder, label: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(archive, "PAGE", 300)
    texts = [f"line {n}" for n in range(100)]
    say(folder, texts, label)
    assert [line.text for line in all_of(folder, label)] == texts
    assert all_of(folder, label)[0].detail == "detail of line 0"
    assert [one.parent for one in folder.path.rglob("*.said")] == [folder.transcripts]


def test_a_reader_may_begin_near_the_end_and_misses_nothing_after_it(folder: RunFolder) -> None:
    say(folder, [f"line {n}" for n in range(100)])
    found = [line.text for line in all_of(folder, "T001", -500)]
    assert found == [f"line {n}" for n in range(100 - len(found), 100)]
    assert 1 < len(found) < 20
    path = Archive(folder).said("T001", 1, 2)
    wanted = ev.Transcript(task="T001", attempt=1, slot=2, offset=-500)
    answer = Archive(folder).answer(wanted)
    assert path.read_bytes()[answer.skipped :] == ev.encode_said(answer.said)
    assert (answer.skipped > 0, answer.text) == (True, str(path))


def test_the_end_of_what_was_said_begins_with_what_is_missing(folder: RunFolder) -> None:
    say(folder, [f"line {n}" for n in range(100)])
    archive = Archive(folder)
    whole, end = archive.end_of("T001", 1, 2, 1 << 20), archive.end_of("T001", 1, 2, 3000)
    assert whole
    assert end
    assert len([line for one in whole for line in one.lines]) == 100
    assert end[0].lines[0].text.startswith("… 1 KiB before this are not shown; all of it is in ")
    assert end[0].lines[0].kind == "note"


def test_a_line_that_is_not_whole_yet_waits_for_its_end(folder: RunFolder) -> None:
    say(folder, ["whole"])
    path = Archive(folder).said("T001", 1, 2)
    with path.open("ab") as file:
        file.write(b'["say","ha')
    assert [line.text for line in all_of(folder, "T001")] == ["whole"]
    with path.open("ab") as file:
        file.write(b'lf","",""]\n')
    assert [line.text for line in all_of(folder, "T001")] == ["whole", "half"]


def test_of_a_run_of_before_what_agents_printed_is_read(folder: RunFolder) -> None:
    (folder.transcripts / "T001-1.2.log").write_text("hello\n")
    (folder.transcripts / "fix-3-1.2.log").write_text("mended\n")
    assert all_of(folder, "T001") == [ev.Utterance("say", "hello")]
    assert all_of(folder, "fix 3") == [ev.Utterance("say", "mended")]


def test_what_is_not_kept_is_refused(folder: RunFolder) -> None:
    for wanted in (
        ev.Transcript(task="T009", attempt=1, slot=1),
        ev.Prompt(task="T009", attempt=1, slot=1),
    ):
        answer = Archive(folder).answer(wanted)
        assert not answer.accepted
        assert "attempt 1 at T009" in answer.reason


def test_a_prompt_comes_as_it_was_given_with_that_of_a_conflict(folder: RunFolder) -> None:
    (folder.transcripts / "T001-1.2.prompt.md").write_text("Do it.")
    (folder.transcripts / "conflict-T001-1.2.prompt.md").write_text("Settle it.")
    answer = Archive(folder).answer(ev.Prompt(task="T001", attempt=1, slot=2))
    assert answer.text == "Do it.\n\nSettle it."


async def test_a_past_run_is_looked_at_and_not_steered(folder: RunFolder) -> None:
    say(folder, ["hello"])
    shared = ev.RunStarted(
        run="r", repository="/r", branch="b", commit="c", agent="a", slots=6, pid=1
    )
    past = Past(folder, [shared])
    answer = await past.look(ev.Transcript(task="T001", attempt=1, slot=2))
    assert answer
    assert answer.said[0].text == "hello"
    assert await past.look(ev.Pause()) is None
    diff = await past.look(ev.Diff(task="T001"))
    assert diff
    assert "shared the one tree" in diff.reason


async def test_the_change_of_each_attempt_is_shown_from_its_commit_or_its_branch(
    folder: RunFolder, tmp_path: Path
) -> None:
    repository = Repository(tmp_path / "r", "## Phase 1: All\n\n- [ ] T001 Write a\n")
    base = repository.git("rev-parse", "HEAD").strip()
    for number in (1, 2):
        repository.git("switch", "-qc", f"a.{number}", base)
        repository.write("a.txt", f"by attempt {number}\n")
        repository.git("add", ".")
        repository.git("commit", "-qm", "a")
    commit = repository.git("rev-parse", "a.2").strip()

    def begun(number: int) -> ev.TaskStarted:
        branch = f"a.{number}"
        return ev.TaskStarted(
            task="T001", slot=1, attempt=number, agent="a", branch=branch, base=base
        )

    events: list[ev.AnyEvent] = [
        ev.RunStarted(
            run="r",
            repository=str(repository.root),
            branch="b",
            commit=base,
            agent="a",
            slots=6,
            pid=1,
            isolation="worktree",
        ),
        ev.PlanLoaded(plan=structs.replace(PLAN, tasks=[task("T001", 1, "a")])),
        begun(1),
        ev.TaskEnded(
            task="T001", slot=1, attempt=1, outcome="failed", reason="x", branch="a.1", again=True
        ),
        begun(2),
        ev.TaskEnded(task="T001", slot=1, attempt=2, outcome="done", commit=commit),
    ]
    past = Past(folder, events)

    async def look(number: int) -> ev.Answer:
        answer = await past.look(ev.Diff(task="T001", attempt=number))
        assert answer
        return answer

    whole = await past.look(ev.Diff())  # its branch is gone
    assert whole
    assert "+by attempt 2" in whole.text

    assert "+by attempt 1" in (await look(1)).text
    assert "+by attempt 2" in (await look(2)).text
    repository.git("branch", "-D", "a.1")
    assert "of what attempt 1 at T001 changed: there is no branch a.1" in (await look(1)).reason
    assert "nothing is kept of what attempt 3" in (await look(3)).reason
