"""What an agent may write: bubblewrap in front of its command, and nothing else of the machine.

It reads everything, as ever, and has the network; all that it starts ends with it.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Literal

from msgspec import Struct, structs

from sixfold.catalogue import KNOWN
from sixfold.config import AgentSettings
from sixfold.errors import UserError

TMP = Path("/tmp")  # noqa: S108 (what programs take for granted)
PROBE_SECONDS = 10.0
_OUTSIDE = {
    Path("/"): ["--ro-bind", "/", "/"],
    Path("/dev"): ["--dev", "/dev"],
    Path("/proc"): ["--proc", "/proc"],
    **{
        Path(switch): ["--ro-bind-try", switch, switch]
        for switch in ("/proc/sys", "/proc/sysrq-trigger")
    },
}
"""The kernel's switches obey whoever is root, even one without capabilities."""
_ENDS = ("--unshare-pid", "--die-with-parent", "--cap-drop", "ALL")


class Bounds(Struct, frozen=True):
    """What is different inside; absolute paths. The deeper one counts, wherever they overlap."""

    writable: Sequence[Path] = ()
    fixed: Sequence[Path] = ()
    """Can only be read, whatever is writable around."""
    hidden: Sequence[Path] = ()
    """Folders in which there is only what else is named here."""
    instead: Mapping[Path, Path] = {}
    """Place -> folder that stands there, and is writable."""


class Sandbox(Struct, frozen=True):
    """How agents are held; without a `program` they are not."""

    program: str = ""
    missing: str = ""
    """Why there is none where one was wanted, and how to get it."""
    writable: Sequence[Path] = ()
    """What every agent may write: the caches of its tools."""
    strangers: bool = True
    """Are agents held, too, of which nobody said what is their own."""


def before(
    held: Sandbox,
    name: str,
    agent: AgentSettings,
    bounds: Bounds,
    *,
    cwd: Path,
    environ: Mapping[str, str],
    folder: Path,
) -> list[str]:
    """What stands in front of an agent's command where it is held; what is its own is made.

    Relative paths of `agent` start at `folder`.
    """
    if not held.program or not concerns(held, name, agent):
        return []
    own = made(own_places(name, agent, environ, folder))
    command = [folder / word for word in agent.command if "/" in word]
    seen = seen_below_tmp([*bounds.fixed, *command], {**environ, **agent.env})
    writable = [*bounds.writable, *own, *held.writable]
    fixed = [*(one for one in seen if one not in writable), *bounds.fixed]
    return words(held.program, structs.replace(bounds, writable=writable, fixed=fixed), cwd)


def concerns(held: Sandbox, name: str, agent: AgentSettings) -> bool:
    """Is an agent one that the sandbox is for.

    Those that play a playbook are not: what they do is what its author wrote.
    """
    known = held.strangers or bool(agent.writable or _homes(name, agent))
    return known and agent.protocol != "scripted"


def words(program: str, bounds: Bounds, cwd: Path) -> list[str]:
    """What stands in front of a command that is to run in `cwd` within `bounds`."""
    mounts = dict(_OUTSIDE)
    mounts |= {path: ["--tmpfs", str(path)] for path in bounds.hidden}
    mounts |= {path: ["--bind", str(path), str(path)] for path in bounds.writable}
    mounts |= {path: ["--ro-bind", str(path), str(path)] for path in bounds.fixed}
    mounts |= {path: ["--bind", str(own), str(path)] for path, own in bounds.instead.items()}
    outer_first = [word for path in sorted(mounts) for word in mounts[path]]
    shut = [word for path in bounds.hidden for word in ("--remount-ro", str(path))]
    here = ("--setenv", "TMPDIR", str(TMP), "--unsetenv", "GOTMPDIR", "--chdir", str(cwd))
    return [program, *outer_first, *shut, *_ENDS, *here, "--"]


