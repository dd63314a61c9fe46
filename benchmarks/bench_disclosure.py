"""The audit of 10,000 queries about one organisation, beside an audit that starts anew with each query.

The peers are what a good engineer would write with numpy: everything released and the query are decomposed, and a group
of one or two whose indicator has no part in what is left open is exposed. They are timed over fewer queries, and their
time is scaled to 10,000; every decision is compared first.
"""

from collections.abc import Callable, Iterator
from functools import partial

import numpy as np
from numpy.typing import NDArray

from assessments.measurement.release_audit import ReleasedSums
from benchmarks.rows import Row, side_by_side
from benchmarks.simulate_disclosure import QUERIES, THRESHOLD, Organisation, Request

SIZES = (60, 200)
FEW = 500


def queries_of(people: int, number: int) -> tuple[tuple[str, ...], list[Request]]:
    """Who works there, and queries of at least three people."""
    organisation = Organisation(people, seed=1)
    queries: list[Request] = []
    while len(queries) < number:
        query = organisation.query()
        if len(query) >= THRESHOLD:
            queries.append(query)
    return organisation.names, queries


def ours(queries: list[Request]) -> list[bool]:
    """Audit each query and remember the answered ones."""
    released, decisions = ReleasedSums(THRESHOLD), []
    for query in queries:
        is_allowed = released.audited(query).is_allowed
        if is_allowed:
            released = released.with_release(query)
        decisions.append(is_allowed)
    return decisions


def anew(names: tuple[str, ...], queries: list[Request], basis: Callable[..., NDArray[np.float64]]) -> list[bool]:
    """Decompose all that was released and each query anew."""
    place = {name: number for number, name in enumerate(names)}
    released, decisions = np.zeros((0, len(names))), []
    for query in queries:
        row = np.zeros((1, len(names)))
        row[0, [place[name] for name in query]] = 1.0
        rows = np.vstack([released, row])
        is_allowed = not _exposes(basis(rows))
        if is_allowed and not (released == row).all(axis=1).any():
            released = rows
        decisions.append(is_allowed)
    return decisions


def by_singular_values(rows: NDArray[np.float64]) -> NDArray[np.float64]:
    """Orthonormal directions of the rows by singular values."""
    _, strength, directions = np.linalg.svd(rows, full_matrices=False)
    return np.asarray(directions[strength > 1e-9 * strength.max()])


def by_eigenvalues(rows: NDArray[np.float64]) -> NDArray[np.float64]:
    """Orthonormal directions of the rows by the eigenvalues of their products, which is faster."""
    strength, directions = np.linalg.eigh(rows @ rows.T)
    kept = strength > 1e-8 * strength.max()
    return np.asarray((directions[:, kept] / np.sqrt(strength[kept])).T @ rows)


def _exposes(directions: NDArray[np.float64]) -> bool:
    left = np.eye(directions.shape[1]) - directions.T @ directions
    alone = np.diagonal(left)
    pairs = alone[:, None] + alone + 2 * left
    np.fill_diagonal(pairs, 1.0)
    return bool(alone.min() < 1e-7 or pairs.min() < 1e-7)


def rows() -> Iterator[Row]:
    """Ours and both peers at two sizes of an organisation."""
    for people in SIZES:
        names, queries = queries_of(people, QUERIES)
        few = queries[:FEW]
        for peer, basis in (("numpy svd anew", by_singular_values), ("numpy eigh anew", by_eigenvalues)):
            assert ours(few) == anew(names, few, basis)
            ours_ms, peer_ms = side_by_side(partial(ours, queries), partial(anew, names, few, basis), rounds=3)
            yield Row("audit of sums over people", f"{people} x {QUERIES:,}", ours_ms, peer, peer_ms * QUERIES / FEW)
