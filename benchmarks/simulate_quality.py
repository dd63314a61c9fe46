"""Response quality over many invented cycles: are chance findings as rare as their p-values say, and faults found?"""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from assessments.measurement.quality.answer_table import answers_of
from assessments.measurement.quality.flags import flagged
from assessments.measurement.quality.halo import halo
from assessments.measurement.quality.outlying import mahalanobis_distances
from assessments.measurement.quality.person_fit import category_derivatives, corrected_person_fit, person_fit
from assessments.measurement.quality.rater_ranges import rater_ranges
from assessments.measurement.quality.reciprocity import reciprocal_ratings
from benchmarks.findings import Finding

REPLICATIONS = 200
PERSONS = 20_000
Numbers = NDArray[np.float64]


def findings() -> Iterator[Finding]:
    """False alarms at 5 %, and true faults found, of each index with a p-value."""
    yield from person_fits()
    yield from raters()
    yield from distances()
    yield from favours()


def person_fits() -> Iterator[Finding]:
    """Spread of lz and lz* of Rasch answers at levels estimated by weighted likelihood: lz* mends what lz lacks."""
    random = np.random.default_rng(31)
    difficulty = np.linspace(-2, 2, 40)
    answers = (random.random((PERSONS, 40)) < right(random.normal(0, 1, PERSONS), difficulty)).astype(np.int64)
    p = np.stack([1 - (at := right(weighted_levels(answers.sum(axis=1), difficulty), difficulty)), at], axis=2)
    plain = person_fit(answers, probabilities=p)
    corrected = corrected_person_fit(answers, probabilities=p, derivatives=category_derivatives(p))
    yield Finding("person fit lz, estimated level", "standard deviation", float(plain.value.std()), 0.0, 1.0, PERSONS)
    yield Finding("person fit lz*", "standard deviation", float(corrected.value.std()), 0.97, 1.03, PERSONS)
    # Snijders' correction is exact for long tests only: the mean falls with the root of the number of items.
    yield Finding("person fit lz*", "mean with 40 items", float(corrected.value.mean()), -0.1, 0.1, PERSONS)
    alarms = float((corrected.p_values <= 0.05).mean())
    yield Finding("person fit lz*", "false alarms at 5%", alarms, 0.04, 0.06, PERSONS)


def right(level: Numbers, difficulty: Numbers) -> Numbers:
    """Probability of a right answer (persons, items)."""
    probability: Numbers = 1 / (1 + np.exp(difficulty - level[:, None]))
    return probability


def weighted_levels(total: NDArray[np.int64], difficulty: Numbers) -> Numbers:
    """Warm's estimate of the level for each number of right answers, by bisection."""
    low, high = np.full(len(difficulty) + 1, -8.0), np.full(len(difficulty) + 1, 8.0)
    for _ in range(60):
        middle = (low + high) / 2
        p = right(middle, difficulty)
        spread = p * (1 - p)
        pull = (spread * (1 - 2 * p)).sum(axis=1) / (2 * spread.sum(axis=1))
        is_below = np.arange(len(middle)) - p.sum(axis=1) + pull > 0
        low, high = np.where(is_below, middle, low), np.where(is_below, high, middle)
    level: Numbers = ((low + high) / 2)[total]
    return level


def raters() -> Iterator[Finding]:
    """Halo and restricted ranges of 30 raters of ten people, of whom the first has the fault."""
    random = np.random.default_rng(32)
    rater = np.repeat(np.arange(30), 10)
    alarms, found = np.zeros((2, REPLICATIONS)), np.zeros((2, REPLICATIONS))
    for turn in range(REPLICATIONS):
        value = 3 + random.normal(0, 0.6, (300, 1)) + random.normal(0, 0.7, (300, 7))
        own = value[:10].mean(axis=1, keepdims=True)
        flat, narrow = value.copy(), value.copy()
        flat[:10] = own + (value[:10] - own) / 3
        narrow[:10] += (3 - own) * 0.8
        for place, faulty in enumerate((flat, narrow)):
            for table, kept in ((value, alarms), (faulty, found)):
                answers = answers_of(np.clip(np.rint(table * 3) / 3, 1, 5))
                if place == 0:
                    result = halo(answers, rater=rater, seed=turn, draws=199).p_values
                else:
                    result = rater_ranges(answers, rater=rater, lowest=1, highest=5).p_values
                kept[place, turn] = (result <= 0.05).mean() if kept is alarms else result[0] <= 0.05
    for place, name in enumerate(("halo", "range restriction")):
        share = float(alarms[place].mean())
        yield Finding(name, "false alarms at 5%", share, 0.03, 0.07, REPLICATIONS * 30)
        yield Finding(name, "true faults found at 5%", float(found[place].mean()), 0.9, 1.0, REPLICATIONS)


def distances() -> Iterator[Finding]:
    """Mahalanobis distances of normal answers, every tenth missing."""
    random = np.random.default_rng(33)
    mixed = random.normal(size=(PERSONS, 20)) + random.normal(size=(PERSONS, 1))
    found = mahalanobis_distances(answers_of(mixed, answered=random.random(mixed.shape) > 0.1))
    alarms = float((found.p_values <= 0.05).mean())
    yield Finding("Mahalanobis distance", "false alarms at 5%", alarms, 0.045, 0.055, PERSONS)


def favours() -> Iterator[Finding]:
    """Ratings in return among 60 people: alarms without favours, and false flags among pairs when one pair has them."""
    random = np.random.default_rng(34)
    person, other = np.triu_indices(60, k=1)
    alarms, is_found, false_share = [], [], []
    for turn in range(REPLICATIONS):
        chosen = random.random(len(person)) < 0.1
        a, b = person[chosen], other[chosen]
        rater, subject = np.concatenate([a, b]), np.concatenate([b, a])
        value = random.normal(0, 0.5, 60)[rater] + random.normal(0, 0.5, 60)[subject]
        value += random.normal(0, 0.5, len(rater))
        alarms.append(reciprocal_ratings(value, rater=rater, subject=subject, seed=turn, draws=199).association_p)
        value[[0, len(a)]] += 3.0
        found = reciprocal_ratings(value, rater=rater, subject=subject, seed=turn, draws=99)
        flags = flagged(found.p_values, reasons=found.reasons).is_flagged
        is_pair = (found.first == a[0]) & (found.second == b[0])
        is_found.append(flags[is_pair].any())
        false_share.append(flags[~is_pair].sum() / max(int(flags.sum()), 1))
    share = float((np.array(alarms) <= 0.05).mean())
    yield Finding("reciprocal ratings", "false alarms at 5%", share, 0.01, 0.09, REPLICATIONS)
    yield Finding("reciprocal pair", "true favours flagged", float(np.mean(is_found)), 0.5, 1.0, REPLICATIONS)
    yield Finding("reciprocal pair", "share of false flags", float(np.mean(false_share)), 0.0, 0.05, REPLICATIONS)
