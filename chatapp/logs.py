"""What the processes say of themselves: one JSON object per line on stdout, and no person in it.

Two rules hold for every line, also for those of libraries. Only the fields named here are written
as they are. And a library's message is written without the values that it would fill in ("Not
Found: %s"), because nobody can know what they hold: paths carry invitation tokens, errors quote
rows. In development the console shows everything instead.
"""

import logging.config
import re
import traceback
from collections.abc import Mapping
from types import TracebackType
from typing import TypedDict

import structlog
from structlog.stdlib import ProcessorFormatter
from structlog.typing import EventDict, Processor, WrappedLogger


class Options(TypedDict):
    """`settings.LOGGING`."""

    format: str
    level: str


FIELDS = frozenset(
    {
        # of every line
        "event",
        "level",
        "logger",
        "time",
        # who and what is being served; bound by middleware, doors and the worker
        "account",
        "request_id",
        "task",
        "task_id",
        # of single events
        "chain",
        "change",
        "code",
        "digest",
        "error",
        "failure",
        "kind",
        "letter",
        "method",
        "ms",
        "number",
        "rule",
        "status",
        "view",
    }
)
"""Ids, codes, numbers and names of our own making. A field that may hold what a person wrote, or
an address of any sort, does not belong here."""

WITHHELD = "[withheld]"

_PERSONAL = re.compile(
    r"""
    [^\s@<>"'(),;:\[\]]+ @ [^\s@<>"'(),;:\[\]]+             # an e-mail address
    | \b(?:\d{1,3}\.){3}\d{1,3}\b                           # IPv4
    | (?<![\w:]) (?:[0-9a-fA-F]{1,4}:){3,7}[0-9a-fA-F]{1,4} (?![\w:])   # IPv6 in full
    | (?<![\w:]) (?:[0-9a-fA-F]{1,4}:){0,6}[0-9a-fA-F]{0,4} :: [0-9a-fA-F:]* (?![\w:])
    | \bvi[A-Za-z0-9]{22}\b [^\s"']*                        # a visitor's id or token
    """,
    re.VERBOSE,
)

_FRAMES_SHOWN = 12


def configure(options: Options) -> None:
    """Send every log line of this process to stdout in our form. Django calls it at start."""
    in_development = options["format"] != "json"
    chain: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True, key="time"),
    ]
    final: list[Processor]
    if in_development:
        final = [ProcessorFormatter.remove_processors_meta, structlog.dev.ConsoleRenderer()]
    else:
        final = [
            _name_the_circumstances,
            ProcessorFormatter.remove_processors_meta,
            _describe_failure,
            _withhold,
            structlog.processors.JSONRenderer(),
        ]
    structlog.configure(
        processors=[*chain, ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        # Tests and `django.setup` may configure twice: a cached logger would keep the old form.
        cache_logger_on_first_use=False,
    )
    # Otherwise Python writes them to stderr, where they are no lines of ours.
    logging.captureWarnings(not in_development)
    logging.config.dictConfig(
        {
            "version": 1,
            "disable_existing_loggers": False,
            "formatters": {
                "line": {
                    "()": ProcessorFormatter,
                    "foreign_pre_chain": chain,
                    "processors": final,
                    "use_get_message": in_development,
                    "pass_foreign_args": not in_development,
                }
            },
            "handlers": {
                "stdout": {
                    "class": "logging.StreamHandler",
                    "stream": "ext://sys.stdout",
                    "formatter": "line",
                }
            },
            "root": {"handlers": ["stdout"], "level": options["level"]},
            "loggers": {
                # Handlers that Django adds by itself would write each line a second time.
                "django": {"handlers": [], "propagate": True},
                "django.server": {"handlers": [], "propagate": True, "level": "WARNING"},
                # One line for each step of each task; `chatapp.celery` writes one for the whole.
                "celery.beat": {"level": "WARNING"},
                "celery.worker.strategy": {"level": "WARNING"},
                "celery.app.trace": {"level": "ERROR"},
                "daphne": {"level": "WARNING"},
                "asyncio": {"level": "WARNING"},
                "httpx": {"level": "WARNING"},
            },
        }
    )


def _name_the_circumstances(_: WrappedLogger, __: str, event: EventDict) -> EventDict:
    """Take from a library's record what is safe to know of it."""
    record: logging.LogRecord = event["_record"]
    values = event.pop("positional_args", ())
    if status := getattr(record, "status_code", None):
        event["status"] = status
    if record.name == "py.warnings":
        # The second line is the code itself.
        event["event"] = event["event"].partition("\n")[0]
    if record.name.startswith("celery.") and isinstance(values, Mapping):
        event.setdefault("task", values.get("name"))
        event.setdefault("task_id", values.get("id"))
    return event


def _describe_failure(_: WrappedLogger, __: str, event: EventDict) -> EventDict:
    """Turn an exception into classes and places. Its message and the values around stay out."""
    given = event.pop("exc_info", None)
    event.pop("stack_info", None)
    error = given[1] if isinstance(given, tuple) else given
    if isinstance(error, BaseException):
        event["failure"] = {
            "error": _class_of(error),
            "because": _class_of(error.__cause__ or error.__context__),
            "at": _places(error.__traceback__),
        }
    return event


def _class_of(error: BaseException | None) -> str | None:
    return f"{type(error).__module__}.{type(error).__qualname__}" if error else None


def _places(trace: TracebackType | None) -> list[str]:
    frames = traceback.extract_tb(trace)[-_FRAMES_SHOWN:]
    return [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in frames]


def _withhold(_: WrappedLogger, __: str, event: EventDict) -> EventDict:
    return {
        name: _without_persons(value) if name in FIELDS else WITHHELD
        for name, value in event.items()
        if value is not None
    }


def _without_persons(value: object) -> object:
    if isinstance(value, str):
        return _PERSONAL.sub(WITHHELD, value)
    if isinstance(value, Mapping):
        return {key: _without_persons(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_without_persons(inner) for inner in value]
    return value if isinstance(value, bool | int | float) or value is None else WITHHELD
