"""Checks over everyone as they would be after an import; each mistake by row and column of the file."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from people.comparison.models import Content, Known, PersonChange, Row, State
from people.organisation.queries import Line, loop_in
from people.timelines.models import Stay
from people.timelines.queries import first_overload
from web.files.errors import CellProblem
from web.formats import format_date
from web.language import gettext as _
from web.texts import unique_key

MOST_NAMES = 5


@dataclass(frozen=True)
class Outcome:
    """Everyone as they would be: details and posts by key, the file's rows by key, and what would change."""

    content: Content
    known: Mapping[str, Known]
    timelines: Mapping[str, Sequence[Stay]]
    rows: Mapping[str, Sequence[Row]]
    changes: Sequence[PersonChange]

    def problem(self, row: int, column: str, message: str) -> CellProblem:
        """A mistake, with the column as the file calls it."""
        return CellProblem(row, self.content.heading(column), message)

    def row_that_names(self, key: str, manager: str) -> int:
        """The row of a person that names a manager; their first one where none does."""
        rows = self.rows[key]
        return next((row.number for row in rows if row.manager == manager), rows[0].number)


def problems_of(
    content: Content, state: State, changes: Sequence[PersonChange], rows: Mapping[str, Sequence[Row]]
) -> list[CellProblem]:
    """The mistakes that only show when a file whose rows are all right is laid over what is known."""
    known = {key: person.known for key, person in state.people.items()}
    timelines: dict[str, Sequence[Stay]] = {key: person.timeline for key, person in state.people.items()}
    known |= {change.key: change.known for change in changes}
    timelines |= {change.key: change.timeline for change in changes}
    outcome = Outcome(content, known, timelines, rows, changes)
    return [
        *_departed_managers(outcome),
        *_loops(outcome),
        *_overloads(outcome),
        *_shared_addresses(outcome),
        *_left_behind(outcome),
    ]


def unknown_managers(content: Content, state: State, rows: Mapping[str, Sequence[Row]]) -> Iterator[CellProblem]:
    """Managers who are nobody, here or in the file, or the person themselves."""
    for key, own in rows.items():
        for row in own:
            for column, manager in (("manager_number", row.manager), ("dotted_manager_number", row.dotted_manager)):
                if manager and manager not in state.people and manager not in rows:
                    yield CellProblem(row.number, content.heading(column), _("Nobody has this employee number."))
                elif manager == key:
                    yield CellProblem(row.number, content.heading(column), _("Nobody reports to themselves."))


def _departed_managers(outcome: Outcome) -> Iterator[CellProblem]:
    for change in outcome.changes:
        before = {stay.post for stay in change.before.timeline} if change.before else set()
        for stay in change.timeline:
            manager = outcome.known.get(stay.post.manager)
            if stay.post in before or manager is None or manager.left_on is None:
                continue
            if manager.left_on < stay.starts_on:
                text = _(
                    "%(name)s leaves on %(left_on)s and cannot be the manager from %(on)s on.",
                    name=manager.name,
                    left_on=format_date(manager.left_on),
                    on=format_date(stay.starts_on),
                )
                yield outcome.problem(outcome.row_that_names(change.key, stay.post.manager), "manager_number", text)


def _loops(outcome: Outcome) -> Iterator[CellProblem]:
    keys = list(outcome.known)
    places = {key: place for place, key in enumerate(keys)}
    lines = [
        Line(places[key], places[stay.post.manager], stay.starts_on, stay.ends_on)
        for key, stays in outcome.timelines.items()
        for stay in stays
        if stay.post.manager
    ]
    loop = loop_in(lines)
    if loop is None:
        return
    circle = [keys[place] for place in loop.person_ids]
    mentioned = [
        (key, manager) for key, manager in zip(circle, circle[1:] + circle[:1], strict=True) if key in outcome.rows
    ]
    row = min((outcome.row_that_names(key, manager) for key, manager in mentioned), default=None)
    names = " → ".join(outcome.known[key].name for key in circle[:20])
    text = _(
        "From %(on)s on, these people would report to each other in a circle: %(names)s.",
        on=format_date(loop.on),
        names=names,
    )
    yield CellProblem(row, outcome.content.heading("manager_number"), text)


def _overloads(outcome: Outcome) -> Iterator[CellProblem]:
    for change in outcome.changes:
        overload = first_overload(change.timeline)
        if overload is not None:
            text = _(
                "From %(on)s on, the posts of %(name)s would add up to %(total)s %%. At most 100 %% are possible.",
                on=format_date(overload[0]),
                name=change.known.name,
                total=overload[1],
            )
            yield outcome.problem(change.row, "share", text)


def _shared_addresses(outcome: Outcome) -> Iterator[CellProblem]:
    holders: dict[str, list[str]] = defaultdict(list)
    for key, known in outcome.known.items():
        holders[unique_key(known.email)].append(key)
    for change in outcome.changes:
        others = [key for key in holders[unique_key(change.known.email)] if key != change.key]
        if others and change.known.email:
            text = _("This address belongs to %(name)s as well.", name=outcome.known[others[0]].name)
            yield outcome.problem(change.row, "email", text)


def _left_behind(outcome: Outcome) -> Iterator[CellProblem]:
    """Leavers of this file to whom others would still report."""
    leaving = {change.key: change for change in outcome.changes if _leaves_now(change)}
    remaining: dict[str, list[str]] = defaultdict(list)
    for key, stays in outcome.timelines.items():
        for manager in _managers_after_leaving(stays, leaving):
            remaining[manager].append(outcome.known[key].name)
    for manager, names in remaining.items():
        text = _(
            "%(count)s people would still report to %(name)s after that day: %(names)s.",
            count=len(names),
            name=leaving[manager].known.name,
            names=_(", ").join(sorted(names)[:MOST_NAMES]),
        )
        yield outcome.problem(leaving[manager].row, "left_on", text)


def _leaves_now(change: PersonChange) -> bool:
    before = change.before.known.left_on if change.before else None
    return change.known.left_on is not None and change.known.left_on != before


def _managers_after_leaving(stays: Iterable[Stay], leaving: Mapping[str, PersonChange]) -> set[str]:
    return {
        change.key
        for stay in stays
        if (change := leaving.get(stay.post.manager)) is not None
        and change.known.left_on is not None
        and (stay.ends_on is None or stay.ends_on > change.known.left_on)
    }
