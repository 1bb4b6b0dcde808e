"""A network that leads nowhere: loopback, and a cable whose other end nobody holds."""

from __future__ import annotations

import ipaddress
import os
import socket
import subprocess
import threading
from typing import Self

_EVERYTHING = 3  # ETH_P_ALL
_SET_UP = """
link set lo up
link add cable type veth peer name loose
link set cable arp off up
link set loose up
address add 192.0.2.1/32 dev cable
route add default dev cable
"""


def inside(program: str, *words: str) -> list[str]:
    """The command that runs `program` in a network of its own, all unset as yet."""
    user = [] if os.geteuid() == 0 else ["--map-root-user"]
    return ["unshare", "--net", *user, program, *words]


def set_up() -> None:
    """Bring up loopback, and the cable for all that would go elsewhere. To be done inside."""
    for line in _SET_UP.split("\n"):
        if line:
            subprocess.run(["ip", *line.split()], check=True)


class Foreign:
    """Listens at the cable: who would have been reached, by address."""

    def __init__(self) -> None:
        self.addresses: set[str] = set()
        self._cable = socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM, socket.htons(_EVERYTHING))
        self._cable.bind(("cable", 0))
        self._cable.settimeout(0.2)
        self._over = threading.Event()
        self._listening = threading.Thread(target=self._listen)

    def __enter__(self) -> Self:
        self._listening.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._listening.join()
        self._cable.close()

    def _listen(self) -> None:
        while not self._over.is_set():
            try:
                address = _destination(self._cable.recv(64))
            except TimeoutError:
                continue
            if address and not address.is_multicast:
                self.addresses.add(str(address))


def _destination(packet: bytes) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    match packet[0] >> 4:
        case 4:
            return ipaddress.IPv4Address(packet[16:20])
        case 6:
            return ipaddress.IPv6Address(packet[24:40])
    return None
