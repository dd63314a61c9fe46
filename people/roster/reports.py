"""People as files: the export that reads back equal, and the template to begin with."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from flask_babel import force_locale
from sqlalchemy import Select

from people.comparison.imports import HEADINGS
from people.comparison.models import Known, Named, PersonChange, PersonState, State
from people.comparison.queries import present_state
from people.timelines.models import Stay
from people.timelines.queries import merged, segments
from web.database import db, utc_now
from web.files.writing import Cell, csv_bytes, xlsx_bytes
from web.formats import format_date
from web.language import current_language
from web.language import gettext as _
from web.texts import unique_key

FORMATS = ("xlsx", "csv", "csv-gb18030")
Row = list[Cell]


def people_file(kind: str, visible: Select[int] | None) -> bytes:
    """Everyone whom ``visible`` selects (None: all, with units and positions that nobody holds) as a file."""
    state = present_state()
    ids = None if visible is None else set(db.session.scalars(visible))
    chosen = [person for person in state.people.values() if ids is None or person.id in ids]
    rows = [row for person in _in_order(chosen) for row in _rows_of(person, state)]
    if ids is None:
        rows += _rows_without_people(state)
    return _file(kind, rows)


@dataclass(frozen=True)
class ChangeLines:
    """What becomes of one person, for the preview: who, whether they are new, and what changes in words."""

    row: int
    name: str
    employee_number: str
    is_new: bool
    lines: list[str]


def change_lines(change: PersonChange, spellings: Mapping[tuple[str, str], str]) -> ChangeLines:
    """A change in words: each detail with what it was, each post that is new or goes."""
    known, old = change.known, change.before
    lines = [] if old is None else _detail_lines(old.known, known)
    before = merged(old.timeline) if old else []
    lines += [_("gone: %(post)s", post=_post_line(stay, spellings)) for stay in before if stay not in change.timeline]
    lines += [_("new: %(post)s", post=_post_line(stay, spellings)) for stay in change.timeline if stay not in before]
    return ChangeLines(change.row, known.name, known.employee_number, old is None, lines)


def _detail_lines(before: Known, after: Known) -> list[str]:
    names = {"name": _("Full name"), "email": _("E-mail"), "hired_on": _("Hired on"), "left_on": _("Left on")}
    pairs = ((label, getattr(before, key), getattr(after, key)) for key, label in names.items())
    return [f"{label}: {_shown(old)} → {_shown(new)}" for label, old, new in pairs if old != new]


def _post_line(stay: Stay, spellings: Mapping[tuple[str, str], str]) -> str:
    time = f"{format_date(stay.starts_on)} – {format_date(stay.ends_on) if stay.ends_on else _('open-ended')}"
    post = stay.post
    names = {"position": post.position, "unit": post.unit, "person": post.manager}
    position, unit, number = (spellings.get((kind, key), key) for kind, key in names.items())
    manager = _("reports to %(number)s", number=number) if number else ""
    parts = (position, unit, manager, f"{post.share} %", time)
    return " · ".join(part for part in parts if part)


def _shown(value: str | date | None) -> str:
    return format_date(value) if isinstance(value, date) else (value or "–")


def template_file(kind: str, language: str) -> bytes:
    """Headings with two example rows, in a language."""
    day = date(utc_now().year, 1, 1).isoformat()
    sales = {
        "zh": ("销售部", "销售部经理", "销售代表"),
        "en": ("Sales", "Sales department manager", "Sales representative"),
    }
    unit, manager, representative = sales[language]
    names = {"zh": ("示例经理", "示例员工"), "en": ("Example Manager", "Example Employee")}[language]
    zh, en = (unit, "") if language == "zh" else ("", unit)

    def title(text: str) -> list[Cell]:
        return [text, ""] if language == "zh" else ["", text]

    rows: list[Row] = [
        ["E001", names[0], "manager@example.com", "SALES", zh, en, "", "SDM", *title(manager), 10, "", "", 100, day],
        [
            "E002",
            names[1],
            "employee@example.com",
            "SALES",
            zh,
            en,
            "",
            "SR",
            *title(representative),
            4,
            "E001",
            "",
            100,
            day,
        ],
    ]
    with force_locale(language):
        return _file(kind, [[*row, "", day, ""] for row in rows], language)


def _file(kind: str, rows: Iterable[Row], language: str | None = None) -> bytes:
    chinese = (language or current_language()) == "zh"
    headings: Row = [heading.names[1] if chinese else heading.names[0] for heading in HEADINGS]
    table = [headings, *rows]
    if kind == "xlsx":
        return xlsx_bytes({_("People"): table})
    return csv_bytes(table, "gb18030" if kind == "csv-gb18030" else "utf-8")


def _in_order(people: Iterable[PersonState]) -> list[PersonState]:
    return sorted(people, key=lambda person: (len(person.known.employee_number), person.known.employee_number))


def _rows_of(person: PersonState, state: State) -> list[Row]:
    """One row for each post and each time that something about the person's posts changes."""
    parts = segments(merged(person.timeline))
    rows = []
    for place, part in enumerate(parts):
        follows = parts[place + 1][0].starts_on if place + 1 < len(parts) else None
        rows += [_row(person.known, stay, follows, state) for stay in part]
    return rows or [_row(person.known, None, None, state)]


def _row(known: Known, stay: Stay | None, follows: date | None, state: State) -> Row:
    details: Row = [known.employee_number, known.name, known.email]
    if stay is None:
        return [
            *details,
            *_unit_cells(None),
            *_position_cells(None),
            "",
            "",
            "",
            known.hired_on,
            known.left_on,
            None,
            None,
        ]
    post = stay.post
    # What follows at once, or ends with the employment, needs no last day of its own.
    ends_by_itself = stay.ends_on is not None and stay.ends_on != known.left_on
    gap = ends_by_itself and (follows is None or stay.ends_on is None or (follows - stay.ends_on).days > 1)
    return [
        *details,
        *_unit_cells(state.units[post.unit].named),
        *_position_cells(state.positions[post.position].named),
        _number_of(post.manager, state),
        _number_of(post.dotted_manager, state),
        post.share,
        known.hired_on,
        known.left_on,
        stay.starts_on,
        stay.ends_on if gap else None,
    ]


def _rows_without_people(state: State) -> list[Row]:
    """Units and positions that no row of a person names, so that they are not lost."""
    posts = [stay.post for person in state.people.values() for stay in person.timeline]
    units = {key for key in state.units if key not in {post.unit for post in posts}}
    positions = {key for key in state.positions if key not in {post.position for post in posts}}
    empty: Row = ["", "", ""]
    rest: Row = ["", "", "", None, None, None, None]
    return [
        *([*empty, *_unit_cells(state.units[key].named), *_position_cells(None), *rest] for key in sorted(units)),
        *(
            [*empty, *_unit_cells(None), *_position_cells(state.positions[key].named), *rest]
            for key in sorted(positions)
        ),
    ]


def _unit_cells(unit: Named | None) -> Row:
    if unit is None:
        return ["", "", "", ""]
    names = dict(unit.text)
    return [unit.code, names.get("zh", ""), names.get("en", ""), unit.parent]


def _position_cells(position: Named | None) -> Row:
    if position is None:
        return ["", "", "", ""]
    titles = dict(position.text)
    return [position.code, titles.get("zh", ""), titles.get("en", ""), position.job_level]


def _number_of(key: str, state: State) -> str:
    return state.people[unique_key(key)].known.employee_number if key else ""
