"""Recovery of many-facet Rasch measures: bias and coverage of 95 % intervals of raters, persons and variances."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from assessments.measurement.rasch.calibration import Calibration
from assessments.measurement.rasch.marginal import MarginalCalibration, marginal_calibration
from assessments.measurement.rasch.penalised import PenalisedCalibration, penalised_calibration
from assessments.measurement.rasch.rating_table import RatingTable, rating_table
from benchmarks.findings import Finding

PERSONS, RATERS, EACH, ITEMS = 150, 15, 4, 6
PERSON_DEVIATION, RATER_DEVIATION = 1.0, 0.5
THRESHOLDS = np.array([-1.5, -0.5, 0.5, 1.5])
NORMAL_975 = 1.959963984540054
REPLICATIONS = 200


@dataclass(frozen=True)
class Truth:
    """What the ratings of a replication were drawn from, in the frame of the estimates: severities add up to 0."""

    table: RatingTable
    persons: NDArray[np.float64]
    raters: NDArray[np.float64]


def drawn(random: np.random.Generator) -> Truth:
    """Ratings from 1 to 5 of persons by four raters each on six items."""
    ability = random.normal(0, PERSON_DEVIATION, PERSONS)
    severity = random.normal(0, RATER_DEVIATION, RATERS)
    difficulty = np.linspace(-1, 1, ITEMS)
    chosen = np.argsort(random.random((PERSONS, RATERS)), axis=1)[:, :EACH]
    person = np.repeat(np.arange(PERSONS), EACH * ITEMS)
    rater, item = np.repeat(chosen.ravel(), ITEMS), np.tile(np.arange(ITEMS), PERSONS * EACH)
    location = ability[person] - difficulty[item] - severity[rater]
    potential = np.concatenate([[0.0], -np.cumsum(THRESHOLDS)])
    chance = np.exp(np.arange(5)[:, None] * location + potential[:, None])
    score = (np.cumsum(chance / chance.sum(axis=0), axis=0) < random.random(len(person))).sum(axis=0)
    table = rating_table(score + 1, person=person, item=item, rater=rater, lowest=1, highest=5, raters=RATERS)
    middle = severity.mean()
    return Truth(table, ability - middle, severity - middle)


def covered(measure: NDArray[np.float64], error: NDArray[np.float64], truth: NDArray[np.float64]) -> float:
    """Share of 95 % intervals that hold the truth."""
    return float((np.abs(measure - truth) <= NORMAL_975 * error).mean())


def slope(measure: NDArray[np.float64], truth: NDArray[np.float64]) -> float:
    """Slope of the first on the second, less 1: for estimates on the truth, below 0 when they are drawn together."""
    return float(measure @ truth / (truth @ truth)) - 1.0


def of_replication(found: Calibration, truth: Truth) -> dict[str, float]:
    """What one replication tells."""
    variance = found.person_variance if isinstance(found, PenalisedCalibration | MarginalCalibration) else 0.0
    told = {
        "coverage of 95 % intervals of severities": covered(
            found.raters.measure, found.raters.standard_error, truth.raters
        ),
        "coverage of 95 % intervals of persons": covered(
            found.persons.measure, found.persons.standard_error, truth.persons
        ),
        "bias of persons": float((found.persons.measure - truth.persons).mean()),
        "bias of thresholds, per logit": slope(found.thresholds.measure[0], THRESHOLDS),
        # The variance of those drawn is on average that of all; beside it less is left to chance.
        "bias of the variance of persons": variance - float(truth.persons.var(ddof=1)),
    }
    if isinstance(found, PenalisedCalibration):
        # A measure drawn to the mean is right when the truth, given the measure, is the measure.
        told["bias of severities given their measures, per logit"] = slope(truth.raters, found.raters.measure)
        told["bias of the variance of raters"] = found.rater_variance - float(truth.raters.var(ddof=1))
    else:
        told["bias of severities, per logit"] = slope(found.raters.measure, truth.raters)
    return told


def simulated(estimated: Callable[[RatingTable], object], replications: int) -> dict[str, float]:
    """Means over the replications, each drawn from its own seed."""
    told = []
    for number in range(replications):
        truth = drawn(np.random.default_rng([11, number]))
        found = estimated(truth.table)
        assert isinstance(found, Calibration)
        told.append(of_replication(found, truth))
    return {quantity: float(np.mean([one[quantity] for one in told])) for quantity in told[0]}


def findings() -> Iterator[Finding]:
    """Both estimators for 360 degree ratings; coverage within .93 and .97, bias below .02."""
    for name, estimated in (("penalised", penalised_calibration), ("marginal", marginal_calibration)):
        for quantity, value in simulated(estimated, REPLICATIONS).items():
            low, high = (0.93, 0.97) if quantity.startswith("coverage") else (-0.02, 0.02)
            yield Finding(f"many-facet Rasch, {name}", quantity, value, low, high, REPLICATIONS)
