"""Reading a closed survey: everything here was decided at its close and never changes with who asks."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from assessments.answers.queries import layout_of
from assessments.closing.models import (
    CountKind,
    GroupCount,
    NamedRater,
    StoredCell,
    StoredCount,
    StoredCovariance,
    StoredDisclosure,
    StoredMean,
    StoredVariance,
)
from assessments.closing.queries import Frame, frame_of
from assessments.measurement.cells import CellTable, cell_table
from assessments.measurement.closing import cells_of_answers
from assessments.measurement.cycle_means import CycleMeans
from assessments.measurement.disclosure import shown_item_means
from assessments.measurement.ratings import ANONYMOUS_FROM, GROUPS, FormLayout
from assessments.measurement.shuffling import answers_by_dimension
from assessments.measurement.uncertainty import RaterSpread
from assessments.surveys.models import Survey, SurveySubject
from assessments.surveys.queries import form_of
from people.organisation.models import Person
from rubrics.frameworks.models import Item, RaterGroup
from rubrics.frameworks.queries import items_of
from web.bulk import row_blocks
from web.database import db

CellRow = tuple[Any, ...]
READ_CELLS = (
    "SELECT subject_id, groups, raters, totals, rows, answers FROM stored_cell "
    "WHERE subject_id IN (SELECT id FROM survey_subject WHERE survey_id = ?) ORDER BY subject_id, groups"
).replace(" groups", ' "groups"')
READ_DISCLOSURES = (
    "SELECT subject_id, item_dimensions, deleted_groups FROM stored_disclosure "
    "WHERE subject_id IN (SELECT id FROM survey_subject WHERE survey_id = ?) ORDER BY subject_id"
)


@dataclass(frozen=True)
class ClosedSurvey:
    """All shown cells of a closed survey as arrays.

    ``frame.subject_ids`` are the numbers of the subjects in the order of the table; ``items_shown`` (subjects,
    dimensions); ``deleted_groups`` (subjects, 7): whose answers were too few for any cell.
    """

    frame: Frame
    table: CellTable
    items_shown: NDArray[np.bool_]
    deleted_groups: NDArray[np.bool_]


@dataclass(frozen=True)
class ShownCell:
    """One cell of one person: its groups, and for each dimension it shows the number of raters and the mean."""

    groups: tuple[RaterGroup, ...]
    raters: dict[str, int]
    means: dict[str, float]

    @property
    def is_anonymous(self) -> bool:
        """Whether its raters were promised anonymity."""
        return self.groups[0].is_anonymous


@dataclass(frozen=True)
class ItemMean:
    """The mean of one item over all anonymous raters of a person together."""

    raters: int
    mean: float


@dataclass(frozen=True)
class CellCount:
    """How many of the groups of one cell were asked and answered; groups too small to be shown are one line."""

    groups: tuple[RaterGroup, ...]
    asked: int
    answered: int
    is_deleted: bool


def closed_survey(survey: Survey) -> ClosedSurvey:
    """The shown cells of a whole survey, for aggregation."""
    frame = frame_of(survey)
    rows = _cell_rows(survey)
    shape = (len(rows), len(frame.layout.dimensions))
    table = cell_table(
        layout=frame.layout,
        subjects=len(frame.subject_ids),
        subject=_places(frame, rows),
        groups=np.array([row[1] for row in rows], dtype=np.int64),
        raters=_numbers(rows, 2, "<u2").reshape(shape),
        total=_numbers(rows, 3, "<u4").reshape(shape),
    )
    items, deleted = _disclosures(survey, frame)
    return ClosedSurvey(frame=frame, table=table, items_shown=items, deleted_groups=deleted)


def recomputed_cells(survey: Survey) -> CellTable:
    """The same cells computed anew from the shuffled answers that were kept: equal to the last bit."""
    frame = frame_of(survey)
    rows = _cell_rows(survey)
    kept = _numbers(rows, 4, "<u2").reshape(len(rows), len(frame.layout.dimensions))
    return cells_of_answers(
        layout=frame.layout,
        subjects=len(frame.subject_ids),
        subject=_places(frame, rows),
        groups=np.array([row[1] for row in rows], dtype=np.int64),
        rows=kept,
        answers=answers_by_dimension([row[5] for row in rows], kept, layout=frame.layout),
    )


def _cell_rows(survey: Survey) -> list[CellRow]:
    return [row for block in row_blocks(READ_CELLS, (survey.id,)) for row in block]


def _places(frame: Frame, rows: list[CellRow]) -> NDArray[np.int64]:
    return np.searchsorted(frame.subject_ids, np.array([row[0] for row in rows], dtype=np.int64)).astype(np.int64)


def _numbers(rows: list[CellRow], column: int, kind: str) -> NDArray[np.int64]:
    return np.frombuffer(b"".join(row[column] for row in rows), dtype=kind).astype(np.int64)


def _disclosures(survey: Survey, frame: Frame) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    rows = [row for block in row_blocks(READ_DISCLOSURES, (survey.id,)) for row in block]
    place = np.searchsorted(frame.subject_ids, np.array([row[0] for row in rows], dtype=np.int64))
    items = np.zeros(len(frame.subject_ids), dtype=np.int64)
    deleted = np.zeros(len(frame.subject_ids), dtype=np.int64)
    items[place] = [row[1] for row in rows]
    deleted[place] = [row[2] for row in rows]
    dimensions = np.arange(len(frame.layout.dimensions))
    return items[:, None] >> dimensions & 1 > 0, deleted[:, None] >> np.arange(len(GROUPS)) & 1 > 0


def cells_of(subject: SurveySubject) -> list[ShownCell]:
    """The shown cells of one person: named sources first, then anonymous cells."""
    layout = _layout(subject)
    stored = db.session.scalars(select(StoredCell).where(StoredCell.subject_id == subject.id)).all()
    if not stored:
        return []
    shape = (len(stored), len(layout.dimensions))
    table = cell_table(
        layout=layout,
        subjects=1,
        subject=np.zeros(len(stored), dtype=np.int64),
        groups=np.array([row.groups for row in stored]),
        raters=np.frombuffer(b"".join(row.raters for row in stored), dtype="<u2").reshape(shape),
        total=np.frombuffer(b"".join(row.totals for row in stored), dtype="<u4").reshape(shape),
    )
    means = table.means()
    return [
        ShownCell(
            groups=tuple(RaterGroup(group.value) for group in table.groups_of(row)),
            raters={code: int(n) for code, n in zip(layout.dimensions, table.raters[row], strict=True) if n},
            means={
                code: float(means[row, place])
                for place, code in enumerate(layout.dimensions)
                if table.raters[row, place]
            },
        )
        for row in table.rows_of(0)
    ]


def item_means_of(subject: SurveySubject, items: Sequence[Item] | None = None) -> dict[str, ItemMean]:
    """The items of a person that may be shown, by item code, over all anonymous raters together.

    ``items`` are those of the survey's form, where the caller has read them already.
    """
    disclosure = db.session.get(StoredDisclosure, subject.id)
    if disclosure is None or not disclosure.item_dimensions:
        return {}
    items = items or items_of(form_of(subject.survey))
    layout = layout_of(items)
    answers = _kept(subject, layout, anonymous=True)
    found: dict[str, ItemMean] = {}
    for place, code in enumerate(layout.dimensions):
        if disclosure.item_dimensions >> place & 1:
            means = shown_item_means(answers[code])
            of_dimension = items[layout.starts[place] :][: len(means)]
            for item, mean in zip(of_dimension, means.tolist(), strict=True):
                found[item.code] = ItemMean(raters=len(answers[code]), mean=mean)
    return found


def named_ratings_of(subject: SurveySubject, items: Sequence[Item] | None = None) -> dict[RaterGroup, dict[str, int]]:
    """What each named source answered, by item code: 0 unanswered, 1 to 5, 9 unable to rate."""
    items = items or items_of(form_of(subject.survey))
    layout = layout_of(items)
    stored = db.session.scalars(
        select(StoredCell).where(StoredCell.subject_id == subject.id, StoredCell.groups < 1 << ANONYMOUS_FROM)
    )
    return {
        RaterGroup(GROUPS[row.groups.bit_length() - 1].value): {item.code: row.answers[item.place] for item in items}
        for row in stored
        if len(row.answers) == layout.items
    }


def _kept(subject: SurveySubject, layout: FormLayout, *, anonymous: bool) -> dict[str, NDArray[np.uint8]]:
    """The kept answers of a person by dimension (raters, items), over all anonymous or all named cells."""
    least, most = (1 << ANONYMOUS_FROM, 1 << len(GROUPS)) if anonymous else (0, 1 << ANONYMOUS_FROM)
    stored = db.session.scalars(
        select(StoredCell).where(
            StoredCell.subject_id == subject.id, StoredCell.groups >= least, StoredCell.groups < most
        )
    ).all()
    rows = np.frombuffer(b"".join(row.rows for row in stored), dtype="<u2").reshape(-1, len(layout.dimensions))
    joined = answers_by_dimension([row.answers for row in stored], rows, layout=layout)
    return {
        code: np.frombuffer(joined[code], dtype=np.uint8).reshape(-1, count)
        for code, count in zip(layout.dimensions, layout.item_counts, strict=True)
    }


def _layout(subject: SurveySubject) -> FormLayout:
    return layout_of(items_of(form_of(subject.survey)))


def cell_counts_of(subject: SurveySubject) -> list[CellCount]:
    """Participation as it may be shown: by cell, so that no group smaller than the threshold stands alone."""
    counts = {
        row.group: row for row in db.session.scalars(select(GroupCount).where(GroupCount.subject_id == subject.id))
    }
    shown = {group: cell.groups for cell in cells_of(subject) for group in cell.groups}
    merged: dict[tuple[RaterGroup, ...], list[GroupCount]] = {}
    for group in RaterGroup:
        if group in counts:
            merged.setdefault(shown.get(group, ()), []).append(counts[group])
    return [
        CellCount(
            groups=groups or tuple(row.group for row in rows),
            asked=sum(row.asked for row in rows),
            answered=sum(row.answered for row in rows),
            is_deleted=not groups,
        )
        for groups, rows in merged.items()
    ]


def named_raters_of(subject: SurveySubject) -> dict[RaterGroup, Person]:
    """Who the named sources of a person were."""
    rows = db.session.scalars(
        select(NamedRater).where(NamedRater.subject_id == subject.id).options(joinedload(NamedRater.person))
    )
    return {row.group: row.person for row in rows}


def cycle_means_of(survey: Survey, layout: FormLayout) -> CycleMeans:
    """The frozen means per group and dimension."""
    shape = (len(GROUPS), len(layout.dimensions))
    value, source, cells = np.zeros(shape), np.zeros(shape, dtype=np.int8), np.zeros(shape, dtype=np.int64)
    for row in db.session.scalars(select(StoredMean).where(StoredMean.survey_id == survey.id)):
        place = [group.value for group in GROUPS].index(row.group.value), layout.index(row.dimension_code)
        value[place], source[place], cells[place] = row.mean, row.source, row.cells
    return CycleMeans(value=value, source=source, cells=cells)


def spread_of(survey: Survey, layout: FormLayout) -> RaterSpread:
    """The frozen error variances and correlations of raters."""
    stored = {
        row.dimension_code: row
        for row in db.session.scalars(select(StoredVariance).where(StoredVariance.survey_id == survey.id))
    }
    rows = [stored[code] for code in layout.dimensions]
    correlation = np.zeros((len(rows), len(rows)))
    for pair in db.session.scalars(select(StoredCovariance).where(StoredCovariance.survey_id == survey.id)):
        correlation[layout.index(pair.dimension_code), layout.index(pair.other_code)] = pair.correlation
    return RaterSpread(
        rater_variance=np.array([row.rater_variance for row in rows]),
        rater_source=np.array([row.rater_source for row in rows], dtype=np.int8),
        cells=np.array([row.cells for row in rows]),
        named_variance=np.array([row.named_variance for row in rows]),
        named_source=np.array([row.named_source for row in rows], dtype=np.int8),
        pairs=np.array([row.pairs for row in rows]),
        correlation=correlation,
    )


def counts_of(survey: Survey) -> Mapping[tuple[CountKind, str], int]:
    """How many anonymous raters or forms of the survey show each pattern; empty below ten raters."""
    rows = db.session.scalars(select(StoredCount).where(StoredCount.survey_id == survey.id)).all()
    return {(row.kind, row.band): row.number for row in rows}
