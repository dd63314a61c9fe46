"""Many-facet Rasch on 36,000 ratings (500 persons, 6 of 100 raters each, 12 items), beside fit_mfrm of PyPI mirt.

Both integrate the same marginal likelihood; ours doubles its grid until the likelihood stands, theirs stops at a
spacing that resolves the persons. Measures, errors and likelihood are compared first. The joint and the penalised
estimates, which the peer does not offer, are timed beside the same peer.
"""

from collections.abc import Callable, Iterator
from functools import partial
from importlib import import_module
from importlib.util import find_spec
from typing import Any

import numpy as np
from numpy.typing import NDArray

from assessments.measurement.rasch.fit import fit_statistics
from assessments.measurement.rasch.joint import joint_calibration
from assessments.measurement.rasch.marginal import MarginalCalibration, marginal_calibration
from assessments.measurement.rasch.penalised import penalised_calibration
from assessments.measurement.rasch.rating_table import RatingTable, rating_table
from benchmarks.rows import Row, milliseconds, side_by_side

PERSONS, RATERS, EACH, ITEMS = 500, 100, 6, 12
THRESHOLDS = (-1.5, -0.5, 0.5, 1.5)
MEASURES_AGREE, LIKELIHOODS_AGREE = 2e-3, 5e-3
GROWTH = (2_000, 8_000)


def invented(persons: int, *, raters: int = RATERS, seed: int = 1) -> RatingTable:
    """Ratings from 1 to 5 drawn from the model, each person rated by six raters on all items."""
    random = np.random.default_rng(seed)
    ability, severity = random.normal(0, 1, persons), random.normal(0, 0.5, raters)
    difficulty = np.linspace(-1, 1, ITEMS)
    chosen = np.argsort(random.random((persons, raters)), axis=1)[:, :EACH]
    person = np.repeat(np.arange(persons), EACH * ITEMS)
    rater, item = np.repeat(chosen.ravel(), ITEMS), np.tile(np.arange(ITEMS), persons * EACH)
    location = ability[person] - difficulty[item] - severity[rater]
    potential = np.concatenate([[0.0], -np.cumsum(THRESHOLDS)])
    chance = np.exp(np.arange(5)[:, None] * location + potential[:, None])
    score = (np.cumsum(chance / chance.sum(axis=0), axis=0) < random.random(len(person))).sum(axis=0)
    return rating_table(score + 1, person=person, item=item, rater=rater, lowest=1, highest=5, raters=raters)


def with_mirt(table: RatingTable) -> Callable[[], Any]:
    """The peer's fit of the same ratings, given in the wide layout that it takes."""
    models, estimation = import_module("mirt.models"), import_module("mirt.estimation")
    shape = (table.persons, EACH * ITEMS)

    def wide(values: NDArray[np.int64]) -> NDArray[np.int64]:
        return values.reshape(shape)

    def fitted() -> Any:
        model = models.PolytomousMFRM(table.items, table.top + 1, [models.Facet("rater", table.raters)])
        return estimation.fit_mfrm(
            model, wide(table.score), {"rater": wide(table.rater)}, item_indices=wide(table.item), tol=1e-8
        )

    return fitted


def ours(table: RatingTable) -> MarginalCalibration:
    """Measures with errors, persons and variance."""
    found = marginal_calibration(table)
    assert isinstance(found, MarginalCalibration)
    return found


def same(found: MarginalCalibration, peer: Any) -> None:
    """Refuse to time two programs that do not tell the same."""
    assert abs(found.log_likelihood - peer.log_likelihood) < LIKELIHOODS_AGREE
    pairs = [
        (found.raters.measure, peer.facet_parameters["rater"]),
        (found.raters.standard_error, peer.facet_se["rater"]),
        (found.items.measure, peer.model.item_difficulty - peer.model.item_difficulty.mean()),
        (found.persons.measure - found.person_mean, peer.theta),
        (found.persons.standard_error, peer.theta_se),
        (found.thresholds.measure[0], np.ravel(peer.model.thresholds)),
    ]
    for one, other in pairs:
        np.testing.assert_allclose(one, other, atol=MEASURES_AGREE)


def rows() -> Iterator[Row]:
    """Marginal estimates beside the peer; the other estimators; growth with the number of persons."""
    table = invented(PERSONS)
    size = f"{len(table.score):,} ratings"
    peer_ms = 0.0
    if find_spec("mirt") is not None:
        fitted = with_mirt(table)
        same(ours(table), fitted())
        mine, peer_ms = side_by_side(lambda: fit_statistics(ours(table)), fitted, rounds=3)
        yield Row("many-facet Rasch, marginal, with errors and fit", size, mine, "mirt fit_mfrm", peer_ms)
    times = {}
    for name, estimated in (("joint", joint_calibration), ("penalised", penalised_calibration)):
        times[name], _ = side_by_side(partial(estimated, table), lambda: None, rounds=3)
        if peer_ms:
            yield Row(f"many-facet Rasch, {name}", size, times[name], "mirt fit_mfrm (marginal)", peer_ms)
    for persons in GROWTH:
        larger = invented(persons, raters=persons // 20)
        mine = milliseconds(partial(penalised_calibration, larger))
        yield Row(
            "many-facet Rasch, penalised", f"{len(larger.score):,} ratings", mine, f"ours, {size}", times["penalised"]
        )
