"""The dashboard in a browser: who gets in, what is seen there, and what is left behind."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from urllib.parse import urlsplit

import aiohttp
import psutil
import pytest

from browser import Page, found
from repository import Repository, wait_for

ONE = "## Phase 1: Setup\n\n- [ ] T001 Write a in a.txt\n"


@pytest.fixture(scope="module")
def ran(tmp_path_factory: pytest.TempPathFactory) -> Repository:
    repository = Repository(tmp_path_factory.mktemp("ran"), ONE)
    repository.run()
    return repository


@pytest.fixture
def serving(ran: Repository) -> Iterator[subprocess.Popen[str]]:
    process = ran.start("serve")
    yield process
    if process.poll() is None:
        process.terminate()
    process.communicate(timeout=30)


@pytest.fixture
def address(serving: subprocess.Popen[str]) -> str:
    assert serving.stdout
    return serving.stdout.readline().strip()


def origin(address: str) -> str:
    parts = urlsplit(address)
    return f"{parts.scheme}://{parts.netloc}"


async def status(url: str, **headers: str) -> int:
    async with (
        aiohttp.ClientSession() as session,
        session.get(url, headers=headers, allow_redirects=False) as answer,
    ):
        return answer.status


async def test_nobody_gets_in_without_the_token(address: str) -> None:
    for path in ("/", "/ws", "/static/js/textual.js", "/?token=", "/?token=wrong", "/?token=é"):
        assert await status(f"{origin(address)}{path}") == 403


async def test_the_token_is_of_no_use_under_another_name(address: str) -> None:
    assert await status(address) == 303
    assert await status(address, Host="evil.example") == 403
    assert await status(address.replace("127.0.0.1", "localhost")) == 403


async def test_it_listens_on_loopback_alone(serving: subprocess.Popen[str], address: str) -> None:
    port = urlsplit(address).port
    listening = [
        one.laddr
        for one in psutil.Process(serving.pid).net_connections()
        if one.status == psutil.CONN_LISTEN
    ]
    assert [(one.ip, one.port) for one in listening] == [("127.0.0.1", port)]


async def test_whoever_has_the_token_sees_the_dashboard_and_no_other_page_may_open_it(
    serving: subprocess.Popen[str], address: str
) -> None:
    jar = aiohttp.CookieJar(unsafe=True)  # it would keep none for a bare address
    async with aiohttp.ClientSession(cookie_jar=jar) as session:
        async with session.get(address) as page:
            assert page.status == 200
            assert str(page.url) == f"{origin(address)}/"
            assert "http" not in (await page.text()).replace(origin(address), "")
            assert "default-src 'none'" in page.headers["Content-Security-Policy"]
        socket = f"{origin(address)}/ws?width=100&height=30"
        for other in ("http://evil.example", "null", ""):
            with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
                await session.ws_connect(socket, headers={"Origin": other})
            assert refused.value.status == 403
        async with session.ws_connect(socket, origin=origin(address)) as viewer:
            seen = b""
            while b"PHASES" not in seen:
                seen += (await viewer.receive(timeout=30)).data
    wait_for(lambda: not psutil.Process(serving.pid).children(recursive=True))


async def test_each_window_has_a_dashboard_of_its_own_and_takes_it_along(
    serving: subprocess.Popen[str], address: str
) -> None:
    def dashboards() -> int:
        children = psutil.Process(serving.pid).children(recursive=True)
        found = 0
        for one in children:
            with suppress(psutil.Error):  # it has just ended
                found += "attach" in one.cmdline()
        return found

    jar = aiohttp.CookieJar(unsafe=True)
    async with aiohttp.ClientSession(cookie_jar=jar) as session:
        await session.get(address)
        async with session.get(f"{origin(address)}/") as again:  # the cookie is enough now
            assert again.status == 200
        windows = [
            await session.ws_connect(f"{origin(address)}/ws", origin=origin(address))
            for _ in range(2)
        ]
        for window in windows:
            await window.receive(timeout=30)
        assert dashboards() == 2
        await windows[0].close()
        wait_for(lambda: dashboards() == 1)
        await windows[1].ping()
        await windows[1].close()
        wait_for(lambda: dashboards() == 0)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
async def test_a_signal_ends_it_at_once_and_leaves_no_dashboard(
    number: signal.Signals, serving: subprocess.Popen[str], address: str
) -> None:
    jar = aiohttp.CookieJar(unsafe=True)
    async with aiohttp.ClientSession(cookie_jar=jar) as session:
        await session.get(address)
        viewer = await session.ws_connect(f"{origin(address)}/ws", origin=origin(address))
        await viewer.receive(timeout=30)
        children = psutil.Process(serving.pid).children(recursive=True)
        assert children
        serving.send_signal(number)
        while not viewer.closed:
            await viewer.receive(timeout=10)
        wait_for(lambda: serving.poll() is not None, 10)
    assert serving.returncode == 0
    assert not psutil.wait_procs(children, timeout=20)[1]


@pytest.mark.skipif(found() is None, reason="there is no Chromium here")
def test_a_real_browser_shows_it_and_keys_reach_it(address: str, tmp_path: Path) -> None:
    with Page(tmp_path / "profile") as page:
        page.show(address, 1400)
        wait_for(lambda: "-first-byte" in page.says("document.body.className"))
        assert page.says("location.href") == f"{origin(address)}/"
        assert page.says("document.querySelectorAll('canvas').length") > 0
        assert {origin(one) for one in page.requests} == {origin(address)}
        assert not [one for one in page.complaints if '"error"' in one]
        page.call("Emulation.setFocusEmulationEnabled", enabled=True)

        def left() -> bool:
            page.press("q")
            return "-closed" in page.says("document.body.className")

        wait_for(left)


def test_a_port_that_is_taken_is_one_line(ran: Repository, address: str) -> None:
    done = ran.sixfold("serve", "--port", str(urlsplit(address).port))
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (2, "", 1)
    assert "take another --port" in done.stderr


def test_without_a_run_or_the_extra_it_says_so(ran: Repository, tmp_path: Path) -> None:
    assert "no run has been started" in Repository(tmp_path, ONE).sixfold("serve").stderr
    without = "import sys; sys.modules['textual_serve.server'] = None; import sixfold.cli as c; "
    done = subprocess.run(
        [sys.executable, "-c", f"{without}sys.exit(c.main(['serve']))"],
        cwd=ran.root,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2
    assert done.stderr.endswith("is not installed; pip install 'sixfold[web]'\n")
