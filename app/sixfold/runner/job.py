"""A job: everything a run needs, read and checked before anything is started."""

from __future__ import annotations

import asyncio
import os
import shutil
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Literal

from msgspec import Struct, structs

from sixfold import config
from sixfold.agents import roll_call, sandbox
from sixfold.agents.prompts.about import Brief
from sixfold.agents.prompts.prompts import Prompts
from sixfold.agents.roster import Crew
from sixfold.agents.sandbox import Sandbox
from sixfold.config import ConfigError, GateSettings, Kinds, Settings
from sixfold.errors import UserError
from sixfold.events import RunStarted
from sixfold.feature import documents, load, story, tasks
from sixfold.feature.load import Feature
from sixfold.feature.model import TasksFile
from sixfold.gate import toolchain
from sixfold.gate.toolchain import Toolchain
from sixfold.masking import Masks
from sixfold.model import Plan, Stories
from sixfold.plan import graph
from sixfold.runner.store import find_root
from sixfold.workspace import git, ready
from sixfold.workspace.ready import Readiness

MOST_NAMED = 8
"""Files that a note names."""
ORDERS: tuple[Stories, ...] = ("one-by-one", "parallel")


class Options(Struct, frozen=True, kw_only=True):
    """What the command line says; None where it says nothing."""

    directory: Path = Path()
    feature: Path | None = None
    spec_info: Path | None = None
    config: Path | None = None
    agent: str | None = None
    slots: int | None = None
    stories: Stories | None = None
    context: str = ""
    allow_dirty: bool = False
    yes: bool = False
    """Whatever is asked is answered with yes."""
    revalidate: int | None = None
    """How often unmet requirements become tasks without a person's word."""


class Reading(Struct, frozen=True, kw_only=True):
    """A repository's settings, feature and tasks: nothing is started for it."""

    root: Path
    settings: Settings
    folder: Path
    """Where relative paths of the settings start."""
    feature: Feature
    data: bytes
    """`tasks.md` as it was read."""
    tasks: TasksFile


class Job(Struct, frozen=True, kw_only=True):
    """A reading, and who does the work in which environment."""

    reading: Reading
    plan: Plan
    crew: Crew
    env: Mapping[str, str]
    """For every child: the user's environment with the toolchain in front."""
    masks: Masks
    """What is a secret in the environment of any child."""
    prompts: Prompts
    context: str
    sandbox: Sandbox
    """What holds the agents."""
    readiness: Readiness
    """What of the repository is in git, and what is not."""
    branch: str
    """The person's branch when the run began; `HEAD` where none was checked out."""
    commit: str
    """HEAD when the run began; empty in a repository without a commit."""
    revalidate: int
    """How often unmet requirements become tasks without a person's word."""
    asked: dict[str, str]
    """The options of the command line that were given."""
    consent: bool
    """Did a person say yes beforehand to all that is asked."""

    @property
    def root(self) -> Path:
        """The repository's root."""
        return self.reading.root

    @property
    def notes(self) -> list[str]:
        """What a person should know before the start, a line each."""
        notes = list(self.reading.feature.notes)
        if left := self.readiness.untracked:
            more = f" and {len(left) - MOST_NAMED} more" if len(left) > MOST_NAMED else ""
            names = f"{', '.join(left[:MOST_NAMED])}{more}"
            how = "commit it, or name it in `isolation: {copy: [...]}`"
            notes.append(f"not in git, so agents do not see it: {names}; {how}")
        if self.sandbox.missing and roll_call.confined(self.settings, self.sandbox):
            notes.append(f"agents can write whatever you can: {self.sandbox.missing}")
        return notes

    @property
    def held(self) -> Literal["bwrap", "off"]:
        """What holds the agents, or some of them."""
        held = self.sandbox.program and roll_call.confined(self.settings, self.sandbox)
        return "bwrap" if held else "off"

    @property
    def settings(self) -> Settings:
        """The settings, options of the command line included."""
        return self.reading.settings


def read(options: Options) -> Reading:
    """Read settings, feature and tasks. Raises `UserError` for all that a person can mend."""
    root = find_root(options.directory)
    settings, folder = read_settings(root, options)
    feature = load.load(root, feature=options.feature, spec_info=options.spec_info)
    data = feature.tasks_path.read_bytes()
    found = tasks.read(data)
    if not found.tasks:
        hint = "run /speckit.tasks to create the task list"
        raise UserError(_from(root, feature.tasks_path), "there is no task in it", hint)
    return Reading(
        root=root, settings=settings, folder=folder, feature=feature, data=data, tasks=found
    )


