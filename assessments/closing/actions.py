"""The steps of a close. Each leaves the database such that it, or the next one, can be started again."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import datetime

import numpy as np
from flask import current_app
from numpy.typing import NDArray
from sqlalchemy import case, delete, func, insert, select

from assessments.closing.errors import NotCollectingError, NotOverYetError
from assessments.closing.models import (
    CountKind,
    GroupCount,
    NamedRater,
    StoredCell,
    StoredComment,
    StoredCount,
    StoredCovariance,
    StoredDisclosure,
    StoredMean,
    StoredVariance,
)
from assessments.closing.queries import Measured, collected_comments
from assessments.measurement.conduct import SEVERITY_BANDS
from assessments.measurement.cycle_means import MeanSource
from assessments.measurement.disclosure import are_comments_shown
from assessments.measurement.envelopes import Address, Comment
from assessments.measurement.ratings import ANONYMOUS_FROM, GROUPS
from assessments.surveys.models import (
    CloseStep,
    RatingRequest,
    RequestState,
    SealedAnswer,
    SealedComment,
    Survey,
    SurveyState,
    SurveySubject,
)
from people.audit.actions import record
from rubrics.frameworks.models import NAMED_GROUPS
from web.bulk import write_rows
from web.database import db, new_public_id, utc_now
from web.formats import format_moment
from web.outbox.actions import forget_mails_keyed
from web.sealing import destroy_key
from web.transactions import locked

CELL_COLUMNS = ("subject_id", "groups", "raters", "totals", "rows", "answers")
DISCLOSURE_COLUMNS = ("subject_id", "item_dimensions", "deleted_groups")
Written = tuple[Address, Comment]


def begin_close(survey: Survey, now: datetime | None = None, *, early: bool = False) -> Survey:
    """Take no more answers; the job does the rest. Before the closing time only where that is wanted (early)."""
    locked(survey)
    if survey.state != SurveyState.OPEN:
        raise NotCollectingError
    if (now or utc_now()) < survey.closes_at and not early:
        raise NotOverYetError(moment=format_moment(survey.closes_at, survey.time_zone))
    survey.state = SurveyState.CLOSING
    survey.close_step = CloseStep.MEASURE
    db.session.flush()
    record("survey.close_begun", about=survey, details={"early": early})
    return survey


def store_results(survey: Survey, measured: Measured) -> None:
    """Keep what was measured and what nothing shows not; from here on the sealed answers are not needed."""
    _store_cells(measured)
    _store_frozen(survey, measured)
    comments = list(_shown_comments(survey, measured))
    if comments:
        # In the order of their random ids: not even the database's own pages keep another one.
        db.session.execute(insert(StoredComment), sorted(comments, key=lambda row: str(row["public_id"])))
    survey.close_step = CloseStep.DISCARD


def discard_sealed(survey: Survey) -> None:
    """Delete the sealed answers, drafts among them."""
    for table in (SealedAnswer, SealedComment):
        db.session.execute(delete(table).where(table.survey_id == survey.id))
    survey.close_step = CloseStep.COUNT


def reduce_to_counts(survey: Survey) -> None:
    """Turn who was asked into how many; of named sources the name is kept."""
    subjects = select(SurveySubject.id).where(SurveySubject.survey_id == survey.id)
    of_survey = RatingRequest.subject_id.in_(subjects)
    submitted = RatingRequest.state == RequestState.SUBMITTED
    counts = (
        select(RatingRequest.subject_id, RatingRequest.group, func.count(), func.sum(case((submitted, 1), else_=0)))
        .where(of_survey)
        .group_by(RatingRequest.subject_id, RatingRequest.group)
    )
    db.session.execute(insert(GroupCount).from_select(["subject_id", "rater_group", "asked", "answered"], counts))
    named = select(RatingRequest.subject_id, RatingRequest.group, RatingRequest.rater_id).where(
        of_survey, submitted, RatingRequest.group.in_(NAMED_GROUPS)
    )
    db.session.execute(insert(NamedRater).from_select(["subject_id", "rater_group", "person_id"], named))
    db.session.execute(delete(RatingRequest).where(of_survey).execution_options(synchronize_session=False))
    # A reminder says who had not answered everything on that day.
    forget_mails_keyed(f"{survey.reminder_key}:")
    survey.close_step = CloseStep.DESTROY


def destroy_survey_key(survey: Survey) -> None:
    """Make what backups and old files still hold of the sealed answers unreadable for good."""
    destroy_key(current_app.config["SETTINGS"].keys, survey.key_name)
    survey.close_step = CloseStep.CLEAN


def mark_closed(survey: Survey) -> None:
    """Say that the close is done, and how many answered."""
    asked, answered = db.session.execute(
        select(func.coalesce(func.sum(GroupCount.asked), 0), func.coalesce(func.sum(GroupCount.answered), 0))
        .join(SurveySubject, SurveySubject.id == GroupCount.subject_id)
        .where(SurveySubject.survey_id == survey.id)
    ).one()
    survey.state, survey.close_step, survey.closed_at = SurveyState.CLOSED, CloseStep.DONE, utc_now()
    record("survey.closed", about=survey, details={"asked": int(asked), "answered": int(answered)})


def _store_cells(measured: Measured) -> None:
    table, kept, ids = measured.closed.cells, measured.kept, measured.frame.subject_ids
    cells = zip(
        ids[table.subject].tolist(),
        table.groups.tolist(),
        _row_bytes(table.raters.astype("<u2")),
        _row_bytes(table.total.astype("<u4")),
        _row_bytes(kept.rows.astype("<u2")),
        map(kept.of_cell, range(len(table.subject))),
        strict=True,
    )
    write_rows(StoredCell.__tablename__, CELL_COLUMNS, cells)
    disclosures = zip(ids.tolist(), measured.item_dimensions.tolist(), measured.deleted_groups.tolist(), strict=True)
    write_rows(StoredDisclosure.__tablename__, DISCLOSURE_COLUMNS, disclosures)


def _row_bytes(numbers: NDArray[np.generic]) -> Iterator[bytes]:
    """The bytes of each row of a table of numbers."""
    joined, size = numbers.tobytes(), numbers.dtype.itemsize * numbers.shape[1]
    return (joined[start : start + size] for start in range(0, len(joined), size))


def _store_frozen(survey: Survey, measured: Measured) -> None:
    codes = measured.frame.layout.dimensions
    means = measured.means
    for group, dimension in np.argwhere(means.source != MeanSource.NONE).tolist():
        db.session.add(
            StoredMean(
                survey_id=survey.id,
                group=GROUPS[group],
                dimension_code=codes[dimension],
                mean=float(means.value[group, dimension]),
                source=int(means.source[group, dimension]),
                cells=int(means.cells[group, dimension]),
            )
        )
    for place, code in enumerate(codes):
        db.session.add(_variance(survey, measured, place))
        for other, other_code in enumerate(codes):
            value = float(measured.spread.correlation[place, other])
            db.session.add(
                StoredCovariance(survey_id=survey.id, dimension_code=code, other_code=other_code, correlation=value)
            )
    for (kind, band), number in _counts(measured).items():
        db.session.add(StoredCount(survey_id=survey.id, kind=kind, band=band, number=number))


def _variance(survey: Survey, measured: Measured, place: int) -> StoredVariance:
    spread, conduct = measured.spread, measured.conduct
    return StoredVariance(
        survey_id=survey.id,
        dimension_code=measured.frame.layout.dimensions[place],
        rater_variance=float(spread.rater_variance[place]),
        rater_source=int(spread.rater_source[place]),
        cells=int(spread.cells[place]),
        named_variance=float(spread.named_variance[place]),
        named_source=int(spread.named_source[place]),
        pairs=int(spread.pairs[place]),
        shared_variance=float(conduct.shared_variance[place]),
        shared_pairs=int(conduct.shared_pairs[place]),
    )


def _counts(measured: Measured) -> dict[tuple[CountKind, str], int]:
    conduct = measured.conduct
    return {
        **{(CountKind.SEVERITY, band): number for band, number in zip(SEVERITY_BANDS, conduct.severity, strict=True)},
        (CountKind.FORMS, ""): conduct.forms,
        (CountKind.STRAIGHT_LINED, ""): conduct.straight_lined,
        (CountKind.MOSTLY_UNABLE, ""): conduct.mostly_unable,
        (CountKind.INCOMPLETE, ""): conduct.incomplete,
    }


def _shown_comments(survey: Survey, measured: Measured) -> Iterator[dict[str, object]]:
    """What may be shown: by question from five unnamed respondents of whom three commented, and all that is named."""
    unnamed: dict[tuple[int, str], list[Comment]] = defaultdict(list)
    named_by_choice: dict[tuple[int, str], int] = defaultdict(int)
    place = {int(number): place for place, number in enumerate(measured.frame.subject_ids)}
    for address, comment in _each(collected_comments(survey)):
        in_cell = measured.closed.cell_of_group[place[address.subject], address.group] >= ANONYMOUS_FROM
        key = (address.subject, comment.question)
        if address.group < ANONYMOUS_FROM:
            yield _row(address, comment, is_named=True)
        elif comment.is_named:
            named_by_choice[key] += int(in_cell)
            yield _row(address, comment, is_named=True)
        elif in_cell:
            unnamed[key].append(comment)
    for (subject, question), comments in unnamed.items():
        respondents = int(measured.respondents[place[subject]]) - named_by_choice[subject, question]
        if are_comments_shown(respondents=respondents, commented=len(comments), threshold=survey.threshold):
            anybody = Address(request=0, subject=subject, rater=0, group=0, is_submitted=True)
            yield from (_row(anybody, comment, is_named=False) for comment in comments)


def _each(forms: Iterable[tuple[Address, list[Comment]]]) -> Iterator[Written]:
    for address, comments in forms:
        for comment in comments:
            yield address, comment


def _row(address: Address, comment: Comment, *, is_named: bool) -> dict[str, object]:
    return {
        "public_id": new_public_id(),
        "subject_id": address.subject,
        "question": comment.question,
        "text": comment.text,
        "author_id": address.rater if is_named else None,
        "author_group": GROUPS[address.group] if is_named else None,
        "withheld_reason": None,
    }
