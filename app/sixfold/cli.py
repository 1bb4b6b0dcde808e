"""The command line, nothing else: words in, one call, an exit code out (CONTRACT.md)."""

from __future__ import annotations

import argparse
import importlib
import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NoReturn

from sixfold import __version__
from sixfold.errors import UserError

DESCRIPTION = "The implement step of Spec Kit on Go projects, run by up to six agents."
MOST_ROUNDS = 100
EPILOG = "Exit codes: 0 all done, 1 ended otherwise, 2 wrong input, 3 another run is live."


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; returns its exit code. Errors are one line on stderr, never a traceback."""
    _stand_in()
    words = list(sys.argv[1:] if arguments is None else arguments)
    try:
        asked = _understood(words)
        command: Callable[[argparse.Namespace], int] = asked.command
        return command(asked)
    except UserError as error:
        _say(str(error))
        return 2
    except BrokenPipeError:  # whoever read our output has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except OSError as error:
        where = error.filename or "system"
        _say(f"{where}: {error.strerror or error}; mend that, then again")
        return 2
    except KeyboardInterrupt:
        return 130


def _understood(words: list[str]) -> argparse.Namespace:
    """What is asked; go's flags are easily given where ours stand."""
    parser = _parser()
    asked, unknown = parser.parse_known_args(words)
    if unknown:
        name = getattr(asked, "name", "")
        hint = "; what `go test` is to get stands behind --" if name == "test" else ""
        parser.error(f"unrecognized arguments: {' '.join(unknown)}{hint}")
    return asked


def _say(text: str) -> None:
    """One line on stderr; it may quote files."""
    from sixfold.lines import harmless  # noqa: PLC0415 (only where something is wrong)

    print(f"sixfold: {harmless(' '.join(text.split()))}", file=sys.stderr)


def _stand_in() -> None:
    """Put something in the place of streams that are closed, that no file of ours gets there."""
    for number, (name, mode) in enumerate((("stdin", "r"), ("stdout", "w"), ("stderr", "w"))):
        if getattr(sys, name) is None:
            os.open(os.devnull, os.O_RDWR)  # it gets the lowest number that is free: this one
            setattr(sys, name, open(number, mode, encoding="utf-8", closefd=False))  # noqa: SIM115 - it is a number, and stays open


class _Parser(argparse.ArgumentParser):
    """Wrong usage is one line, like every other error."""

    def error(self, message: str) -> NoReturn:
        _say(f"usage: {message}; see `{self.prog} --help`")
        raise SystemExit(2)


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(prog="sixfold", description=DESCRIPTION, epilog=EPILOG)
    parser.add_argument("--version", action="version", version=f"sixfold {__version__}")
    _place(parser)
    parser.set_defaults(command=_call("home"))
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", parser_class=_Parser)

    def add(name: str, help_: str, command: str | None = None) -> argparse.ArgumentParser:
        added = commands.add_parser(name, help=help_, description=help_)
        added.set_defaults(command=_call(command or name), name=name)
        return added

    run = add("run", "run the feature: dashboard in front, runner behind")
    run.add_argument("context", nargs="?", default="", help="feature context for every agent")
    run.add_argument("--headless", action="store_true", help="no dashboard: lines on stderr")
    run.add_argument("--json", action="store_true", help="events as JSON lines on stdout")
    run.add_argument("--wait", action="store_true", help="when blocked, wait for a person")
    run.add_argument(
        "--resume",
        nargs="?",
        const="",
        metavar="RUN",
        help="go on with a run that stopped or died (default: the last)",
    )
    run.add_argument(
        "--allow-dirty",
        action="store_true",
        help="start although there are uncommitted changes; the checkout is left alone",
    )
    yes = "answer yes to all that is asked; what the config denies stays denied"
    run.add_argument("--yes", action="store_true", help=yes)
    run.add_argument(
        "--revalidate",
        type=_count,
        metavar="N",
        help="let unmet requirements become tasks so often without asking (default: 0)",
    )
    _options(run)
    plan = add("plan", "read everything, start nothing: tasks, edges, warnings")
    plan.add_argument("--json", action="store_true", help="as JSON on stdout")
    plan.add_argument("--why", metavar="TASK", help="the chain of reasons behind one task")
    _options(plan)
    prompt = add("prompt", "what an agent would be told of a task")
    prompt.add_argument("task", nargs="?", help="the task's id; `fix` or `conflict` for a sample")
    prompt.add_argument("--write", type=Path, metavar="DIR", help="write our templates into DIR")
    _options(prompt)
    _watching(add)
    serve = add("serve", "the dashboard in a browser on this machine")
    serve.add_argument("run", nargs="?", help="the run's id, or its beginning")
    serve.add_argument("--port", type=_port, default=0, metavar="N", help="default: a free one")
    _place(serve)
    _controls(add)
    _testing(add)
    doctor = add("doctor", "check git, Go, C compiler, agents, spec-kit script, config")
    doctor.add_argument("--config", type=Path, metavar="FILE", help="instead of sixfold.yaml")
    call = "start each agent that is installed up to a session"
    doctor.add_argument("--agents", action="store_true", help=call)
    _place(doctor)
    clean = add("clean", "remove what runs have left where it holds no work")
    clean.add_argument("--dry-run", action="store_true", help="only say what would go")
    _place(clean)
    demo = add("demo", "the whole job on a sample feature, with scripted agents and real Go")
    demo.add_argument("--headless", action="store_true", help="without a terminal")
    demo.add_argument("--json", action="store_true", help="events as JSON lines on stdout")
    demo.add_argument("--speed", type=_speed, default=1.0, metavar="N", help="pace of the agents")
    demo.add_argument("--keep", type=Path, metavar="DIR", help="keep the repository, in DIR")
    return parser


