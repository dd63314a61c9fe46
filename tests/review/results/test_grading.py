"""Grading beside the evidence, the second line's review, the signature: one verb a state."""

from collections.abc import Callable
from datetime import date

from flask import Flask
from flask.testing import FlaskClient

from people.grants.actions import grant_role
from people.organisation.models import Person
from people.permissions import Role
from people.roles.models import Viewer
from review.cycles.models import Cycle, ParticipantState
from review.results.models import GradeOrigin, Result
from review.results.queries import grade_steps_of, grades_near, result_of, results_to_review, signature_of
from tests.review.worlds import close_northwind_cycle, participant_of, released_northwind_cycle
from tests.sending import sent
from web.database import db
from web.transactions import in_transaction

Find = Callable[[str], Person]
Clients = Callable[..., FlaskClient]
AGREED = {"decision": "agree", "reason": "As the manager says"}


def result_for(cycle: Cycle, person: Person) -> Result:
    db.session.expire_all()
    found = result_of(participant_of(cycle, person))
    assert found is not None
    return found


def other_grade(result: Result) -> str:
    return "C" if result.calculated_grade != "C" else "B"


def address(cycle: Cycle, person: Person, verb: str) -> str:
    return f"/results/{participant_of(cycle, person).public_id}/{verb}"


def test_a_manager_takes_over_the_calculated_grade(app: Flask, person: Find, client_of: Clients) -> None:
    cycle = close_northwind_cycle(person)
    result = result_for(cycle, person("nancy"))
    data = {
        "grade": result.calculated_grade,
        "reason": "As seen at work",
        "comment": "Well done.",
        "version": str(result.version),
    }
    answer = client_of("andrew").post(address(cycle, person("nancy"), "grade"), data=data)
    assert answer.status_code == 303
    graded = result_for(cycle, person("nancy"))
    assert (graded.comment, graded.participant.state) == ("Well done.", ParticipantState.GRADED)
    assert [step.origin for step in grade_steps_of(graded)] == [GradeOrigin.CALCULATION, GradeOrigin.MANAGER]


def test_another_grade_needs_a_reason_beside_its_field(app: Flask, person: Find, client_of: Clients) -> None:
    cycle = close_northwind_cycle(person)
    result = result_for(cycle, person("nancy"))
    url, data = address(cycle, person("nancy"), "grade"), {"grade": other_grade(result)}
    answer = client_of("andrew").post(url, data={**data, "version": str(result.version)})
    assert answer.status_code == 422
    assert "Say why in a sentence" in answer.text
    assert result_for(cycle, person("nancy")).participant.state is ParticipantState.CALCULATED
    answer = client_of("andrew").post(url, data={**data, "reason": "Saved a customer.", "version": str(result.version)})
    assert answer.status_code == 303
    assert result_for(cycle, person("nancy")).grade == data["grade"]


def test_a_grade_that_the_scheme_does_not_have_is_refused(
    app_on_sqlite: Flask, person: Find, client_of: Clients
) -> None:
    cycle = close_northwind_cycle(person)
    answer = client_of("andrew").post(address(cycle, person("nancy"), "grade"), data={"grade": "Z", "reason": "x"})
    assert answer.status_code == 422
    assert client_of("andrew").post(address(cycle, person("nancy"), "grade"), data={}).status_code == 422


def test_two_who_grade_at_once_notice_each_other(app: Flask, person: Find, client_of: Clients) -> None:
    cycle = close_northwind_cycle(person)
    result = result_for(cycle, person("nancy"))
    url = address(cycle, person("nancy"), "grade")
    data = {"grade": result.calculated_grade, "reason": "As seen at work", "version": str(result.version)}
    assert client_of("andrew").post(url, data=data).status_code == 303
    assert client_of("andrew").post(url, data={**data, "comment": "Later"}).status_code == 409


def graded(cycle: Cycle, person: Find, client: FlaskClient, name: str) -> Result:
    result = result_for(cycle, person(name))
    data = {"grade": result.calculated_grade or "B", "reason": "As calculated"}
    assert sent(client, address(cycle, person(name), "grade"), data).status_code == 303
    return result_for(cycle, person(name))


def test_the_second_line_agrees_changes_with_a_reason_or_sends_back(
    app: Flask, person: Find, client_of: Clients
) -> None:
    cycle = close_northwind_cycle(person)
    steven, andrew = client_of("steven"), client_of("andrew")
    results = {name: graded(cycle, person, steven, name) for name in ("michael", "robert", "anne")}
    other = other_grade(results["robert"])
    send_back, change = {"decision": "send_back", "reason": ""}, {"decision": "other", "grade": other, "reason": ""}
    assert sent(andrew, address(cycle, person("anne"), "review"), send_back).status_code == 422
    assert sent(andrew, address(cycle, person("robert"), "review"), change).status_code == 422
    assert sent(andrew, address(cycle, person("michael"), "review"), AGREED).status_code == 303
    for name, data in (("robert", change), ("anne", send_back)):
        reasoned = {**data, "reason": "Compared with the others"}
        assert sent(andrew, address(cycle, person(name), "review"), reasoned).status_code == 303
    states = {name: result_for(cycle, person(name)).participant.state for name in results}
    assert states == {
        "michael": ParticipantState.REVIEWED,
        "robert": ParticipantState.REVIEWED,
        "anne": ParticipantState.CALCULATED,
    }
    assert result_for(cycle, person("robert")).grade == other


