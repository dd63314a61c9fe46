"""Evidence for calibration from a closed cycle's frozen cells: nothing here changes a score."""

from collections import defaultdict
from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Select, or_, select
from sqlalchemy.orm import contains_eager, joinedload

from assessments.closing.queries import named_raters_in
from assessments.measurement.reasons import Estimate, NotEstimable, Reason
from assessments.measurement.severity.crossed import CrossedEffects, crossed_effects
from assessments.measurement.severity.named_raters import named_raters
from assessments.measurement.uncertainty import estimate
from people.organisation.models import Person
from people.roles.models import Viewer
from review.aggregation.composite_reliability import observed_reliability
from review.aggregation.cycle import CycleScores
from review.aggregation.levels import level_probabilities
from review.aggregation.prediction import predicted_scores
from review.aggregation.ranks import expected_ranks
from review.aggregation.raters_needed import anonymous_reliability
from review.aggregation.sources import SourceDistances, source_distances
from review.calibration.models import Evidence, RatersNeeded, RoleReliability, Severity, Standing
from review.cycles.models import Cycle, Participant, ParticipantState
from review.results.access import SHOWN_TO_SUBJECT
from review.scoring.queries import ScoredCycle, scored_cycle
from rubrics.frameworks.models import RaterGroup
from rubrics.profiles.models import Profile
from web.database import db
from web.language import lazy_gettext as _l
from web.tables import Column, Listing

EVERYONE_ELSE = 0
SIGNIFICANT = 0.05


def calibration_evidence(cycle: Cycle) -> Evidence:
    """Aggregate a closed cycle from its frozen cells and tell how far its scores can be trusted."""
    scored = scored_cycle(cycle)
    distances = source_distances(scored.scores)
    raters = _raters(cycle, scored, distances)
    effects = crossed_effects(distances.distance, ratee=distances.subject, rater=raters)
    reliability = anonymous_reliability(scored.scores)
    return Evidence(
        severities=_severities(effects, raters, distances),
        is_severity_real=isinstance(effects, CrossedEffects) and effects.rater_test.p_value < SIGNIFICANT,
        roles=_roles(cycle, scored),
        raters_needed=tuple(map(RatersNeeded, scored.scores.design.layout.dimensions, reliability)),
        standings=_standings(scored, effects),
        ranked=int(scored.scores.overall.is_estimated.sum()),
    )


def _raters(cycle: Cycle, scored: ScoredCycle, distances: SourceDistances) -> NDArray[np.int64]:
    """Who gave each distance: a named source by number, all anonymous raters together as one."""
    numbers = {place: subject for subject, place in scored.place_of_subject.items()}
    named = {
        (subject, 1 << list(RaterGroup).index(group)): person
        for (subject, group), person in named_raters_in(cycle.survey).items()
    }
    return np.array(
        [
            named.get((numbers[subject], groups), EVERYONE_ELSE)
            for subject, groups in zip(distances.subject.tolist(), distances.groups.tolist(), strict=True)
        ],
        dtype=np.int64,
    )


def _severities(
    effects: CrossedEffects | NotEstimable, raters: NDArray[np.int64], distances: SourceDistances
) -> tuple[Severity, ...]:
    """Named raters by name; leniency only of those with at least five people who are tied to everyone else."""
    told = named_raters(distances.subject, rater=raters)
    place = {int(level): row for row, level in enumerate(told.level) if level != EVERYONE_ELSE}
    found = db.session.scalars(select(Person).where(Person.id.in_(place)).order_by(Person.sort_key, Person.id))
    return tuple(
        Severity(person, int(told.subjects[row]), _leniency(effects, Reason(int(told.reason[row])), row))
        for person in found
        for row in (place[person.id],)
    )


def _leniency(effects: CrossedEffects | NotEstimable, reason: Reason, row: int) -> Estimate | NotEstimable:
    if isinstance(effects, NotEstimable):
        return effects
    if reason is not Reason.ESTIMATED:
        return NotEstimable(reason)
    return estimate(float(effects.raters.effect[row]), float(effects.raters.standard_error[row]))


