"""Ratings for the tests of many-facet Rasch measurement: published ones, invented ones and small random ones."""

import csv
from dataclasses import fields, is_dataclass

import numpy as np
from hypothesis import strategies as st

from assessments.measurement.rasch.anchors import Anchors
from assessments.measurement.rasch.calibration import Calibration
from assessments.measurement.rasch.marginal_likelihood import MarginalLikelihood
from assessments.measurement.rasch.preparation import Approach, Preparation, preparation
from assessments.measurement.rasch.rating_table import rating_table
from tests.oracles import FOLDER


def rows_of(name):
    """Lines of a CSV file beside the oracles."""
    with (FOLDER / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def guilford():
    """Guilford (1954): three judges rate five traits of seven scientists, 1 to 9."""
    lines = [(row, trait) for row in rows_of("guilford.csv") for trait in "abcde"]
    return rating_table(
        [int(row[trait]) for row, trait in lines],
        person=[int(row["ratee"]) - 1 for row, _ in lines],
        item=["abcde".index(trait) for _, trait in lines],
        rater=[int(row["judge"]) - 1 for row, _ in lines],
        lowest=1,
        highest=9,
    )


def essays():
    """Forty students rated by ten raters, 0 to 3, one rating missing; with the names of the raters."""
    rows = rows_of("ptam4wide.csv")
    names = [name for name in rows[0] if name != "pid"]
    cells = [(row[name], person, rater) for person, row in enumerate(rows) for rater, name in enumerate(names)]
    there = [(float(text), person, rater) for text, person, rater in cells if text]
    rating, person, rater = zip(*there, strict=True)
    return rating_table(rating, person=person, rater=rater, lowest=0, highest=3), names


def science():
    """Attitudes of 392 people to science, four items from 1 to 4."""
    rows = rows_of("science4.csv")
    return rating_table(
        [int(text) for row in rows for text in row.values()],
        person=np.repeat(np.arange(len(rows)), 4),
        item=np.tile(np.arange(4), len(rows)),
        lowest=1,
        highest=4,
    )


def invented(persons, *, raters=8, each=3, items=4, seed=1, deviation=1.0, severity=0.5, thresholds=(-1.2, 0.0, 1.2)):
    """Ratings drawn from the model: columns (rating, person, item, rater), and the true persons and raters."""
    random = np.random.default_rng(seed)
    ability, harshness = random.normal(0, deviation, persons), random.normal(0, severity, raters)
    difficulty = np.linspace(-0.8, 0.8, items) if items > 1 else np.zeros(1)
    of_person = np.argsort(random.random((persons, raters)), axis=1)[:, :each]
    person = np.repeat(np.arange(persons), each * items)
    rater, item = np.repeat(of_person.ravel(), items), np.tile(np.arange(items), persons * each)
    location = ability[person] - difficulty[item] - harshness[rater]
    potential = np.concatenate([[0.0], -np.cumsum(thresholds)])
    chance = np.exp(np.arange(len(potential))[:, None] * location + potential[:, None])
    rating = (np.cumsum(chance / chance.sum(axis=0), axis=0) < random.random(len(person))).sum(axis=0)
    return (rating, person, item, rater), (ability, harshness)


def table_of(columns, **options):
    """A table from columns (rating, person, item, rater) with ratings from 0 to 3."""
    rating, person, item, rater = columns
    given = {"lowest": 0, "highest": 3, **options}
    return rating_table(rating, person=person, item=item, rater=rater, **given)


@st.composite
def small_tables(draw):
    """Few ratings of few persons by few raters in any pattern, often without variation."""
    size = draw(st.integers(0, 25))
    persons, items, raters, top = (draw(st.integers(1, most)) for most in (5, 2, 4, 4))
    lines = st.tuples(
        st.integers(0, top), st.integers(0, persons - 1), st.integers(0, items - 1), st.integers(0, raters - 1)
    )
    columns = np.array(draw(st.lists(lines, min_size=size, max_size=size)), dtype=np.int64).reshape(-1, 4).T
    return table_of(columns, highest=top, persons=persons, items=items, raters=raters)


def measured(estimated, table, **options):
    """The calibration by an estimator, which must give one."""
    found = estimated(table, **options)
    assert isinstance(found, Calibration), found
    return found


def marginal_likelihood_of(table, *, is_partial_credit=False):
    """The marginal likelihood of ratings as a function of all measures."""
    approach = Approach(has_person_distribution=True, is_marginal=True)
    prepared = preparation(table, anchors=Anchors(), is_partial_credit=is_partial_credit, approach=approach)
    assert isinstance(prepared, Preparation), prepared
    return MarginalLikelihood(table, is_used=prepared.usable.is_used, layout=prepared.layout)


def is_finite(value):
    """Whether no number of a result is missing or infinite."""
    if is_dataclass(value):
        return all(is_finite(getattr(value, field.name)) for field in fields(value))
    if isinstance(value, tuple):
        return all(is_finite(part) for part in value)
    return bool(np.isfinite(value).all()) if isinstance(value, (float, np.ndarray)) else True
