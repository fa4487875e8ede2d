"""The network between a browser and the web process, which a test can cut."""

import contextlib
import re
import socket
import threading
from typing import Self

SOCKET = re.compile(rb"^upgrade:\s*websocket\s*$", re.IGNORECASE | re.MULTILINE)


class Network:
    """Passes bytes on. `is_cut`: every connection ends and none begins. `blocks_sockets`: as
    proxies do that know HTTP only."""

    def __init__(self, to_port: int) -> None:
        self.to_port = to_port
        self.blocks_sockets = False
        self.is_cut = False
        self._open: set[socket.socket] = set()
        self._lock = threading.Lock()
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=128)
        self.port = int(self._listener.getsockname()[1])

    def __enter__(self) -> Self:
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._listener.close()
        self.cut()

    def cut(self) -> None:
        with self._lock:
            self.is_cut = True
            ends = list(self._open)
        for end in ends:
            _shut(end)

    def mend(self) -> None:
        self.is_cut = False
        self.blocks_sockets = False

    def _accept(self) -> None:
        while True:
            try:
                near, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._carry, args=(near,), daemon=True).start()

    def _carry(self, near: socket.socket) -> None:
        with near, contextlib.suppress(OSError):
            first = b"" if self.is_cut else near.recv(65_536)
            if not first or (self.blocks_sockets and SOCKET.search(first.replace(b"\r", b""))):
                return
            with socket.create_connection(("127.0.0.1", self.to_port)) as far:
                with self._lock:
                    if self.is_cut:
                        return
                    self._open |= {near, far}
                far.sendall(first)
                back = threading.Thread(target=_pump, args=(far, near), daemon=True)
                back.start()
                _pump(near, far)
                back.join()
                with self._lock:
                    self._open -= {near, far}


def _pump(source: socket.socket, sink: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while chunk := source.recv(65_536):
            sink.sendall(chunk)
    _shut(source)
    _shut(sink)


def _shut(end: socket.socket) -> None:
    with contextlib.suppress(OSError):
        end.shutdown(socket.SHUT_RDWR)
