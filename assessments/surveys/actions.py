"""Planning a survey, opening it, and keeping its promise while it collects."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from flask import current_app
from sqlalchemy import delete, insert

from assessments.surveys.errors import (
    AlreadySubjectError,
    AnsweredRequestError,
    AskedInOtherGroupError,
    ClosesInThePastError,
    GroupNotAskedError,
    GroupWeightsError,
    NoRatersError,
    NoSubjectsError,
    NotInSurveyError,
    OwnGroupError,
    ProfileWithoutFormError,
    SurveyNotDraftError,
    SurveyOverError,
    ThresholdLoweredError,
    ThresholdOutOfRangeError,
    UnknownTimeZoneError,
    WindowError,
)
from assessments.surveys.models import (
    HIGHEST_THRESHOLD,
    LOWEST_THRESHOLD,
    RatingRequest,
    RequestState,
    Survey,
    SurveyState,
    SurveySubject,
)
from assessments.surveys.queries import groups_asked, request_between, requests_by_pair, subject_of, subjects_of
from people.audit.actions import record
from people.organisation.models import Person
from rubrics.frameworks.models import Framework, RaterGroup
from rubrics.frameworks.queries import published_framework
from rubrics.profiles.models import Profile
from web.database import db, utc_now
from web.sealing import make_key
from web.transactions import locked

HEAVIEST = 100
Asked = tuple[int, int, RaterGroup]


def create_survey(
    *,
    name: Mapping[str, str],
    opens_at: datetime,
    closes_at: datetime,
    time_zone: str,
    threshold: int = LOWEST_THRESHOLD,
    group_weights: Mapping[str, int] | None = None,
) -> Survey:
    """Begin a draft; without weights of its own it takes those of the framework in force."""
    survey = Survey(
        name=dict(name),
        opens_at=opens_at,
        closes_at=closes_at,
        time_zone=_known_zone(time_zone),
        threshold=_threshold_in_range(threshold),
        group_weights=_usable_weights(published_framework().group_weights if group_weights is None else group_weights),
        state=SurveyState.DRAFT,
    )
    _require_window(survey)
    db.session.add(survey)
    db.session.flush()
    record("survey.created", about=survey)
    return survey


def edit_survey(
    survey: Survey,
    *,
    name: Mapping[str, str] | None = None,
    opens_at: datetime | None = None,
    closes_at: datetime | None = None,
    time_zone: str | None = None,
    threshold: int | None = None,
    group_weights: Mapping[str, int] | None = None,
) -> Survey:
    """Change a draft; of an open survey only the closing time moves and the threshold rises."""
    locked(survey)
    if survey.state != SurveyState.DRAFT and any(
        value is not None for value in (name, opens_at, time_zone, group_weights)
    ):
        raise SurveyNotDraftError
    if survey.state not in {SurveyState.DRAFT, SurveyState.OPEN}:
        raise SurveyOverError
    survey.name = dict(name) if name is not None else survey.name
    survey.opens_at = opens_at or survey.opens_at
    survey.time_zone = _known_zone(time_zone) if time_zone else survey.time_zone
    survey.group_weights = _usable_weights(group_weights) if group_weights is not None else survey.group_weights
    if threshold is not None:
        _change_threshold(survey, threshold)
    if closes_at is not None:
        survey.closes_at = closes_at
        if survey.state == SurveyState.OPEN and closes_at <= utc_now():
            raise ClosesInThePastError
    _require_window(survey)
    record("survey.edited", about=survey, details={"closes_at": survey.closes_at.isoformat()})
    return survey


def add_subject(
    survey: Survey, person: Person, profile: Profile, group_weights: Mapping[str, int] | None = None
) -> SurveySubject:
    """Put a person into a draft, with the version of the role profile that they are judged by."""
    _require_draft(survey)
    if subject_of(survey, person.id) is not None:
        raise AlreadySubjectError(name=person.name)
    subject = SurveySubject(
        survey=survey,
        person=person,
        profile=profile,
        group_weights=None if group_weights is None else _usable_weights(group_weights),
    )
    db.session.add(subject)
    db.session.flush()
    return subject


def remove_subject(subject: SurveySubject) -> None:
    """Take a person out of a draft, with everybody who was going to be asked about them."""
    _require_draft(subject.survey)
    db.session.execute(delete(RatingRequest).where(RatingRequest.subject_id == subject.id))
    db.session.delete(subject)
    db.session.flush()


def ask(subject: SurveySubject, rater: Person, group: RaterGroup) -> RatingRequest:
    """Ask one person about another; asking twice is asking once."""
    ask_many(subject.survey, [(subject.id, rater.id, group)])
    return request_between(subject.id, rater.id)


def ask_many(survey: Survey, asked: Iterable[Asked]) -> int:
    """Ask many raters at once, (subject, rater, group) each; all or none, returns how many are new."""
    locked(survey)
    if survey.state not in {SurveyState.DRAFT, SurveyState.OPEN}:
        raise SurveyOverError
    subjects = {subject.id: subject for subject in subjects_of(survey)}
    known = requests_by_pair(survey)
    allowed = groups_asked(survey, subjects.values())
    new: dict[tuple[int, int], RaterGroup] = {}
    for subject_id, rater_id, group in asked:
        subject = subjects.get(subject_id)
        if subject is None:
            raise NotInSurveyError
        _require_askable(subject, rater_id, group, allowed)
        earlier = known.get((subject_id, rater_id)) or new.get((subject_id, rater_id))
        if earlier is not None and earlier != group:
            raise AskedInOtherGroupError(rater=_name_of(rater_id), name=subject.person.name)
        if earlier is None:
            new[subject_id, rater_id] = group
    if new:
        rows = [
            {"subject_id": subject_id, "rater_id": rater_id, "group": group, "state": RequestState.ASKED}
            for (subject_id, rater_id), group in new.items()
        ]
        db.session.execute(insert(RatingRequest), rows)
    return len(new)


def withdraw(request: RatingRequest) -> None:
    """Ask somebody no more; impossible once they have begun to answer, so that nobody is dropped for an answer."""
    locked(request)
    survey = request.subject.survey
    if survey.state not in {SurveyState.DRAFT, SurveyState.OPEN}:
        raise SurveyOverError
    if request.state in {RequestState.STARTED, RequestState.SUBMITTED}:
        raise AnsweredRequestError(rater=request.rater.name)
    db.session.delete(request)
    db.session.flush()
    if survey.state == SurveyState.OPEN:
        record("survey.rater_withdrawn", about=survey)


def open_survey(survey: Survey, framework: Framework | None = None) -> Survey:
    """Pin the form, make the key and begin; answers are taken from the opening moment to the closing moment."""
    locked(survey)
    _require_draft(survey)
    form = framework or published_framework()
    subjects, asked = subjects_of(survey), requests_by_pair(survey)
    if not subjects:
        raise NoSubjectsError
    if not asked:
        raise NoRatersError
    if survey.closes_at <= utc_now():
        raise ClosesInThePastError
    for subject in subjects:
        if subject.profile.framework_code != form.code:
            raise ProfileWithoutFormError(name=subject.person.name)
    make_key(current_app.config["SETTINGS"].keys, survey.key_name)
    survey.framework = form
    survey.state = SurveyState.OPEN
    db.session.flush()
    details = {"subjects": len(subjects), "asked": len(asked), "threshold": survey.threshold, "form": form.number}
    record("survey.opened", about=survey, details=details)
    return survey


def _require_draft(survey: Survey) -> None:
    if survey.state != SurveyState.DRAFT:
        raise SurveyNotDraftError


def _require_window(survey: Survey) -> None:
    if survey.closes_at <= survey.opens_at:
        raise WindowError


def _change_threshold(survey: Survey, threshold: int) -> None:
    if _threshold_in_range(threshold) < survey.threshold and survey.state != SurveyState.DRAFT:
        raise ThresholdLoweredError(threshold=survey.threshold)
    survey.threshold = threshold


def _threshold_in_range(threshold: int) -> int:
    if isinstance(threshold, bool) or not LOWEST_THRESHOLD <= threshold <= HIGHEST_THRESHOLD:
        raise ThresholdOutOfRangeError(lowest=LOWEST_THRESHOLD, highest=HIGHEST_THRESHOLD)
    return threshold


def _usable_weights(weights: Mapping[str, int]) -> dict[str, int]:
    groups = {group.value for group in RaterGroup}
    whole = all(0 <= weight <= HEAVIEST for weight in weights.values())
    if not whole or not set(weights) <= groups or not any(weights.values()) or weights.get(RaterGroup.SELF):
        raise GroupWeightsError
    return {group.value: weights.get(group.value, 0) for group in RaterGroup}


def _known_zone(name: str) -> str:
    try:
        return ZoneInfo(name).key
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise UnknownTimeZoneError(zone=name) from None


def _require_askable(
    subject: SurveySubject, rater_id: int, group: RaterGroup, allowed: Mapping[int, frozenset[RaterGroup]]
) -> None:
    if (group == RaterGroup.SELF) != (rater_id == subject.person_id):
        raise OwnGroupError(name=subject.person.name)
    if group not in allowed[subject.profile_id]:
        raise GroupNotAskedError(name=subject.person.name, group=group.label)


def _name_of(person_id: int) -> str:
    return db.session.get_one(Person, person_id).name