def draw(reading: Reading, found: TasksFile) -> Plan:
    """The plan of what was found in `tasks.md`, its speed-up under either order of the stories."""
    stories = reading.settings.stories
    plans = {order: draw_in(reading, found, order) for order in ORDERS}
    speedups = {order: plan.speedup for order, plan in plans.items()}
    return structs.replace(plans[stories], speedups=speedups)


def draw_in(reading: Reading, found: TasksFile, stories: Stories) -> Plan:
    """The plan with the stories in this order."""
    feature, roster = reading.feature, reading.settings.roster
    return graph.build(
        found,
        feature_dir=_from(reading.root, feature.directory),
        branch=feature.branch,
        tasks_file=_from(reading.root, feature.tasks_path),
        stories=stories,
        slots=roster.slots,
        roles=roster.roles,
    )


def read_settings(root: Path, options: Options) -> tuple[Settings, Path]:
    """The settings under `options`, and the folder that their relative paths start at."""
    path = options.config or root / config.FILE_NAME
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        if options.config:
            raise ConfigError(str(path), "no such file", "name a file with --config") from None
        text = ""
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(str(path), str(error), "the file must be YAML in UTF-8") from error
    settings = config.parse(text, path.name if options.config is None else str(path), os.environ)
    roster = settings.roster
    if options.agent:
        roster = structs.replace(
            roster, default=options.agent, kinds=Kinds(validate=options.agent), by_slot={}
        )
    if options.slots:
        roster = structs.replace(roster, slots=options.slots)
    stories = options.stories or settings.stories
    return structs.replace(settings, roster=roster, stories=stories), path.absolute().parent


def prepare(options: Options, started: RunStarted | None = None) -> Job:
    """A job that can start, or go on where it was `started`.

    Raises `UserError`: nothing was started then.
    """
    reading = read(options)
    if started:
        reading = _as_before(reading, started)
        _refuse_elsewhere(reading.root, started)
    settings, feature = reading.settings, reading.feature
    if settings.checklists == "stop":
        _refuse_open_checklists(feature)
    crew = Crew(settings, reading.folder)
    tools = toolchain.find(reading.root)
    env = tools.environment(os.environ)
    find_gate(reading.root, settings.gate, env)
    readiness = look_at_tree(reading, options, going_on=started is not None)
    branch, commit = asyncio.run(git.head(reading.root))
    context = context_of(reading, options)
    return Job(
        reading=reading,
        plan=draw(reading, reading.tasks),
        crew=crew,
        env=env,
        masks=Masks.of(env, *(agent.env for agent in settings.agents.values())),
        prompts=find_prompts(reading, context),
        sandbox=find_sandbox(settings, tools, env),
        context=context,
        readiness=readiness,
        branch=started.branch if started else branch,
        commit=started.commit if started else commit,
        revalidate=options.revalidate or 0,
        asked=_asked(options),
        consent=options.yes,
    )


def asked_for(asked: Mapping[str, str], options: Options) -> Options:
    """The options that a run was started with, those given now before them."""
    kinds: dict[str, Callable[[str], object]] = {
        "feature": Path,
        "spec_info": Path,
        "config": Path,
        "slots": int,
        "revalidate": int,
        "allow_dirty": bool,
    }
    old = {name: kinds.get(name, str)(value) for name, value in asked.items()}
    given = {name: getattr(options, name) for name in options.__struct_fields__}
    return Options(**{**old, **{name: value for name, value in given.items() if value}})


def _asked(options: Options) -> dict[str, str]:
    given = {name: getattr(options, name) for name in options.__struct_fields__}
    return {
        name: str(value.absolute() if isinstance(value, Path) and name != "feature" else value)
        for name, value in given.items()
        if value and name not in {"directory", "yes"}  # leave is given for one process
    }


def _as_before(reading: Reading, started: RunStarted) -> Reading:
    """A run goes on in the kind of tree that it began in, whatever the settings say by now."""
    isolation = structs.replace(reading.settings.isolation, mode=started.isolation)
    return structs.replace(reading, settings=structs.replace(reading.settings, isolation=isolation))


