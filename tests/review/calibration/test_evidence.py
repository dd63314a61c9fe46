"""What a calibration session sees: from shown cells alone, of managers by name, of anonymous raters as counts."""

import re
from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient

from assessments.measurement.reasons import Estimate, NotEstimable
from people.organisation.models import Person
from people.roles.models import Viewer
from review.calibration.queries import calibration_evidence, people_statement
from review.cycles.models import Cycle
from review.scoring.queries import scored_cycle
from tests.review.worlds import open_northwind_cycle
from web.database import db

Find = Callable[[str], Person]
Clients = Callable[..., FlaskClient]


def test_severity_is_told_of_managers_with_at_least_five_people(closed_cycle: Cycle, person: Find) -> None:
    found = {one.manager.id: one for one in calibration_evidence(closed_cycle).severities}
    andrew, steven = found[person("andrew").id], found[person("steven").id]
    assert andrew.people >= 5 > steven.people
    assert isinstance(andrew.leniency, Estimate)
    assert isinstance(steven.leniency, NotEstimable)


def test_everyone_with_an_overall_score_has_a_rank_and_keeps_the_score(closed_cycle: Cycle) -> None:
    evidence, scored = calibration_evidence(closed_cycle), scored_cycle(closed_cycle)
    assert len(evidence.standings) == evidence.ranked == int(scored.scores.overall.is_estimated.sum()) > 0
    for subject, place in scored.place_of_subject.items():
        if (one := evidence.standings.get(subject)) is not None:
            assert one.overall == scored.scores.overall.value[place]
            assert 1 <= one.rank_low <= one.rank_high <= evidence.ranked
            assert 0 <= one.met <= 1
    ranks = sum(one.rank for one in evidence.standings.values())
    assert ranks == pytest.approx(evidence.ranked * (evidence.ranked + 1) / 2)


def test_the_page_opens_from_the_close_on_in_both_languages(
    app_on_sqlite: Flask, closed_cycle: Cycle, client_of: Clients
) -> None:
    for language, word in (("en", "How severe managers are"), ("zh", "直接上级的评分宽严度")):
        page = client_of("hr", language).get(f"/cycles/{closed_cycle.public_id}/calibration")
        assert page.status_code == 200
        assert word in page.text
        assert "Andrew Fuller" in page.text
        assert not re.search(r"\bnan\b", page.text)


def test_there_is_no_evidence_before_the_close(app_on_sqlite: Flask, person: Find, client_of: Clients) -> None:
    cycle = open_northwind_cycle(person, with_scorecards=False)
    assert client_of("hr").get(f"/cycles/{cycle.public_id}/calibration").status_code == 404


def test_nobody_sees_their_own_line_before_the_release(closed_cycle: Cycle, as_viewer: Callable[[str], Viewer]) -> None:
    viewer = as_viewer("steven")
    shown = {row.person_id for row in db.session.scalars(people_statement(closed_cycle, viewer))}
    assert shown
    assert viewer.person_id not in shown
