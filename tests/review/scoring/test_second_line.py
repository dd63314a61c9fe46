"""The second line rates where the scheme asks it to, with a weight of its own."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date

from people.organisation.models import Person
from review.schemes.actions import draft_scheme, publish_scheme
from review.schemes.models import SecondLine
from review.schemes.queries import default_scheme_content
from review.scoring.queries import scored_cycle
from tests.review.worlds import close_northwind_cycle, participant_of
from web.transactions import in_transaction

Find = Callable[[str], Person]


def weights_of(find: Find) -> dict[str, float]:
    """The weight of each cell of Michael's first dimension."""
    cycle = close_northwind_cycle(find)
    steps = scored_cycle(cycle).person(participant_of(cycle, find("michael"))).steps
    assert steps is not None
    return {"+".join(cell.groups): cell.weight for cell in steps.dimension("C3").cells if cell.is_shown}


def test_the_second_line_counts_with_the_weight_of_the_scheme(person: Find) -> None:
    content = default_scheme_content(
        name={"zh": "隔级评价", "en": "Second line rates"},
        job_level_from=1,
        job_level_to=30,
        starts_on=date(2020, 1, 1),
    )
    rates = replace(content, second_line=SecondLine.RATES, second_line_weight=20)
    in_transaction(lambda: publish_scheme(draft_scheme(rates, code="general"), None))
    weights = weights_of(person)
    assert (weights["manager"], weights["second_line"]) == (50, 20)


def test_elsewhere_the_second_line_is_not_asked(person: Find) -> None:
    assert "second_line" not in weights_of(person)
