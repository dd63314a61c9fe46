"""What the people of the demonstration do in a cycle: they answer, grade, review and sign, each with a habit."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from random import Random

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from assessments.answers.actions import answer_many
from assessments.answers.queries import layout_of
from assessments.measurement.envelopes import Comment
from assessments.measurement.ratings import packed_ratings
from assessments.surveys.models import RatingRequest, Survey, SurveySubject
from people.organisation.models import Person
from review.cycles.models import Cycle, ParticipationStatus
from review.cycles.queries import participants_of
from review.demonstration.inventions import comments_by, habit_of, ratings_by
from review.participation.actions import ask_rater, set_participation
from review.results.actions import grade, review_grade, sign_result
from review.results.models import Result
from review.results.queries import grades_near, result_of
from rubrics.frameworks.models import Item, RaterGroup
from rubrics.frameworks.queries import items_of
from rubrics.profiles.queries import item_places
from web.database import db

PEERS_WANTED = 6
NO_MANAGER_NOTE = "没有上级，不参加本次考核。 / Has no manager in this file, so takes no part."
Written = tuple[RatingRequest, bytes, Sequence[Comment]]


@dataclass(frozen=True)
class Turnout:
    """Who answers in a cycle: which share of all requests, and who is still waited for."""

    season: str
    share: float
    waiting: frozenset[str]


def leave_out_without_manager(cycle: Cycle) -> None:
    """Whoever leads the company has nobody to be graded by."""
    for row in participants_of(cycle):
        if row.manager_id is None:
            set_participation(row, ParticipationStatus.IN, NO_MANAGER_NOTE, takes_part=False)


def nominate_across_teams(cycle: Cycle) -> None:
    """Ask colleagues of other teams where a team is small, each about equally often."""
    rows = [row for row in participants_of(cycle) if row.subject is not None and row.manager_id is not None]
    asked = _pairs(cycle.survey)
    load: dict[int, int] = {row.person_id: sum(rater == row.person_id for _, rater in asked) for row in rows}
    for row in rows:
        assert row.subject is not None, "rows without a subject were left out above"
        peers = sum(1 for subject, rater in asked if subject == row.subject.id and rater in load) - 1
        strangers = [other for other in rows if (row.subject.id, other.person_id) not in asked]
        strangers = [other for other in strangers if other.job_level <= row.job_level + 2]
        for other in sorted(strangers, key=lambda one: (load[one.person_id], one.id))[: max(PEERS_WANTED - peers, 0)]:
            ask_rater(row, other.person, RaterGroup.PEERS)
            load[other.person_id] += 1


def _pairs(survey: Survey) -> set[tuple[int, int]]:
    statement = select(RatingRequest.subject_id, RatingRequest.rater_id).join(RatingRequest.subject)
    return set(db.session.execute(statement.where(SurveySubject.survey_id == survey.id)).tuples())


def answer_survey(survey: Survey, turnout: Turnout) -> int:
    """Let raters answer by their habits."""
    assert survey.framework is not None, "only an open survey is answered"
    items = items_of(survey.framework)
    requests = db.session.scalars(
        select(RatingRequest)
        .join(RatingRequest.subject)
        .where(SurveySubject.survey_id == survey.id)
        .options(
            joinedload(RatingRequest.rater),
            joinedload(RatingRequest.subject).joinedload(SurveySubject.person),
            joinedload(RatingRequest.subject).joinedload(SurveySubject.profile),
        )
        .order_by(RatingRequest.id)
    ).all()
    places = item_places({request.subject.profile for request in requests}, survey.framework)
    return answer_many(survey, _written(requests, items, places, turnout), layout_of(items))


def _written(
    requests: Sequence[RatingRequest],
    items: Sequence[Item],
    places: Mapping[tuple[int, RaterGroup], tuple[int, ...]],
    turnout: Turnout,
) -> Iterator[Written]:
    season = turnout.season
    for request in requests:
        rater, subject = request.rater.employee_number, request.subject.person.employee_number
        habit = habit_of(rater, season)
        lot = Random(f"answers {season} {rater} {subject}").random()
        is_named = request.group in {RaterGroup.SELF, RaterGroup.MANAGER}
        if rater in turnout.waiting or lot >= turnout.share or (habit.is_silent and not is_named):
            continue
        asked = [items[place] for place in places[request.subject.profile_id, request.group]]
        codes = ratings_by(
            habit,
            rater=rater,
            subject=subject,
            group=request.group,
            items=[(item.dimension.code, item.code) for item in asked],
            season=season,
        )
        packed = packed_ratings([codes.get(item.code, 0) for item in items], items=len(items))
        written = [comment for comment in comments_by(rater, subject, season).values() if comment is not None]
        yield request, packed, written if request.group is not RaterGroup.SELF else []


def grade_everyone(cycle: Cycle) -> None:
    """Managers accept what was calculated and say why where it is close to a cut; the second line agrees."""
    for row in participants_of(cycle):
        result = result_of(row) if row.is_graded else None
        if result is None:
            continue
        manager_id = row.manager_id or 0
        chosen, reason = _chosen(result)
        grade(row, chosen, reason, "", manager_id)
        agreed = "同意直属上级的判断。 / I agree with the manager." if grades_near(result) else ""
        review_grade(row, chosen, agreed, row.second_line_id or _hr_id())


def _chosen(result: Result) -> tuple[str, str]:
    if result.grade is None:
        return "B", "评价依据不足，按日常表现评定。 / Too little evidence; graded by what was seen at work."
    if grades_near(result):
        return result.grade, "与平时工作表现一致。 / In line with the work of the period."
    return result.grade, ""


def sign_everyone(cycle: Cycle, unsigned: frozenset[str]) -> None:
    """Everyone signs but those who shall still be waited for; one in eight does not agree."""
    for row in participants_of(cycle):
        number = row.person.employee_number
        if not row.is_graded or number in unsigned:
            continue
        agrees = Random(f"signs {number}").random() > 0.125
        note = "" if agrees else "希望当面谈谈交付得分的依据。 / I would like to talk about the delivery figures."
        sign_result(row, agrees, note)


def _hr_id() -> int:
    return db.session.scalars(select(Person.id).where(Person.employee_number == "101")).one()
