"""A mail server that answers as it is told."""

import socketserver
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Thread


class _Dialogue(socketserver.StreamRequestHandler):
    answer_to_recipient: bytes

    def handle(self) -> None:
        self._say(b"220 mail.example.org")
        for line in self.rfile:
            verb = line[:4].upper()
            if verb == b"QUIT":
                self._say(b"221 bye")
                return
            self._say(self.answer_to_recipient if verb == b"RCPT" else b"250 ok")

    def _say(self, line: bytes) -> None:
        self.wfile.write(line + b"\r\n")


@contextmanager
def server_that_answers(recipient: str) -> Iterator[int]:
    """The port of a server that says this about every recipient."""
    dialogue = type("Dialogue", (_Dialogue,), {"answer_to_recipient": recipient.encode()})
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), dialogue) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield server.server_address[1]
        server.shutdown()
