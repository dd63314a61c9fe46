"""Which jobs and regular tasks there are; the decorators in jobs.py files add to it when wsgi.py imports them."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeAlias, TypeVar

from web.jobs.errors import UnknownJobError
from web.language import LazyString

Run = TypeVar("Run", bound=Callable[..., Any])
Title: TypeAlias = str | LazyString


@dataclass(frozen=True)
class JobKind:
    """What runs under a name, what people call it, and the page that shows what came of it."""

    name: str
    title: Title
    run: Callable[..., Any]
    page: str | None


@dataclass(frozen=True)
class RegularTask:
    """Something that happens every so many minutes, once however many processes there are."""

    name: str
    title: Title
    minutes: int
    run: Callable[[], Any]


_kinds: dict[str, JobKind] = {}
_tasks: dict[str, RegularTask] = {}


def job(name: str, *, title: Title | None = None, page: str | None = None) -> Callable[[Run], Run]:
    """Make a function the job of that name: ``run(progress, **arguments)``, returning a JSON mapping or None.

    ``page`` is the endpoint that shows the outcome; it gets the job's public id as ``job_id``.
    """

    def register(run: Run) -> Run:
        _kinds[name] = JobKind(name, title or name, run, page)
        return run

    return register


def every(name: str, *, minutes: int, title: Title | None = None) -> Callable[[Run], Run]:
    """Make a function a regular task: it is called without arguments, in an application context."""

    def register(run: Run) -> Run:
        _tasks[name] = RegularTask(name, title or name, minutes, run)
        return run

    return register


def kind_named(name: str) -> JobKind:
    """The job of a name."""
    if name not in _kinds:
        raise UnknownJobError(name)
    return _kinds[name]


def title_of(name: str) -> str:
    """What people call a job or task; its name where the product no longer has it."""
    known = _kinds.get(name) or _tasks.get(name)
    return str(known.title) if known else name


def page_of(name: str) -> str | None:
    """The endpoint that shows what came of a job of this name, if there is one."""
    return _kinds[name].page if name in _kinds else None


def regular_tasks() -> tuple[RegularTask, ...]:
    """All regular tasks in the order of their names."""
    return tuple(_tasks[name] for name in sorted(_tasks))
