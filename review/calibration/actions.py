"""Storing the evidence for calibration of a closing cycle: a function of its frozen cells, never of hidden answers."""

from collections import defaultdict
from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import delete, select

from assessments.closing.queries import named_raters_in
from assessments.measurement.reasons import NotEstimable, Reason
from assessments.measurement.rounding import quantised
from assessments.measurement.severity.crossed import CrossedEffects, crossed_effects
from assessments.measurement.severity.named_raters import NamedRaters, named_raters
from review.aggregation.composite_reliability import observed_reliability
from review.aggregation.cycle import CycleScores
from review.aggregation.levels import level_probabilities
from review.aggregation.prediction import predicted_scores
from review.aggregation.ranks import expected_ranks
from review.aggregation.raters_needed import anonymous_reliability
from review.aggregation.sources import SourceDistances, source_distances
from review.calibration.models import Calibration, Standing, reason_code
from review.cycles.models import Cycle, Participant
from review.scoring.actions import formula_version
from review.scoring.queries import ScoredCycle
from rubrics.frameworks.models import RaterGroup
from web.bulk import write_rows
from web.database import db

EVERYONE_ELSE = 0
SIGNIFICANT = 0.05
# Beyond this many named raters nobody reads a list of them, and the estimate would take longer than the close.
MOST_RATERS = 1_000
Effects = CrossedEffects | NotEstimable
STANDING = (
    "participant_id", "overall", "error", "rank", "rank_low", "rank_high", "met", "without_severity", "predicted",
)  # fmt: skip


def store_calibration(scored: ScoredCycle) -> None:
    """Compute and store what a calibration session sees of a cycle, again if asked again."""
    cycle, result = scored.cycle, scored.scores
    _forget(cycle)
    distances = source_distances(result)
    raters = _raters(scored, distances)
    effects = _effects(distances, raters)
    write_rows(Standing.__tablename__, STANDING, _standings(scored, effects))
    db.session.add(
        Calibration(
            cycle_id=cycle.id,
            formula_version_id=formula_version().id,
            ranked=int(result.overall.is_estimated.sum()),
            is_severity_real=isinstance(effects, CrossedEffects) and effects.rater_test.p_value < SIGNIFICANT,
            severities=list(_severities(effects, named_raters(distances.subject, rater=raters))),
            roles=list(_roles(scored)),
            raters=list(_raters_needed(result)),
        )
    )
    db.session.flush()


def _forget(cycle: Cycle) -> None:
    participants = select(Participant.id).where(Participant.cycle_id == cycle.id)
    db.session.execute(delete(Standing).where(Standing.participant_id.in_(participants)))
    db.session.execute(delete(Calibration).where(Calibration.cycle_id == cycle.id))


def _raters(scored: ScoredCycle, distances: SourceDistances) -> NDArray[np.int64]:
    """Who gave each distance: a named source by number, all anonymous raters together as one."""
    numbers = {place: subject for subject, place in scored.place_of_subject.items()}
    named = {
        (subject, 1 << list(RaterGroup).index(group)): person
        for (subject, group), person in named_raters_in(scored.cycle.survey).items()
    }
    return np.array(
        [
            named.get((numbers[subject], groups), EVERYONE_ELSE)
            for subject, groups in zip(distances.subject.tolist(), distances.groups.tolist(), strict=True)
        ],
        dtype=np.int64,
    )


def _effects(distances: SourceDistances, raters: NDArray[np.int64]) -> Effects:
    if len(np.unique(raters)) > MOST_RATERS:
        return NotEstimable(Reason.TOO_FEW_VALUES)
    return crossed_effects(distances.distance, ratee=distances.subject, rater=raters)


