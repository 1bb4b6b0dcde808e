"""`sixfold doctor`: what is in use, what is missing, and how to mend each."""

from __future__ import annotations

import argparse
import asyncio
import os
import shutil
from collections.abc import Callable, Mapping
from pathlib import Path

from msgspec import Struct

from sixfold import lines
from sixfold.agents import roll_call, sandbox
from sixfold.agents.roll_call import Presence
from sixfold.agents.sandbox import Sandbox
from sixfold.commands import asked as ask
from sixfold.commands import clean
from sixfold.config import Settings
from sixfold.errors import UserError
from sixfold.feature import load
from sixfold.gate import toolchain
from sixfold.runner.job import (
    Options,
    find_gate,
    find_sandbox,
    look_at_tree,
    read,
    read_settings,
)
from sixfold.runner.store import Store, find_root
from sixfold.workspace.git import GitError, git

_NAMED = 5
"""Leftovers that are named; of more it tells the number."""


class Check(Struct, frozen=True):
    """One thing that a run needs; `mend` is empty where it is well."""

    name: str
    text: str
    mend: str = ""
    tip: str = ""
    """What one may do, though a run can start without."""
    missing: bool = False
    """Is it not there, and need not be."""


def main(asked: argparse.Namespace) -> int:
    """Print a line for each check; 2 where a run could not start."""
    checks = examine(ask.options(asked), call=asked.agents)
    for check in checks:
        word = "MEND" if check.mend else "-" if check.missing else "ok"
        print(lines.harmless(f"{word:5} {check.name:14} {check.text}"))
        if hint := check.mend or check.tip:
            print(lines.harmless(f"{'':20} -> {hint}"))
    return 2 if any(check.mend for check in checks) else 0


def examine(options: Options, *, call: bool) -> list[Check]:
    """All checks, in the order in which a run needs them; `call`: start each agent."""
    checks = [_check("git", _git)]
    try:
        root = find_root(options.directory)
    except UserError as error:
        return [*checks, Check("repository", error.what, error.hint), *_toolchain(None)]
    feature = _check("feature", lambda: _feature(root, options))
    return [
        *checks,
        Check("repository", str(root)),
        *_toolchain(root),
        _check("config", lambda: _config(root, options)),
        *_agents(root, options, call=call),
        _sandbox(root, options),
        _check("gate", lambda: _gate(root, options)),
        *_notify(root, options),
        feature,
        *([] if feature.mend else [_check("isolation", lambda: _isolation(options))]),
        _leftovers(root),
    ]


def _check(name: str, look: Callable[[], str]) -> Check:
    try:
        return Check(name, look())
    except UserError as error:
        return Check(name, f"{error.where}: {error.what}", error.hint)


def _git() -> str:
    try:
        return asyncio.run(git(Path(), "version")).strip()
    except (OSError, GitError) as error:
        raise UserError("git", str(error), "install git") from error


def _toolchain(root: Path | None) -> list[Check]:
    try:
        found = toolchain.find(root or Path())
    except UserError as error:
        return [Check("go", f"{error.where}: {error.what}", error.hint)]
    return [
        Check("go", f"{found.version} from {found.go_origin}, {found.go}"),
        Check("c compiler", f"{found.cc} from {found.cc_origin}"),
    ]


def _config(root: Path, options: Options) -> str:
    settings, folder = read_settings(root, options)
    return f"{folder}, stories {settings.stories}"


def _agents(root: Path, options: Options, *, call: bool) -> list[Check]:
    """Those that are used must be there; of the others the catalogue knows how to get them."""
    try:
        settings, folder = read_settings(root, options)
    except UserError:
        return []
    used = roll_call.used(settings)
    if not call:
        there = [roll_call.look(settings, name, folder) for name in used]
        names = ", ".join(roll_call.installed()) or "none"
        tip = "`sixfold doctor --agents` starts each up to a session"
        return [*map(_required, there), Check("catalogue", f"installed: {names}", tip=tip)]
    others = sorted(settings.agents.keys() - set(used))
    held, env = _hold(root, settings)
    called = [roll_call.call(settings, name, folder, env, held) for name in [*used, *others]]
    return [*map(_required, called[: len(used)]), *map(_optional, called[len(used) :])]


def _required(one: Presence) -> Check:
    return Check("agent", one.text, one.mend)


def _optional(one: Presence) -> Check:
    return Check("other agent", one.text, tip=one.mend, missing=bool(one.mend))


def _hold(root: Path, settings: Settings) -> tuple[Sandbox, Mapping[str, str]]:
    """What would hold agents in a run, and their environment, as far as they can be had."""
    try:
        tools = toolchain.find(root)
        env = tools.environment(os.environ)
        return find_sandbox(settings, tools, env), env
    except UserError:
        return Sandbox(), os.environ


def _sandbox(root: Path, options: Options) -> Check:
    try:
        setting = read_settings(root, options)[0].sandbox
        found = sandbox.find(setting, os.environ)
    except UserError as error:
        return Check("sandbox", f"{error.where}: {error.what}", error.hint)
    if found.program:
        who = "" if found.strangers else ", those that are known by name or say what is `writable`"
        return Check("sandbox", f"{found.program}: agents write only where they work{who}")
    text = "off: agents can write whatever you can"
    return Check("sandbox", text, tip=found.missing)


def _gate(root: Path, options: Options) -> str:
    gate = read_settings(root, options)[0].gate
    find_gate(root, gate, toolchain.find(root).environment(os.environ))
    return " ".join(gate.command)


def _notify(root: Path, options: Options) -> list[Check]:
    """A run starts without it, and would say so only when somebody is wanted."""
    try:
        notify = read_settings(root, options)[0].notify
    except UserError:
        return []
    if notify is None:
        return []
    program = notify.command[0]
    if shutil.which(str(root / program) if "/" in program else program):
        return [Check("notify", " ".join(notify.command))]
    tip = "install it, or name another in `notify:`"
    return [Check("notify", f"{program} cannot be called", tip=tip)]


def _feature(root: Path, options: Options) -> str:
    found = load.load(root, feature=options.feature, spec_info=options.spec_info)
    return f"{found.directory.relative_to(root)}, documents {', '.join(found.docs)}"


def _isolation(options: Options) -> str:
    reading = read(options)
    if reading.settings.isolation.mode == "shared":
        return "shared: all agents in the one tree"
    left = look_at_tree(reading, options).untracked
    told = f"; not in git, so agents do not see it: {', '.join(left)}" if left else ""
    return f"worktree: the tree is clean{told}"


def _leftovers(root: Path) -> Check:
    try:
        found = clean.find(Store(root))
    except (OSError, GitError) as error:
        return Check("leftovers", str(error))
    if not found:
        return Check("leftovers", "none")
    idle = [one for one in found if not one.holds]
    names = ", ".join(f"{one.kind} {one.run}/{one.name}" for one in found[:_NAMED])
    more = f" and {len(found) - _NAMED} more" if len(found) > _NAMED else ""
    told = f"{len(found)}, {len(idle)} of them hold nothing: {names}{more}"
    return Check("leftovers", told, tip="`sixfold clean` removes those that hold nothing")