def test_hr_reviews_where_there_is_no_second_line_and_nobody_else(
    app_on_sqlite: Flask, person: Find, client_of: Clients
) -> None:
    cycle = close_northwind_cycle(person)
    graded(cycle, person, client_of("andrew"), "nancy")
    url = address(cycle, person("nancy"), "review")
    assert client_of("andrew").post(url, data=AGREED).status_code == 403
    assert client_of("auditor").post(url, data=AGREED).status_code == 403
    assert sent(client_of("hr"), url, AGREED).status_code == 303


def test_nobody_reviews_their_own_grade_not_even_hr(
    app_on_sqlite: Flask, person: Find, as_viewer: Callable[[str], Viewer], client_of: Clients
) -> None:
    cycle = close_northwind_cycle(person)
    in_transaction(lambda: grant_role(person("andrew"), Role.HR, None, date(2020, 1, 1), None, granted_by=None))
    graded(cycle, person, client_of("andrew"), "nancy")
    review = client_of("andrew").post(address(cycle, person("nancy"), "review"), data=AGREED)
    assert review.status_code == 403
    names = {row.participant.person.name for row in db.session.scalars(results_to_review(as_viewer("andrew"), cycle))}
    assert "Nancy Davolio" not in names
    assert names == {"Michael Suyama", "Robert King", "Anne Dodsworth"}


def test_signing_is_acknowledging_and_not_agreeing(app: Flask, person: Find, client_of: Clients) -> None:
    cycle = released_northwind_cycle(person)
    url, nancy = address(cycle, person("nancy"), "sign"), client_of("nancy")
    assert sent(nancy, url).status_code == 422
    assert client_of("andrew").post(url, data={"agrees": "yes"}).status_code == 403
    assert sent(nancy, url, {"agrees": "no", "note": "Let us talk."}).status_code == 303
    signature = signature_of(result_for(cycle, person("nancy")))
    assert signature is not None
    assert (signature.agrees, signature.note) == (False, "Let us talk.")
    assert nancy.post(url, data={"agrees": "yes"}).status_code == 409
    assert "Read, but not agreed." in client_of("hr").get(url.removesuffix("/sign")).text


def test_who_lies_within_one_standard_error_of_a_cut_is_said_so(app_on_sqlite: Flask, person: Find) -> None:
    cycle = close_northwind_cycle(person)
    result = result_for(cycle, person("nancy"))
    result.total, result.total_error = 10_400, 0.5
    assert grades_near(result) == ("S", "A", "B")[1:]
    result.total = 9_800
    assert grades_near(result) == ()
    result.total, result.has_failed_gate = 10_400, True
    assert grades_near(result) == ()
    db.session.rollback()


def put_total(cycle: Cycle, person: Person, total: int) -> None:
    """Let somebody's total lie somewhere, half a point being its standard error."""

    def put() -> None:
        result = result_for(cycle, person)
        result.total, result.total_error = total, 0.5

    in_transaction(put)


def test_close_to_a_cut_the_calculated_grade_needs_a_reason_too(app: Flask, person: Find, client_of: Clients) -> None:
    cycle = close_northwind_cycle(person)
    put_total(cycle, person("nancy"), 10_400)
    manager, url = client_of("andrew"), address(cycle, person("nancy"), "grade")
    assert "(optional)" not in manager.get(url).text.partition('for="reason"')[2].partition("</label>")[0]
    data = {"grade": result_for(cycle, person("nancy")).grade or ""}
    refused = sent(manager, url, data)
    assert refused.status_code == 422
    assert "Say in a sentence why it is this grade" in refused.text.partition('id="reason-error"')[2]
    assert result_for(cycle, person("nancy")).participant.state is ParticipantState.CALCULATED
    assert sent(manager, url, {**data, "reason": "Won two accounts"}).status_code == 303


def test_close_to_a_cut_agreeing_needs_a_reason_too(app: Flask, person: Find, client_of: Clients) -> None:
    cycle = close_northwind_cycle(person)
    graded(cycle, person, client_of("steven"), "michael")
    second, url = client_of("andrew"), address(cycle, person("michael"), "review")
    put_total(cycle, person("michael"), 10_400)
    assert sent(second, url, {"decision": "agree", "reason": " "}).status_code == 422
    assert sent(second, url, AGREED).status_code == 303


def test_away_from_every_cut_the_calculated_grade_speaks_for_itself(
    app: Flask, person: Find, client_of: Clients
) -> None:
    cycle = close_northwind_cycle(person)
    put_total(cycle, person("michael"), 9_800)
    data = {"grade": result_for(cycle, person("michael")).grade or "", "reason": ""}
    assert sent(client_of("steven"), address(cycle, person("michael"), "grade"), data).status_code == 303
    url = address(cycle, person("michael"), "review")
    assert "(optional)" in client_of("andrew").get(url).text.partition('for="reason"')[2].partition("</label>")[0]
    assert sent(client_of("andrew"), url, {"decision": "agree"}).status_code == 303
