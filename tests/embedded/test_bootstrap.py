"""What the set-up does by itself, beyond calling pip, uv and npm."""

import gettext
import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import pytest

from tests.embedded.conftest import ROOT


def script(name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(name, ROOT / "bin" / f"{name}.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def bootstrap(tmp_path: Path) -> ModuleType:
    """The script, at home in an empty checkout."""
    module = script("bootstrap")
    vars(module).update(ROOT=tmp_path, VENV=tmp_path / ".venv")
    (tmp_path / ".venv").mkdir()
    return module


def test_a_fingerprint_sees_contents_names_and_versions(
    bootstrap: ModuleType, tmp_path: Path
) -> None:
    file = tmp_path / "a.txt"
    file.write_text("one")
    seen = [bootstrap.fingerprint([tmp_path]), bootstrap.fingerprint([tmp_path], "20")]
    file.write_text("two")
    seen.append(bootstrap.fingerprint([tmp_path]))
    file.rename(tmp_path / "b.txt")
    seen.append(bootstrap.fingerprint([tmp_path]))

    assert len(set(seen)) == 4
    assert bootstrap.fingerprint([tmp_path]) == seen[-1]


def test_a_step_runs_once_until_its_inputs_change_or_its_result_is_gone(
    bootstrap: ModuleType, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    setup, done, result = bootstrap.Setup(), [], tmp_path / "made"

    def work() -> None:
        done.append("work")
        result.touch()

    setup.step("Bundles", work, stamp="1", result=result)
    setup.step("Bundles", work, stamp="1", result=result)
    assert len(done) == 1
    setup.step("Bundles", work, stamp="2", result=result)
    assert len(done) == 2
    result.unlink()
    setup.step("Bundles", work, stamp="2", result=result)
    assert len(done) == 3
    assert capsys.readouterr().out.count("✓ Bundles") == 3


def test_a_failed_step_shows_what_the_tool_said_and_runs_again_next_time(
    bootstrap: ModuleType, capsys: pytest.CaptureFixture[str]
) -> None:
    setup = bootstrap.Setup()

    def work() -> None:
        setup.call("sh", "-c", "echo earlier >&2; echo no route; exit 7", advice="Ask the network.")

    for _ in range(2):
        with pytest.raises(
            bootstrap.SetupError, match=r"(?s)no route.*Ask the network.*setup\.log"
        ):
            setup.step("Packages", work, stamp="1")
    assert capsys.readouterr().out.count("× Packages") == 2


def test_a_node_that_does_not_run_has_no_version(bootstrap: ModuleType, tmp_path: Path) -> None:
    old = tmp_path / "node"
    old.write_text("#!/bin/sh\necho v18.20.4\n")
    old.chmod(0o755)

    assert bootstrap.node_version(old) == (18, 20, 4) < bootstrap.OLDEST_NODE
    assert bootstrap.node_version(tmp_path / "absent") == ()


def test_without_a_usable_node_the_wheel_is_taken(
    bootstrap: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    for name in ("node", "npm"):
        (tmp_path / name).write_text("#!/bin/sh\necho v18.20.4\n")
        (tmp_path / name).chmod(0o755)

    assert bootstrap.system_node() is None


def test_the_checkouts_own_node_does_not_count_as_the_systems(
    bootstrap: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = tmp_path / ".venv" / "bin"
    own.mkdir()
    for name in ("node", "npm"):
        (own / name).write_text("#!/bin/sh\necho v24.19.0\n")
        (own / name).chmod(0o755)
    monkeypatch.setenv("PATH", f"{own}:/bin")
    assert bootstrap.node_version(own / "node") == (24, 19, 0)

    assert bootstrap.system_node() != str(own / "node")


def test_this_python_is_new_enough(bootstrap: ModuleType) -> None:
    assert bootstrap.find_python() == Path(sys.executable)


def test_translations_are_compiled_without_gettexts_programs(tmp_path: Path) -> None:
    folder = tmp_path / "cs" / "LC_MESSAGES"
    folder.mkdir(parents=True)
    (folder / "django.po").write_text(
        'msgid ""\nmsgstr "Content-Type: text/plain; charset=UTF-8\\n'
        'Plural-Forms: nplurals=3; plural=(n==1 ? 0 : n>=2 && n<=4 ? 1 : 2);\\n"\n\n'
        'msgid "%d message"\nmsgid_plural "%d messages"\n'
        'msgstr[0] "%d zpráva"\nmsgstr[1] "%d zprávy"\nmsgstr[2] "%d zpráv"\n'
    )

    written = script("compile_locales").compile_locales(tmp_path)

    with written[0].open("rb") as file:
        texts = gettext.GNUTranslations(file)
    assert [texts.ngettext("%d message", "%d messages", n) for n in (1, 3, 5)] == [
        "%d zpráva",
        "%d zprávy",
        "%d zpráv",
    ]


def test_platform_packages_missing_from_the_registry_are_locked_by_version() -> None:
    lock: dict[str, dict[str, dict[str, object]]] = {
        "packages": {
            "node_modules/tool": {
                "optionalDependencies": {
                    "@tool/cli-linux-x64-musl": "1.2",
                    "@tool/linux-x64": "1.2",
                }
            },
            "node_modules/@tool/linux-x64": {"version": "1.2", "integrity": "sha512-x"},
        }
    }

    added = script("lock").complete(lock)

    assert added == ["@tool/cli-linux-x64-musl"]
    assert lock["packages"]["node_modules/@tool/cli-linux-x64-musl"] == {
        "version": "1.2",
        "cpu": ["x64"],
        "dev": True,
        "optional": True,
        "os": ["linux"],
        "libc": ["musl"],
    }
    assert lock["packages"]["node_modules/@tool/linux-x64"]["integrity"] == "sha512-x"
