"""The close of a cycle: its survey first, then its results; it can be stopped at any point and started again."""

from typing import Any

from assessments.closing.jobs import Steps, finish_close
from assessments.surveys.models import CloseStep
from review.cycles.models import Cycle
from review.running.actions import CLOSE, finish_cycle
from web.database import db
from web.jobs.registry import job
from web.language import lazy_gettext as _l
from web.transactions import in_transaction

SURVEY_STEPS = len(CloseStep) - 1
ALL_STEPS = SURVEY_STEPS + 1


class _SurveyPart:
    """Counts the steps of the survey as the first ones of the whole close."""

    def __init__(self, progress: Steps) -> None:
        self._progress = progress

    def step(self, done: int, _total: int) -> None:
        self._progress.step(done, ALL_STEPS)


@job(CLOSE, title=_l("Close a cycle and calculate its results"), page="cycles.closed")
def close(progress: Steps, cycle_id: int) -> dict[str, Any]:
    """Close a cycle that takes no more answers."""
    return {"cycle": finish_closing(cycle_id, progress).public_id}


def finish_closing(cycle_id: int, progress: Steps | None = None) -> Cycle:
    """Do what is left of a close, in transactions of its own; raises NotCollectingError before it has begun."""
    db.session.rollback()
    survey_id = db.session.get_one(Cycle, cycle_id).survey_id
    db.session.rollback()
    finish_close(survey_id, _SurveyPart(progress) if progress is not None else None)
    cycle = in_transaction(lambda: finish_cycle(cycle_id))
    if progress is not None:
        progress.step(ALL_STEPS, ALL_STEPS)
    return cycle
