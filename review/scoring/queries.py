"""A closed cycle's evidence read in a few queries and aggregated at once: the same code at close and ever after."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import select

from assessments.evidence.queries import closed_survey, cycle_means_of, spread_of
from assessments.measurement.ratings import GROUPS, FormLayout
from assessments.measurement.reasons import Reason
from assessments.measurement.rounding import quantised
from assessments.measurement.weighting import PartState
from assessments.scorecards.models import CardResult
from assessments.scorecards.queries import period_results
from assessments.surveys.models import Survey, SurveySubject
from assessments.surveys.queries import form_of
from people.organisation.models import Person
from review.aggregation.cycle import CycleScores, aggregate_cells
from review.aggregation.design import CycleDesign
from review.aggregation.explanation import PersonSteps, person_steps
from review.aggregation.totals import SectionEntry, TotalResult, total_result
from review.cycles.models import Cycle, Participant, ParticipantState
from review.schemes.models import Scheme, SectionKind
from review.scoring.models import Judged, PersonScores, ScoredParticipant
from rubrics.frameworks.models import RaterGroup
from rubrics.profiles.models import Profile
from rubrics.profiles.queries import requirements_of
from web.database import db

BLOCK_PEOPLE = 2_000
Cards = Mapping[int, CardResult]
KPI_STATES = {
    Reason.ESTIMATED: PartState.SCORED,
    Reason.NOT_APPLICABLE: PartState.NOT_APPLICABLE,
    Reason.NOT_DELIVERED: PartState.NOT_DELIVERED,
}


@dataclass(frozen=True)
class ScoredCycle:
    """A closed cycle, aggregated; `participants` are those who get a grade, in the order of their names."""

    cycle: Cycle
    participants: Sequence[ScoredParticipant]
    scores: CycleScores
    place_of_subject: dict[int, int]

    @property
    def people(self) -> Iterator[PersonScores]:
        """Every graded participant's numbers, in the order of participants."""
        for block in self.blocks():
            cards = cards_of(block)
            for row in block:
                yield self.person(row, cards)

    def person(self, participant: Judged, cards: Cards | None = None) -> PersonScores:
        """One participant's numbers with their steps; the scorecards are read unless they are given."""
        place = self.place_of_subject.get(participant.subject_id or 0)
        steps = None if place is None else person_steps(self.scores, place)
        card = (cards_of([participant]) if cards is None else cards).get(participant.scorecard_id or 0)
        hidden = () if steps is None else tuple(group.value for group in steps.hidden)
        return PersonScores(participant, steps, card, total_of(participant, steps, card), hidden)

    def blocks(self) -> Iterator[Sequence[ScoredParticipant]]:
        """The participants in blocks, each small enough to hold its scorecards in memory."""
        for start in range(0, len(self.participants), BLOCK_PEOPLE):
            yield self.participants[start : start + BLOCK_PEOPLE]


def scored_cycle(cycle: Cycle) -> ScoredCycle:
    """Read a closed cycle's cells and frozen means, and aggregate them."""
    closed = closed_survey(cycle.survey)
    layout = closed.table.layout
    design, design_row = cycle_design(cycle.survey, layout)
    scores = aggregate_cells(
        closed.table,
        profile_of_subject=design_row,
        design=design,
        means=cycle_means_of(cycle.survey, layout),
        spread=spread_of(cycle.survey, layout),
        items_shown=closed.items_shown,
        deleted_groups=closed.deleted_groups,
    )
    return ScoredCycle(
        cycle=cycle,
        participants=scored_participants(cycle),
        scores=scores,
        place_of_subject={int(subject): place for place, subject in enumerate(closed.frame.subject_ids)},
    )


def scored_participants(cycle: Cycle) -> list[ScoredParticipant]:
    """Who gets a grade in a cycle, in the order of names: plain columns, however many people there are."""
    statement = (
        select(Participant.id, Participant.subject_id, Participant.scorecard_id, Participant.scheme_id)
        .join(Participant.person)
        .where(Participant.cycle_id == cycle.id, Participant.state != ParticipantState.EXCLUDED)
        .order_by(Person.sort_key, Person.id)
    )
    used = select(Participant.scheme_id).where(Participant.cycle_id == cycle.id)
    schemes = {scheme.id: scheme for scheme in db.session.scalars(select(Scheme).where(Scheme.id.in_(used)))}
    return [
        ScoredParticipant(row.id, row.subject_id, row.scorecard_id, schemes.get(row.scheme_id))
        for row in db.session.execute(statement)
    ]


