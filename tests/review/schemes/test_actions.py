"""Schemes are written as drafts, checked, and stand for good once published."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import delete, func, select, update
from sqlalchemy.exc import DBAPIError

from review.schemes import errors
from review.schemes.actions import discard_draft, draft_next_version, draft_scheme, publish_scheme, write_scheme
from review.schemes.models import (
    DistributionRule,
    GradeBand,
    Scheme,
    SchemeSection,
    SecondLine,
    SectionKind,
    VisiblePart,
)
from review.schemes.queries import BandContent, SchemeContent, content_of, default_scheme_content, scheme_for
from web.database import db
from web.errors import SteelyardError
from web.transactions import in_transaction

NAME = {"zh": "销售序列", "en": "Sales"}
START = date(2026, 1, 1)


def content(levels: tuple[int, int] = (1, 10), starts_on: date = START, **changes: Any) -> SchemeContent:
    lowest, highest = levels
    made = default_scheme_content(name=NAME, job_level_from=lowest, job_level_to=highest, starts_on=starts_on)
    return replace(made, **changes)


def published(*arguments: Any, code: str | None = None, **changes: Any) -> Scheme:
    def make() -> Scheme:
        return publish_scheme(draft_scheme(content(*arguments, **changes), code=code), None)

    return in_transaction(make)


def bands(**changes: BandContent) -> tuple[BandContent, ...]:
    return tuple(changes.get(band.grade, band) for band in content().bands)


def test_the_default_is_the_contract(app: Flask) -> None:
    scheme = published()
    db.session.expire_all()
    assert scheme.grade_bands.cuts == (("S", 11200), ("A", 10400), ("B", 9200), ("C", 7500))
    assert [str(band.coefficient) for band in scheme.bands] == ["1.50", "1.20", "1.00", "0.70", "0.00"]
    assert [scheme.weight_of(kind) for kind in SectionKind] == [40, 60]
    assert scheme.grade_bands.grade_of(9293) == "B"
    assert sum(scheme.guidance_shares.values()) == 100
    assert scheme.merit_matrix.guideline("A", Fraction(9, 10)) == Fraction(6, 100)
    assert content_of(scheme) == content()


S, A = content().bands[0], content().bands[1]
BAD: dict[str, tuple[type[SteelyardError], dict[str, Any]]] = {
    "weights below 100": (errors.SectionWeightsError, {"sections": {SectionKind.KPI: 99}}),
    "weights above 100": (errors.SectionWeightsError, {"sections": {SectionKind.KPI: 61, SectionKind.COMPETENCY: 40}}),
    "a negative weight": (errors.SectionWeightsError, {"sections": {SectionKind.KPI: 101, SectionKind.COMPETENCY: -1}}),
    "equal bands": (errors.BandsOverlapError, {"bands": bands(A=replace(A, points=Decimal(112)))}),
    "bands upside down": (errors.BandsOverlapError, {"bands": bands(A=replace(A, points=Decimal(113)))}),
    "a gap": (errors.BandsGapError, {"bands": bands(A=replace(A, points=None))}),
    "no lowest grade": (errors.BandsGapError, {"bands": bands(D=replace(content().bands[4], points=Decimal(1)))}),
    "points nobody has": (errors.PointsRangeError, {"bands": bands(S=replace(S, points=Decimal("120.01")))}),
    "points too fine": (errors.PointsRangeError, {"bands": bands(S=replace(S, points=Decimal("112.001")))}),
    "a grade twice": (errors.RepeatedGradeError, {"bands": bands(A=replace(A, grade="S"))}),
    "a grade without a name": (errors.RepeatedGradeError, {"bands": bands(A=replace(A, grade=""))}),
    "one grade": (errors.TooFewGradesError, {"bands": content().bands[4:]}),
    "a negative coefficient": (errors.CoefficientError, {"bands": bands(S=replace(S, coefficient=Decimal(-1)))}),
    "a worse grade pays more": (errors.CoefficientError, {"bands": bands(A=replace(A, coefficient=Decimal(2)))}),
    "shares below 100": (errors.SharesSumError, {"bands": bands(A=replace(A, share=19))}),
    "no levels": (errors.LevelRangeError, {"job_level_from": 5, "job_level_to": 4}),
    "level 31": (errors.LevelRangeError, {"job_level_to": 31}),
    "ends first": (errors.EmptyValidityError, {"ends_on": date(2025, 12, 31)}),
    "an unknown cap": (errors.GateCapError, {"gate_cap": "E"}),
    "rates without weight": (errors.SecondLineWeightError, {"second_line": SecondLine.RATES}),
    "reviews with weight": (errors.SecondLineWeightError, {"second_line_weight": 10}),
    "no people in a team": (errors.SmallestTeamError, {"smallest_team": 0}),
    "nothing to see": (errors.VisibilityError, {"visibility": (VisiblePart.COMMENTS,)}),
    "unordered compa-ratios": (errors.MeritMatrixError, {"merit_cuts": tuple(map(Decimal, ("1", ".9", "1.1", "1.2")))}),
    "a hole in the matrix": (errors.RaisesError, {"bands": bands(S=replace(S, raises=S.raises[1:]))}),
    "a worse grade gets more": (errors.RaisesError, {"bands": bands(A=replace(A, raises=(Decimal(10),) * 5))}),
    "a name in one language": (errors.NameMissingError, {"name": {"zh": "", "en": "Sales"}}),
}


@pytest.mark.parametrize("case", BAD)
def test_what_does_not_fit_is_refused_and_nothing_changes(app: Flask, case: str) -> None:
    error, changes = BAD[case]
    with pytest.raises(error) as refusal:
        in_transaction(lambda: draft_scheme(content(**changes)))
    assert "%(" not in str(refusal.value)
    scheme = in_transaction(lambda: draft_scheme(content()))
    with pytest.raises(error):
        in_transaction(lambda: write_scheme(scheme, content(**changes)))
    db.session.expire_all()
    assert content_of(scheme) == content()
    assert db.session.scalar(select(func.count()).select_from(Scheme)) == 1


def test_shares_may_be_left_away(app: Flask) -> None:
    without = content(distribution=DistributionRule.NONE, bands=bands(A=replace(A, share=None)))
    assert in_transaction(lambda: draft_scheme(without)).guidance_shares == {}


def test_a_published_version_never_changes_not_even_in_the_database(app: Flask) -> None:
    scheme = published()
    for action in (
        lambda: write_scheme(scheme, content()),
        lambda: publish_scheme(scheme, None),
        lambda: discard_draft(scheme),
    ):
        with pytest.raises(errors.PublishedSchemeError):
            in_transaction(action)
    statements: list[Any] = [
        update(Scheme).values(job_level_to=12),
        update(GradeBand).values(coefficient_hundredths=5),
        update(SchemeSection).values(weight=50),
        delete(GradeBand),
        delete(Scheme),
    ]
    for statement in statements:
        with pytest.raises(DBAPIError):
            in_transaction(lambda: db.session.execute(statement))  # noqa: B023 - run at once, in this turn


@pytest.mark.parametrize(
    ("levels", "starts_on", "refused"),
    [
        ((10, 12), START, True),
        ((11, 12), START, False),
        ((5, 6), date(2027, 1, 1), True),
        ((5, 6), date(2025, 1, 1), True),
    ],
)
def test_no_level_is_reviewed_by_two_schemes_on_a_day(
    app: Flask, levels: tuple[int, int], starts_on: date, refused: bool
) -> None:
    published()
    if not refused:
        published(levels, starts_on)
        return
    with pytest.raises(errors.SchemesOverlapError):
        published(levels, starts_on)
    assert db.session.scalar(select(func.count()).select_from(Scheme)) == 1


def test_a_scheme_that_ended_leaves_its_levels_free(app: Flask) -> None:
    published(ends_on=date(2026, 6, 30))
    after = published((1, 10), date(2026, 7, 1))
    assert scheme_for(4, date(2026, 7, 1)) is after


def test_the_next_version_takes_over_on_its_first_day(app: Flask) -> None:
    first = published()
    draft = in_transaction(lambda: draft_next_version(first))
    assert draft.number == 2
    with pytest.raises(errors.DraftExistsError):
        in_transaction(lambda: draft_next_version(first))
    with pytest.raises(errors.NothingChangedError):
        in_transaction(lambda: publish_scheme(draft, None))
    earlier = content(starts_on=date(2025, 12, 1))
    in_transaction(lambda: write_scheme(draft, earlier))
    with pytest.raises(errors.StartsTooEarlyError):
        in_transaction(lambda: publish_scheme(draft, None))
    in_transaction(lambda: write_scheme(draft, content((1, 9), date(2026, 7, 1))))
    in_transaction(lambda: publish_scheme(draft, None))
    assert scheme_for(4, date(2026, 6, 30)) is first
    assert scheme_for(4, date(2026, 7, 1)) is draft
    assert scheme_for(10, date(2026, 7, 1)) is None


def test_a_discarded_draft_is_gone(app: Flask) -> None:
    first = published()
    draft = in_transaction(lambda: draft_next_version(first))
    in_transaction(lambda: discard_draft(draft))
    assert db.session.scalars(select(Scheme)).all() == [first]
    assert db.session.scalar(select(func.count()).select_from(GradeBand)) == 5


def test_every_published_scheme_names_who_published_it(app: Flask, person: Callable[[str], Any]) -> None:
    scheme = in_transaction(lambda: publish_scheme(draft_scheme(content()), person("hr").id))
    assert scheme.published_by is person("hr")
