"""What a calibration session sees: from shown cells alone, of managers by name, of anonymous raters as counts."""

import re
from collections.abc import Callable
from dataclasses import replace

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import delete, func, select

from people.organisation.models import Person
from people.roles.models import Viewer
from review.calibration.actions import store_calibration
from review.calibration.models import Calibration, Standing
from review.calibration.queries import calibration_of, severities_of, standings_listing, standings_statement
from review.cycles.models import Cycle
from review.scoring.queries import scored_cycle
from tests.review.worlds import open_northwind_cycle
from web.database import db
from web.transactions import in_transaction

Find = Callable[[str], Person]
Clients = Callable[..., FlaskClient]


def stored(cycle: Cycle) -> Calibration:
    found = calibration_of(cycle)
    assert found is not None
    return found


def test_severity_is_told_of_managers_with_at_least_five_people(closed_cycle: Cycle, person: Find) -> None:
    lines = {line["person_id"]: line for line in stored(closed_cycle).severities}
    assert {one.manager.id for one in severities_of(stored(closed_cycle))} == set(lines)
    andrew, steven = lines[person("andrew").id], lines[person("steven").id]
    assert andrew["people"] >= 5 > steven["people"]
    assert andrew["reason"] in {"", "no_variation"}
    assert ("leniency" in andrew) == (not andrew["reason"])
    assert steven["reason"] == "too_few_values"


def test_everyone_with_an_overall_score_has_a_rank_and_keeps_the_score(closed_cycle: Cycle) -> None:
    scored = scored_cycle(closed_cycle)
    standings = {row.participant_id: row for row in db.session.scalars(select(Standing))}
    assert len(standings) == stored(closed_cycle).ranked == int(scored.scores.overall.is_estimated.sum()) > 0
    for participant in scored.participants:
        place = scored.place_of_subject[participant.subject_id or 0]
        if (one := standings.get(participant.id)) is not None:
            assert one.overall == pytest.approx(scored.scores.overall.value[place], abs=1e-6)
            assert 1 <= one.rank_low <= one.rank_high <= len(standings)
            assert 0 <= one.met <= 1
    ranks = sum(one.rank for one in standings.values())
    assert ranks == pytest.approx(len(standings) * (len(standings) + 1) / 2, abs=1e-4)


def test_storing_the_evidence_twice_is_storing_it_once(closed_cycle: Cycle) -> None:
    before = [row.rank for row in db.session.scalars(select(Standing).order_by(Standing.participant_id))]
    in_transaction(lambda: store_calibration(scored_cycle(closed_cycle)))
    db.session.expire_all()
    assert before == [row.rank for row in db.session.scalars(select(Standing).order_by(Standing.participant_id))]
    assert db.session.scalar(select(func.count()).select_from(Calibration)) == 1


def test_the_page_opens_from_the_close_on_in_both_languages(
    app_on_sqlite: Flask, closed_cycle: Cycle, client_of: Clients
) -> None:
    address = f"/cycles/{closed_cycle.public_id}/calibration"
    for language, word in (("en", "How severe managers are"), ("zh", "直接上级的评分宽严度")):
        for reader in ("hr", "auditor"):
            page = client_of(reader, language).get(address)
            assert page.status_code == 200
            assert word in page.text
            assert "Andrew Fuller" in page.text
            assert not re.search(r"\bnan\b|\bNone\b", page.text)
    assert client_of("hr").get(f"{address}?sort=-rank").status_code == 200
    assert client_of("partner").get(address).status_code == 403


def test_a_cycle_that_was_closed_without_evidence_says_so(
    app_on_sqlite: Flask, closed_cycle: Cycle, client_of: Clients
) -> None:
    in_transaction(lambda: db.session.execute(delete(Calibration)))
    page = client_of("hr").get(f"/cycles/{closed_cycle.public_id}/calibration")
    assert "Nothing was kept for calibration" in page.text


def test_there_is_no_evidence_before_the_close(app_on_sqlite: Flask, person: Find, client_of: Clients) -> None:
    cycle = open_northwind_cycle(person, with_scorecards=False)
    assert client_of("hr").get(f"/cycles/{cycle.public_id}/calibration").status_code == 404


def test_nobody_sees_their_own_line_before_the_release(
    closed_cycle: Cycle, as_viewer: Callable[[str], Viewer], person: Find
) -> None:
    hr, steven = as_viewer("hr"), person("steven").id

    def shown_to(viewer: Viewer) -> set[int]:
        return {row.participant.person_id for row in db.session.scalars(standings_statement(closed_cycle, viewer))}

    assert steven in shown_to(hr)
    assert steven not in shown_to(replace(hr, person_id=steven))


def test_nobody_can_tell_their_own_rank_from_those_of_all_others(
    app_on_sqlite: Flask, closed_cycle: Cycle, as_viewer: Callable[[str], Viewer], person: Find
) -> None:
    hr = as_viewer("hr")
    with app_on_sqlite.test_request_context():
        assert "rank" in {column.key for column in standings_listing(closed_cycle, hr).columns}
        steven = replace(hr, person_id=person("steven").id)
        assert "rank" not in {column.key for column in standings_listing(closed_cycle, steven).columns}
