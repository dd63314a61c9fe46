"""Cycles for benchmarks: many people, ten raters each, everyone has answered, nobody has a scorecard."""

from datetime import date, timedelta

from sqlalchemy import select

from assessments.surveys.models import SurveySubject
from benchmarks.bench_surveys import asked_survey, sealed_answers
from people.organisation.models import Position, Unit
from review.cycles.actions import begin_closing
from review.cycles.models import Cycle, CycleState
from review.schemes.actions import draft_scheme, publish_scheme
from review.schemes.models import Scheme
from review.schemes.queries import default_scheme_content
from rubrics.profiles.queries import profile_by_code
from web.bulk import write_rows
from web.database import db, new_public_id, utc_now
from web.transactions import in_transaction

NAME = {"zh": "基准", "en": "Benchmark"}
STARTS_ON, ENDS_ON = date(2026, 1, 1), date(2026, 6, 30)


def answered_cycle(people: int) -> int:
    """The number of a cycle that takes no more answers and is not closed yet."""
    return in_transaction(lambda: _cycle(people)).id


def _cycle(people: int) -> Cycle:
    survey = asked_survey(people)
    sealed_answers(survey)
    cycle = Cycle(
        name=NAME,
        period_starts_on=STARTS_ON,
        period_ends_on=ENDS_ON,
        snapshot_on=ENDS_ON,
        grading_ends_at=utc_now() + timedelta(days=30),
        state=CycleState.OPEN,
        survey=survey,
    )
    db.session.add(cycle)
    unit = Unit(code=new_public_id(), name=NAME)
    position = Position(code=new_public_id(), title=NAME, job_level=9)
    db.session.add_all([unit, position])
    scheme = _scheme()
    db.session.flush()
    profile = profile_by_code("regional-sales-manager")
    assert profile is not None
    subjects = db.session.execute(
        select(SurveySubject.id, SurveySubject.person_id).where(SurveySubject.survey_id == survey.id)
    )
    write_rows(
        "participant",
        ("public_id", "version", "cycle_id", "person_id", "status", "state", "unit_id", "position_id", "job_level",
         "profile_id", "scheme_id", "subject_id", "note"),
        ((new_public_id(), 1, cycle.id, person, "in", "collecting", unit.id, position.id, 9, profile.id, scheme.id,
          subject, "") for subject, person in subjects.all()),
    )  # fmt: skip
    return begin_closing(cycle, early=True)


def _scheme() -> Scheme:
    """A scheme of competencies alone, or the one that is there."""
    known: Scheme | None = db.session.scalar(select(Scheme))
    if known is not None:
        return known
    content = default_scheme_content(
        name=NAME, job_level_from=1, job_level_to=30, starts_on=date(2020, 1, 1), competency=100
    )
    return publish_scheme(draft_scheme(content), None)
