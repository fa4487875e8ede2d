"""Valkey (or Redis) with a password."""

import os
import signal
import socket
from pathlib import Path

from chatapp.embedded.places import Owner, claim
from chatapp.embedded.process import Server


class Valkey(Server):
    """A Valkey that keeps its data over a restart when durable, and nothing at all when not."""

    name = "Valkey"
    stop_signal = signal.SIGTERM

    def __init__(
        self,
        *,
        program: Path,
        data: Path,
        log: Path,
        owner: Owner | None,
        password: str,
        durable: bool,
    ) -> None:
        super().__init__(data=data, log=log, owner=owner)
        self.program = program
        self.password = password
        self.durable = durable

    @property
    def url(self) -> str:
        """The address with its password."""
        return f"redis://:{self.password}@127.0.0.1:{self.port}/0"

    def command(self) -> list[str]:
        return [str(self.program), str(self.data / "valkey.conf")]

    def pid_file(self) -> Path:
        return self.data / "valkey.pid"

    def start(self) -> None:
        claim(self.data, self.owner, mode=0o700)
        self._write_configuration()
        super().start()

    def is_ready(self) -> bool:
        try:
            with socket.create_connection(("127.0.0.1", self.port), timeout=1) as connection:
                connection.sendall(f"AUTH {self.password}\r\nPING\r\n".encode())
                answer = b""
                while answer.count(b"\r\n") < 2:
                    if not (part := connection.recv(256)):
                        return False
                    answer += part
        except OSError:
            return False
        return answer == b"+OK\r\n+PONG\r\n"

    def _write_configuration(self) -> None:
        # In a file that only its user can read: arguments are visible to everyone on the machine.
        file = self.data / "valkey.conf"
        keeping = (
            'appendonly yes\nappendfsync everysec\nsave ""'
            if self.durable
            else 'appendonly no\nsave ""'
        )
        file.unlink(missing_ok=True)
        file.touch(mode=0o600)
        file.write_text(
            f"bind 127.0.0.1\nport {self.port}\nrequirepass {self.password}\ndir {_quoted(self.data)}\n"
            f"pidfile {_quoted(self.pid_file())}\ndaemonize no\n{keeping}\n"
        )
        if self.owner:
            os.chown(file, self.owner.uid, self.owner.gid)


def _quoted(path: Path) -> str:
    return '"' + str(path).replace("\\", "\\\\").replace('"', '\\"') + '"'
