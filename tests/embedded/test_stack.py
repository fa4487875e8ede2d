"""Two private servers that survive what happens to servers on a laptop."""

import contextlib
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
import redis

from chatapp.embedded import EmbeddedError, Stack
from chatapp.embedded.places import Owner, can_enter, home
from chatapp.embedded.process import runs_in, wait_for
from tests.embedded.conftest import ROOT, cache, database, is_alive

ROOT_ONLY = pytest.mark.skipif(os.geteuid() != 0, reason="only root can become another user")


def test_a_killed_postgres_starts_again_with_its_data_at_the_same_address(
    durable_stack: Stack,
) -> None:
    before = dict(durable_stack.environment)
    with database(durable_stack) as connection:
        connection.execute("CREATE TABLE kept (word text)")
        connection.execute("INSERT INTO kept VALUES ('acknowledged')")
        durable_stack.postgres.kill()

    durable_stack.postgres.start()

    with database(durable_stack) as connection:
        assert connection.execute("SELECT word FROM kept").fetchall() == [("acknowledged",)]
    assert durable_stack.environment == before


def test_a_killed_valkey_starts_again_at_the_same_address(stack: Stack) -> None:
    before = dict(stack.environment)
    stack.valkey.kill()
    with pytest.raises(redis.ConnectionError):
        cache(stack).ping()

    stack.valkey.start()

    assert cache(stack).ping()
    assert stack.environment == before


def test_a_stopped_stack_starts_again_with_its_data(folder: Path) -> None:
    with Stack(folder / "servers", durable=True) as first:
        database(first).execute("CREATE TABLE kept ()").connection.close()
        cache(first).set("kept", "yes")

    with Stack(folder / "servers", durable=True) as second:
        assert database(second).execute("SELECT to_regclass('kept') IS NOT NULL").fetchone() == (
            True,
        )
        assert cache(second).get("kept") == "yes"


def test_what_ended_by_itself_is_revived_and_named(stack: Stack) -> None:
    process = stack.postgres.process
    assert process
    os.kill(process.pid, signal.SIGKILL)
    assert wait_for(stack.postgres.has_fallen, 5)

    assert stack.revive() == ["PostgreSQL"]
    assert stack.revive() == []
    database(stack).close()


def test_a_durable_stack_waits_for_the_disk_and_a_fast_one_does_not(
    durable_stack: Stack, stack: Stack
) -> None:
    settings = [
        database(each)
        .execute("SELECT current_setting('synchronous_commit'), current_setting('fsync')")
        .fetchone()
        for each in (durable_stack, stack)
    ]

    assert settings == [("on", "on"), ("off", "off")]


def test_a_wrong_password_is_refused(stack: Stack) -> None:
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        psycopg.connect(stack.environment["DATABASE_URL"].replace("chatapp:", "chatapp:wrong"))
    with pytest.raises(redis.AuthenticationError):
        redis.Redis(port=stack.valkey.port, password="wrong").ping()


def test_the_role_is_neither_superuser_nor_exempt_from_row_level_security(stack: Stack) -> None:
    role = (
        database(stack)
        .execute(
            "SELECT rolsuper, rolbypassrls, rolcreatedb FROM pg_roles WHERE rolname = current_user"
        )
        .fetchone()
    )

    assert role == (False, False, True)


def test_nobody_can_log_in_as_superuser(stack: Stack) -> None:
    with pytest.raises(psycopg.OperationalError, match="authentication failed"):
        psycopg.connect(
            host="127.0.0.1",
            port=stack.postgres.port,
            user="superuser",
            password="superuser",
            dbname="postgres",
        )


def test_two_directories_run_side_by_side_and_share_nothing(stack: Stack, folder: Path) -> None:
    database(stack).execute("CREATE TABLE only_here ()").connection.close()
    cache(stack).set("only here", "yes")

    with Stack(folder / "second", durable=False) as second:
        assert second.environment.keys() == stack.environment.keys()
        assert database(second).execute("SELECT to_regclass('only_here')").fetchone() == (None,)
        assert cache(second).get("only here") is None


def test_a_directory_in_use_is_refused_and_names_the_process_that_uses_it(stack: Stack) -> None:
    with pytest.raises(EmbeddedError, match=f"already running .process {os.getpid()}"):
        Stack(stack.directory, durable=True).start()

    database(stack).close()


@contextlib.contextmanager
def left_behind(stack: Stack, pid: int) -> Iterator[None]:
    """Stop the stack as a crash would have left it, with `pid` in the pid files."""
    files = [stack.postgres.pid_file(), stack.valkey.pid_file()]
    pid_file = files[0].read_text().split("\n")
    stack.postgres.kill()
    stack.valkey.kill()
    files[0].write_text("\n".join([str(pid), *pid_file[1:]]))
    files[1].write_text(f"{pid}\n")
    yield
    database(stack).close()
    cache(stack).ping()


def test_a_pid_file_whose_number_went_to_a_stranger_is_dropped_and_the_stranger_lives(
    stack: Stack,
) -> None:
    with subprocess.Popen(["sleep", "60"]) as stranger, left_behind(stack, stranger.pid):
        stack.start()

        assert stranger.poll() is None
        stranger.kill()


