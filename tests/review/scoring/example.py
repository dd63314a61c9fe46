"""The contract's example as a cycle in the database: the person, and four others whose cells make the cycle's means."""

import json
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from sqlalchemy import delete

from assessments.actuals.actions import import_actuals
from assessments.answers.actions import answer_many
from assessments.answers.queries import layout_of
from assessments.scorecards.actions import LineDraft, agree_scorecard, draft_scorecard, lock_scorecard
from assessments.surveys.actions import ask_many
from assessments.surveys.models import RatingRequest
from assessments.surveys.queries import form_of, requests_of
from people.organisation.models import Person
from review.cycles.actions import open_cycle, plan_cycle
from review.cycles.models import Cycle, ParticipationStatus
from review.cycles.queries import participants_of
from review.participation.actions import set_participation
from rubrics.frameworks.models import RaterGroup, VersionOrigin
from rubrics.frameworks.queries import items_of
from rubrics.measures.queries import measures_by_code
from rubrics.profiles.actions import add_profile, map_position
from rubrics.profiles.models import ProfileContent, RequirementContent
from tests.catalogue import with_catalogue
from tests.review.worlds import MONTHS, PERIOD, close, cycle_plan, scheme_for_everyone
from web.database import db
from web.transactions import in_transaction

EXAMPLE = json.loads((Path(__file__).parents[2] / "data" / "oracles" / "contract_example.json").read_text())
PERSON = "nancy"
OTHERS = ("janet", "margaret", "michael", "robert")
CAST = ("andrew", "nancy", "janet", "margaret", "steven", "michael", "robert", "laura", "anne")
STAFF = ("hr", "partner", "approver", "auditor", "administrator")
# Nine a subject beside the manager, and what they answer so that the cycle's means are those of the example:
# peers alone 57 over 15 answers = 3.8, partners alone 54 over 15 = 3.6, in C3 and C4 of each of the four.
PEERS = ((4, 4, 4), (4, 4, 4), (4, 4, 3), (4, 4, 3), (4, 4, 3))
PARTNERS = ((4, 4, 3), (4, 4, 3), (4, 4, 3), (4, 4, 3), (4, 3, 3))
# With the person's 10/3, 11/3 and 10/3 the managers' means become 17/5 = 3.4 in each dimension.
MANAGERS: Mapping[str, Sequence[Sequence[int]]] = {
    "C3": ((4, 4, 3), (4, 3, 3), (4, 3, 3), (4, 3, 3)),
    "C4": ((4, 3, 3), (4, 3, 3), (4, 3, 3), (4, 3, 3)),
    "R3": ((4, 4, 3, 9), (4, 3, 3, 9), (4, 3, 3, 9), (4, 3, 3, 9)),
}
Find = Callable[[str], Person]
Ratings = dict[str, Sequence[int]]


def example_cycle(find: Find) -> Cycle:
    """The example's cycle, closed and calculated through the product's own actions."""
    with_catalogue()
    scheme_for_everyone()
    in_transaction(_profile)
    in_transaction(lambda: _scorecard(find))
    cycle = in_transaction(lambda: plan_cycle(cycle_plan(threshold=EXAMPLE["threshold"])))
    in_transaction(lambda: _participants(cycle, find))
    asked = {(subject, rater): ratings for subject, rater, _group, ratings in _raters(find)}
    in_transaction(lambda: _ask(cycle, find))
    in_transaction(lambda: open_cycle(cycle, 0))
    in_transaction(lambda: _answer(cycle, asked))
    return close(cycle)


def _profile() -> None:
    """The example's profile for everyone in the position: its levels, weights and groups."""
    requirements = tuple(
        RequirementContent(
            code,
            EXAMPLE["required_levels"][code],
            round(EXAMPLE["profile_weights"][code] * 100),
            ("self", *EXAMPLE["applicable"][code]),
        )
        for code in ("C3", "C4", "R3")
    )
    text = {"zh": "示例岗位", "en": "Example role"}
    add_profile(ProfileContent("example", 9, text, text, None, "sales", requirements), VersionOrigin.CATALOGUE)
    map_position("sales-representative", "example", date(2025, 1, 1))


