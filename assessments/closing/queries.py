"""Opening what was sealed, once, at the close: from rows in the database to what is shown and kept."""

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import select

from assessments.answers.queries import layout_of, seals_of
from assessments.closing.errors import SealBrokenError
from assessments.closing.models import NamedRater
from assessments.measurement.closing import ClosedCells, closed_cells
from assessments.measurement.conduct import Conduct, conduct
from assessments.measurement.cycle_means import CycleMeans, cycle_means
from assessments.measurement.disclosure import DELETED
from assessments.measurement.envelopes import Address, Comment, unpacked_answers, unpacked_comments
from assessments.measurement.ratings import ANONYMOUS_FROM, GROUPS, FormLayout
from assessments.measurement.shuffling import KeptAnswers, cells_of_rows, kept_answers
from assessments.measurement.uncertainty import RaterSpread, rater_spread
from assessments.surveys.models import Survey, SurveySubject
from assessments.surveys.queries import form_of
from rubrics.frameworks.models import Framework, RaterGroup
from rubrics.frameworks.queries import items_of
from rubrics.profiles.models import Profile
from rubrics.profiles.queries import item_places, requirements_of
from web.bulk import row_blocks
from web.database import db
from web.sealing import NotSealedWithThisKeyError, Seal

READ_ANSWERS = "SELECT name, sealed FROM sealed_answer WHERE survey_id = ?"
READ_COMMENTS = "SELECT name, sealed FROM sealed_comment WHERE survey_id = ?"


@dataclass(frozen=True)
class Frame:
    """What a survey asks, as arrays: subjects in the order of their numbers, their profiles, who is asked what.

    ``asked`` and ``applicable`` are (profiles, 7 groups, dimensions): asked by the form; counted by the role profile.
    ``asked_items`` (profiles, 7 groups): how many items of the form.
    """

    layout: FormLayout
    subject_ids: NDArray[np.int64]
    profile_of_subject: NDArray[np.int64]
    asked: NDArray[np.bool_]
    applicable: NDArray[np.bool_]
    asked_items: NDArray[np.int64]
    default_variance: float


@dataclass(frozen=True)
class Collected:
    """The submitted answers of a survey, opened: a row each, subject after subject, group after group."""

    ratings: NDArray[np.uint8]
    subject: NDArray[np.int64]
    group: NDArray[np.int64]
    rater: NDArray[np.int64]


@dataclass(frozen=True)
class Measured:
    """All that the close computes from the answers."""

    frame: Frame
    closed: ClosedCells
    kept: KeptAnswers
    means: CycleMeans
    spread: RaterSpread
    conduct: Conduct
    respondents: NDArray[np.int64]

    @property
    def deleted_groups(self) -> NDArray[np.int64]:
        """The groups of each subject whose answers were deleted, as bits."""
        bits = 1 << np.arange(len(GROUPS))
        return np.asarray(((self.closed.cell_of_group == DELETED) * bits).sum(axis=1))

    @property
    def item_dimensions(self) -> NDArray[np.int64]:
        """The dimensions of each subject whose items are shown, as bits."""
        bits = 1 << np.arange(len(self.frame.layout.dimensions), dtype=np.int64)
        return np.asarray((self.closed.items_shown * bits).sum(axis=1))


def frame_of(survey: Survey) -> Frame:
    """What a survey asks, as arrays."""
    framework = form_of(survey)
    rows = db.session.execute(
        select(SurveySubject.id, SurveySubject.profile_id)
        .where(SurveySubject.survey_id == survey.id)
        .order_by(SurveySubject.id)
    ).all()
    profile_ids = sorted({row.profile_id for row in rows})
    profiles = list(db.session.scalars(select(Profile).where(Profile.id.in_(profile_ids)).order_by(Profile.id)))
    layout = layout_of(items_of(framework))
    asked_items = _asked_items(profiles, framework, layout)
    return Frame(
        layout=layout,
        subject_ids=np.array([row.id for row in rows], dtype=np.int64),
        profile_of_subject=np.searchsorted(profile_ids, [row.profile_id for row in rows]).astype(np.int64),
        asked=asked_items > 0,
        applicable=_applicable(profiles, layout),
        asked_items=asked_items.sum(axis=2),
        default_variance=framework.default_rater_variance,
    )


def _asked_items(profiles: list[Profile], framework: Framework, layout: FormLayout) -> NDArray[np.int64]:
    places = item_places(profiles, framework)
    starts = np.array(layout.starts)
    asked = np.zeros((len(profiles), len(GROUPS), len(starts)), dtype=np.int64)
    for number, profile in enumerate(profiles):
        for place, group in enumerate(GROUPS):
            dimensions = np.searchsorted(starts, places[profile.id, RaterGroup(group.value)], side="right") - 1
            asked[number, place] = np.bincount(dimensions, minlength=len(starts))
    return asked


