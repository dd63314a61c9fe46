"""The dear steps of a cycle with what belongs to them: the work in the background, the seals."""

from review.calibration.actions import store_calibration
from review.cycles.actions import begin_closing, mark_closed, release_cycle
from review.cycles.models import Cycle, CycleState
from review.scoring.actions import store_results
from review.scoring.queries import scored_cycle
from review.seals.actions import seal_results
from web.database import db
from web.jobs.actions import enqueue
from web.jobs.models import Job

CLOSE = "cycle.close"


def start_closing(cycle: Cycle, *, early: bool, by_id: int | None) -> Job:
    """Take no more answers and queue the work of closing; the job's owner is who asked for it."""
    begin_closing(cycle, early=early)
    return enqueue(CLOSE, {"cycle_id": cycle.id}, owner_id=by_id, key=close_key(cycle))


def close_key(cycle: Cycle) -> str:
    """By what the one job that closes a cycle is known."""
    return f"{CLOSE}:{cycle.public_id}"


def finish_cycle(cycle_id: int) -> Cycle:
    """Store what a cycle whose survey is closed comes to, and begin its grading; doing it twice is doing it once."""
    cycle = db.session.get_one(Cycle, cycle_id, with_for_update={"of": Cycle}, populate_existing=True)
    if cycle.state is CycleState.CLOSING:
        scored = scored_cycle(cycle)
        store_results(scored)
        store_calibration(scored)
        mark_closed(cycle)
    return cycle


def release(cycle: Cycle) -> Cycle:
    """Show the results to everyone concerned and seal them; from here on they do not change any more."""
    release_cycle(cycle)
    seal_results(cycle)
    return cycle