def _scorecard(find: Find) -> None:
    library = measures_by_code(["net-sales", "days-sales-outstanding"])
    figures = {kpi["name"]: kpi for kpi in EXAMPLE["kpis"]}
    lines = []
    for name, code in (("net sales", "net-sales"), ("days sales outstanding", "days-sales-outstanding")):
        threshold, target, cap = (Decimal(str(point[0])) for point in figures[name]["curve"])
        lines.append(LineDraft(library[code], figures[name]["weight"], target, threshold, cap))
    card = draft_scorecard(find(PERSON), starts_on=PERIOD[0], ends_on=PERIOD[1], currency="USD", lines=lines)
    agree_scorecard(card, None)
    number, sales, days = find(PERSON).employee_number, figures["net sales"], figures["days sales outstanding"]
    monthly = [sales["actual"] // 6] * 5
    monthly.append(sales["actual"] - sum(monthly))
    rows = ["employee_number,kpi_code,month,value"]
    for month, amount in zip(MONTHS, monthly, strict=True):
        rows.append(f"{number},net-sales,{month},{amount}")
        rows.append(f"{number},days-sales-outstanding,{month},{days['actual']}")
    import_actuals("\n".join(rows).encode(), "figures.csv", currency="USD")
    lock_scorecard(card, None)


def _participants(cycle: Cycle, find: Find) -> None:
    """Only the five whose cells make the means are rated."""
    rated = {find(name).id for name in (PERSON, *OTHERS)}
    for row in participants_of(cycle):
        if row.person_id not in rated:
            set_participation(row, ParticipationStatus.IN, "Not in the example", False)


def _raters(find: Find) -> list[tuple[int, int, RaterGroup, Ratings]]:
    """Everyone who rates: (person, rater, group, ratings by dimension)."""
    answers: dict[str, Ratings] = EXAMPLE["answers"]
    people = {name: find(name).id for name in (*CAST, *STAFF)}
    nancy = people[PERSON]
    rows = [
        (nancy, nancy, RaterGroup.SELF, answers["self"]),
        (nancy, people["andrew"], RaterGroup.MANAGER, answers["manager"]),
    ]
    peers, partners = ("janet", "margaret", "steven", "laura"), ("hr", "partner")
    rows += [(nancy, people[name], RaterGroup.PEERS, answers[f"peer{place}"]) for place, name in enumerate(peers, 1)]
    rows += [
        (nancy, people[name], RaterGroup.PARTNERS, answers[f"partner{place}"]) for place, name in enumerate(partners, 1)
    ]
    for place, name in enumerate(OTHERS):
        manager = "steven" if name in {"michael", "robert"} else "andrew"
        given = {code: MANAGERS[code][place] for code in MANAGERS}
        rows.append((people[name], people[manager], RaterGroup.MANAGER, given))
        free = [people[key] for key in (*CAST, *STAFF) if key not in {name, manager}]
        for rater, codes in zip(free, (*PEERS, *PARTNERS), strict=False):
            group = RaterGroup.PEERS if free.index(rater) < len(PEERS) else RaterGroup.PARTNERS
            rows.append((people[name], rater, group, {"C3": codes, "C4": codes}))
    return rows


def _ask(cycle: Cycle, find: Find) -> None:
    """Replace the suggested raters by those of the example."""
    subjects = {row.person_id: row.subject_id for row in participants_of(cycle) if row.subject_id is not None}
    db.session.execute(delete(RatingRequest).where(RatingRequest.subject_id.in_(subjects.values())))
    ask_many(cycle.survey, [(subjects[person] or 0, rater, group) for person, rater, group, _ratings in _raters(find)])


def _answer(cycle: Cycle, asked: Mapping[tuple[int, int], Ratings]) -> None:
    items = items_of(form_of(cycle.survey))
    rows: list[Any] = []
    for request in db.session.scalars(requests_of(cycle.survey)):
        codes = bytearray(len(items))
        for dimension, given in asked[request.subject.person_id, request.rater_id].items():
            places = [item.place for item in items if item.dimension.code == dimension]
            assert len(places) == len(given), "the example's items are those of the catalogue"
            for place, code in zip(places, given, strict=True):
                codes[place] = code
        rows.append((request, bytes(codes), []))
    answer_many(cycle.survey, rows, layout_of(items))
