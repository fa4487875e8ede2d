"""`make run`: servers, database, demo, and the Procfile's processes, until Ctrl-C."""

import json
import os
import secrets
import shlex
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from urllib.parse import urlsplit

from chatapp.embedded.children import Children, Command
from chatapp.embedded.process import EmbeddedError, end_with_parent, tail
from chatapp.embedded.stack import Stack

ROOT = Path(__file__).resolve().parent.parent.parent
FIRST_ANSWER_SECONDS = 90.0


@dataclass(frozen=True)
class Addresses:
    """Where the pages and the demo shop are served."""

    bind: str
    port: int
    shop_port: int

    @classmethod
    def of(cls, environ: Mapping[str, str]) -> "Addresses":
        """From BIND, PORT and SHOP_PORT. Raises EmbeddedError when they cannot be used."""
        found = cls(
            bind=environ.get("BIND") or "127.0.0.1",
            port=_number(environ, "PORT", 8000),
            shop_port=_number(environ, "SHOP_PORT", 8001),
        )
        if found.port == found.shop_port:
            raise EmbeddedError(
                f"PORT and SHOP_PORT are both {found.port}; they need two different ports."
            )
        refuse_busy(found.bind, found.port, "PORT")
        refuse_busy(found.bind, found.shop_port, "SHOP_PORT")
        return found


