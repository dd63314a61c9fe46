"""Which scheme reviews whom, and how much each part weighs in the end."""

from datetime import date
from fractions import Fraction
from types import SimpleNamespace
from typing import Any

from flask import Flask

from review.schemes.actions import draft_scheme
from review.schemes.models import SecondLine, SectionKind
from review.schemes.queries import effective_weights, published_schemes, scheme_for, schemes_for_levels
from rubrics.frameworks.models import RaterGroup
from tests.review.schemes.test_actions import START, content, published
from web.transactions import in_transaction

WEIGHTS = {"self": 0, "manager": 50, "peers": 30, "partners": 20}
PROFILE: Any = SimpleNamespace(
    requirements=[
        SimpleNamespace(dimension_code="C3", weight_percent=60, groups=["self", "manager", "peers", "partners"]),
        SimpleNamespace(dimension_code="R3", weight_percent=40, groups=["self", "manager"]),
    ]
)


def test_each_level_has_the_scheme_of_its_day(app: Flask) -> None:
    low, high = published((1, 5)), published((6, 10), date(2026, 3, 1))
    assert published_schemes(START) == [low]
    assert published_schemes(date(2026, 3, 1)) == [low, high]
    assert schemes_for_levels([4, 6, 12], date(2026, 3, 1)) == {4: low, 6: high}
    assert scheme_for(4, date(2025, 12, 31)) is None


def test_drafts_review_nobody(app: Flask) -> None:
    in_transaction(lambda: draft_scheme(content()))
    assert published_schemes(START) == []


def test_effective_weights_multiply_down_to_each_group_and_add_up_to_one(app: Flask) -> None:
    scheme = published()
    weights = effective_weights(scheme, PROFILE, WEIGHTS)
    shares = {(weight.dimension_code, weight.group): weight.share for weight in weights}
    assert shares == {
        ("C3", RaterGroup.MANAGER): Fraction(12, 100),
        ("C3", RaterGroup.PEERS): Fraction(72, 1000),
        ("C3", RaterGroup.PARTNERS): Fraction(48, 1000),
        ("R3", RaterGroup.MANAGER): Fraction(16, 100),
        (None, None): Fraction(60, 100),
    }
    assert sum(shares.values()) == 1
    assert weights[-1].section is SectionKind.KPI


def test_a_second_line_manager_who_rates_has_a_share(app: Flask) -> None:
    scheme = published(second_line=SecondLine.RATES, second_line_weight=50)
    shares = {(entry.dimension_code, entry.group): entry.share for entry in effective_weights(scheme, PROFILE, WEIGHTS)}
    assert shares["R3", RaterGroup.SECOND_LINE] == shares["R3", RaterGroup.MANAGER] == Fraction(8, 100)
    assert sum(shares.values()) == 1
