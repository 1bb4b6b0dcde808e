"""Which agents are there: installed, logged in, and able to open a session."""

from __future__ import annotations

import asyncio
import shutil
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path

from msgspec import Struct

from sixfold.agents import sandbox
from sixfold.agents.roster import enlist
from sixfold.agents.sandbox import TMP, Bounds, Sandbox, concerns
from sixfold.catalogue import KNOWN
from sixfold.config import BUILT_IN, ConfigError, Settings
from sixfold.process import MARKER, sweep


class Presence(Struct, frozen=True):
    """An agent, and what stands between it and its work."""

    name: str
    text: str
    mend: str = ""
    """What to do; empty where nothing is missing that was seen."""


def used(settings: Settings) -> list[str]:
    """The agents that a run would begin with, or that the config has an entry for."""
    roster = settings.roster
    kinds = (roster.kinds.task, roster.kinds.fix, roster.kinds.validate)
    wanted = {settings.default_agent, roster.fallback, *kinds, *roster.by_slot.values()}
    listed = {name for name, agent in settings.agents.items() if agent != BUILT_IN.get(name)}
    return sorted(name for name in wanted | listed if name)


def confined(settings: Settings, held: Sandbox) -> list[str]:
    """Of those, the ones that a sandbox is for."""
    return [name for name in used(settings) if concerns(held, name, settings.agents[name])]


def installed() -> list[str]:
    """The agents of the catalogue whose program is on PATH."""
    return [name for name, known in KNOWN.items() if shutil.which(known.command[0])]


def look(settings: Settings, name: str, folder: Path) -> Presence:
    """Could the agent be started; nothing is."""
    default = " (default)" if name == settings.default_agent else ""
    text = f"{name}{default}, protocol {settings.agents[name].protocol}"
    try:
        enlist(settings, name, folder)
    except ConfigError as error:
        known = KNOWN.get(name)
        return Presence(
            name, f"{error.where}: {error.what}", known.install if known else error.hint
        )
    return Presence(name, text)


def logged_in(name: str, environ: Mapping[str, str]) -> str:
    """How an agent of the catalogue is logged in; empty where no sign of it is seen."""
    known = KNOWN.get(name)
    if known is None:
        return "it is not of the catalogue"
    home = Path(environ.get("HOME", "/nonexistent"))
    keys = [key for key in known.keys if environ.get(key)]
    files = [f"~/{file}" for file in known.files if (home / file).exists()]
    return ", ".join([*keys, *files])


def call(
    settings: Settings, name: str, folder: Path, environ: Mapping[str, str], held: Sandbox
) -> Presence:
    """Start an agent up to a session where it speaks the protocol, and end it again.

    It is held as in a run.
    """
    found = look(settings, name, folder)
    if found.mend or settings.agents[name].protocol != "acp":
        return found
    agent = settings.agents[name]
    program = agent.command[0]
    command = [str(folder / program) if "/" in program else program, *agent.command[1:]]

    def before(cwd: Path) -> list[str]:
        bounds = Bounds(writable=[cwd], instead={TMP: cwd / "tmp"})
        return sandbox.before(held, name, agent, bounds, cwd=cwd, environ=environ, folder=folder)

    usual = KNOWN[name].env if name in KNOWN else {}
    return asyncio.run(_call(found, command, {**usual, **environ, **agent.env}, before))


async def _call(
    found: Presence,
    command: list[str],
    environ: Mapping[str, str],
    before: Callable[[Path], list[str]],
) -> Presence:
    from sixfold.agents.acp.meeting import meet  # noqa: PLC0415 (half a second, only if used)

    known, sign = KNOWN.get(found.name), logged_in(found.name, environ)
    login = known.login if known else "see its documentation"
    with tempfile.TemporaryDirectory(prefix="sixfold-", ignore_cleanup_errors=True) as folder:
        marks, cwd = {MARKER: Path(folder).name}, Path(folder)
        (cwd / "tmp").mkdir()
        try:
            met = await meet(command, env={**environ, **marks}, cwd=cwd, before=before(cwd))
        except OSError as error:
            return Presence(found.name, f"cannot be started: {error.strerror}", "mend its program")
        finally:
            sweep(marks)
    if met.trouble:
        hint = "start it by hand to see why" if sign else login
        return Presence(found.name, f"{found.name}: {met.trouble}", hint)
    modes = f", modes {', '.join(met.modes)}" if met.modes else ""
    resumes = "" if met.resumes else ", cannot go on with a session"
    version = f" {met.version}" if met.version else ""
    text = f"{found.text}{version}, opens a session{modes}{resumes}"
    return Presence(found.name, text if sign else f"{text}; no login seen: {login}")
