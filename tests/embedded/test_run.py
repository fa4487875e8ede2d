"""`make run` from the first line to Ctrl-C, with a small application in place of the product."""

import os
import re
import signal
import socket
import subprocess
import time
import urllib.request
from pathlib import Path

import psycopg
import pytest

from chatapp.embedded import EmbeddedError, Stack
from chatapp.embedded.process import free_port, wait_for
from chatapp.embedded.run import Addresses, procfile, refuse_busy
from tests.embedded.conftest import Starts, is_alive

Process = subprocess.Popen[str]
UP = "Ctrl-C stops everything"


def read_until(process: Process, text: str) -> str:
    """What it wrote up to and with the line that holds `text`, or up to its end."""
    assert process.stdout
    said = ""
    for line in process.stdout:
        said += line
        if text in line:
            break
    return said


def interrupt(process: Process) -> str:
    """Press Ctrl-C and return the rest of what it wrote."""
    os.killpg(process.pid, signal.SIGINT)
    assert process.stdout
    rest = process.stdout.read()
    process.wait(30)
    return rest


def ports() -> dict[str, str]:
    return {"PORT": str(free_port()), "SHOP_PORT": str(free_port())}


def answer(port: str) -> str:
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=5) as response:
        return str(response.read().decode())


def pids(checkout: Path) -> dict[str, int]:
    return {file.stem: int(file.read_text()) for file in (checkout / "var").glob("*.pid")}


def server_pids(checkout: Path) -> list[int]:
    embedded = checkout / "var" / "embedded"
    files = [embedded / "postgres" / "postmaster.pid", embedded / "valkey" / "valkey.pid"]
    return [int(file.read_text().split("\n")[0]) for file in files]


def test_it_says_where_everything_is_and_ctrl_c_leaves_nothing_behind(
    supervisor: Starts, checkout: Path
) -> None:
    chosen = ports()
    process = supervisor(**chosen)
    said = read_until(process, UP)
    assert wait_for(lambda: len(pids(checkout)) == 4, 10)
    running = [*pids(checkout).values(), *server_pids(checkout)]

    assert f"http://localhost:{chosen['PORT']}/signup/" in said
    assert f"http://127.0.0.1:{chosen['SHOP_PORT']}/" in said
    assert "owner@demo.test" in said
    assert answer(chosen["PORT"]).startswith("postgres://")
    assert answer(chosen["SHOP_PORT"]).startswith("postgres://")
    assert all(is_alive(pid) for pid in running)

    rest = interrupt(process)

    assert process.returncode == 0
    assert "Traceback" not in said + rest
    assert wait_for(lambda: not any(is_alive(pid) for pid in running), 5)


def test_a_second_run_continues_with_the_same_data_and_password(
    supervisor: Starts, checkout: Path
) -> None:
    passwords = []
    for _ in range(2):
        process = supervisor(**ports())
        said = read_until(process, UP)
        passwords.append(re.findall(r"Password +(\S+)", said))
        interrupt(process)

    assert passwords[0] == passwords[1] != []
    with (
        Stack(checkout / "var" / "embedded", durable=True) as stack,
        psycopg.connect(stack.environment["DATABASE_URL"]) as connection,
    ):
        calls = [name for (name,) in connection.execute("SELECT name FROM calls")]
    assert calls == ["migrate", "load_registers", "load_demo"] * 2


def test_servers_given_by_address_are_used_and_none_are_started(
    supervisor: Starts, checkout: Path, stack: Stack
) -> None:
    chosen = ports()
    process = supervisor(**chosen, **stack.environment)
    read_until(process, UP)

    assert answer(chosen["PORT"]) == stack.environment["DATABASE_URL"]
    with psycopg.connect(stack.environment["DATABASE_URL"]) as connection:
        assert connection.execute("SELECT count(*) FROM calls").fetchone() == (3,)
    assert not (checkout / "var" / "embedded" / "postgres").exists()
    assert not (checkout / "var" / "embedded" / "valkey").exists()
    interrupt(process)
    psycopg.connect(stack.environment["DATABASE_URL"]).close()  # theirs still runs


def test_only_what_is_missing_is_started(supervisor: Starts, checkout: Path, stack: Stack) -> None:
    process = supervisor(**ports(), REDIS_URL=stack.environment["REDIS_URL"])
    read_until(process, UP)

    assert (checkout / "var" / "embedded" / "postgres").exists()
    assert not (checkout / "var" / "embedded" / "valkey").exists()
    interrupt(process)


def test_a_killed_database_comes_back_by_itself(supervisor: Starts, checkout: Path) -> None:
    chosen = ports()
    process = supervisor(**chosen)
    read_until(process, UP)
    address = answer(chosen["PORT"])

    os.kill(server_pids(checkout)[0], signal.SIGKILL)

    assert "PostgreSQL had ended and was started again" in read_until(process, "had ended")
    psycopg.connect(address).close()
    interrupt(process)


def test_a_killed_web_process_comes_back_by_itself(supervisor: Starts, checkout: Path) -> None:
    chosen = ports()
    process = supervisor(**chosen)
    read_until(process, UP)

    os.kill(pids(checkout)["PORT"], signal.SIGKILL)
    read_until(process, "ended by itself")

    def answers() -> bool:
        try:
            return bool(answer(chosen["PORT"]))
        except OSError:
            return False

    assert wait_for(answers, 10)
    interrupt(process)


def test_a_failing_migration_shows_what_it_said_and_stops_the_servers(
    supervisor: Starts, checkout: Path
) -> None:
    process = supervisor(**ports(), FAIL_AT="migrate")
    said = read_until(process, "never said")

    assert process.wait(20) == 1
    assert "the disk is full of pumpkins" in said
    assert "Traceback" not in said
    with Stack(checkout / "var" / "embedded", durable=True):
        pass  # the folder is free


def test_a_process_that_keeps_ending_is_given_up_with_its_words(
    supervisor: Starts, checkout: Path
) -> None:
    (checkout / "Procfile").write_text("web: echo no settings in sight; exit 4\n")
    process = supervisor(**ports())
    said = read_until(process, "never said")

    assert process.wait(20) == 1
    assert "no settings in sight" in said
    assert "web ended 3 times within a minute" in said


@pytest.mark.parametrize("variable", ["PORT", "SHOP_PORT"])
def test_a_busy_port_is_named_with_the_variable_that_changes_it(
    supervisor: Starts, variable: str
) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        busy = str(other.getsockname()[1])
        started = time.monotonic()
        process = supervisor(**{**ports(), variable: busy})
        said = read_until(process, "never said")

    assert process.wait(5) == 1
    assert f"Port {busy}" in said
    assert f"{variable}=" in said
    assert "Traceback" not in said
    assert time.monotonic() - started < 5


def test_a_port_that_is_free_is_not_refused() -> None:
    refuse_busy("127.0.0.1", free_port(), "PORT")


@pytest.mark.parametrize(
    "environment",
    [{"PORT": "eight"}, {"PORT": "0"}, {"PORT": "70000"}, {"PORT": "8001", "SHOP_PORT": "8001"}],
)
def test_ports_that_cannot_be_are_refused_in_words(environment: dict[str, str]) -> None:
    with pytest.raises(EmbeddedError, match="PORT"):
        Addresses.of(environment)


def test_the_release_line_is_not_among_those_kept_running() -> None:
    lines = procfile("release: migrate\nweb: serve --on a:b\n# beat: no\nworker: work\n")

    assert [(line.name, line.line) for line in lines] == [
        ("web", "serve --on a:b"),
        ("worker", "work"),
    ]
