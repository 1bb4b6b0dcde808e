"""What stands in front of an agent's command, and where it may write."""

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from held import before, needs_bwrap
from sixfold.agents import sandbox
from sixfold.agents.sandbox import TMP, Bounds, made, own_places, seen_below_tmp, words
from sixfold.config import AgentSettings, parse
from sixfold.errors import UserError

FOLDER = Path("/repository")


def places(name: str = "mine", home: str = "/home/me", **settings: object) -> set[str]:
    given = {"protocol": "acp", "command": ["agent"], **settings}
    agent = AgentSettings(**given)  # type: ignore[arg-type]
    return {str(one) for one in own_places(name, agent, {"HOME": home}, FOLDER)}


def test_the_deeper_place_counts_and_what_is_fixed_stays_so() -> None:
    bounds = Bounds(
        writable=[Path("/r/.sixfold/w"), Path("/r")],
        fixed=[Path("/r/.git")],
        hidden=[Path("/r/.sixfold")],
        instead={TMP: Path("/own")},
    )
    line = " ".join(words("bwrap", bounds, Path("/r")))
    order = (
        *("--ro-bind / /", "--bind /r /r", "--ro-bind /r/.git /r/.git", "--tmpfs /r/.sixfold"),
        *("--bind /r/.sixfold/w /r/.sixfold/w", "--bind /own /tmp", "--remount-ro /r/.sixfold"),
    )
    found = [line.index(part) for part in order]
    assert found == sorted(found)
    assert line.endswith("--chdir /r --")


def test_an_agent_of_the_catalogue_is_known_by_name_format_or_program() -> None:
    claude = {"/home/me/.claude", "/home/me/.claude.json"}
    assert places("claude") == claude
    assert places(protocol="command", command=["/opt/claude", "-p"]) == claude
    assert places(command=["claude-agent-acp"]) == claude
    assert places(protocol="command", format="codex") == {"/home/me/.codex"}
    assert places() == set()
    assert places("claude", home="") == set()


def test_what_an_agent_may_write_beside_is_said_in_its_settings() -> None:
    found = places(writable=["~/.mine", "/var/mine", "cache"])
    assert found == {"/home/me/.mine", "/var/mine", "/repository/cache"}
    assert places(env={"HOME": "/home/agent"}, writable=["~"]) == {"/home/agent"}
    text = "agents: {mine: {protocol: acp, command: [x], writable: [~/.x]}}"
    assert parse(text, "f", {}).agents["mine"].writable == ["~/.x"]


def test_what_is_its_own_is_made_where_it_is_not_there(tmp_path: Path) -> None:
    (tmp_path / "linked").mkdir()
    (tmp_path / "link").symlink_to("linked")
    wanted = [tmp_path / ".mine", tmp_path / ".mine.json", tmp_path / "link", Path("/proc/no")]
    assert made(wanted) == [tmp_path / ".mine", tmp_path / ".mine.json", tmp_path / "linked"]
    assert (tmp_path / ".mine.json").read_text() == "{}\n"


def test_of_the_folder_for_temporary_files_only_what_is_needed_is_seen() -> None:
    folder = Path("/tmp", f"sixfold-test-{os.getpid()}")
    folder.mkdir()
    try:
        environ = {"PATH": f"/usr/bin:{folder / 'bin'}", "TMUX": "/tmp/tmux-0/default,1,0"}
        assert folder not in seen_below_tmp([], environ)
        (folder / "bin").mkdir()
        assert folder in seen_below_tmp([], environ)
        assert folder in seen_below_tmp([folder / "bin"], {})
        assert set(seen_below_tmp([Path("/usr"), TMP], {})) <= {TMP / "x", *TMP.iterdir()}
    finally:
        (folder / "bin").rmdir()
        folder.rmdir()


@pytest.mark.parametrize("program", ["", "#!/bin/sh\necho no user namespaces >&2; exit 1\n"])
def test_where_it_does_not_work_the_reason_is_told(tmp_path: Path, program: str) -> None:
    if program:
        (tmp_path / "bwrap").write_text(program)
        (tmp_path / "bwrap").chmod(0o755)
    environ = {"PATH": str(tmp_path)}
    why = "does not work here: no user namespaces" if program else "is not on PATH"
    found = sandbox.find("auto", environ)
    assert (found.program, why in found.missing) == ("", True)
    with pytest.raises(UserError, match="bubblewrap") as refused:
        sandbox.find("bwrap", environ)
    assert refused.value.hint
    assert sandbox.find("off", environ) == sandbox.Sandbox()


@pytest.mark.parametrize(
    ("name", "agent", "known"),
    [
        ("claude", AgentSettings("acp", ["a"]), True),
        ("mine", AgentSettings("acp", ["/opt/bin/codex-acp"]), True),
        ("mine", AgentSettings("command", ["npx", "x"], format="gemini"), True),
        ("mine", AgentSettings("command", ["a"], writable=["~/.a"]), True),
        ("mine", AgentSettings("acp", ["a"]), False),
        ("mine", AgentSettings("command", ["sh"]), False),
    ],
)
def test_strangers_are_held_only_where_the_config_says_so(
    name: str, agent: AgentSettings, known: bool
) -> None:
    assert sandbox.concerns(sandbox.Sandbox("bwrap", strangers=False), name, agent) is known
    assert sandbox.concerns(sandbox.Sandbox("bwrap"), name, agent)
    played = AgentSettings("scripted", playbook="p")
    assert not sandbox.concerns(sandbox.Sandbox("bwrap"), name, played)


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """A folder that everybody may write, whatever is closed around those of pytest."""
    with TemporaryDirectory() as folder:
        Path(folder).chmod(0o777)
        yield Path(folder)


@needs_bwrap
@pytest.mark.parametrize("user", ["self", "nobody"])
def test_nothing_can_be_written_but_what_is_named(open_folder: Path, user: str) -> None:
    own, other = open_folder / "own", open_folder / "other"
    for folder in (own, other):
        folder.mkdir()
        folder.chmod(0o777)
    if user == "nobody" and os.geteuid():
        pytest.skip("only root becomes somebody else")
    become = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"]
    script = f"echo in > {own}/x; echo out > {other}/x; echo core > /proc/sys/kernel/core_pattern"
    command = [*(become if user == "nobody" else []), *before(own), "sh", "-c", script]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if user == "nobody" and done.stderr.startswith("bwrap:"):
        pytest.skip(f"not for everybody here: {done.stderr.strip()}")
    assert (own / "x").read_text() == "in\n", done.stderr
    assert not (other / "x").exists()
    assert done.stderr.count("Read-only file system") == 2