def refuse_busy(host: str, port: int, variable: str) -> None:
    """Raise EmbeddedError, naming the variable to change, when something listens on the port."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise EmbeddedError(
                f"Port {port} of {host} cannot be used ({error.strerror}). Choose another one: "
                f"{variable}={port + 10} make run"
            ) from None


def _number(environ: Mapping[str, str], name: str, default: int) -> int:
    text = environ.get(name) or str(default)
    if not text.isdecimal() or not 0 < int(text) < 65536:
        raise EmbeddedError(f"{name}={text} is not a port; use a number from 1 to 65535.")
    return int(text)


def development_environment(
    environ: Mapping[str, str], *, var: Path, addresses: Addresses
) -> dict[str, str]:
    """Everything that the processes need and the caller did not set. Secrets are made once and kept."""
    kept = kept_secrets(var / "development.json")
    public_url = environ.get("PUBLIC_URL") or f"http://localhost:{addresses.port}"
    return {
        "DEBUG": "1",
        "SECRET_KEY": kept["secret_key"],
        "DEMO_PASSWORD": kept["demo_password"],
        "PUBLIC_URL": public_url,
        "ALLOWED_HOSTS": f"{urlsplit(public_url).hostname},localhost,127.0.0.1",
        # Another host and not only another port: cookies know no ports, and the shop is a stranger's site.
        "SHOP_URL": f"http://127.0.0.1:{addresses.shop_port}",
        **environ,
        "BIND": addresses.bind,
        "PORT": str(addresses.port),
        "SHOP_PORT": str(addresses.shop_port),
        "VAR_DIR": str(var),
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{environ.get('PATH', os.defpath)}",
        "PYTHONUNBUFFERED": "1",
    }


def kept_secrets(file: Path) -> dict[str, str]:
    """The secrets of this VAR_DIR, readable by its owner only."""
    if not file.exists():
        file.parent.mkdir(parents=True, exist_ok=True)
        file.touch(mode=0o600)
        made = {
            "secret_key": secrets.token_urlsafe(48),
            "demo_password": "-".join(secrets.token_hex(2) for _ in range(4)),
        }
        file.write_text(json.dumps(made))
    kept: dict[str, str] = json.loads(file.read_text())
    return kept


def procfile(text: str) -> list[Command]:
    """The lines to keep running; `release` is done once before them and is not among them."""
    lines = (line.split(":", 1) for line in text.splitlines() if ":" in line and line[0] != "#")
    return [Command(name.strip(), command.strip()) for name, command in lines if name != "release"]


def run(environ: Mapping[str, str]) -> None:
    """Bring everything up, say where it is, and stay until interrupted. Leaves no process behind."""
    var = Path(environ.get("VAR_DIR") or ROOT / "var").resolve()
    addresses = Addresses.of(environ)
    environment = development_environment(environ, var=var, addresses=addresses)
    (var / "log").mkdir(parents=True, exist_ok=True)
    stack = Stack(
        var / "embedded",
        durable=True,
        with_postgres=not environ.get("DATABASE_URL"),
        with_valkey=not environ.get("REDIS_URL"),
    )
    children = Children(cwd=ROOT, environment=environment)
    try:
        with step(_servers(environ)):
            environment.update(stack.start())
        with step("Database structure"):
            manage("migrate", "--noinput", environment=environment)
        with step("Demo account"):
            manage("load_registers", "demo/registers.toml", environment=environment)
            manage("load_demo", environment=environment)
        if environment["DEBUG"].lower() not in {"1", "true", "yes", "on"}:
            with step("Static files"):
                manage("collectstatic", "--noinput", environment=environment)
        with step("Web, worker, beat and demo shop"):
            for command in procfile((ROOT / "Procfile").read_text()):
                children.start(command)
            children.start(Command("shop", shlex.join(["exec", "python", "-m", "demo.shop"])))
            _wait_for_first_answer(addresses, environment, children)
        print(greeting(environment), flush=True)
        while True:
            children.watch(seconds=0.5)
            for name in stack.revive():
                print(f"{name} had ended and was started again.", flush=True)
    except KeyboardInterrupt:
        print("\nStopping.", flush=True)
    finally:
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, signal.SIG_IGN)
        children.stop()
        stack.stop()
    print("Stopped. `make run` continues with the same data.", flush=True)


def greeting(environment: Mapping[str, str]) -> str:
    """The addresses and the demo log-in."""
    lines = [
        ("chatapp", f"{environment['PUBLIC_URL']}/"),
        ("Sign up", f"{environment['PUBLIC_URL']}/signup/"),
        ("Demo shop", f"{environment['SHOP_URL']}/"),
        ("Demo inbox", f"{environment['PUBLIC_URL']}/app/demo/inbox/"),
        ("Log in as", "owner@demo.test or agent@demo.test"),
        ("Password", environment["DEMO_PASSWORD"]),
    ]
    if not environment.get("EMAIL_URL"):
        lines.append(("Mail", f"{environment['VAR_DIR']}/mail"))
    return "\n".join(
        [
            "",
            *(f"  {label:<11} {value}" for label, value in lines),
            "",
            "  Ctrl-C stops everything.",
            "",
        ]
    )


def manage(*arguments: str, environment: Mapping[str, str]) -> None:
    """Run a management command to its end. Raises EmbeddedError with the end of what it wrote."""
    log = Path(environment["VAR_DIR"]) / "log" / f"{arguments[0]}.log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "manage.py", *arguments],
            cwd=ROOT,
            env=dict(environment),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            preexec_fn=end_with_parent(signal.SIGTERM),
        )
        try:
            code = process.wait()
        except KeyboardInterrupt:
            process.terminate()
            process.wait()
            raise
    if code:
        raise EmbeddedError(f"`manage.py {' '.join(arguments)}` failed.\n{tail(log, lines=30)}")


@contextmanager
def step(name: str) -> Iterator[None]:
    """Show what is being done and how long it took."""
    started = time.monotonic()
    live = sys.stdout.isatty()
    if live:
        print(f"  … {name}", end="", flush=True)
    try:
        yield
    except BaseException:
        print(f"{chr(13) if live else ''}  × {name}", flush=True)
        raise
    print(
        f"{chr(13) if live else ''}  ✓ {name:<42} {time.monotonic() - started:5.1f} s", flush=True
    )


def main() -> int:
    """The exit code: 0 after Ctrl-C, 1 with a message when something could not start."""

    def interrupt(number: int, frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    signal.signal(signal.SIGTERM, interrupt)
    signal.signal(signal.SIGHUP, interrupt)
    try:
        run(os.environ)
    except EmbeddedError as error:
        print(f"\n{error}", file=sys.stderr, flush=True)
        return 1
    return 0


def _servers(environ: Mapping[str, str]) -> str:
    return " and ".join(
        [
            "PostgreSQL" + (" (yours)" if environ.get("DATABASE_URL") else ""),
            "Valkey" if not environ.get("REDIS_URL") else "Redis (yours)",
        ]
    )


def _wait_for_first_answer(
    addresses: Addresses, environment: Mapping[str, str], children: Children
) -> None:
    host = "127.0.0.1" if addresses.bind == "0.0.0.0" else addresses.bind  # noqa: S104
    question = urllib.request.Request(
        f"http://{host}:{addresses.port}/livez",
        headers={"Host": urlsplit(environment["PUBLIC_URL"]).netloc},
    )
    deadline = time.monotonic() + FIRST_ANSWER_SECONDS
    while time.monotonic() < deadline:
        children.watch(seconds=0.2)
        try:
            with urllib.request.urlopen(question, timeout=5):  # noqa: S310  (an address of ours)
                return
        except OSError:
            continue
    raise EmbeddedError(
        f"The web process did not answer {question.full_url} within {FIRST_ANSWER_SECONDS:.0f} seconds."
    )
