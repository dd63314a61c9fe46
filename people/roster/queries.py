"""What a file would change, person by person; and the files that wait for their confirmation."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Select, select

from people.comparison.models import Content, Known, PersonChange, PersonState, Plan, Row, State
from people.differences.queries import Changes, changed_positions, changed_units
from people.organisation.models import Person
from people.permissions import Permission
from people.roles.models import Viewer
from people.roles.queries import scope
from people.roster.models import RosterUpload
from people.soundness.queries import problems_of, unknown_managers
from people.timelines.models import NamedPost, Stay
from people.timelines.queries import merged, overlaid, posts_on, within
from web.database import db
from web.files.errors import CellProblem, FileProblemsError
from web.language import gettext as _
from web.texts import identifier, stored_text, unique_key


def plan_of(content: Content, state: State, today: date) -> Plan:
    """What the file would change; raises all its mistakes at once, by row and column."""
    problems = list(content.problems)
    units, positions = changed_units(content, state, problems), changed_positions(content, state, problems)
    rows: dict[str, list[Row]] = defaultdict(list)
    for row in content.rows:
        if row.employee_number:
            rows[unique_key(row.employee_number)].append(row)
    compared = [_Comparison(content, state.people.get(key), key, own, today, problems) for key, own in rows.items()]
    changes = [change for comparison in compared if (change := comparison.change()) is not None]
    problems.extend(unknown_managers(content, state, rows))
    # Circles, sums and last days can only be judged where every single row is right.
    if not problems:
        problems.extend(problems_of(content, state, changes, rows))
    if problems:
        raise FileProblemsError(_first_of_each_cell(problems))
    unchanged = len(rows) - len(changes)
    return Plan(units, positions, tuple(changes), unchanged, _spellings(state, rows, units, positions))


def _spellings(
    state: State, rows: Mapping[str, Sequence[Row]], units: Changes, positions: Changes
) -> dict[tuple[str, str], str]:
    """How codes and employee numbers are written, in the database or else in the file."""
    found = {("person", key): own[0].employee_number for key, own in rows.items()}
    found |= {("unit", key): named.code for key, named in units}
    found |= {("position", key): named.code for key, named in positions}
    found |= {("person", key): person.known.employee_number for key, person in state.people.items()}
    found |= {("unit", key): unit.named.code for key, unit in state.units.items()}
    return found | {("position", key): position.named.code for key, position in state.positions.items()}


def _first_of_each_cell(problems: Sequence[CellProblem]) -> list[CellProblem]:
    """The mistakes in the order of the file; of several about one cell, which follow from the first, only that."""
    cells: dict[tuple[int | None, str], CellProblem] = {}
    for problem in problems:
        cells.setdefault((problem.row, problem.column), problem)
    return sorted(cells.values(), key=lambda problem: problem.row or 0)


@dataclass(frozen=True)
class _Comparison:
    """One person of the file beside the same person in the database; mistakes are added to ``problems``."""

    content: Content
    before: PersonState | None
    key: str
    rows: Sequence[Row]
    today: date
    problems: list[CellProblem]

    def wrong(self, row: Row, column: str, message: str) -> None:
        """Note a mistake."""
        self.problems.append(CellProblem(row.number, self.content.heading(column), message))

    def change(self) -> PersonChange | None:
        """What becomes of the person; None where nothing changes or something is wrong."""
        found = len(self.problems)
        known = self._known()
        if known is None or len(self.problems) > found:
            return None
        timeline = self._timeline(known)
        if len(self.problems) > found:
            return None
        if self.before is not None and known == self.before.known and timeline == merged(self.before.timeline):
            return None
        return PersonChange(self.key, self.rows[0].number, self.before, known, tuple(timeline))

    def _known(self) -> Known | None:
        first, old = self.rows[0], self.before.known if self.before else None
        for row in self.rows[1:]:
            for column in ("name", "email", "hired_on", "left_on"):
                if getattr(row, column) != getattr(first, column):
                    self.wrong(row, column, _("Row %(row)s says something else about this person.", row=first.number))
        hired_on = first.hired_on or (old.hired_on if old else None)
        name, email = first.name or (old.name if old else ""), first.email or (old.email if old else "")
        for column, value in (("name", name), ("email", email), ("hired_on", hired_on)):
            if not value:
                self.wrong(first, column, _("This person is new. Name, e-mail and first day of work are needed."))
        if hired_on is None:
            return None
        left_on = first.left_on if self.content.has("left_on") else (old.left_on if old else None)
        if left_on is not None and left_on < hired_on:
            self.wrong(first, "left_on", _("The last day is before the first."))
        number = old.employee_number if old else identifier(first.employee_number)
        return Known(number, stored_text(name), identifier(email), hired_on, left_on)

    def _timeline(self, known: Known) -> list[Stay]:
        stays = self._moved_stays(known)
        groups: dict[date, list[tuple[NamedPost, date | None]]] = defaultdict(list)
        undated: dict[date, list[tuple[NamedPost, date | None]]] = defaultdict(list)
        reference = self._reference_day(known)
        for row in self.rows:
            starts_on = row.valid_from or reference
            post = self._post(row, posts_on(stays, starts_on))
            if post is None or not self._is_in_time(row, starts_on, known):
                continue
            if any(post[:2] == other[:2] for other, _end in (*groups[starts_on], *undated[starts_on])):
                self.wrong(row, "position_code", _("The same post from the same day occurs twice."))
            (undated if row.valid_from is None else groups)[starts_on].append((post, row.valid_to))
        for starts_on, posts in undated.items():
            same = {post for post, _end in posts} == posts_on(stays, starts_on)
            if groups[starts_on] or not same or any(end for _post, end in posts):
                groups[starts_on].extend(posts)
        laid = overlaid(stays, {day: posts for day, posts in groups.items() if posts})
        return merged(within(laid, known.left_on))

    def _moved_stays(self, known: Known) -> list[Stay]:
        """The posts so far, moved along with a corrected first or last day of work."""
        old = self.before.known if self.before else known
        stays = merged(self.before.timeline if self.before else ())
        returns = old.left_on is not None and any(row.valid_from and row.valid_from > old.left_on for row in self.rows)
        moved = []
        for stay in stays:
            starts_on = known.hired_on if stay.starts_on == old.hired_on else stay.starts_on
            follows = old.left_on is not None and stay.ends_on == old.left_on and not returns
            ends_on = known.left_on if follows else stay.ends_on
            if starts_on < known.hired_on or (ends_on is not None and ends_on < starts_on):
                self.wrong(self.rows[0], "hired_on", _("Posts of this person lie before this first day."))
            moved.append(Stay(stay.post, starts_on, ends_on))
        return moved

    def _reference_day(self, known: Known) -> date:
        """From when a row without a day holds: a new person's first day, else today or the nearest day of work."""
        if self.before is None:
            return known.hired_on
        day = max(self.today, known.hired_on)
        return min(day, known.left_on) if known.left_on is not None else day

    def _post(self, row: Row, present: frozenset[NamedPost]) -> NamedPost | None:
        """The post of a row; columns that the file does not have stay as they are where there is one post."""
        base = next(iter(present)) if len(present) == 1 else None
        if row.unit is None or row.position is None:
            has_columns = self.content.has("unit_code") or self.content.has("position_code")
            if base is None or has_columns:
                return None
            unit, position = base.unit, base.position
        else:
            unit, position = unique_key(row.unit.code), unique_key(row.position.code)
        stated = NamedPost(unit, position, row.manager, row.dotted_manager, row.share or 100)
        columns = (("manager_number", "manager"), ("dotted_manager_number", "dotted_manager"), ("share", "share"))
        kept = {name: getattr(base, name) for column, name in columns if base and not self.content.has(column)}
        return stated._replace(**kept)

    def _is_in_time(self, row: Row, starts_on: date, known: Known) -> bool:
        if starts_on < known.hired_on:
            self.wrong(row, "valid_from", _("The post begins before the first day of work."))
        elif known.left_on is not None and starts_on > known.left_on:
            self.wrong(row, "valid_from", _("The post begins after the last day of work."))
        elif row.valid_to is not None and row.valid_to < starts_on:
            self.wrong(row, "valid_to", _("The post ends before it begins."))
        else:
            return True
        return False


def ids_by_number() -> dict[str, int]:
    """The row of everyone, by the key of their employee number."""
    rows = db.session.execute(select(Person.employee_number_key, Person.id))
    return {row.employee_number_key: row.id for row in rows}


def exported_by(viewer: Viewer) -> Select[Any] | None:
    """Whom a viewer exports; None is everyone, for who may also import everyone again."""
    if viewer.can(Permission.PEOPLE_IMPORT):
        return None
    return scope(viewer, Permission.PEOPLE_EXPORT, select(Person.id), Person.id)


def upload_of(public_id: str, owner_id: int) -> RosterUpload | None:
    """The waiting file with an address, for whoever uploaded it and nobody else."""
    return db.session.scalar(
        select(RosterUpload).where(RosterUpload.public_id == public_id, RosterUpload.owner_id == owner_id)
    )


def uploads_before(moment: datetime) -> list[RosterUpload]:
    """The files that were uploaded before a moment and never confirmed."""
    return list(db.session.scalars(select(RosterUpload).where(RosterUpload.uploaded_at < moment)))
