"""What raters do: save as they go, submit, change until the close, decline. No moment of it is kept anywhere."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import bindparam, insert, inspect, select, text, update
from sqlalchemy.orm.attributes import set_committed_value

from assessments.answers.errors import (
    AlreadySubmittedError,
    ChangedElsewhereError,
    CollectionClosedEarlyError,
    CollectionOverError,
    CommentTooLongError,
    ItemNotAskedError,
    NothingAnsweredError,
    NotYetOpenError,
    OtherFormError,
    OwnAssessmentError,
    RatingRefusedError,
)
from assessments.answers.queries import (
    Answer,
    AskedForm,
    OpenedPage,
    Seals,
    asked_form,
    kept_answer,
    seals_named,
    seals_of,
)
from assessments.measurement.envelopes import Address, Comment, CommentsTooLongError, packed_answer, packed_comments
from assessments.measurement.ratings import CODES, UNANSWERED, FormLayout, group_index
from assessments.surveys.models import (
    Question,
    RatingRequest,
    RequestState,
    SealedAnswer,
    SealedComment,
    Survey,
    SurveyState,
    SurveySubject,
    key_name_of,
)
from rubrics.frameworks.models import RaterGroup
from web.database import db, utc_now
from web.formats import format_moment
from web.sealing import Seal

LONGEST_COMMENT = 500
ROWS_AT_ONCE = 5_000
Whole = tuple[RatingRequest, bytes, Sequence[Comment]]
# Written once and compiled once: raters of a whole company submit in the last hour, and each holds the write lock.
HOLD_SURVEY = (
    select(Survey.id, Survey.public_id, Survey.state, Survey.opens_at, Survey.closes_at, Survey.time_zone)
    .join(SurveySubject, SurveySubject.survey_id == Survey.id)
    .join(RatingRequest, RatingRequest.subject_id == SurveySubject.id)
    .where(RatingRequest.id == bindparam("number"))
    .with_for_update(read=True, of=Survey)
)
HOLD_REQUEST = (
    select(RatingRequest.id, RatingRequest.subject_id, RatingRequest.rater_id, RatingRequest.group, RatingRequest.state)
    .where(RatingRequest.id == bindparam("number"))
    .with_for_update()
)
MARK_REQUEST = text("UPDATE rating_request SET state = :state WHERE id = :number")
PUT_ANSWER = text(
    "INSERT INTO sealed_answer (survey_id, name, sealed) VALUES (:survey, :name, :sealed) "
    "ON CONFLICT (survey_id, name) DO UPDATE SET sealed = excluded.sealed"
)
PUT_COMMENT = text(
    "INSERT INTO sealed_comment (survey_id, name, sealed) VALUES (:survey, :name, :sealed) "
    "ON CONFLICT (survey_id, name) DO UPDATE SET sealed = excluded.sealed"
)
FORGET_ANSWER = text("DELETE FROM sealed_answer WHERE survey_id = :survey AND name = :name")
FORGET_COMMENT = text("DELETE FROM sealed_comment WHERE survey_id = :survey AND name = :name")


@dataclass(frozen=True)
class Held:
    """A request that nobody else changes until the transaction ends, with what opens and seals its answer."""

    number: int
    subject_id: int
    rater_id: int
    group: RaterGroup
    state: RequestState
    seals: Seals


def save_answers(
    request: RatingRequest,
    form: AskedForm,
    ratings: Mapping[str, int],
    comments: Mapping[Question, Comment | None] | None = None,
    *,
    page: OpenedPage | None = None,
    now: datetime | None = None,
) -> Answer:
    """Save some answers of a form, by item code; what is not named stays as it was.

    ``now`` is the moment at which the server had the whole request. A ``page`` that shows something older than what is
    there is refused; saving the same again changes nothing.
    """
    return _saved(request, form, ratings, comments or {}, page=page, now=now or utc_now(), submit=False)


def submit_answers(
    request: RatingRequest,
    form: AskedForm,
    ratings: Mapping[str, int] | None = None,
    comments: Mapping[Question, Comment | None] | None = None,
    *,
    page: OpenedPage | None = None,
    now: datetime | None = None,
) -> Answer:
    """Save what is given and let the whole form count; it can be changed until the survey closes."""
    return _saved(request, form, ratings or {}, comments or {}, page=page, now=now or utc_now(), submit=True)


def answer(
    request: RatingRequest,
    ratings: Mapping[str, int],
    comments: Mapping[Question, Comment | None] | None = None,
    *,
    now: datetime | None = None,
) -> Answer:
    """Answer a request in one go."""
    return submit_answers(request, asked_form(request), ratings, comments, now=now)


def decline(request: RatingRequest, now: datetime | None = None) -> None:
    """Say that one cannot rate; a draft is thrown away. Answering later is still possible until the close."""
    held = _held(request, now or utc_now())
    if held.group is RaterGroup.SELF:
        raise OwnAssessmentError
    if held.state == RequestState.SUBMITTED:
        raise AlreadySubmittedError
    _forget(held)
    _mark(request, held, RequestState.DECLINED)


def answer_many(survey: Survey, answers: Iterable[Whole], layout: FormLayout) -> int:
    """Submit many first answers at once, (request, ratings of the whole form, comments) each: for demonstrations.

    Ratings are not checked against what a group is asked; the requests must be those of this survey.
    """
    seals = seals_of(survey)
    count = 0
    rows: tuple[list[dict[str, object]], list[dict[str, object]], list[int]] = ([], [], [])
    for request, packed, written in answers:
        address = Address(request.id, request.subject_id, request.rater_id, group_index(request.group), True)
        name, comment_name = seals.ratings.name(request.id), seals.comments.name(request.id)
        content = packed_answer(address, packed, layout=layout)
        rows[0].append({"survey_id": survey.id, "name": name, "sealed": seals.ratings.sealed(content, name)})
        sealed = seals.comments.sealed(packed_comments(address, written), comment_name)
        rows[1].append({"survey_id": survey.id, "name": comment_name, "sealed": sealed})
        rows[2].append(request.id)
        count += 1
        if count % ROWS_AT_ONCE == 0:
            _insert_many(*rows)
    _insert_many(*rows)
    db.session.expire_all()
    return count


def _saved(
    request: RatingRequest,
    form: AskedForm,
    ratings: Mapping[str, int],
    comments: Mapping[Question, Comment | None],
    *,
    page: OpenedPage | None,
    now: datetime,
    submit: bool,
) -> Answer:
    if page is not None and page.form_id != form.form_id:
        raise OtherFormError
    placed = _placed(form, ratings)
    _require_short(comments)
    held = _held(request, now)
    before = kept_answer(held.seals, held.number, form.layout)
    after = before.with_changes(placed, comments)
    if page is not None and not page.shows(before) and after != before:
        raise ChangedElsewhereError
    number = page.number if page is not None else before.page
    after = replace(after, is_submitted=before.is_submitted or submit, page=number)
    if submit and not after.answered(form.items):
        raise NothingAnsweredError
    state = RequestState.SUBMITTED if after.is_submitted else RequestState.STARTED
    if after != before or held.state != state:
        _write(held, after, form.layout)
        _mark(request, held, state)
    return after


def _placed(form: AskedForm, ratings: Mapping[str, int]) -> dict[int, int]:
    places = form.places
    for code, rating in ratings.items():
        if code not in places:
            raise ItemNotAskedError(item=code)
        if rating not in CODES or rating == UNANSWERED:
            raise RatingRefusedError
    return {places[code]: rating for code, rating in ratings.items()}


def _require_short(comments: Mapping[Question, Comment | None]) -> None:
    if any(comment is not None and len(comment.text) > LONGEST_COMMENT for comment in comments.values()):
        raise CommentTooLongError(most=LONGEST_COMMENT)


def _held(request: RatingRequest, now: datetime) -> Held:
    """Hold the survey against its close, then the request; raises where answers are not taken at that moment."""
    identity = inspect(request).identity
    assert identity is not None
    survey = db.session.execute(HOLD_SURVEY, {"number": identity[0]}).one_or_none()
    # The close deletes requests: whoever still has the page open is told the same as everyone else.
    if survey is None or survey.state in {SurveyState.CLOSING, SurveyState.CLOSED}:
        raise CollectionClosedEarlyError
    if survey.state != SurveyState.OPEN or now < survey.opens_at:
        raise NotYetOpenError(moment=format_moment(survey.opens_at, survey.time_zone))
    if now >= survey.closes_at:
        raise CollectionOverError(moment=format_moment(survey.closes_at, survey.time_zone))
    row = db.session.execute(HOLD_REQUEST, {"number": identity[0]}).one()
    return Held(
        number=row.id,
        subject_id=row.subject_id,
        rater_id=row.rater_id,
        group=row.group,
        state=row.state,
        seals=seals_named(survey.id, key_name_of(survey.public_id)),
    )


def _write(held: Held, answer: Answer, layout: FormLayout) -> None:
    address = Address(
        request=held.number,
        subject=held.subject_id,
        rater=held.rater_id,
        group=group_index(held.group),
        is_submitted=answer.is_submitted,
        page=answer.page,
    )
    try:
        written = packed_comments(address, list(answer.comments.values()))
    except CommentsTooLongError as error:
        raise CommentTooLongError(most=LONGEST_COMMENT) from error
    content = packed_answer(address, answer.ratings, layout=layout)
    # Both rows every time: a row that is not written would say that its rater has not commented.
    db.session.execute(PUT_ANSWER, _sealed(held, held.seals.ratings, content))
    db.session.execute(PUT_COMMENT, _sealed(held, held.seals.comments, written))


def _sealed(held: Held, seal: Seal, plain: bytes) -> dict[str, object]:
    name = seal.name(held.number)
    return {"survey": held.seals.survey_id, "name": name, "sealed": seal.sealed(plain, name)}


def _forget(held: Held) -> None:
    survey_id, number = held.seals.survey_id, held.number
    db.session.execute(FORGET_ANSWER, {"survey": survey_id, "name": held.seals.ratings.name(number)})
    db.session.execute(FORGET_COMMENT, {"survey": survey_id, "name": held.seals.comments.name(number)})


def _mark(request: RatingRequest, held: Held, state: RequestState) -> None:
    """Note how far the rater is, in the table and on the row at hand."""
    if held.state != state:
        db.session.execute(MARK_REQUEST, {"number": held.number, "state": state.value})
    set_committed_value(request, "state", state)


def _insert_many(answers: list[dict[str, object]], comments: list[dict[str, object]], submitted: list[int]) -> None:
    """Write one bundle of rows and empty it."""
    if not submitted:
        return
    db.session.execute(insert(SealedAnswer), answers)
    db.session.execute(insert(SealedComment), comments)
    db.session.execute(
        update(RatingRequest).where(RatingRequest.id.in_(submitted)).values(state=RequestState.SUBMITTED)
    )
    for rows in (answers, comments, submitted):
        rows.clear()
