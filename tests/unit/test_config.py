"""`sixfold.yaml` is read whole, and every mistake in it is told with its line."""

import pytest

from sixfold.config import ConfigError, Duration, parse

WHOLE = """\
agents:
  default: mine
  slots: 4
  roles: strict
  claude: {protocol: acp, command: [claude-agent-acp]}
  mine:
    protocol: command
    command: [my-agent, --prompt-file, "{prompt_file}"]
    env: {KEY: "${MY_KEY}-1"}
    timeout: 1h30m
  canned: {protocol: scripted, playbook: playbook.yaml, speed: 4}
isolation: shared
stories: parallel
checklists: stop
attempts: 1
gate: {command: [make, test], format: lines, timeout: 90, fix_attempts: 0}
"""


def test_every_setting_of_the_contract_is_read() -> None:
    settings = parse(WHOLE, "sixfold.yaml", {"MY_KEY": "secret"})
    assert settings.default_agent == "mine"
    assert (settings.roster.slots, settings.roster.roles) == (4, "strict")
    assert settings.agents["mine"].env == {"KEY": "secret-1"}
    assert float(settings.agents["mine"].timeout) == 5400
    assert settings.agents["canned"].speed == 4
    assert (settings.isolation.mode, settings.stories, settings.checklists) == (
        "shared",
        "parallel",
        "stop",
    )
    assert settings.attempts == 1
    assert settings.gate.command == ["make", "test"]
    assert (float(settings.gate.timeout), settings.gate.fix_attempts) == (90, 0)


@pytest.mark.parametrize("text", ["", "# nothing\n", "---\n"])
def test_an_empty_file_means_the_defaults(text: str) -> None:
    settings = parse(text, "sixfold.yaml", {})
    assert settings.default_agent == "claude"
    assert settings.gate.command == ["go", "test", "-race", "./..."]
    assert (settings.attempts, settings.isolation.mode) == (2, "worktree")
    assert float(settings.gate.timeout) == 600


def test_whom_to_notify_is_a_command_or_its_words() -> None:
    short = parse('notify: [notify-send, "{title}"]', "f", {}).notify
    long = parse("notify: {command: [notify-send, '{title}'], timeout: 30s}", "f", {}).notify
    assert short
    assert short.command == ["notify-send", "{title}"]
    assert short == long
    assert parse("notify:\n", "f", {}).notify is None


def test_the_only_agent_of_a_file_is_the_default() -> None:
    settings = parse("agents:\n  mine: {protocol: command, command: [a]}\n", "f", {})
    assert settings.default_agent == "mine"


@pytest.mark.parametrize(
    ("text", "where", "said"),
    [
        ("a: [", "f:1", ""),
        ("- 1", "f:1", "not a mapping"),
        ("stories: sideways", "f:1", "expected one-by-one or parallel"),
        ("gate:\n  timeout: never", "f:2", "gate.timeout: Expected a duration"),
        ("gate:\n  timeout: -1", "f:2", "gate.timeout"),
        ("gate:\n\n  foo: 1", "f:3", "known here: command, format, timeout, fix_attempts"),
        ("agents:\n  slots: 9", "f:2", "agents.slots"),
        ("agents:\n  slots: six", "f:2", "agents.slots"),
        ("agents:\n  x:\n    protocol: commnd", "f:3", "acp or command or scripted"),
        ("agents:\n  x:\n    protocol: command", "f:2", "needs a command"),
        ("agents:\n  x: {protocol: scripted}", "f:2", "needs a playbook"),
        (
            "agents:\n  x:\n    protocol: command\n    format: clod",
            "f:4",
            "expected lines or claude",
        ),
        ("agents:\n  claude:\n    format: claude", "f:3", "protocol acp has no format"),
        (
            "agents:\n  x: {protocol: scripted, playbook: p,\n      format: lines}",
            "f:3",
            "protocol scripted has no format",
        ),
        ("agents:\n  claude: {protocol: command, format: claude}", "f:2", "needs a command"),
        ("agents:\n  default: y", "f:2", "no agent named 'y'"),
        ("agents:\n  fallback: y", "f:2", "no agent named 'y'"),
        ("agents:\n  kinds:\n    fix: y", "f:3", "no agent named 'y'"),
        ("agents:\n  by_slot:\n    2: y", "f:3", "no agent named 'y'"),
        ("agents:\n  by_slot:\n    7: claude", "f:2", "agents.by_slot"),
        ("permissions:\n  allow:\n    - {}", "f:3", "a rule that fits nothing"),
        ("permissions:\n  deny:\n    - kind: exec", "f:3", "no kind of tool: 'exec'"),
        ("permissions:\n  dany: []", "f:2", "known here: deny, ask, allow"),
        ("budget: {usd: 0}", "f:1", "budget.usd"),
        ("sandbox: maybe", "f:1", "expected known or auto or bwrap or off"),
        ("notify: [1]", "f:1", "notify.command.0"),
        ("notify: []", "f:1", "notify.command"),
        ("notify: [' ']", "f:1", "its program has no name"),
        ("notify:\n  timeout: 5s", "f:1", "missing required field `command`"),
        ("notify:\n  command: [a]\n  timeout: soon", "f:3", "write for example 10m"),
        ("notify:\n  comand: [a]", "f:2", "known here: command, timeout"),
        ("notify: notify-send", "f:1", "notify"),
        ("agents:\n  x: {protocol: command, command: [a, 3]}", "f:2", "command.1"),
        ("agents:\n  x:\n    protocol: command\n    foo: 1", "f:4", "known here: protocol"),
        (
            "agents:\n  x:\n    protocol: command\n    command: [a]\n    env:\n      K: '${NO}'",
            "f:6",
            "${NO} is not set",
        ),
        ("attempts: 0", "f:1", "attempts"),
        ("attempts: 1\nattempts: 2", "f:2", "stands twice"),
        ("roster: 1", "f:1", "unknown key"),
        ("a: &x [*x]", "f", "contains itself"),
        (f"{'k' * 500}: 1", "f:1", f"{'k' * 40}: unknown key"),
        ("\x00", "f", "YAML"),
    ],
)
def test_a_mistake_names_its_line_and_what_was_expected(text: str, where: str, said: str) -> None:
    with pytest.raises(ConfigError) as caught:
        parse(text, "f", {})
    assert caught.value.where == where
    assert said in str(caught.value)


@pytest.mark.parametrize(
    ("text", "seconds"), [("90", 90), ("90s", 90), ("10m", 600), ("1h30m", 5400), ("1.5m", 90)]
)
def test_durations_are_written_as_people_write_them(text: str, seconds: float) -> None:
    assert Duration.parse(text) == seconds


def test_off_is_a_word() -> None:
    settings = parse("sandbox: off\ngate: {guard_tests: off}\n", "f", {})
    assert (settings.sandbox, settings.gate.guard_tests) == ("off", "off")
    assert parse("agents: {on: {command: [yes], protocol: acp}}", "f", {}).default_agent == "on"
