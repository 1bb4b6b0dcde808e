"""`sixfold.yaml` -> typed settings, with errors that name the line.

Pure: text and environment come in, settings or a `ConfigError` come out.
"""

from __future__ import annotations

import re
import typing
from collections.abc import Mapping
from typing import Annotated, Any, Literal, TypeVar

import msgspec
import yaml
from msgspec import Meta, Struct

from sixfold.catalogue import KNOWN
from sixfold.errors import UserError
from sixfold.model import Isolation, Roles, Stories

MOST_SHOWN = 40
"""Characters of a key that nobody knows."""
FILE_NAME = "sixfold.yaml"
_BOOL = "tag:yaml.org,2002:bool"
T = TypeVar("T")


class ConfigError(UserError):
    """A wrong key or value; `where` is file and line."""


class Duration(float):
    """Seconds, written as `90`, `90s`, `10m` or `1h30m`."""

    @classmethod
    def parse(cls, value: object) -> Duration:
        """Raises `ValueError` on anything but a positive duration."""
        units = {"h": 3600.0, "m": 60.0, "s": 1.0}
        text = str(value).strip()
        parts = re.findall(r"(\d+(?:\.\d+)?)([hms])", text)
        if re.fullmatch(r"\d+(\.\d+)?", text):
            seconds = float(text)
        elif parts and "".join(number + unit for number, unit in parts) == text:
            seconds = sum(float(number) * units[unit] for number, unit in parts)
        else:
            seconds = 0.0
        if seconds <= 0:
            raise ValueError(f"Expected a duration such as 90s, 10m or 1h30m, got {text!r}")
        return cls(seconds)


class AgentSettings(Struct, frozen=True, forbid_unknown_fields=True):
    """One agent of `agents:`."""

    protocol: Literal["acp", "command", "scripted"]
    command: list[str] = []
    env: dict[str, str] = {}
    timeout: Duration = Duration(30 * 60)
    """Of one turn, in seconds."""
    stall_timeout: Duration = Duration(5 * 60)
    """An agent of protocol acp that says nothing for so long is given up, in seconds."""
    mode: str = ""
    """The mode its sessions are set to, by the id that the agent itself gives it."""
    format: Literal["lines", "claude", "codex", "gemini", "opencode"] = "lines"
    """What a program of protocol command prints: lines, or the JSON stream of a known agent."""
    provider: str = ""
    """Agents of one provider share its rate limit; empty: its own name."""
    playbook: str = ""
    """File with the steps of a scripted agent, relative to `sixfold.yaml`."""
    speed: Annotated[float, Meta(gt=0)] = 1.0
    """A scripted agent waits this many times shorter."""
    writable: list[Annotated[str, Meta(min_length=1)]] = []
    """What it may write beside its worktree when it is held by a sandbox; `~` is its HOME."""


class Kinds(Struct, frozen=True, forbid_unknown_fields=True):
    """The agents for each kind of work; empty: the slot's."""

    task: str = ""
    fix: str = ""
    validate: str = ""


class Roster(Struct, frozen=True, forbid_unknown_fields=True):
    """The settings of `agents:` beside the agents themselves."""

    default: str = ""
    kinds: Kinds = Kinds()
    by_slot: dict[Annotated[int, Meta(ge=1, le=6)], str] = {}
    """Slot -> the agent that works in it."""
    fallback: str = ""
    """Goes on with the work while the provider of the agent whose turn it is takes no more."""
    slots: Annotated[int, Meta(ge=1, le=6)] = 6
    roles: Roles = "prefer"


class GateSettings(Struct, frozen=True, forbid_unknown_fields=True):
    """The test command and how it is judged."""

    command: Annotated[list[str], Meta(min_length=1)] = msgspec.field(
        default_factory=lambda: ["go", "test", "-race", "./..."]
    )
    format: Literal["auto", "go-json", "lines"] = "auto"
    timeout: Duration = Duration(10 * 60)
    fix_attempts: Annotated[int, Meta(ge=0)] = 3
    guard_tests: Literal["ask", "off"] = "ask"
    """Must a person agree to a fix that deletes, skips or weakens tests."""
    junit: str = ""
    """File that gets each gate as JUnit XML, from the root; `{gate}` stands for its number."""