def _roles(cycle: Cycle, scored: ScoredCycle) -> tuple[RoleReliability, ...]:
    """For each role profile of the cycle, how reliable its overall scores are."""
    statement = select(Participant.subject_id, Participant.profile_id).where(
        Participant.cycle_id == cycle.id, Participant.subject_id.is_not(None), Participant.profile_id.is_not(None)
    )
    overall, places = scored.scores.overall, defaultdict[int, list[int]](list)
    for subject_id, profile_id in db.session.execute(statement):
        place = scored.place_of_subject.get(subject_id or 0)
        if place is not None and profile_id is not None and bool(overall.is_estimated[place]):
            places[profile_id].append(place)
    profiles = db.session.scalars(select(Profile).where(Profile.id.in_(places)).order_by(Profile.code))
    return tuple(
        RoleReliability(
            profile, len(rows), observed_reliability(overall.value[rows], standard_error=overall.standard_error[rows])
        )
        for profile in profiles
        if (rows := places[profile.id])
    )


def _standings(scored: ScoredCycle, effects: CrossedEffects | NotEstimable) -> Mapping[int, Standing]:
    """Everyone with an overall score: what it is worth, by the number of the subject."""
    result = scored.scores
    places = np.flatnonzero(result.overall.is_estimated)
    value, error = result.overall.value[places], result.overall.standard_error[places]
    ranks = expected_ranks(value, standard_error=error)
    met = level_probabilities(result).overall_value[places]
    moved = _moved(effects)
    predicted = _predicted(result)
    subject_of = {place: subject for subject, place in scored.place_of_subject.items()}
    return {
        subject_of[place]: Standing(
            overall=float(value[row]),
            error=float(error[row]),
            rank=float(ranks.expected[row]),
            rank_low=float(ranks.low[row]),
            rank_high=float(ranks.high[row]),
            met=float(met[row]),
            without_severity=None if place not in moved else float(value[row]) + moved[place],
            predicted=predicted.get(place),
        )
        for row, place in enumerate(places.tolist())
    }


def _moved(effects: CrossedEffects | NotEstimable) -> dict[int, float]:
    """How far each score would move without the severity of its named raters."""
    if isinstance(effects, NotEstimable):
        return {}
    return dict(zip(effects.ratees.level.tolist(), effects.adjusted.moved_by_severity.tolist(), strict=True))


def _predicted(result: CycleScores) -> dict[int, float]:
    """The overall score if missing groups had said what the others let expect, where all parts can be predicted."""
    found = predicted_scores(result)
    weights = np.where(result.scores.is_estimated, result.design.profile_weights[result.profile_of_subject], 0.0)
    is_known = ((found.reason == Reason.ESTIMATED) | (weights == 0)).all(axis=1) & (weights.sum(axis=1) > 0)
    places = np.flatnonzero(is_known)
    overall = (weights * found.value)[places].sum(axis=1) / weights[places].sum(axis=1)
    return dict(zip(places.tolist(), overall.tolist(), strict=True))


def people_statement(cycle: Cycle, viewer: Viewer) -> Select[Participant]:
    """The people of a cycle for the list of standings; the viewer's own line only once it is released."""
    return (
        select(Participant)
        .join(Participant.person)
        .join(Participant.unit)
        .where(
            Participant.cycle_id == cycle.id,
            Participant.state != ParticipantState.EXCLUDED,
            Participant.subject_id.is_not(None),
            or_(Participant.person_id != viewer.person_id, Participant.state.in_(SHOWN_TO_SUBJECT)),
        )
        .options(contains_eager(Participant.person), contains_eager(Participant.unit), joinedload(Participant.position))
    )


def standings_listing(cycle: Cycle, viewer: Viewer) -> Listing:
    """The list of standings: searched by name and number; its numbers come from the evidence."""
    return Listing(
        people_statement(cycle, viewer),
        (
            Column("name", _l("Employee"), Person.sort_key, (Person.name, Person.employee_number)),
            Column("overall", _l("Overall score"), kind="number"),
            Column("met", _l("Requirement met"), kind="number"),
            Column("rank", _l("Expected rank"), kind="number"),
            Column("without_severity", _l("Without severity"), kind="number"),
            Column("predicted", _l("With missing groups"), kind="number"),
        ),
        caption=_l("How firm the order of people is"),
        default_sort="name",
        tie_breaker=Person.id,
    )
