"""What a period comes to: the contract, its exceptions, and whole cycles at once."""

import json
from collections.abc import Callable, Sequence
from datetime import date
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import event

from assessments.exemptions.actions import approve_not_applicable, ask_not_applicable, mark_not_delivered
from assessments.measurement.reasons import Reason
from assessments.scorecards.models import CardResult, LineStatus, Scorecard
from assessments.scorecards.queries import actuals_missing, period_results, scorecards_of
from people.organisation.models import Person
from tests.assessments.scorecards.library import (
    ENDS_ON,
    STARTS_ON,
    agreed,
    contract_actuals,
    drafted,
    line,
    record_actuals,
)
from web.database import db
from web.transactions import in_transaction

CONTRACT = json.loads((Path(__file__).parents[2] / "data/oracles/contract_example.json").read_text())["expected"]
People = Callable[[str], Person]


def result_of(card: Scorecard) -> CardResult:
    return period_results([card.id]).of(card.id)


def test_the_contract_example_gives_its_points(app: Flask, person: People) -> None:
    contract_actuals(person("nancy"))
    result = result_of(agreed(person("nancy")))
    points = {line.measure_code: line.points for line in result.lines}
    assert points["net-sales"] == pytest.approx(CONTRACT["kpi_points"]["net sales"], abs=1e-6)
    assert points["sales-outstanding"] == pytest.approx(CONTRACT["kpi_points"]["days sales outstanding"], abs=1e-6)
    assert str(result.section_points) == CONTRACT["kpi_section_points"]
    assert [line.actual for line in result.lines] == [Decimal(950000), Decimal(50)]
    assert result.lines[0].attainment == Decimal("0.95")
    assert result.lines[1].attainment is None, "target over actual says nothing where lower is better"


def test_months_join_as_the_measure_says(app: Flask, person: People) -> None:
    nancy = person("nancy")
    record_actuals(nancy, "on-time-shipping", ("2026-01", "9", "10"), ("2026-02", "80", "90"), ("2026-03", "0", "0"))
    record_actuals(nancy, "active-customers", ("2026-01", "A B C", None), ("2026-02", "B C D", None))
    card = drafted(nancy, lambda: [line("on-time-shipping", 50, "0.95"), line("active-customers", 50, "4")])
    shipping, customers = result_of(card).lines
    assert shipping.actual == Decimal(89) / Decimal(100), "not the mean of 90 % and 88.9 %"
    assert (shipping.numerator, shipping.denominator) == (Decimal(89), Decimal(100))
    assert customers.actual == 4, "B and C count once"
    assert customers.missing == ("2026-03",)
    assert [month.members for month in customers.months] == [3, 3]


def test_months_outside_the_period_and_of_others_do_not_count(app: Flask, person: People) -> None:
    record_actuals(person("nancy"), "net-sales", ("2025-12", "5", None), ("2026-01", "7", None), ("2026-04", "9", None))
    record_actuals(person("janet"), "net-sales", ("2026-01", "1000", None))
    assert result_of(drafted(person("nancy"), lambda: [line("net-sales", 100, "10")])).lines[0].actual == 7


def test_figures_in_another_currency_are_named_and_not_added(app: Flask, person: People) -> None:
    record_actuals(person("nancy"), "net-sales", ("2026-01", "7", None))
    record_actuals(person("nancy"), "net-sales", ("2026-02", "500", None), currency="CNY")
    sales = result_of(drafted(person("nancy"), lambda: [line("net-sales", 100, "10")])).lines[0]
    assert (sales.actual, sales.foreign, sales.missing) == (Decimal(7), ("2026-02",), ("2026-02", "2026-03"))


def test_decimals_stay_exact_in_the_database(app: Flask, person: People) -> None:
    record_actuals(person("nancy"), "net-sales", ("2026-01", "0.1", None), ("2026-02", "0.2", None))
    record_actuals(person("nancy"), "net-sales", ("2026-03", "123456789012345678.0123456789", None))
    sales = result_of(drafted(person("nancy"), lambda: [line("net-sales", 100, "10")])).lines[0]
    assert sales.months[2].value == Decimal("123456789012345678.0123456789")
    assert [month.value for month in sales.months[:2]] == [Decimal("0.1"), Decimal("0.2")]


def test_a_period_without_actuals_has_no_points(app: Flask, person: People) -> None:
    result = result_of(agreed(person("nancy")))
    assert (result.hundredths, result.section_reason) == (None, Reason.PART_MISSING)
    assert [line.reason for line in result.lines] == [Reason.NO_ACTUALS] * 2