TOOL_KINDS = (
    *("read", "edit", "delete", "move", "search"),
    *("execute", "think", "fetch", "switch_mode", "other"),
)
"""As the Agent Client Protocol has them."""


class RuleSettings(Struct, frozen=True, forbid_unknown_fields=True):
    """One rule of `permissions:`; in a pattern `*` stands for anything."""

    kind: str | list[str] = []
    path: str = ""
    command: str = ""


class PermissionSettings(Struct, frozen=True, forbid_unknown_fields=True):
    """What agents may do: deny comes before ask, ask before allow, all before the defaults."""

    deny: list[RuleSettings] = []
    ask: list[RuleSettings] = []
    allow: list[RuleSettings] = []


class Budget(Struct, frozen=True, forbid_unknown_fields=True):
    """What a run may spend before nothing new starts; None: no bound."""

    usd: Annotated[float, Meta(gt=0)] | None = None
    tokens: Annotated[int, Meta(gt=0)] | None = None


class NotifySettings(Struct, frozen=True, forbid_unknown_fields=True):
    """The program that is told when a person is wanted."""

    command: Annotated[list[str], Meta(min_length=1)]
    """`{title}`, `{text}`, `{event}`, `{run}` and `{outcome}` stand for what is told."""
    timeout: Duration = Duration(30)
    """After which it is ended, in seconds."""


class IsolationSettings(Struct, frozen=True, forbid_unknown_fields=True):
    """Where attempts work, and what is checked before their work comes together."""

    mode: Isolation = "worktree"
    copy: list[str] = msgspec.field(default_factory=lambda: [".env", "go.work", "go.work.sum"])
    """Patterns of untracked files that every worktree gets a copy of, from the root."""
    check: list[Annotated[list[str], Meta(min_length=1)]] = []
    """Commands that must succeed in the joined tree; none: build and vet the touched packages."""


class Settings(Struct, frozen=True, forbid_unknown_fields=True):
    """All of `sixfold.yaml`. `agents` holds the named ones; what is said of all is in `roster`."""

    roster: Roster = Roster()
    agents: dict[str, AgentSettings] = {}
    isolation: IsolationSettings = IsolationSettings()
    stories: Stories = "one-by-one"
    checklists: Literal["note", "stop"] = "note"
    attempts: Annotated[int, Meta(ge=1)] = 2
    gate: GateSettings = GateSettings()
    permissions: PermissionSettings = PermissionSettings()
    budget: Budget = Budget()
    sandbox: Literal["known", "auto", "bwrap", "off"] = "known"
    """Are agents kept by bubblewrap from writing anywhere but where they work: those of which it
    is known what else is their own, or all."""
    prompts: str = ""
    """Folder of prompts that come before our own, relative to `sixfold.yaml`."""
    notify: NotifySettings | None = None
    """Who is told when the run is blocked, asks, or ends; None: nobody."""

    @property
    def default_agent(self) -> str:
        """The agent that runs tasks: the one named, else the only one of the file, else claude."""
        return self.roster.default or "claude"


BUILT_IN = {
    name: AgentSettings(protocol="acp", command=known.command, mode=known.mode)
    for name, known in KNOWN.items()
}
"""Agents that need no entry in the file."""


def parse(text: str, where: str, environ: Mapping[str, str]) -> Settings:
    """The settings that `text` asks for; `where` names the file in errors.

    `${NAME}` in an agent's `env` is taken from `environ`. Raises `ConfigError`.
    """
    try:
        return _Reader(text, where, environ).settings()
    except RecursionError:
        raise ConfigError(where, "it contains itself", "do without that alias") from None


class _Loader(yaml.SafeLoader):
    """YAML 1.2's idea of yes and no: `off` is a word, not false."""


