"""The real files: counted by an independent rule, and every task of them ticked.

`SIXFOLD_CORPUS=all` ticks every open task of every file; else one of each.
"""

import os
import re
from pathlib import Path

import pytest

from sixfold.feature.marking import mark
from sixfold.feature.tasks import read

CORPUS = Path(__file__).parents[3] / "../shared/corpus/tasks"
FILES = sorted(CORPUS.glob("*.md"))
ALL = os.environ.get("SIXFOLD_CORPUS") == "all"

TASK_LINE = re.compile(
    r"[ \t]*[-*+][ \t]+\[(?: |x|X|~|-|!|/|N/A|SKIP|⚠️)\][ \t]+(?:\[P\][ \t]+)?(?:\*\*|__|`|~~|\[)*"
    r"(?P<id>T-?\d{1,5}(?:[.-]\d+)*[A-Za-z]?(?:-[A-Za-z]+)?)(?![A-Za-z0-9])"
)
OTHER_IDS = re.compile(r"T-[A-Z]+-?\d+|(?:Task|Item) \d+(?:\.\d+)*|\d+(?:\.\d+)*|[A-Z]\d+|#\d+")
ONE_BOX_FOR_SEVERAL = re.compile(r"T\d+-T\d+")

pytestmark = pytest.mark.skipif(not FILES, reason="the corpus of real files is not here")


def counted(data: bytes) -> dict[int, str]:
    """Line and id of each task line outside fences, by eye of a regular expression."""
    found, fence = {}, ""
    for number, line in enumerate(data.decode("utf-8-sig", "replace").split("\n"), 1):
        mark_ = re.match(r"\s*(`{3,}|~{3,})", line)
        if mark_ and not fence:
            fence = mark_[1]
        elif mark_ and line.strip() == line.strip()[0] * len(line.strip()) and mark_[1] >= fence:
            fence = ""
        elif not fence and (task := TASK_LINE.match(line)):
            found[number] = task["id"]
    return found


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_the_tasks_are_those_an_independent_count_finds(file: Path) -> None:
    data = file.read_bytes()
    expected = counted(data)
    tasks = {task.line: task.id for task in read(data).tasks}
    ranges = {line for line, name in tasks.items() if ONE_BOX_FOR_SEVERAL.fullmatch(name)}
    assert {line: tasks.get(line) for line in expected if line not in ranges} == {
        line: name for line, name in expected.items() if line not in ranges
    }
    more = {name for line, name in tasks.items() if line not in expected}
    assert {name for name in more if not OTHER_IDS.fullmatch(name)} == set()


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_ticking_a_task_changes_one_byte_on_its_line(file: Path) -> None:
    data = file.read_bytes()
    found = [task for task in read(data).tasks if task.runnable and task.state == "pending"]
    for task in found if ALL else found[-1:]:
        after = mark(data, task.id, task.title)
        changed = [at for at, (old, new) in enumerate(zip(data, after, strict=True)) if old != new]
        assert len(changed) == 1
        assert data[changed[0] : changed[0] + 1] == b" "
        assert after[changed[0] : changed[0] + 1] in (b"x", b"X")
        assert data.count(b"\n", 0, changed[0]) + 1 == task.line
        again = {now.line: now.state for now in read(after).tasks}
        assert again[task.line] == "done"


def test_hardly_a_task_of_the_corpus_is_outside_a_phase_or_without_a_name() -> None:
    tasks = [task for file in FILES[::8] for task in read(file.read_bytes()).tasks]
    assert len(tasks) > 1_000
    assert sum(task.phase == 0 for task in tasks) < len(tasks) * 0.03
    assert sum(not task.title for task in tasks) < len(tasks) * 0.003