def _refuse_elsewhere(root: Path, started: RunStarted) -> None:
    branch, _ = asyncio.run(git.head(root))
    if branch == started.branch:
        return
    ref = f"refs/heads/{started.branch}"
    if asyncio.run(git.run(root, "rev-parse", "--verify", "-q", ref)).code:
        again = f"`git switch -c {started.branch} {started.work_branch or started.commit}`"
        raise UserError(
            str(root), f"the run began on {started.branch}, which is gone", f"{again}, then again"
        )
    what = f"the run began on {started.branch}, and {branch} is checked out"
    raise UserError(str(root), what, f"`git switch {started.branch}`, then again")


def look_at_tree(reading: Reading, options: Options, *, going_on: bool = False) -> Readiness:
    """What git says of the tree, where attempts need a worktree each. Raises `UserError`.

    A run that goes on finds edits, its own unfinished ones too: its checkout follows as it can.
    """
    settings, root = reading.settings, reading.root
    if settings.isolation.mode == "shared":
        return Readiness(untracked=[], dirty=[], tracked=False)
    found = asyncio.run(
        ready.refuse(
            root,
            tasks_file=_from(root, reading.feature.tasks_path),
            feature_dir=_from(root, reading.feature.directory),
            own=_own_files(reading, options),
            allow_dirty=options.allow_dirty or going_on,
        )
    )
    return found if options.allow_dirty else structs.replace(found, dirty=[])


def _own_files(reading: Reading, options: Options) -> set[str]:
    """Files that sixfold reads or writes for itself, from the root."""
    info = reading.feature.spec_info
    folder = (reading.root / info.path).parent if info else reading.root / "artifacts"
    config_file = options.config or reading.root / config.FILE_NAME
    playbooks = [
        reading.folder / agent.playbook
        for agent in reading.settings.agents.values()
        if agent.playbook
    ]
    own = [config_file, *playbooks, folder / "implement_info"]
    own += [reading.folder / reading.settings.prompts] if reading.settings.prompts else []
    own += [reading.root / info.path] if info else []
    inside = [path.resolve() for path in own if path.resolve().is_relative_to(reading.root)]
    return {_from(reading.root, path) for path in inside}


def find_gate(root: Path, gate: GateSettings, env: Mapping[str, str]) -> None:
    """Raise `ConfigError` where the test command cannot be started at all."""
    program = gate.command[0]
    place = str(root / program) if "/" in program else program
    if shutil.which(place, path=env.get("PATH")) is None:
        hint = "name a program that is there in `gate: command:`"
        raise ConfigError("gate.command", f"{program} cannot be started", hint)


def context_of(reading: Reading, options: Options) -> str:
    """The feature context: what the person gave, else the summary of `spec_info`."""
    info = reading.feature.spec_info
    return options.context or (info.summary if info else "")


def find_sandbox(settings: Settings, tools: Toolchain, env: Mapping[str, str]) -> Sandbox:
    """The sandbox of the agents, the caches of go open in it. Raises `UserError`."""
    found = sandbox.find(settings.sandbox, env)
    if not found.program:
        return found
    return structs.replace(found, writable=sandbox.made(toolchain.caches(tools, env)))


def find_prompts(reading: Reading, context: str) -> Prompts:
    """The prompts that the settings ask for. Raises `ConfigError`."""
    own = reading.settings.prompts
    folder = (reading.folder / own).resolve() if own else None
    if folder and not folder.is_relative_to(reading.root):
        hint = "keep it in the repository"
        raise ConfigError("prompts", f"{own} is outside of the repository", hint)
    return Prompts(_brief(reading, context), folder)


def _brief(reading: Reading, context: str) -> Brief:
    feature = reading.feature
    return Brief(
        context=context,
        feature_dir=_from(reading.root, feature.directory),
        documents=documents.listed(feature),
        spec=documents.text_of(feature, "spec.md"),
        plan=story.plan_parts(documents.text_of(feature, "plan.md")),
        contracts=documents.contracts(feature),
        gate=" ".join(reading.settings.gate.command),
    )


def _refuse_open_checklists(feature: Feature) -> None:
    for checklist in feature.checklists:
        if checklist.open:
            where = _from(feature.root, feature.directory / "checklists" / checklist.name)
            what = f"{checklist.open} of {checklist.open + checklist.done} boxes are open"
            raise UserError(where, what, "complete it, or set `checklists: note`")


def _from(root: Path, path: Path) -> str:
    return path.relative_to(root).as_posix()
