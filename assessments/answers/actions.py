"""What raters do: save as they go, submit, change until the close, decline. No moment of it is kept anywhere."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from sqlalchemy import delete, insert, inspect, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import contains_eager

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
    RatingRefusedError,
)
from assessments.answers.queries import Answer, AskedForm, OpenedPage, answer_of, asked_form, seals_of
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
)
from web.database import db, utc_now
from web.formats import format_moment
from web.sealing import Seal

LONGEST_COMMENT = 500
ROWS_AT_ONCE = 5_000
Whole = tuple[RatingRequest, bytes, Sequence[Comment]]


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
    _lock(request, now or utc_now())
    if request.state == RequestState.SUBMITTED:
        raise AlreadySubmittedError
    ratings, comments = seals_of(request.subject.survey)
    for table, seal in ((SealedAnswer, ratings), (SealedComment, comments)):
        _forget(table, request.subject.survey_id, seal.name(request.id))
    request.state = RequestState.DECLINED


def answer_many(survey: Survey, answers: Iterable[Whole], layout: FormLayout) -> int:
    """Submit many first answers at once, (request, ratings of the whole form, comments) each: for demonstrations.

    Ratings are not checked against what a group is asked; the requests must be those of this survey.
    """
    ratings, comments = seals_of(survey)
    count = 0
    rows: tuple[list[dict[str, object]], list[dict[str, object]], list[int]] = ([], [], [])
    for request, packed, written in answers:
        address = _address(request, is_submitted=True, page=0)
        name, comment_name = ratings.name(request.id), comments.name(request.id)
        content = packed_answer(address, packed, layout=layout)
        rows[0].append({"survey_id": survey.id, "name": name, "sealed": ratings.sealed(content, name)})
        sealed = comments.sealed(packed_comments(address, written), comment_name)
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
    _lock(request, now)
    before = answer_of(request, form)
    after = before.with_changes(placed, comments)
    if page is not None and not page.shows(before) and after != before:
        raise ChangedElsewhereError
    number = page.number if page is not None else before.page
    after = replace(after, is_submitted=before.is_submitted or submit, page=number)
    if submit and not after.answered(form.items):
        raise NothingAnsweredError
    state = RequestState.SUBMITTED if after.is_submitted else RequestState.STARTED
    if after != before or request.state != state:
        _write(request, after, form)
        request.state = state
        db.session.flush()
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


def _lock(request: RatingRequest, now: datetime) -> None:
    """Hold the survey against its close, and the request; raises where answers are not taken at that moment."""
    number = _number_of(request)
    fresh = {"populate_existing": True}
    survey = db.session.scalars(
        select(Survey)
        .join(SurveySubject, SurveySubject.survey_id == Survey.id)
        .join(RatingRequest, RatingRequest.subject_id == SurveySubject.id)
        .where(RatingRequest.id == number)
        .with_for_update(read=True, of=Survey)
        .execution_options(**fresh)
    ).one_or_none()
    # The close deletes requests: whoever still has the page open is told the same as everyone else.
    if survey is None or survey.state in {SurveyState.CLOSING, SurveyState.CLOSED}:
        raise CollectionClosedEarlyError
    if survey.state == SurveyState.OPEN and now >= survey.closes_at:
        raise CollectionOverError(moment=format_moment(survey.closes_at, survey.time_zone))
    if not survey.is_collecting(now):
        raise NotYetOpenError(moment=format_moment(survey.opens_at, survey.time_zone))
    db.session.scalars(
        select(RatingRequest)
        .join(RatingRequest.subject)
        .where(RatingRequest.id == number)
        .options(contains_eager(RatingRequest.subject))
        .with_for_update(of=RatingRequest)
        .execution_options(**fresh)
    ).one()


def _number_of(request: RatingRequest) -> int:
    """The number of a request, also where the close has deleted it in the meantime."""
    identity = inspect(request).identity
    assert identity is not None
    return int(identity[0])


def _write(request: RatingRequest, answer: Answer, form: AskedForm) -> None:
    ratings, comments = seals_of(request.subject.survey)
    address = _address(request, is_submitted=answer.is_submitted, page=answer.page)
    try:
        written = packed_comments(address, list(answer.comments.values()))
    except CommentsTooLongError as error:
        raise CommentTooLongError(most=LONGEST_COMMENT) from error
    content = packed_answer(address, answer.ratings, layout=form.layout)
    for table, seal, plain in ((SealedAnswer, ratings, content), (SealedComment, comments, written)):
        _put(table, request.subject.survey_id, seal, request.id, plain)


def _put(table: type[SealedAnswer | SealedComment], survey_id: int, seal: Seal, number: int, plain: bytes) -> None:
    kind = postgresql if db.engine.dialect.name == "postgresql" else sqlite
    name = seal.name(number)
    statement = kind.insert(table).values(survey_id=survey_id, name=name, sealed=seal.sealed(plain, name))
    db.session.execute(
        statement.on_conflict_do_update(
            index_elements=["survey_id", "name"], set_={"sealed": statement.excluded.sealed}
        )
    )


def _forget(table: type[SealedAnswer | SealedComment], survey_id: int, name: bytes) -> None:
    db.session.execute(delete(table).where(table.survey_id == survey_id, table.name == name))


def _address(request: RatingRequest, *, is_submitted: bool, page: int) -> Address:
    return Address(
        request=request.id,
        subject=request.subject_id,
        rater=request.rater_id,
        group=group_index(request.group),
        is_submitted=is_submitted,
        page=page,
    )


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