def _watching(add: Callable[..., argparse.ArgumentParser]) -> None:
    """What shows a run, live or over."""
    attach = add("attach", "a dashboard on a live or a finished run")
    attach.add_argument("run", nargs="?", help="the run's id, or its beginning")
    _place(attach)
    status = add("status", "the state of the live or the last run")
    status.add_argument("--json", action="store_true", help="as JSON on stdout")
    _place(status)
    what = "the run's id or its beginning, its folder, or a journal (default: the last run)"
    report = add("report", "what was done, by whom, how long, and what proves it")
    report.add_argument("run", nargs="?", metavar="RUN", help=what)
    report.add_argument("--html", type=Path, metavar="FILE", help="as one page, written to FILE")
    report.add_argument("--json", action="store_true", help="as JSON on stdout")
    _place(report)
    replay = add("replay", "the dashboard, driven by a journal")
    replay.add_argument("run", nargs="?", metavar="RUN", help=what)
    replay.add_argument("--speed", type=_speed, default=1.0, metavar="N", help="times as fast")
    _place(replay)


def _testing(add: Callable[..., argparse.ArgumentParser]) -> None:
    test = add("test", "the gate alone")
    test.add_argument("packages", nargs="*", help="packages to test, after --")
    watch = "again on every change, for the packages that it concerns"
    test.add_argument("--watch", action="store_true", help=watch)
    again = "run what luck may explain once more, up to N times (2); a race is never luck"
    test.add_argument(
        "--rerun-fails", type=_tries, nargs="?", const=2, default=0, metavar="N", help=again
    )
    raw = "leave what go test -json printed in FILE"
    test.add_argument("--jsonfile", type=Path, metavar="FILE", help=raw)
    test.add_argument("--junitfile", type=Path, metavar="FILE", help="leave JUnit XML in FILE")
    test.add_argument("--config", type=Path, metavar="FILE", help="instead of sixfold.yaml")
    _place(test)


def _controls(add: Callable[..., argparse.ArgumentParser]) -> None:
    """The commands to a live run."""
    for name, help_ in (
        ("pause", "let running turns finish, start nothing new"),
        ("resume", "go on after a pause"),
        ("gate", "run the gate now"),
        ("revalidate", "make tasks of unmet requirements, and validate again after them"),
        ("stop", "end the run"),
    ):
        control = add(name, help_, "control")
        if name == "pause":
            now = "cut running turns short, too; they are taken up again later"
            control.add_argument("--now", action="store_true", help=now)
        _place(control)
    for name, help_ in (
        ("retry", "a fresh attempt at a failed or skipped task"),
        ("skip", "leave a task's box open, let its dependents run"),
        ("cancel", "end the attempt at a running task"),
        ("undo", "revert a finished task's commit and open its box"),
        ("set-aside", "revert the culprit of a red gate, its work kept on a branch"),
    ):
        control = add(name, help_, "control")
        control.add_argument("task", help="the task's id")
        if name == "retry":
            other = "with this agent, instead of the one whose turn it is"
            control.add_argument("--agent", metavar="NAME", help=other)
        if name == "undo":
            also = "undo finished tasks that need it, too"
            control.add_argument("--dependents", action="store_true", help=also)
        _place(control)
    tell = add("tell", "say something to an agent at work, at the end of its turn", "control")
    tell.add_argument("task", help="the task's id; `fix N` for the fix of phase N")
    tell.add_argument("text", help="what to say")
    _place(tell)
    answer = add("answer", "answer what the run asks", "control")
    answer.add_argument("request", help="the request's name")
    answer.add_argument("option", help="the answer, such as yes or no")
    _place(answer)


def _place(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "-C",
        dest="directory",
        type=Path,
        default=argparse.SUPPRESS,
        metavar="DIR",
        help="the repository (default: here)",
    )


def _options(parser: argparse.ArgumentParser) -> None:
    _place(parser)
    parser.add_argument("--feature", type=Path, metavar="DIR", help="the feature's directory")
    parser.add_argument("--spec-info", type=Path, metavar="FILE", help="the specify step's report")
    parser.add_argument("--config", type=Path, metavar="FILE", help="instead of sixfold.yaml")
    parser.add_argument("--agent", metavar="NAME", help="an agent of the config")
    parser.add_argument("--slots", type=int, choices=range(1, 7), help="agents side by side")
    parser.add_argument("--stories", choices=("one-by-one", "parallel"), help="order of stories")


def _tries(text: str) -> int:
    if not text.isdecimal() or int(text) > 100:
        raise argparse.ArgumentTypeError(f"{text!r} is no number from 0 to 100")
    return int(text)


def _port(text: str) -> int:
    if not text.isdecimal() or int(text) > 65535:
        raise argparse.ArgumentTypeError(f"{text!r} is no port, 0 to 65535")
    return int(text)


def _count(text: str) -> int:
    if not text.isdecimal() or int(text) > MOST_ROUNDS:
        raise argparse.ArgumentTypeError(f"{text!r} is no number from 0 to {MOST_ROUNDS}")
    return int(text)


def _speed(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = 0.0
    if not 0 < value <= 1000:
        raise argparse.ArgumentTypeError(f"{text!r} is no number above 0, up to 1000")
    return value


def _call(name: str) -> Callable[[argparse.Namespace], int]:
    """The command in the module called `name`, which is imported only when it runs."""

    def call(asked: argparse.Namespace) -> int:
        asked.directory = getattr(asked, "directory", Path())
        command: Callable[[argparse.Namespace], int] = importlib.import_module(
            f"sixfold.commands.{name}"
        ).main
        return command(asked)

    return call