_Loader.yaml_implicit_resolvers = {
    first: [(tag, rule) for tag, rule in rules if first in "tTfF" or tag != _BOOL]
    for first, rules in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


class _Reader:
    """One file on its way to settings: the YAML node tree knows each key's line."""

    def __init__(self, text: str, where: str, environ: Mapping[str, str]) -> None:
        self.where, self.environ = where, environ
        try:
            self.root = yaml.compose(text, Loader=_Loader)
            self.data = yaml.load(text, Loader=_Loader)  # noqa: S506 - a safe one
        except yaml.MarkedYAMLError as error:
            line = error.problem_mark.line + 1 if error.problem_mark else 1
            what = (error.problem or "not YAML").strip()
            raise ConfigError(f"{where}:{line}", what, "mend the YAML") from error
        except yaml.YAMLError as error:
            what = str(error).splitlines()[0]
            raise ConfigError(where, what, "the file must be YAML in UTF-8") from error
        self._refuse_repeats(self.root)

    def settings(self) -> Settings:
        data = {} if self.data is None else self.data
        if not isinstance(data, dict):
            raise ConfigError(f"{self.where}:1", "not a mapping", "write `key: value` lines")
        rest = {key: value for key, value in data.items() if key != "agents"}
        if "roster" in rest:
            raise self._unknown((), ("roster",), Settings)
        if isinstance(rest.get("isolation"), str):
            rest["isolation"] = {"mode": rest["isolation"]}
        if isinstance(rest.get("notify"), list):
            rest["notify"] = {"command": rest["notify"]}
        settings = self._convert(rest, Settings, ())
        self._refuse_idle_rules(settings.permissions)
        for number, pattern in enumerate(settings.isolation.copy):
            self._refuse_outside(pattern, ("isolation", "copy", str(number)))
        if settings.gate.junit:
            self._refuse_outside(settings.gate.junit, ("gate", "junit"))
        if settings.notify and not settings.notify.command[0].strip():
            hint = "write `notify: [program, ...]`"
            raise self._error(("notify",), "its program has no name", hint)
        roster, agents = self._agents(data.get("agents") or {})
        return msgspec.structs.replace(settings, roster=roster, agents=agents)

    def _refuse_idle_rules(self, permissions: PermissionSettings) -> None:
        for verdict in ("deny", "ask", "allow"):
            for number, rule in enumerate(getattr(permissions, verdict)):
                path = ("permissions", verdict, str(number))
                if rule == RuleSettings():
                    hint = "give it a kind, a path or a command"
                    raise self._error(path, "a rule that fits nothing", hint)
                kinds = [rule.kind] if isinstance(rule.kind, str) else rule.kind
                if unknown := [kind for kind in kinds if kind not in TOOL_KINDS]:
                    hint = f"expected {', '.join(TOOL_KINDS)}"
                    raise self._error((*path, "kind"), f"no kind of tool: {unknown[0]!r}", hint)

    def _refuse_outside(self, pattern: str, path: tuple[str, ...]) -> None:
        if pattern.startswith(("/", "~")) or ".." in pattern.split("/") or not pattern.strip("./"):
            hint = "write a path from the repository's root, such as .env or tools/**"
            raise self._error(path, f"{pattern!r} leaves the repository, or is all of it", hint)

    def _agents(self, data: object) -> tuple[Roster, dict[str, AgentSettings]]:
        if not isinstance(data, dict):
            hint = "write one agent a line, `name: {protocol: ...}`"
            raise self._error(("agents",), "Expected a mapping", hint)
        own = {key: value for key, value in data.items() if key in Roster.__struct_fields__}
        roster = self._convert(own, Roster, ("agents",))
        agents = dict(BUILT_IN)
        named = {str(key): value for key, value in data.items() if key not in own}
        for name, value in named.items():
            agents[name] = self._agent(name, value)
        for path, name in _named_in(roster):
            if name not in agents:
                hint = f"define it below `agents:`, or use one of: {', '.join(sorted(agents))}"
                raise self._error(("agents", *path), f"no agent named {name!r}", hint)
        if not roster.default and len(named) == 1:
            roster = msgspec.structs.replace(roster, default=next(iter(named)))
        return roster, agents

    def _agent(self, name: str, value: object) -> AgentSettings:
        path = ("agents", name)
        known = BUILT_IN.get(name)
        if known and isinstance(value, dict) and value.get("protocol", "acp") == known.protocol:
            given = {"protocol": known.protocol, "command": known.command, "mode": known.mode}
            value = {**given, **value}
        agent = self._convert(value, AgentSettings, path)
        if agent.protocol != "command" and isinstance(value, dict) and "format" in value:
            what = f"an agent of protocol {agent.protocol} has no format"
            raise self._error((*path, "format"), what, "leave it out, or write `protocol: command`")
        if agent.protocol == "scripted" and not agent.playbook:
            raise self._error(path, "a scripted agent needs a playbook", "add `playbook: FILE`")
        if agent.protocol != "scripted" and not agent.command:
            hint = "add `command: [program, ...]`"
            raise self._error(path, f"an agent of protocol {agent.protocol} needs a command", hint)
        env = {key: self._expand(text, (*path, "env", key)) for key, text in agent.env.items()}
        return msgspec.structs.replace(agent, env=env)

    def _expand(self, text: str, path: tuple[str, ...]) -> str:
        def value(match: re.Match[str]) -> str:
            name = match[1]
            if name not in self.environ:
                hint = f"set {name} before you start sixfold"
                raise self._error(path, f"${{{name}}} is not set", hint)
            return self.environ[name]

        return re.sub(r"\$\{(\w+)\}", value, text)

    def _convert(self, data: object, kind: type[T], path: tuple[str, ...]) -> T:
        try:
            return msgspec.convert(data, kind, dec_hook=_hook)
        except msgspec.ValidationError as error:
            what, _, place = str(error).replace("`key` in ", "").partition(" - at `$")
            inner = tuple(re.findall(r"[^.\[\]`]+", place))
            if unknown := re.search(r"unknown field `(.*)`", what):
                raise self._unknown(path, (*inner, unknown[1]), kind) from None
            raise self._error((*path, *inner), what, _expected(kind, inner)) from None

    def _unknown(self, above: tuple[str, ...], path: tuple[str, ...], kind: type) -> ConfigError:
        owner = _type_at(kind, path[:-1])
        known = [name for name in getattr(owner, "__struct_fields__", ()) if name != "roster"]
        path = (*path[:-1], path[-1][:MOST_SHOWN])
        return self._error((*above, *path), "unknown key", f"known here: {', '.join(known)}")

    def _error(self, path: tuple[str, ...], what: str, hint: str) -> ConfigError:
        return ConfigError(f"{self.where}:{self._line(path)}", f"{'.'.join(path)}: {what}", hint)

    def _line(self, path: tuple[str, ...]) -> int:
        node, line = self.root, 1
        for step in path:
            if isinstance(node, yaml.MappingNode):
                pair = next((p for p in node.value if p[0].value == step), None)
                if pair is None:
                    break
                line, node = pair[0].start_mark.line + 1, pair[1]
            elif isinstance(node, yaml.SequenceNode) and step.isdigit():
                node = node.value[int(step)]
                line = node.start_mark.line + 1
        return line

    def _refuse_repeats(self, node: yaml.Node | None) -> None:
        if isinstance(node, yaml.SequenceNode):
            for item in node.value:
                self._refuse_repeats(item)
        if not isinstance(node, yaml.MappingNode):
            return
        seen: dict[str, int] = {}
        for key, value in node.value:
            line = key.start_mark.line + 1
            if key.value in seen:
                what = f"{key.value} stands twice (first on line {seen[key.value]})"
                raise ConfigError(f"{self.where}:{line}", what, "keep one of them")
            seen[str(key.value)] = line
            self._refuse_repeats(value)


def _named_in(roster: Roster) -> list[tuple[tuple[str, ...], str]]:
    """Where the roster names an agent, and which."""
    found: list[tuple[tuple[str, ...], str]] = [
        (("default",), roster.default),
        (("fallback",), roster.fallback),
    ]
    kinds = ("task", "fix", "validate")
    found += [(("kinds", kind), getattr(roster.kinds, kind)) for kind in kinds]
    found += [(("by_slot", str(slot)), name) for slot, name in roster.by_slot.items()]
    return [(path, name) for path, name in found if name]


def _hook(kind: type, value: object) -> object:
    if kind is Duration:
        return Duration.parse(value)
    raise NotImplementedError(kind)


def _type_at(kind: Any, path: tuple[str, ...]) -> Any:
    for step in path:
        if not hasattr(kind, "__struct_fields__"):
            break
        kind = _needed(typing.get_type_hints(kind).get(step))
    return kind


def _needed(kind: Any) -> Any:
    """`X` of `X | None`."""
    kinds = typing.get_args(kind)
    return kinds[0] if kinds[1:] == (type(None),) else kind


def _expected(kind: type, path: tuple[str, ...]) -> str:
    found = _type_at(kind, path)
    if typing.get_origin(found) is Literal:
        return f"expected {' or '.join(map(str, typing.get_args(found)))}"
    if found is Duration:
        return "write for example 10m"
    return "see the table of settings in the README"
