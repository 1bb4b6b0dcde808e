"""All that waits for a person, the most pressing first. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct

from sixfold import events as ev
from sixfold.dashboard import words
from sixfold.dashboard.attention import Call, behind, calls
from sixfold.lines import pausing
from sixfold.state import Asked, RunState


class Matter(Struct, frozen=True, kw_only=True):
    """One thing that waits: keys act on its task, slot and request."""

    key: str
    """The same as long as it waits."""
    word: str
    text: str
    tone: str = "look"
    task: str = ""
    """Its task, or `fix N`."""
    slot: int = 0
    request: str = ""


def unread(state: RunState, read: int) -> list[ev.Notice]:
    """Warnings and errors that came after the event `read`, oldest first."""
    found = []
    for notice in reversed(state.notices):
        if notice.seq <= read:
            break
        if notice.level != "info":
            found.append(notice)
    return found[::-1]


def matters(state: RunState, *, gone: bool, read: int) -> list[Matter]:
    """All that waits; empty while all goes well. `read`: the last event whose notices were read."""
    found: list[Matter] = []
    if gone or not (state.live or state.status == "ready"):
        found += [_of_the_run(call, state) for call in _last_calls(state, gone=gone)]
    else:
        found += [_asked(ask) for ask in state.asked.values()]
        if state.status == "blocked":
            found.append(Matter(key="run", word="blocked", text=state.reason))
        found += [_stalled(state, slot) for slot, work in state.work.items() if work.stalled]
    found += [
        Matter(
            key=f"task {name}",
            word="failed",
            text=f"{name}: {task.reason or 'no reason given'}",
            tone="bad",
            task=name,
        )
        for name, task in state.tasks.items()
        if task.state == "failed"
    ]
    if state.validation.outcome == "failed" and state.status not in {"running", "paused"}:
        found += [_unmet(name, state.requirements[name]) for name in state.unmet]
    if held := behind(state):
        found.append(Matter(key="checkout", word="behind", text=held, tone="warn"))
    if state.status == "paused" and not gone:
        found.append(Matter(key="run", word="paused", text=pausing(now=state.paused_now)))
    told = reversed(unread(state, read))
    return [*found, *(noticed(f"notice {one.seq}", one) for one in told)]


def _last_calls(state: RunState, *, gone: bool) -> list[Call]:
    """That the run is over, where more is to be done about it than to be glad."""
    if not gone and state.status == "finished" and not state.command:
        return []
    return calls(state, gone=gone, startable=False, leaving=False)[:1]


def _of_the_run(call: Call, state: RunState) -> Matter:
    return Matter(key="run", word="gone" if state.live else "ended", text=call.text)


def _asked(ask: ev.PermissionAsked) -> Matter:
    where = f" in slot {ask.slot}" if ask.slot else ""
    return Matter(
        key=f"ask {ask.request}",
        word="asks",
        text=f"{ask.task}{where}: {words.one_line(ask.text)}",
        task=ask.task,
        slot=ask.slot,
        request=ask.request,
    )


def _stalled(state: RunState, slot: int) -> Matter:
    work = state.work[slot]
    text = f"{work.label} in slot {slot}: {work.agent} gives no sign of life"
    return Matter(
        key=f"slot {slot}", word="stalled", text=text, tone="warn", task=work.label, slot=slot
    )


def _unmet(name: str, asked: Asked) -> Matter:
    text = f"{name}: {words.one_line(asked.reason or asked.requirement.text)}"
    return Matter(key=f"requirement {name}", word=asked.verdict, text=text, tone="bad")


def noticed(key: str, notice: ev.Notice) -> Matter:
    """Something that was told."""
    tone = "bad" if notice.level == "error" else "warn"
    text = words.one_line(notice.text)
    return Matter(key=key, word=notice.level, text=text, tone=tone)


def tally(found: Sequence[Matter]) -> str:
    """`3 wait, 2 unread`; empty where one thing waits at most, which the screen says anyway."""
    new = sum(matter.key.startswith("notice ") for matter in found)
    waiting = len(found) - new
    parts = [f"{waiting} wait"] if waiting > 1 or (waiting and new) else []
    return ", ".join([*parts, *([f"{new} unread"] if new else [])])
