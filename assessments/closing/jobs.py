"""The close of a survey as one job that can be stopped at any point and started again."""

from collections.abc import Callable
from typing import Any, Protocol

from assessments.closing.actions import (
    destroy_survey_key,
    discard_sealed,
    mark_closed,
    reduce_to_counts,
    store_results,
)
from assessments.closing.errors import NotCollectingError
from assessments.closing.queries import collected, frame_of, measured
from assessments.surveys.models import CloseStep, Survey
from web.bulk import clean
from web.database import db
from web.jobs.registry import job
from web.language import lazy_gettext as _l
from web.transactions import in_transaction

STEPS = tuple(CloseStep)
# What held rows that are deleted by now.
EMPTIED = ("sealed_answer", "sealed_comment", "rating_request", "mail")


class Steps(Protocol):
    """Whoever wants to know how far the close is."""

    def step(self, done: int, total: int) -> None:
        """Take note."""


@job("surveys.close", title=_l("Close a survey"))
def close(progress: Steps, survey_id: int) -> dict[str, Any]:
    """Close a survey whose close has begun."""
    finish_close(survey_id, progress)
    return {"survey_id": survey_id}


def finish_close(survey_id: int, progress: Steps | None = None) -> None:
    """Do what is left of a close, step by step, each in transactions of its own; raises NotCollectingError."""
    db.session.rollback()
    while (step := _next_step(survey_id)) != CloseStep.DONE:
        if progress is not None:
            progress.step(STEPS.index(step), len(STEPS) - 1)
        ACTIONS[step](survey_id)
    if progress is not None:
        progress.step(len(STEPS) - 1, len(STEPS) - 1)


def _next_step(survey_id: int) -> CloseStep:
    survey = db.session.get_one(Survey, survey_id, populate_existing=True)
    step = survey.close_step
    db.session.rollback()
    if step is None:
        raise NotCollectingError
    return step


def _measure(survey_id: int) -> None:
    # Opening and computing only read; nobody waits for the one write lock of SQLite meanwhile.
    survey = db.session.get_one(Survey, survey_id)
    frame = frame_of(survey)
    results = measured(survey, frame, collected(survey, frame))
    in_transaction(lambda: store_results(_locked(survey_id, CloseStep.MEASURE), results))


def _clean(survey_id: int) -> None:
    clean(EMPTIED)
    in_transaction(lambda: mark_closed(_locked(survey_id, CloseStep.CLEAN)))


def _in_one(action: Callable[[Survey], None], step: CloseStep) -> Callable[[int], None]:
    return lambda survey_id: in_transaction(lambda: action(_locked(survey_id, step)))


def _locked(survey_id: int, step: CloseStep) -> Survey:
    """The survey for this step alone; whoever comes second finds the step done and stops."""
    survey = db.session.get_one(Survey, survey_id, with_for_update=True, populate_existing=True)
    if survey.close_step != step:
        raise NotCollectingError
    return survey


ACTIONS: dict[CloseStep, Callable[[int], None]] = {
    CloseStep.MEASURE: _measure,
    CloseStep.DISCARD: _in_one(discard_sealed, CloseStep.DISCARD),
    CloseStep.COUNT: _in_one(reduce_to_counts, CloseStep.COUNT),
    CloseStep.DESTROY: _in_one(destroy_survey_key, CloseStep.DESTROY),
    CloseStep.CLEAN: _clean,
}
