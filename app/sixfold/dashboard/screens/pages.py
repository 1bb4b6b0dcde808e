"""What the pages say: a task, a request, a requirement, what waits. Pure."""

from __future__ import annotations

import re
import shlex
from collections.abc import Sequence
from datetime import datetime

from msgspec.structs import replace

from sixfold import events as ev
from sixfold.dashboard import words
from sixfold.dashboard.actions import KEYS_OF_ANSWERS
from sixfold.dashboard.attention import calls
from sixfold.dashboard.inbox import Matter
from sixfold.dashboard.telling import failure_block
from sixfold.dashboard.widgets.row import BLANK, Part
from sixfold.model import Need, Phase, Task
from sixfold.state import Asked, Attempt, RunState, TaskProgress
from sixfold.verdicts import evidence_text


def _field(name: str, value: str, tone: str = "plain") -> list[Part]:
    return [(f"{name:<12}{value}", tone)] if value else []


def task_page(state: RunState, task: Task, now: datetime) -> list[Part]:
    """All that is known of a task."""
    progress, look = state.tasks[task.id], words.task_look(state, task)
    phase = words.phase_of(state, task.phase)
    spent = words.since(progress.started, progress.ended, now)
    lines: list[Part] = [(task.title, "strong"), BLANK]
    if task.text.strip():
        text = _BOX.sub("[X]", task.text, count=1) if progress.state == "done" else task.text
        lines += [(line, "quiet") for line in text.splitlines()] + [BLANK]
    for ask in state.asked.values():
        if ask.task == task.id:
            lines += request_page(ask)
    lines += _field("state", f"{look.glyph} {look.word}", look.tone)
    lines += _field("reason", progress.reason, "bad")
    lines += _field("attempts", str(progress.attempts) if progress.attempts else "")
    lines += _field("time", f"{spent} in the latest attempt" if spent else "")
    where = f"slot {progress.slot}, agent {progress.agent}" if progress.agent else ""
    lines += _field("worked on", where)
    lines += _field("next by", progress.wanted)
    lines += _field("spent", words.spending(progress.usage))
    lines += _kept(progress)
    lines += [BLANK]
    lines += _field("phase", f"{phase.number} {phase.title}" if phase else "before any phase")
    lines += _field("story", task.story or "")
    lines += _field("role", task.role)
    lines += _field("beside", "others of its phase: marked [P]" if task.parallel else "")
    lines += _field("line", f"{task.line} of {state.plan.tasks_file}" if state.plan else "")
    if not task.runnable:
        lines += [("ambiguous in the file: shown, and never given to an agent", "look")]
    lines += [BLANK, ("files it names", "title")]
    lines += [(f"  {file}", "plain") for file in task.files] or [("  none", "quiet")]
    lines += _listed("files it changed and does not name", progress.outside, "warn")
    lines += _listed("left out: in no commit", progress.left_out, "quiet")
    return [*lines, BLANK, *needs_page(state, task)]


_BOX = re.compile(r"(?<=[-*+] )\[ \]")
"""A task's box as the plan was read; what is done has it ticked."""


def attempts_page(history: Sequence[Attempt], now: datetime) -> list[Part]:
    """The attempts at a task, each with who made it, how long, how it ended and what it cost."""
    lines: list[Part] = []
    for one in history:
        look = words.TASK_LOOKS["running"]
        if one.outcome:
            good = one.outcome == "done"
            look = replace(words.TASK_LOOKS["done" if good else "failed"], word=one.outcome)
        spent = words.since(one.started, one.ended, now)
        begun = f"{one.started.astimezone():%H:%M:%S}, " if one.started else ""
        lines += [
            (f"attempt {one.number}   {look.glyph} {look.word}", look.tone),
            *_field("  agent", f"{one.agent} in slot {one.slot}"),
            *_field("  time", f"{begun}{spent}" if spent else ""),
            *_field("  reason", one.reason, "plain" if one.outcome == "done" else "bad"),
            *_field("  spent", words.spending(one.usage)),
            *_field("  branch", one.branch),
            *_field("  base", words.short(one.base)),
            *_field("  commit", words.short(one.commit)),
            BLANK,
        ]
    return lines


def request_page(ask: ev.PermissionAsked) -> list[Part]:
    """What is asked of the person, with all that it would do."""
    tones = {"+": "good", "-": "bad", "@": "look"}
    change = [(f"  {line}", tones.get(line[:1], "plain")) for line in ask.diff.splitlines()]
    keys = ", ".join(f"{KEYS_OF_ANSWERS.get(one, '?')} {one}" for one in ask.options)
    return [
        *_field("asks", ask.text.partition("\n")[0], "look"),
        *((f"{'':<12}{line}", "look") for line in ask.text.splitlines()[1:]),
        *_field("to run", ask.command),
        *change,
        *_field("answer by", keys),
        BLANK,
    ]


def _kept(progress: TaskProgress) -> list[Part]:
    """Where the change is, and the command that shows it."""
    commit, base, branch = words.short(progress.commit), words.short(progress.base), progress.branch
    shows = f"git show {commit}" if commit else f"git diff {base} {shlex.quote(branch)}"
    ended = commit or (branch and progress.state == "failed")
    return [
        *_field("branch", branch),
        *_field("base", base),
        *_field("commit", commit),
        *_field("shown by", shows if ended else ""),
    ]


def _listed(title: str, items: Sequence[str], tone: str) -> list[Part]:
    """A title and a row for each item; nothing where there is none."""
    return [BLANK, (title, "title"), *((f"  {item}", tone) for item in items)] if items else []


