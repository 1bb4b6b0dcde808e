"""The one table of keys: footer, help, command palette and bindings are all read from it. Pure."""

from __future__ import annotations

from sixfold.dashboard import when
from sixfold.dashboard.action import ALWAYS, OFFERED, Action, of_run, of_screen

PLAYING = (
    of_run(
        "play",
        "space,p",
        "In a replay: stand still, or go on; at the end, once more",
        can=when.in_replay,
        rank=0,
    ),
    of_run(
        "seek(-1)",
        "left,h",
        "In a replay: back by 10 s, or a fiftieth of the run",
        can=when.in_replay,
        label="back",
        rank=0,
        pair="seek",
    ),
    of_run(
        "seek(1)",
        "right,l",
        "In a replay: forward by as much",
        can=when.in_replay,
        label="forward",
        rank=0,
    ),
    of_run(
        "seek_event(False)",
        "shift+left,H",
        "In a replay: back by an event",
        "",
        can=when.in_replay,
        label="event",
    ),
    of_run(
        "seek_event(True)",
        "shift+right,L",
        "In a replay: forward by an event",
        "",
        can=when.in_replay,
        label="event",
    ),
    of_run(
        "seek_edge(False)",
        "home,F",
        "In a replay: the run's beginning",
        "",
        can=when.in_replay,
        label="begin",
    ),
    of_run(
        "seek_edge(True)",
        "end,G",
        "In a replay: the run's end",
        "",
        can=when.in_replay,
        label="end",
    ),
    of_run(
        "pace(2.0)",
        "plus,equals_sign",
        "In a replay: twice as fast",
        can=when.in_replay,
        label="faster",
        rank=0,
        pair="pace",
    ),
    of_run(
        "pace(0.5)",
        "minus",
        "In a replay: half as fast",
        can=when.in_replay,
        label="slower",
        rank=0,
    ),
)
_STEERING = (
    Action(
        id="start",
        keys="s",
        label="start",
        tooltip="Start the run",
        can=when.start,
        foot=ALWAYS,
        rank=0,
    ),
    of_run(
        "allow",
        "a",
        "Say yes, this once, to what is asked of you",
        OFFERED,
        can=when.beside_tests("allow"),
        rank=0,
    ),
    of_run(
        "allow_always",
        "A",
        "Say yes to the same for the rest of the run",
        OFFERED,
        label="always",
        rank=0,
    ),
    of_run("reject", "n", "Say no to what is asked of you", OFFERED, can=when.no("reject"), rank=0),
    of_run(
        "reject_always",
        "N",
        "Say no to the same for the rest of the run",
        OFFERED,
        can=when.no("reject_always"),
        label="never",
        rank=0,
    ),
    of_run("pause", "p", "Pause (running turns finish, nothing new starts), or go on"),
    of_run("hold", "H", "Pause now: running turns are cut short, and taken up again later", ""),
    of_run(
        "retry", "r", "A fresh attempt at a failed or skipped task", can=when.beside_tests("retry")
    ),
    of_run(
        "retry_with", "R", "The same with another agent", "", can=when.beside_tests("retry_with")
    ),
    of_run("rerun", "r", "Run the selected test once more", can=when.of_tests("rerun"), rank=0),
    of_run(
        "rerun_failed",
        "R",
        "Run all tests that fail once more",
        OFFERED,
        can=when.of_tests("rerun_failed"),
        label="failing",
        rank=0,
    ),
    of_run(
        "rerun_package",
        "a",
        "Run all tests of the selected package once more",
        OFFERED,
        can=when.of_tests("rerun_package"),
        label="package",
    ),
    of_run("cancel", "x", "End one agent's attempt, with all its processes"),
    of_run(
        "tell", "m", "Say something to an agent at work, at the end of its turn", OFFERED, rank=2
    ),
    of_run("skip", "S", "Leave the task's box open and let its dependents run"),
    of_run("gate", "g", "Run the tests now", can=when.gate, rank=2),
    of_run(
        "revalidate",
        "V",
        "Make tasks of unmet requirements, and validate again after them",
        OFFERED,
    ),
    of_run(
        "undo", "u", "Take a finished task back: revert its commit, open its box", OFFERED, rank=2
    ),
    of_run("set_aside", "U", "Take the culprit of a red gate out, and keep its work", OFFERED),
)
_LOOKING = (
    of_screen(
        "edit",
        "o",
        "editor",
        "Open your editor ($VISUAL, $EDITOR) where the selected test failed",
        when.of_tests("edit"),
        foot=OFFERED,
        rank=0,
    ),
    of_screen("fold(False)", "h,left", "fold", "Fold it, or go to what it is in", when.tree),
    of_screen("fold(True)", "l,right", "unfold", "Show what is below", when.tree),
    of_screen(
        "details",
        "enter,e",
        "details",
        "All about what is selected",
        when.details,
        cap="↵",
        foot=ALWAYS,
        rank=0,
    ),
    of_screen(
        "zoom", "z", "zoom", "One pane over the whole screen, and back", when.panes, foot=ALWAYS
    ),
    of_run(
        "diff",
        "d",
        "The change so far: of what is selected, else of the run",
        can=when.diff,
        rank=2,
    ),
    of_screen(
        "go_to_file(-1)",
        "left_square_bracket",
        "file before",
        "Back a file",
        when.in_diff,
        cap="[",
        foot=OFFERED,
        rank=0,
        pair="files",
    ),
    of_screen(
        "go_to_file(1)",
        "right_square_bracket",
        "next file",
        "The next file",
        when.in_diff,
        cap="]",
        foot=OFFERED,
        rank=0,
    ),
    of_screen(
        "find",
        "slash",
        "find",
        "Find in a log as you type",
        when.in_log,
        cap="/",
        foot=ALWAYS,
        rank=0,
    ),
    of_screen(
        "find_next(True)",
        "n",
        "next",
        "The next place found",
        when.searched,
        foot=OFFERED,
        rank=0,
        pair="found",
    ),
    of_screen(
        "find_next(False)",
        "N",
        "previous",
        "The place found before",
        when.searched,
        foot=OFFERED,
        rank=0,
    ),
    of_screen(
        "follow", "f", "follow", "Follow the end of a log, or stay here", when.follows, foot=ALWAYS
    ),
    of_screen(
        "go_to_attempt(-1)",
        "h,left",
        "earlier",
        "On a task's page: the attempt before",
        when.of_attempt,
        foot=OFFERED,
        rank=0,
        pair="attempts",
    ),
    of_screen(
        "go_to_attempt(1)",
        "l,right",
        "later",
        "On a task's page: the next attempt",
        when.of_attempt,
        foot=OFFERED,
        rank=0,
    ),
    of_screen("wrap", "w", "cut", "Break long lines of a log, or cut them", when.in_log),
    of_screen("copy", "y", "copy", "Copy the line, or what the mouse has marked", when.in_log),
    of_screen(
        "steps", "t", "steps", "The plan of the agent in the slot: all steps", when.with_steps
    ),
    Action(
        id="plan",
        keys="P",
        label="plan",
        tooltip="Phases, edges and their reasons, critical path",
        can=when.planned,
        foot=ALWAYS,
        rank=2,
    ),
    Action(
        id="timeline",
        keys="T",
        label="timeline",
        tooltip="The slots over time: who worked on what when",
        can=when.planned,
        foot=ALWAYS,
        rank=2,
    ),
    of_screen(
        "step_bar(-1)",
        "left,h",
        "before",
        "In the timeline: what the slot did before",
        when.in_timeline,
        cap="←",
        foot=OFFERED,
        rank=0,
        pair="bars",
    ),
    of_screen(
        "step_bar(1)",
        "right,l",
        "next",
        "In the timeline: what the slot did next",
        when.in_timeline,
        cap="→",
        foot=OFFERED,
        rank=0,
    ),
    of_screen(
        "closer(True)",
        "plus,equals_sign",
        "closer",
        "In the timeline: twice as close",
        when.closer,
        cap="+",
        foot=OFFERED,
        rank=0,
        pair="scale",
    ),
    of_screen(
        "closer(False)",
        "minus",
        "wider",
        "In the timeline: twice as much time",
        when.in_timeline,
        cap="-",
        foot=OFFERED,
        rank=0,
    ),
    of_screen(
        "whole",
        "0",
        "all",
        "In the timeline: the whole run",
        when.in_timeline,
        foot=OFFERED,
        rank=0,
    ),
    of_screen(
        "go_to_failed",
        "exclamation_mark",
        "failed",
        "Select the next task that has failed",
        when.failing,
        cap="!",
        foot=OFFERED,
    ),
    of_screen(
        "go_to_running",
        "full_stop",
        "running",
        "Select the next task that is at work",
        when.runs,
        cap=".",
        foot=OFFERED,
    ),
    of_screen("fold_all", "c", "fold all", "Fold all phases, or open them", when.with_tree),
    Action(
        id="inbox",
        keys="i",
        label="inbox",
        tooltip="All that waits for you, the most pressing first",
        can=when.of_run,
    ),
    Action(
        id="alarm",
        keys="b",
        label="bell",
        tooltip="The terminal's bell and notifications when you are wanted: off, or on",
        can=when.anywhere,
    ),
    Action(
        id="messages", keys="M", label="messages", tooltip="What happened so far", can=when.anywhere
    ),
)
_MOVING = (
    of_screen(
        "go_round(1)",
        "tab,v",
        "panes",
        "The next pane",
        when.in_panes,
        cap="Tab",
        foot=ALWAYS,
        rank=0,
    ),
    of_screen(
        "go_round(-1)", "shift+tab,B", "pane before", "The pane before", when.in_panes, cap="⇧Tab"
    ),
    *(
        of_screen(
            f"slot({n})",
            str(n),
            f"slot {n}",
            f"Look at slot {n}; once more: full screen",
            when.panes,
        )
        for n in range(1, 7)
    ),
    of_screen("step(1)", "j,down", "down", "Down"),
    of_screen("step(-1)", "k,up", "up", "Up"),
    of_screen("step_page(1)", "pagedown,space,J", "page down", "A page down", cap="PgDn"),
    of_screen("step_page(-1)", "pageup,K", "page up", "A page up", cap="PgUp"),
    of_screen("step_to_edge(False)", "home,F", "begin", "To the beginning", cap="Home"),
    of_screen("step_to_edge(True)", "end,G", "end", "To the end", cap="End"),
)
_LEAVING = (
    of_screen("back", "escape,C", "back", "Back to the panes", when.back, cap="Esc", foot=ALWAYS),
    Action(
        id="help",
        keys="question_mark",
        label="help",
        tooltip="All keys",
        can=when.anywhere,
        cap="?",
        foot=ALWAYS,
    ),
    Action(
        id="leave",
        keys="q,ctrl+c,ctrl+q",
        label="leave",
        tooltip="Leave; a run goes on or stops, as you say",
        can=when.anywhere,
        foot=ALWAYS,
    ),
)

STEERED = (*_STEERING, *_LOOKING, *_MOVING, *_LEAVING)
ACTIONS: tuple[Action, ...] = (*PLAYING, *STEERED)
GROUPS = {
    "What there is to do": _STEERING,
    "What there is to see": _LOOKING,
    "Moving about": _MOVING,
    "Leaving": _LEAVING,
    "A run of the past": PLAYING,
}
"""The table as the help tells it."""
BY_ID = {action.id: action for action in ACTIONS}
KEYS_OF_COMMANDS = {
    "gate": "g",
    "revalidate": "V",
    "retry": "r",
    "skip": "S",
    "cancel": "x",
    "pause": "p",
    "resume": "p",
    "stop": "q",
    "set-aside": "U",
}
"""A blocked run's options -> the key that gives them."""


KEYS_OF_ANSWERS = {
    "allow": "a",
    "always": "A",
    "reject": "n",
    "never": "N",
    "yes": "a",
    "no": "n",
}
"""Answers -> the key that gives them."""
