"""On seeded random organisations an automated adversary finds nobody behind what the product shows."""

from __future__ import annotations

from collections import Counter

import numpy as np

from tests.assessments.measurement.adversary import organisation, plain_releases, promised_releases, wins

ORGANISATIONS = 200


def test_the_adversary_finds_nobody_and_many_behind_a_plain_minimum():
    found: Counter[str] = Counter()
    exposed, shown = 0, 0
    for seed in range(ORGANISATIONS):
        org = organisation(seed)
        releases = promised_releases(org)
        shown += len(releases)
        found.update(wins(org, releases))
        if seed < 40:
            exposed += bool(wins(org, plain_releases(org)))
    assert shown > 10_000
    assert not found
    assert exposed >= 32


def test_kept_cells_are_most_of_what_could_be_shown():
    org = organisation(7)
    several = np.bincount(org.subject[org.group >= 3], minlength=org.people) >= 3
    kept = {number for number, _ in promised_releases(org)}
    assert len(kept) >= 0.6 * several.sum()