def needs_page(state: RunState, task: Task) -> list[Part]:
    """The edges of a task, both ways, each with its reason."""
    lines: list[Part] = [("needs", "title")]
    if phase := words.phase_of(state, task.phase):
        lines += _barriers(state, phase)
    lines += [_edge(state, need.task, need) for need in task.needs]
    if len(lines) == 1:
        lines.append(("  nothing", "quiet"))
    after = [
        _edge(state, o.id, need)
        for o in state.by_id.values()
        for need in o.needs
        if need.task == task.id
    ]
    later = [p for p in state.phases if task.phase in {*p.needs, *p.follows}]
    after += [_barrier(state, p.number, p.title) for p in later]
    return [*lines, BLANK, ("is needed by", "title"), *(after or [("  nothing", "quiet")])]


def _barriers(state: RunState, phase: Phase) -> list[Part]:
    follows = "its gate is green; stories come one by one"
    barriers = [(n, "its gate is green") for n in phase.needs] + [
        (n, follows) for n in phase.follows
    ]
    return [_barrier(state, number, how) for number, how in barriers]


def _barrier(state: RunState, number: int, text: str) -> Part:
    look = words.phase_look(state, state.phases[number - 1])
    return f"  {look.glyph} {f'phase {number}':<8} {look.word:<9} {text}", look.tone


def _edge(state: RunState, id_: str, need: Need) -> Part:
    known = id_ in state.tasks and id_ in state.by_id
    look = words.TASK_LOOKS[state.tasks[id_].state] if known else words.TASK_LOOKS["pending"]
    line = f" (line {need.line})" if need.line else ""
    detail = f": {need.detail}" if need.detail else ""
    return f"  {look.glyph} {id_:<8} {look.word:<9} {need.because}{detail}{line}", look.tone


def validation_page(state: RunState) -> list[Part]:
    """Each requirement with its verdict, and what is there to prove it."""
    known, look = state.validation, words.validation_look(state)
    total = len(state.requirements)
    lines = [
        *_field("state", f"{look.glyph} {look.word}", look.tone),
        *_field("met", f"{state.met} of {total} requirements" if total else ""),
        *_field("reason", known.reason, "plain" if known.outcome == "passed" else "bad"),
        *_field("round", str(known.round) if known.round > 1 else ""),
        *_field("of commit", words.short(known.commit)),
    ]
    for one in state.requirements.values():
        lines += [BLANK, *requirement(one)]
    return lines


def evidence_page(state: RunState, task: Task) -> list[Part]:
    """What validation found out about the requirements that a task is for."""
    files = {*task.files, *state.tasks[task.id].outside}
    named = set(_REQUIREMENT.findall(task.text or task.title))
    lines: list[Part] = []
    for one in state.requirements.values():
        about = one.requirement.id in named or (task.story and one.requirement.story == task.story)
        if about or any(piece.file in files for piece in one.evidence):
            lines += [*requirement(one), BLANK]
    return lines


_REQUIREMENT = re.compile(r"\b[A-Z]+\d*[-.]\d+\b")
"""What may be the id of a requirement."""


def requirement(one: Asked) -> list[Part]:
    """A requirement with its verdict, and what is there to prove it."""
    asked = one.requirement
    look = words.JUDGEMENT_LOOKS[one.verdict] if one.verdict else words.NOT_JUDGED
    text = " ".join(asked.text.split())
    flawed = any(piece.flaw for piece in one.evidence)  # then that is the reason
    return [
        (f"{look.glyph} {asked.id:<8} {look.word:<10} {text}", look.tone),
        *([(f"{INDENT}{one.reason}", "warn")] if one.reason and not flawed else []),
        *(
            (f"{INDENT}{evidence_text(piece)}", "warn" if piece.flaw else "plain")
            for piece in one.evidence
        ),
    ]


INDENT = " " * 4
"""Below a requirement's text."""


def matter_page(state: RunState, matter: Matter, now: datetime) -> list[Part]:
    """All that is known of a matter."""
    task = state.by_id.get(matter.task)
    if ask := state.asked.get(matter.request):
        return request_page(ask)
    if task and task.id in state.tasks:
        return task_page(state, task, now)
    if matter.key == "run":
        return _run_page(state, matter)
    if asked := state.requirements.get(matter.key.removeprefix("requirement ")):
        return requirement(asked)
    notices = [one for one in state.notices if f"notice {one.seq}" == matter.key]
    text = notices[0].text if notices else matter.text
    return [(line, "plain") for line in text.splitlines()]


def _run_page(state: RunState, matter: Matter) -> list[Part]:
    """Why the run needs a person, what may be done about it, and what the last gate found."""
    lines: list[Part] = [(matter.text, "strong"), BLANK]
    if state.options:
        lines.append(("you can", "title"))
        lines += [(f"  {key}  {word}", "plain") for key, word in _ways(state)]
    gate = state.gate.ended if state.gate else None
    if gate and gate.failures:
        lines += [BLANK, (f"the last gate is {gate.verdict}", "title")]
        for failure in gate.failures:
            lines += failure_block(state, failure)
    return lines


def _ways(state: RunState) -> Sequence[tuple[str, str]]:
    """Keys and words of what a blocked run offers."""
    found = calls(state, gone=False, startable=False, leaving=False)
    return next((call.keys for call in found if call.text.startswith("blocked: ")), ())