def cards_of(participants: Sequence[Judged]) -> Cards:
    """What the scorecards of some participants came to, by number."""
    numbers = [row.scorecard_id for row in participants if row.scorecard_id is not None]
    return {card.card_id: card for card in period_results(numbers).cards} if numbers else {}


def cycle_design(survey: Survey, layout: FormLayout) -> tuple[CycleDesign, NDArray[np.intp]]:
    """What was decided before opening, as arrays, and the row of each subject in them, in the order of their numbers.

    Subjects with the same profile and the same group weights share a row.
    """
    statement = select(SurveySubject.profile_id, SurveySubject.group_weights).where(
        SurveySubject.survey_id == survey.id
    )
    keys = [
        (profile_id, tuple(sorted((survey.group_weights if own is None else own).items())))
        for profile_id, own in db.session.execute(statement.order_by(SurveySubject.id))
    ]
    rows = {key: place for place, key in enumerate(dict.fromkeys(keys))}
    asked = select(SurveySubject.profile_id).where(SurveySubject.survey_id == survey.id)
    requirements = requirements_of(list(db.session.scalars(select(Profile).where(Profile.id.in_(asked)))))
    shape = (len(rows), len(layout.dimensions))
    applicable = np.zeros((len(rows), len(GROUPS), len(layout.dimensions)), dtype=np.bool_)
    weights, required, group_weights = np.zeros(shape), np.zeros(shape), np.zeros((len(rows), len(GROUPS)))
    for (profile_id, weight_items), row in rows.items():
        given = dict(weight_items)
        group_weights[row] = [float(given.get(group.value, 0)) for group in GROUPS]
        for requirement in requirements[profile_id]:
            place = layout.index(requirement.dimension_code)
            weights[row, place] = requirement.weight_percent
            required[row, place] = requirement.required_level
            applicable[row, :, place] = [requirement.asks(RaterGroup(group.value)) for group in GROUPS]
    group_weights[:, 0] = 0.0
    design = CycleDesign(
        layout=layout,
        applicable=applicable,
        group_weights=group_weights,
        profile_weights=weights,
        required_levels=required,
        threshold=survey.threshold,
        default_rater_variance=form_of(survey).default_rater_variance,
    )
    return design, np.array([rows[key] for key in keys], dtype=np.intp)


def total_of(participant: Judged, steps: PersonSteps | None, card: CardResult | None) -> TotalResult:
    """Total and grade of a participant from dimensions and scorecard."""
    scheme = participant.scheme
    assert scheme is not None, "a graded participant has a scheme"
    hundredths = steps.section_hundredths if steps is not None else None
    return total_of_sections(scheme, hundredths, section_error(steps, hundredths), card)


def total_of_sections(scheme: Scheme, competency: int | None, error: float, card: CardResult | None) -> TotalResult:
    """Total and grade from the hundredths of the competencies, their error, and the scorecard."""
    entries = [_section(section.kind, section.weight, competency, error, card) for section in scheme.sections]
    caps = [scheme.gate_cap] if scheme.gate_cap is not None and card is not None and card.gates_failed else []
    return total_result(entries, bands=scheme.grade_bands, caps=caps)


def _section(
    kind: SectionKind, weight: int, competency: int | None, error: float, card: CardResult | None
) -> SectionEntry:
    if kind is SectionKind.COMPETENCY:
        return SectionEntry(kind.value, weight, competency, error)
    if card is None:
        return SectionEntry(kind.value, weight, None, state=PartState.MISSING)
    state = KPI_STATES.get(card.section_reason, PartState.MISSING)
    return SectionEntry(kind.value, weight, card.hundredths, state=state)


def section_error(steps: PersonSteps | None, points: float | None) -> float:
    """The error of the points of the competencies; those of key figures have none, because figures are counted."""
    return 0.0 if steps is None or points is None else float(quantised(steps.section_error))
