"""Two runs that are hard to tell: one where everything happened, one where all text is hostile."""

from __future__ import annotations

from msgspec import structs

from sixfold import events as ev
from sixfold.model import Checklist, PlanWarning, Suspect
from telling import FAILURE, RUN, begins, ends, gate, plan, spends, task, told

EVIL = (
    "<script>alert(1)</script><img src=x onerror=alert(2)>\"'><svg/onload=alert(3)>"
    "{{ 7*7 }}{% raw %}</style></title>&lt;b&gt;\x1b]0;owned\x07\x1b[2J\x00\u202eabc\u2066"
    "javascript:alert(4)"
)


def hostile() -> list[ev.AnyEvent]:
    """A run in which every text that others write is hostile."""
    evil_plan = structs.replace(
        plan(task("T1", EVIL), warnings=[PlanWarning(1, EVIL, EVIL)]),
        feature_dir=f"specs/{EVIL}",
        tasks_file=EVIL,
    )
    evil_plan.phases[0] = structs.replace(evil_plan.phases[0], title=EVIL)
    failure = structs.replace(
        FAILURE, package=EVIL, test=EVIL, message=EVIL, file=EVIL, output=EVIL * 300
    )
    suspect = Suspect(EVIL, EVIL, EVIL, [EVIL])
    return told(
        structs.replace(RUN, run=EVIL, branch=EVIL, agent=EVIL),
        ev.PlanLoaded(plan=evil_plan),
        ev.ChecklistsRead(checklists=[Checklist(EVIL, 1, 1, "incomplete")]),
        ev.Notice(text=EVIL, level="warning"),
        begins("T1", agent=EVIL),
        ev.PermissionAsked(slot=1, task="T1", request=EVIL, text=EVIL, options=[EVIL]),
        ev.PermissionAnswered(slot=1, task="T1", request=EVIL, option=EVIL),
        ends("T1", outcome="failed", reason=EVIL, branch=EVIL, again=True),
        begins("T1", attempt=2, agent=EVIL),
        ends("T1", attempt=2, outcome="failed", reason=EVIL, branch=EVIL, commit=EVIL),
        *gate(
            1, 1, verdict="red", reason=EVIL, failures=[failure], suspects=[suspect], fixed=[EVIL]
        ),
        ev.RunBlocked(reason=EVIL, options=[EVIL]),
    )


def odd() -> list[ev.AnyEvent]:
    """A run that was paused, died, went on after hours, was red and was stopped."""
    return told(
        RUN,
        ev.PlanLoaded(plan=plan(task("T1"), task("T2"), task("T3", phase=2))),
        *gate(1, 0),
        ev.PhaseStarted(phase=1, title="One"),
        begins("T1"),
        spends("T1", 1200, 0.5),
        ends("T1", outcome="failed", reason="no such file", again=True),
        begins("T1", attempt=2),
        begins("T2", slot=2),
        ev.RunPaused(),
        ends("T1", attempt=2, commit="c0ffee" + "0" * 34),
        (9000, ev.RunContinued(pid=2)),
        begins("T2", slot=2, attempt=2),
        ends("T2", slot=2, attempt=2, outcome="cancelled"),
        *gate(2, 1, verdict="red", failures=[FAILURE]),
        ev.FixStarted(phase=1, slot=5, attempt=1, agent="a"),
        ev.FixEnded(phase=1, slot=5, attempt=1, outcome="done"),
        ev.RunEnded(outcome="stopped", reason="stopped"),
    )
