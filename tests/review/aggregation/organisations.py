"""Random small cycles for property tests: plain people and the arrays of the same."""

from __future__ import annotations

import numpy as np
from hypothesis import strategies as st

from assessments.measurement.ratings import GROUPS, FormLayout
from review.aggregation.cycle import CycleScores, aggregate_cycle
from review.aggregation.design import CycleDesign
from tests.review.aggregation.plain import Person, Profile

CODES = st.sampled_from([0, 9, 1, 1, 2, 3, 4, 4, 5])
LAYOUTS = [{"A": 3, "B": 4}, {"A": 3, "B": 5, "C": 2}, {"A": 1, "B": 6, "C": 3}, {"A": 7, "B": 3}]


@st.composite
def profiles(draw, dimensions):
    """A role profile that asks self and manager for all, and other groups for some dimensions."""
    names = list(dimensions)
    others = {group: draw(st.sets(st.sampled_from(names))) for group in GROUPS[2:]}
    asked = {name: {"self", "manager", *(g for g, of in others.items() if name in of)} for name in names}
    weights = {str(group): draw(st.sampled_from([0, 10, 20, 35])) for group in GROUPS[2:]}
    return Profile(
        asked,
        {"manager": draw(st.sampled_from([0, 40, 50])), **weights},
        {name: draw(st.integers(0, 3)) for name in names},
    )


@st.composite
def cycles(draw):
    """Dimensions, threshold, two profiles and up to five people with up to a dozen raters each."""
    dimensions = draw(st.sampled_from(LAYOUTS))
    roles = [draw(profiles(dimensions)), draw(profiles(dimensions))]
    answers = st.sampled_from([CODES, st.integers(1, 5)]).flatmap(
        lambda codes: st.fixed_dictionaries(
            {name: st.lists(codes, min_size=n, max_size=n) for name, n in dimensions.items()}
        )
    )
    rater = st.tuples(st.sampled_from([*GROUPS[3:]] * 3 + ["peers"] * 3), answers)
    named = st.lists(st.tuples(st.sampled_from(GROUPS[:3]), answers), max_size=3, unique_by=lambda entry: entry[0])
    people = []
    for _ in range(draw(st.integers(1, 5))):
        given_by = draw(named) + draw(st.lists(rater, max_size=14))
        people.append(Person(draw(st.sampled_from(roles)), given_by))
    return dimensions, draw(st.sampled_from([3, 3, 4, 5])), roles, people


def design_of(dimensions, threshold, roles):
    """The same profiles as arrays."""
    names = list(dimensions)
    return CycleDesign(
        layout=FormLayout(tuple(names), tuple(dimensions.values())),
        applicable=np.array([[[g in role.asked[name] for name in names] for g in GROUPS] for role in roles]),
        group_weights=np.array([[float(role.weights.get(g, 0)) for g in GROUPS] for role in roles]),
        profile_weights=np.array([[float(role.shares[name]) for name in names] for role in roles]),
        required_levels=np.full((len(roles), len(names)), 3.0),
        threshold=threshold,
    )


def arrays_of(dimensions, roles, people):
    """Ratings, subject, group and profile of each subject."""
    rows = [
        (number, GROUPS.index(group), [code for name in dimensions for code in ratings[name]])
        for number, person in enumerate(people)
        for group, ratings in person.answers
    ]
    ratings = np.array([row[2] for row in rows], dtype=np.uint8).reshape(len(rows), sum(dimensions.values()))
    subject = np.array([row[0] for row in rows], dtype=np.int64)
    group = np.array([row[1] for row in rows], dtype=np.int64)
    return ratings, subject, group, np.array([roles.index(person.profile) for person in people])


def aggregated(dimensions, threshold, roles, people) -> CycleScores:
    """The cycle through the product's function."""
    ratings, subject, group, profile = arrays_of(dimensions, roles, people)
    return aggregate_cycle(
        ratings,
        subject=subject,
        group=group,
        profile_of_subject=profile,
        design=design_of(dimensions, threshold, roles),
    )