def _severities(effects: Effects, told: NamedRaters) -> Iterator[dict[str, Any]]:
    """Every named rater; leniency only of those with at least five people who are tied to everyone else."""
    for row, person_id in enumerate(told.level.tolist()):
        if person_id == EVERYONE_ELSE or len(told.level) > MOST_RATERS:
            continue
        found: dict[str, Any] = {"person_id": person_id, "people": int(told.subjects[row]), "reason": ""}
        if isinstance(effects, NotEstimable):
            yield found | {"reason": effects.reason.code}
        elif not told.is_estimated[row]:
            yield found | {"reason": Reason(int(told.reason[row])).code}
        elif effects.rater_variance == 0:
            yield found | {"reason": Reason.NO_VARIATION.code}
        else:
            effect, error = effects.raters.effect[row], effects.raters.standard_error[row]
            yield found | {"leniency": float(quantised(effect)), "error": float(quantised(error))}


def _roles(scored: ScoredCycle) -> Iterator[dict[str, Any]]:
    """For each role profile of the cycle, how reliable its overall scores are."""
    statement = select(Participant.subject_id, Participant.profile_id).where(
        Participant.cycle_id == scored.cycle.id,
        Participant.subject_id.is_not(None),
        Participant.profile_id.is_not(None),
    )
    overall, places = scored.scores.overall, defaultdict[int, list[int]](list)
    for subject_id, profile_id in db.session.execute(statement):
        place = scored.place_of_subject.get(subject_id or 0)
        if place is not None and profile_id is not None and bool(overall.is_estimated[place]):
            places[profile_id].append(place)
    for profile_id, rows in places.items():
        found = observed_reliability(overall.value[rows], standard_error=overall.standard_error[rows])
        role: dict[str, Any] = {"profile_id": profile_id, "people": len(rows), "reason": reason_code(found)}
        if not isinstance(found, NotEstimable):
            role["reliability"] = float(quantised(found.reliability))
            role["error"] = float(quantised(found.standard_error))
        yield role


def _raters_needed(result: CycleScores) -> Iterator[dict[str, Any]]:
    """For each dimension, how reliable the mean of the anonymous raters is, and how many would be enough."""
    for code, found in zip(result.design.layout.dimensions, anonymous_reliability(result), strict=True):
        if isinstance(found, NotEstimable):
            yield {"code": code, "reason": found.reason.code}
        else:
            needed = None if isinstance(found.needed, NotEstimable) else found.needed
            raters, reliability = (float(quantised(value)) for value in (found.raters, found.reliability))
            yield {"code": code, "reason": "", "raters": raters, "reliability": reliability, "needed": needed}


def _standings(scored: ScoredCycle, effects: Effects) -> Iterator[tuple[Any, ...]]:
    """A row for everyone with an overall score."""
    result = scored.scores
    places = np.flatnonzero(result.overall.is_estimated)
    value, error = result.overall.value[places], result.overall.standard_error[places]
    ranks = expected_ranks(value, standard_error=error)
    met = level_probabilities(result).overall_value[places]
    columns = [quantised(column).tolist() for column in (value, error, ranks.expected, ranks.low, ranks.high, met)]
    row_of = dict(zip(places.tolist(), zip(*columns, strict=True), strict=True))
    moved, predicted = _moved(effects), _predicted(result)
    for participant in scored.participants:
        place = scored.place_of_subject.get(participant.subject_id or 0, -1)
        if (row := row_of.get(place)) is not None:
            without = None if place not in moved else float(quantised(row[0] + moved[place]))
            yield (participant.id, *row, without, predicted.get(place))


def _moved(effects: Effects) -> dict[int, float]:
    """How far each score would move without the severity of its named raters."""
    if isinstance(effects, NotEstimable) or effects.rater_variance == 0:
        return {}
    return dict(zip(effects.ratees.level.tolist(), effects.adjusted.moved_by_severity.tolist(), strict=True))


def _predicted(result: CycleScores) -> dict[int, float]:
    """The overall score if missing groups had said what the others let expect, where all parts can be predicted."""
    found = predicted_scores(result)
    weights = np.where(result.scores.is_estimated, result.design.profile_weights[result.profile_of_subject], 0.0)
    is_known = ((found.reason == Reason.ESTIMATED) | (weights == 0)).all(axis=1) & (weights.sum(axis=1) > 0)
    places = np.flatnonzero(is_known)
    overall = (weights * found.value)[places].sum(axis=1) / weights[places].sum(axis=1)
    return dict(zip(places.tolist(), quantised(overall).tolist(), strict=True))
