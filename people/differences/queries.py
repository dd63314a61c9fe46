"""Units and positions of a file compared with those that are known."""

from collections.abc import Callable, Iterable
from dataclasses import replace

from people.comparison.models import Content, Named, NamedState, State
from web.files.errors import CellProblem
from web.language import gettext as _
from web.texts import unique_key

Changes = tuple[tuple[str, Named], ...]


def changed_units(content: Content, state: State, problems: list[CellProblem]) -> Changes:
    """The units that are new or different, parents before those below them."""

    def wrong(row: int, column: str, message: str) -> None:
        problems.append(CellProblem(row, content.heading(column), message))

    stated = _stated(((row.number, row.unit) for row in content.rows), "unit_name_zh", wrong)
    final: dict[str, Named] = {key: known.named for key, known in state.units.items()}
    final |= {key: _combined(state.units.get(key), named) for key, (_row, named) in stated.items()}
    for key, (row, _named) in stated.items():
        if not final[key].text:
            wrong(row, "unit_code", _("This unit is new. Write its name as well."))
        parent = unique_key(final[key].parent)
        if parent and parent not in final:
            wrong(row, "parent_unit_code", _("There is no unit with this code, neither here nor in the file."))
        elif _is_below_itself(key, final):
            wrong(row, "parent_unit_code", _("This unit would lie below itself."))
    if problems:
        return ()
    changed = {key for key in stated if key not in state.units or final[key] != state.units[key].named}
    return tuple((key, final[key]) for key in sorted(changed, key=lambda one: (_depth(one, final), one)))


def changed_positions(content: Content, state: State, problems: list[CellProblem]) -> Changes:
    """The positions that are new or different."""

    def wrong(row: int, column: str, message: str) -> None:
        problems.append(CellProblem(row, content.heading(column), message))

    stated = _stated(((row.number, row.position) for row in content.rows), "title_zh", wrong)
    final = {key: _combined(state.positions.get(key), named) for key, (_row, named) in stated.items()}
    for key, (row, _named) in stated.items():
        if not final[key].text:
            wrong(row, "position_code", _("This position is new. Write its title as well."))
        if final[key].job_level is None:
            wrong(row, "job_level", _("This position is new. Write its job level as well."))
    changed = (key for key in stated if key not in state.positions or final[key] != state.positions[key].named)
    return tuple((key, final[key]) for key in sorted(changed))


def _stated(
    rows: Iterable[tuple[int, Named | None]], column: str, wrong: Callable[[int, str, str], None]
) -> dict[str, tuple[int, Named]]:
    """What the rows together say of each unit or position; two rows that disagree are a mistake."""
    stated: dict[str, tuple[int, Named]] = {}
    for number, named in rows:
        if named is None:
            continue
        key = unique_key(named.code)
        first, earlier = stated.get(key, (number, named))
        if _disagree(earlier, named):
            wrong(number, column, _("Row %(row)s says something else about %(code)s.", row=first, code=named.code))
        stated[key] = (first, _with(earlier, named))
    return stated


def _disagree(one: Named, other: Named) -> bool:
    texts, levels = dict(one.text), {one.job_level, other.job_level} - {None}
    parents = {unique_key(one.parent), unique_key(other.parent)} - {""}
    named_otherwise = any(texts.get(language, text) != text for language, text in other.text)
    return named_otherwise or len(parents) > 1 or len(levels) > 1


def _with(one: Named, other: Named) -> Named:
    texts = dict(one.text) | dict(other.text)
    return Named(
        one.code,
        tuple((language, texts[language]) for language in ("zh", "en") if language in texts),
        parent=other.parent or one.parent,
        job_level=one.job_level if other.job_level is None else other.job_level,
    )


def _combined(known: NamedState | None, stated: Named) -> Named:
    """What is known, with what the file says on top; a cell left empty says nothing."""
    if known is None:
        return stated
    combined = _with(known.named, stated)
    same_parent = unique_key(combined.parent) == unique_key(known.named.parent)
    return replace(combined, parent=known.named.parent) if same_parent else combined


def _is_below_itself(key: str, units: dict[str, Named]) -> bool:
    seen, step = {key}, unique_key(units[key].parent)
    while step and step in units:
        if step == key:
            return True
        if step in seen:
            return False
        seen.add(step)
        step = unique_key(units[step].parent)
    return False


def _depth(key: str, units: dict[str, Named]) -> int:
    depth, step = 0, unique_key(units[key].parent)
    while step in units:
        depth, step = depth + 1, unique_key(units[step].parent)
    return depth