def test_a_pid_file_of_a_zombie_is_dropped(stack: Stack) -> None:
    with subprocess.Popen(["true"]) as zombie:  # not waited for until the block ends
        assert wait_for(lambda: ") Z " in Path(f"/proc/{zombie.pid}/stat").read_text(), 5)
        with left_behind(stack, zombie.pid):
            stack.start()


def test_an_unreadable_pid_file_is_dropped(stack: Stack) -> None:
    stack.postgres.kill()
    stack.postgres.pid_file().write_text("")

    stack.postgres.start()

    database(stack).close()


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux ties children to their parent")
def test_the_servers_end_when_their_supervisor_is_killed_and_the_next_finds_the_data(
    folder: Path,
) -> None:
    code = (
        "import sys, time; from pathlib import Path; from chatapp.embedded import Stack\n"
        "stack = Stack(Path(sys.argv[1]), durable=True); stack.start()\n"
        "print(stack.postgres.process.pid, stack.valkey.process.pid, flush=True); time.sleep(60)"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code, folder / "servers"],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
    ) as supervisor:
        assert supervisor.stdout
        pids = [int(pid) for pid in supervisor.stdout.readline().split()]
        assert len(pids) == 2
        assert all(is_alive(pid) for pid in pids)
        supervisor.kill()

    assert wait_for(lambda: not any(is_alive(pid) for pid in pids), 10)
    with Stack(folder / "servers", durable=True) as stack:
        database(stack).close()


def test_a_server_that_outlived_its_supervisor_is_ended_before_the_next_start(
    stack: Stack,
) -> None:
    orphan = stack.postgres.process
    assert orphan
    stack.postgres.process = None  # forgotten, as by a supervisor that died where children live on

    stack.postgres.start()

    assert orphan.wait(5) == 0
    assert not runs_in(orphan.pid, stack.postgres.data)
    database(stack).close()


def test_a_failed_statement_leaves_no_values_in_the_log(stack: Stack) -> None:
    with database(stack) as connection:
        connection.execute("CREATE TABLE people (email text UNIQUE)")
        connection.execute("INSERT INTO people VALUES ('jana@example.org')")
        with pytest.raises(psycopg.errors.UniqueViolation):
            connection.execute("INSERT INTO people VALUES ('jana@example.org')")
    stack.stop()

    log = stack.postgres.log.read_text()
    assert "duplicate key" in log
    assert "jana" not in log


def test_passwords_are_for_their_owner_only_and_differ(stack: Stack) -> None:
    assert (stack.directory / "passwords.json").stat().st_mode & 0o077 == 0
    assert stack.postgres.password != stack.valkey.password
    assert stack.valkey.password not in " ".join(stack.valkey.command())


@ROOT_ONLY
def test_root_lends_the_servers_to_an_ordinary_user(stack: Stack) -> None:
    for server in (stack.postgres, stack.valkey):
        assert server.process
        assert Path(f"/proc/{server.process.pid}").stat().st_uid != 0


@ROOT_ONLY
def test_root_in_a_closed_folder_keeps_the_data_in_the_temporary_tree_and_finds_it_again(
    folder: Path,
) -> None:
    folder.chmod(0o700)
    with Stack(folder / "servers", durable=False, with_valkey=False) as first:
        database(first).execute("CREATE TABLE kept ()").connection.close()
    place = home(first.directory)
    try:
        assert not place.is_relative_to(folder)
        with Stack(folder / "servers", durable=False, with_valkey=False) as second:
            found = database(second).execute("SELECT to_regclass('kept')::text").fetchone()
        assert found == ("kept",)
    finally:
        shutil.rmtree(place)


@ROOT_ONLY
def test_an_ordinary_user_needs_no_other(folder: Path) -> None:
    nobody = Owner(65534, 65534)
    packages = Path(psycopg.__file__).parent.parent
    python = next(
        (
            path
            for path in (Path(sys.executable).resolve(), Path("/usr/bin/python3"))
            if path.exists() and can_enter(path, nobody)
        ),
        None,
    )
    if not python or not can_enter(packages, nobody):
        pytest.skip("no Python here that user nobody may run")
    shutil.copytree(ROOT / "chatapp" / "embedded", folder / "code" / "chatapp" / "embedded")
    (folder / "code" / "chatapp" / "__init__.py").touch()
    mine = folder / "mine"
    mine.mkdir()
    os.chown(mine, nobody.uid, nobody.gid)
    code = (
        "import os; from pathlib import Path; from chatapp.embedded import Stack\n"
        "with Stack(Path('servers'), durable=True) as stack:\n"
        "    pid = stack.postgres.process.pid\n"
        "    print(os.geteuid(), Path(f'/proc/{pid}').stat().st_uid, sorted(stack.environment))"
    )

    answer = subprocess.run(
        [python, "-c", code],
        cwd=mine,
        env={"PATH": os.defpath, "PYTHONPATH": f"{folder / 'code'}:{packages}"},
        user=nobody.uid,
        group=nobody.gid,
        extra_groups=[],
        capture_output=True,
        text=True,
        check=False,
    )

    assert answer.stdout == "65534 65534 ['DATABASE_URL', 'REDIS_URL']\n", answer.stderr