def find(setting: Literal["known", "auto", "bwrap", "off"], environ: Mapping[str, str]) -> Sandbox:
    """The sandbox that the setting asks for, tried out.

    Raises `UserError` where it must be there and is not.
    """
    if setting == "off":
        return Sandbox()
    strangers = setting != "known"
    try:
        return Sandbox(_working(environ), strangers=strangers)
    except UserError as error:
        if setting == "bwrap":
            raise
        return Sandbox(missing=f"{error.what}; {error.hint}", strangers=strangers)


def _working(environ: Mapping[str, str]) -> str:
    """The path of a bubblewrap that does its work here. Raises `UserError`."""
    program = shutil.which("bwrap", path=environ.get("PATH"))
    if program is None:
        hint = "install it (Linux: `apt-get install bubblewrap`), or set `sandbox: off`"
        raise UserError("sandbox", "bubblewrap (bwrap) is not on PATH", hint)
    command = [*words(program, Bounds(hidden=[TMP]), Path("/")), "true"]
    try:
        done = subprocess.run(
            command, capture_output=True, timeout=PROBE_SECONDS, env=dict(environ), check=False
        )
        said = " ".join(done.stderr.decode(errors="replace").split())
        trouble = said or f"exit code {done.returncode}" if done.returncode else ""
    except subprocess.TimeoutExpired:
        trouble = f"no end after {PROBE_SECONDS:g} s"
    except OSError as error:
        trouble = str(error.strerror)
    if trouble:
        hint = "allow unprivileged user namespaces, or set `sandbox: off`"
        raise UserError("sandbox", f"bubblewrap does not work here: {trouble}", hint)
    return program


def own_places(
    name: str, agent: AgentSettings, environ: Mapping[str, str], folder: Path
) -> list[Path]:
    """What an agent keeps of its own: what the catalogue knows of it, and what its settings say.

    An agent whose settings give it a HOME of its own may write all of that. Relative paths of
    `agent.writable` start at `folder`.
    """
    home = agent.env.get("HOME") or environ.get("HOME", "")
    own = [home] if home != environ.get("HOME", "") else []
    if home:
        own += [f"{home}/{path}" for path in _homes(name, agent)]
    own += [_without_tilde(path, home) for path in agent.writable]
    return [folder / path for path in own]


def _homes(name: str, agent: AgentSettings) -> list[str]:
    """An agent is of the catalogue by its name, its format, or its program."""
    program = Path(agent.command[0]).name if agent.command else ""
    names = {name, agent.format, program}
    return [
        home
        for key, known in KNOWN.items()
        if key in names or known.command[0] == program
        for home in known.homes
    ]


def _without_tilde(path: str, home: str) -> str:
    return home + path[1:] if home and (path == "~" or path.startswith("~/")) else path


def made(places: Sequence[Path]) -> list[Path]:
    """Those that are there, or can be made: folders, and empty JSON files by their name."""
    for path in places:
        with suppress(OSError):
            if path.suffix == ".json" and not path.exists():
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text("{}\n", encoding="utf-8")
            elif not path.exists():
                path.mkdir(mode=0o700, parents=True)
    return [path.resolve() for path in places if path.exists()]


def seen_below_tmp(paths: Sequence[Path], environ: Mapping[str, str]) -> list[Path]:
    """What of `/tmp` an agent with one of its own must see all the same, whole.

    These are the folders straight below it that hold any of `paths`, the program that runs, or a
    path of the environment; none because of a socket in it.
    """
    said = [Path(word) for value in environ.values() for word in value.split(os.pathsep) if word]
    needed = [*paths, Path(sys.prefix), *said]
    found = {
        TMP / path.parts[2]
        for path in needed
        if path.parts[:2] == TMP.parts and len(path.parts) > 2 and _is_content(path)
    }
    return sorted(found)


def _is_content(path: Path) -> bool:
    try:
        return path.exists() and not path.is_socket()
    except (OSError, ValueError):
        return False