def _applicable(profiles: list[Profile], layout: FormLayout) -> NDArray[np.bool_]:
    applicable = np.zeros((len(profiles), len(GROUPS), len(layout.dimensions)), dtype=np.bool_)
    requirements = requirements_of(profiles)
    for number, profile in enumerate(profiles):
        for requirement in requirements[profile.id]:
            for place, group in enumerate(GROUPS):
                asks = requirement.asks(RaterGroup(group.value))
                applicable[number, place, layout.index(requirement.dimension_code)] = asks
    return applicable


def collected(survey: Survey, frame: Frame) -> Collected:
    """Open all submitted answers of a survey; drafts stay closed. Raises SealBrokenError, SurveyKeyMissingError."""
    seal = seals_of(survey).ratings
    ratings, subject, group, rater = [], [], [], []
    for block in row_blocks(READ_ANSWERS, (survey.id,)):
        records = unpacked_answers(_joined(seal, block), items=frame.layout.items)
        records = records[records["head"]["is_submitted"] == 1]
        ratings.append(records["ratings"])
        subject.append(records["head"]["subject"])
        group.append(records["head"]["group"])
        rater.append(records["head"]["rater"])
    if not ratings:
        none = np.zeros(0, dtype=np.int64)
        return Collected(np.zeros((0, frame.layout.items), dtype=np.uint8), none, none, none)
    places = np.searchsorted(frame.subject_ids, np.concatenate(subject)).astype(np.int64)
    groups = np.concatenate(group).astype(np.int64)
    order = np.argsort(places * len(GROUPS) + groups, kind="stable")
    return Collected(
        ratings=np.concatenate(ratings)[order],
        subject=places[order],
        group=groups[order],
        rater=np.concatenate(rater).astype(np.int64)[order],
    )


def _joined(seal: Seal, block: list[tuple[bytes, bytes]]) -> bytes:
    try:
        return b"".join(seal.opened_many(block))
    except NotSealedWithThisKeyError as error:
        raise SealBrokenError from error


def collected_comments(survey: Survey) -> Iterator[tuple[Address, list[Comment]]]:
    """The comments of all submitted answers that have any."""
    seal = seals_of(survey).comments
    for block in row_blocks(READ_COMMENTS, (survey.id,), size=2_000):
        try:
            for packed in seal.opened_many(block):
                address, comments = unpacked_comments(packed)
                if address.is_submitted and comments:
                    yield address, comments
        except NotSealedWithThisKeyError as error:
            raise SealBrokenError from error


def measured(
    survey: Survey, frame: Frame, answers: Collected, random_bytes: Callable[[int], bytes] = os.urandom
) -> Measured:
    """Form the partition and the cells, and estimate what must be estimated while raters are known."""
    closed = closed_cells(
        answers.ratings,
        subject=answers.subject,
        group=answers.group,
        profile_of_subject=frame.profile_of_subject,
        asked=frame.asked,
        layout=frame.layout,
        threshold=survey.threshold,
    )
    table, group = closed.cells, answers.group
    cell = cells_of_rows(subject=answers.subject, group=group, closed=closed)
    asked_items = frame.asked_items[frame.profile_of_subject[answers.subject], group]
    return Measured(
        frame=frame,
        closed=closed,
        kept=kept_answers(answers.ratings, group=group, cell=cell, table=table, random_bytes=random_bytes),
        means=cycle_means(table, applicable=frame.applicable, profile_of_subject=frame.profile_of_subject),
        spread=rater_spread(table, within=closed.within, default_variance=frame.default_variance),
        conduct=conduct(
            answers.ratings, group=group, rater=answers.rater, cell=cell, asked_items=asked_items, table=table
        ),
        respondents=_respondents(answers, closed),
    )


def _respondents(answers: Collected, closed: ClosedCells) -> NDArray[np.int64]:
    """Anonymous raters of each subject whose answers went into a cell."""
    in_cell = closed.cell_of_group[answers.subject, answers.group] >= ANONYMOUS_FROM
    return np.bincount(answers.subject[in_cell], minlength=len(closed.cell_of_group))


def named_raters_in(survey: Survey) -> dict[tuple[int, RaterGroup], int]:
    """Who the named sources of a whole survey were: the number of the person by subject and group."""
    rows = db.session.execute(
        select(NamedRater.subject_id, NamedRater.group, NamedRater.person_id)
        .join(SurveySubject, SurveySubject.id == NamedRater.subject_id)
        .where(SurveySubject.survey_id == survey.id)
    )
    return {(row.subject_id, row.group): row.person_id for row in rows}