def test_not_applicable_lets_the_other_weights_grow(app: Flask, person: People) -> None:
    contract_actuals(person("nancy"))
    card = agreed(person("nancy"))
    asker, approver = person("andrew").id, person("hr").id
    in_transaction(lambda: ask_not_applicable(card.lines[1], "No invoices this year", asker))
    assert result_of(card).hundredths == 8867, "asking alone changes nothing"
    in_transaction(lambda: approve_not_applicable(card.lines[1], approver))
    result = result_of(card)
    assert (result.hundredths, result.remaining_share) == (9000, Fraction(3, 5))
    assert [line.share for line in result.lines] == [Fraction(1), Fraction(0)]
    assert result.lines[1].reason is Reason.NOT_APPLICABLE


def test_not_delivered_leaves_no_section_points(app: Flask, person: People) -> None:
    contract_actuals(person("nancy"))
    card = agreed(person("nancy"))
    in_transaction(lambda: mark_not_delivered(card.lines[1], "The report never came", person("andrew").id))
    result = result_of(card)
    assert (result.hundredths, result.section_reason) == (None, Reason.NOT_DELIVERED)


def test_gates_are_decided_and_never_averaged(app: Flask, person: People) -> None:
    contract_actuals(person("nancy"))
    lines = lambda: [line("net-sales", 100, "1000000"), line("complaints", 0, "0", is_gate=True)]  # noqa: E731 - a name reads better here
    card = drafted(person("nancy"), lines)
    assert [gate.measure_code for gate in result_of(card).gates_missing] == ["complaints"]
    record_actuals(person("nancy"), "complaints", ("2026-01", "0", None))
    assert result_of(card).gates_failed == ()
    record_actuals(person("nancy"), "complaints", ("2026-02", "1", None))
    result = result_of(card)
    assert [gate.measure_code for gate in result.gates_failed] == ["complaints"]
    assert (result.hundredths, result.lines[1].points) == (9000, None)
    assert period_results([card.id]).gate_failed.tolist() == [True]


def test_what_is_only_followed_has_a_figure_and_no_points(app: Flask, person: People) -> None:
    contract_actuals(person("nancy"))
    card = drafted(person("nancy"), lambda: [line("sales-outstanding", 100), line("net-sales", 0)])
    followed = result_of(card).lines[1]
    assert (followed.actual, followed.points, followed.target) == (Decimal(950000), None, None)


def test_below_the_threshold_the_line_goes_on_only_where_the_card_says_so(app: Flask, person: People) -> None:
    record_actuals(person("nancy"), "net-sales", ("2026-01", "790000", None))
    record_actuals(person("janet"), "net-sales", ("2026-01", "790000", None))

    def card(name: str, continues: bool) -> Scorecard:
        made = drafted(person(name), lambda: [line("net-sales", 100, "1000000", threshold="800000", cap="1300000")])
        in_transaction(lambda: setattr(made, "continues_line", continues))
        return made

    assert result_of(card("nancy", False)).lines[0].points == 0
    assert result_of(card("janet", True)).lines[0].points == pytest.approx(58)


def test_a_whole_cycle_takes_three_statements_and_comes_as_arrays(app: Flask, person: People) -> None:
    names = ("nancy", "janet", "margaret")
    cards = [agreed(person(name)) for name in names]
    for name in names[:2]:
        contract_actuals(person(name))
    statements: list[str] = []
    listen = lambda *given: statements.append(given[2])  # noqa: E731 - only this test listens
    ids = [card.id for card in reversed(cards)]
    db.session.expire_all()
    event.listen(db.engine, "before_cursor_execute", listen)
    results = period_results(ids)
    event.remove(db.engine, "before_cursor_execute", listen)
    assert len([text for text in statements if text.startswith("SELECT")]) == 3
    assert results.card_ids == tuple(ids)
    assert results.hundredths.tolist() == [0, 8867, 8867]
    assert results.section_reason.tolist() == [Reason.PART_MISSING, 0, 0]
    assert results.card.tolist() == [0, 0, 1, 1, 2, 2]
    assert results.weight.tolist() == [60, 40] * 3
    assert results.actual.tolist() == [0, 0, 950000, 50, 950000, 50]
    assert results.reason.tolist() == [Reason.NO_ACTUALS] * 2 + [0] * 4
    assert period_results([]).hundredths.tolist() == []


def test_missing_months_are_listed_for_the_check_before_opening(app: Flask, person: People) -> None:
    contract_actuals(person("nancy"))
    card = agreed(person("nancy"))
    assert actuals_missing([card.id]) == {card.id: {card.lines[1].id: ("2026-02",)}}


def test_a_cycle_finds_the_cards_of_exactly_its_period(app: Flask, person: People) -> None:
    card = drafted(person("nancy"))
    people: Sequence[int] = [person("nancy").id, person("janet").id]
    assert scorecards_of(people, STARTS_ON, ENDS_ON) == {person("nancy").id: card}
    assert scorecards_of(people, STARTS_ON, date(2026, 2, 28)) == {}
    assert card.lines[0].status is LineStatus.NORMAL
