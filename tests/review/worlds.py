"""Cycles for tests, made as people make them: catalogue, scheme, scorecards, plan, answers, close.

Every function takes what `person` finds people with, opens its own transactions and returns the cycle.
"""

from collections.abc import Callable, Iterable, Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import select

from assessments.actuals.actions import import_actuals
from assessments.answers.actions import answer_many
from assessments.answers.queries import layout_of
from assessments.measurement.envelopes import Comment
from assessments.scorecards.actions import LineDraft, agree_scorecard, draft_scorecard, lock_scorecard
from assessments.scorecards.models import Scorecard
from assessments.surveys.models import Question, RatingRequest
from assessments.surveys.queries import form_of, requests_of
from people.organisation.models import Person
from review.cycles.actions import CyclePlan, confirm_cycle, open_cycle, plan_cycle
from review.cycles.models import Cycle, Participant, ParticipationStatus
from review.cycles.queries import cycles, participants_of
from review.participation.actions import set_participation
from review.results.actions import grade, review_grade
from review.results.queries import results_of
from review.running.actions import release, start_closing
from review.schemes.actions import draft_scheme, publish_scheme
from review.schemes.models import Scheme, SchemeState
from review.schemes.queries import default_scheme_content
from rubrics.frameworks.models import RaterGroup
from rubrics.frameworks.queries import items_of
from rubrics.measures.queries import measures_by_code
from rubrics.profiles.queries import item_places
from tests.catalogue import with_catalogue
from tests.databases import starting_from
from web.database import db, utc_now
from web.transactions import in_transaction

Find = Callable[[str], Person]
PERIOD = date(2026, 1, 1), date(2026, 6, 30)
MONTHS = tuple(f"2026-{month:02d}" for month in range(1, 7))
NAME = {"zh": "2026 年上半年绩效考核", "en": "Review of the first half of 2026"}
RATED = ("nancy", "janet", "margaret", "steven", "michael", "robert", "laura", "anne")


def scheme_for_everyone() -> Scheme:
    """One published scheme over all job levels (competencies 40, key figures 60), or the one that is there."""

    def publish() -> Scheme:
        content = default_scheme_content(
            name={"zh": "通用方案", "en": "General scheme"},
            job_level_from=1,
            job_level_to=30,
            starts_on=date(2020, 1, 1),
        )
        return publish_scheme(draft_scheme(content, code="general"), None)

    known = db.session.scalar(select(Scheme).where(Scheme.state == SchemeState.PUBLISHED).limit(1))
    return known if known is not None else in_transaction(publish)


def scorecards_for(
    find: Find, names: Sequence[str] = RATED, *, locked: bool = True, period: tuple[date, date] = PERIOD
) -> list[Scorecard]:
    """A scorecard with net sales (60) and on-time shipping (40) for each, agreed, with all figures unless left out."""

    def write() -> list[Scorecard]:
        library = measures_by_code(["net-sales", "on-time-shipping"])
        lines = [
            LineDraft(library["net-sales"], 60, Decimal(600_000)),
            LineDraft(library["on-time-shipping"], 40, Decimal("0.95")),
        ]
        cards = [
            draft_scorecard(find(name), starts_on=period[0], ends_on=period[1], currency="USD", lines=lines)
            for name in names
        ]
        for card in cards:
            agree_scorecard(card, None)
        return cards

    def lock(cards: list[Scorecard]) -> None:
        import_actuals(_figures(find, names), "figures.csv", currency="USD")
        for card in cards:
            lock_scorecard(card, None)

    cards = in_transaction(write)
    if locked:
        in_transaction(lambda: lock(cards))
    return cards


def _figures(find: Find, names: Sequence[str]) -> bytes:
    rows = ["employee_number,kpi_code,month,value,numerator,denominator"]
    for place, name in enumerate(names):
        number = find(name).employee_number
        for month in MONTHS:
            rows.append(f"{number},net-sales,{month},{80_000 + 8_000 * place},,")
            rows.append(f"{number},on-time-shipping,{month},,{92 + place % 8},100")
    return "\n".join(rows).encode()


def cycle_plan(**changes: Any) -> CyclePlan:
    """What HR would type for a cycle that takes answers now."""
    now = utc_now().replace(microsecond=0)
    values: dict[str, Any] = {
        "name": NAME,
        "period_starts_on": PERIOD[0],
        "period_ends_on": PERIOD[1],
        "snapshot_on": PERIOD[1],
        "opens_at": now - timedelta(days=1),
        "closes_at": now + timedelta(days=14),
        "grading_ends_at": now + timedelta(days=28),
        "time_zone": "Asia/Shanghai",
        "threshold": 3,
    }
    return CyclePlan(**{**values, **changes})


def prepare(find: Find, *, with_scorecards: bool = True) -> None:
    """Everything that a cycle is planned from."""

    def build() -> None:
        with_catalogue()
        scheme_for_everyone()
        if with_scorecards:
            scorecards_for(find)

    starting_from(named("prepared", with_scorecards=with_scorecards), build)


def plan_northwind_cycle(find: Find, *, with_scorecards: bool = True, **changes: Any) -> Cycle:
    """A draft about the sales department; Andrew, whom nobody could grade, does not take part."""

    def plan() -> Cycle:
        prepare(find, with_scorecards=with_scorecards)
        cycle = in_transaction(lambda: plan_cycle(cycle_plan(**changes)))
        top = participant_of(cycle, find("andrew"))
        in_transaction(lambda: set_participation(top, ParticipationStatus.IN, "Nobody above could grade", False))
        return cycle

    return plan() if changes else cycle_of(named("planned", with_scorecards=with_scorecards), plan)


def open_northwind_cycle(find: Find, *, with_scorecards: bool = True, **changes: Any) -> Cycle:
    """The same, collecting answers."""

    def let_answer() -> Cycle:
        cycle = plan_northwind_cycle(find, with_scorecards=with_scorecards, **changes)
        return in_transaction(lambda: open_cycle(cycle, 0))

    return let_answer() if changes else cycle_of(named("open", with_scorecards=with_scorecards), let_answer)


def named(state: str, *, with_scorecards: bool) -> str:
    """The name of a state with or without scorecards, such as a database can have."""
    return state if with_scorecards else f"{state}_without_scorecards"


def cycle_of(name: str, build: Callable[[], Cycle]) -> Cycle:
    """The cycle of a state that many tests start from."""
    starting_from(name, build)
    return cycles()[0]


def participant_of(cycle: Cycle, person: Person) -> Participant:
    """A person in a cycle."""
    return db.session.scalars(
        select(Participant).where(Participant.cycle_id == cycle.id, Participant.person_id == person.id)
    ).one()


def answer_all(cycle: Cycle, silent: Iterable[Person] = ()) -> int:
    """Let everyone who is asked answer, but those who stay silent: from 2 to 5, different by rater and item."""
    quiet = {person.id for person in silent}

    def answer() -> int:
        form = form_of(cycle.survey)
        items = items_of(form)
        asked = [row for row in db.session.scalars(requests_of(cycle.survey)) if row.rater_id not in quiet]
        places = item_places(list({row.subject.profile_id: row.subject.profile for row in asked}.values()), form)
        answers = [
            (row, _ratings(row, places[row.subject.profile_id, row.group], len(items)), _comments(row)) for row in asked
        ]
        return answer_many(cycle.survey, answers, layout_of(items))

    return in_transaction(answer)


def _ratings(request: RatingRequest, places: Sequence[int], items: int) -> bytes:
    codes = bytearray(items)
    for place in places:
        codes[place] = 2 + (request.rater_id * 7 + request.subject_id * 3 + place * (1 + request.rater_id % 3)) % 4
    return bytes(codes)


def _comments(request: RatingRequest) -> list[Comment]:
    if request.group is RaterGroup.SELF or request.rater_id % 2:
        return []
    return [Comment(question=Question.KEEP.value, text=f"Keeps promises ({request.rater_id})", is_named=False)]


def close_northwind_cycle(find: Find, *, with_scorecards: bool = True, **changes: Any) -> Cycle:
    """A cycle that everyone has answered, closed and calculated."""

    def answer_and_close() -> Cycle:
        cycle = open_northwind_cycle(find, with_scorecards=with_scorecards, **changes)
        answer_all(cycle)
        return close(cycle)

    return (
        answer_and_close() if changes else cycle_of(named("closed", with_scorecards=with_scorecards), answer_and_close)
    )


def close(cycle: Cycle) -> Cycle:
    """Close an open cycle now; the job runs at once in tests."""
    in_transaction(lambda: start_closing(cycle, early=True, by_id=None))
    db.session.refresh(cycle)
    return cycle


def grade_all(cycle: Cycle) -> None:
    """Let managers take over the calculated grades (B where there is none) and the second line agree."""

    def decide() -> None:
        chosen = {result.participant_id: result.calculated_grade or "B" for result in results_of(cycle)}
        for row in participants_of(cycle):
            if row.is_graded and row.manager_id is not None:
                grade(row, chosen[row.id], "As calculated", "", row.manager_id)
                review_grade(row, chosen[row.id], "As calculated", row.second_line_id or row.manager_id)

    in_transaction(decide)


def confirmed_northwind_cycle(find: Find) -> Cycle:
    """A cycle whose grades are reviewed and confirmed."""

    def decide_and_confirm() -> Cycle:
        cycle = close_northwind_cycle(find)
        grade_all(cycle)
        return in_transaction(lambda: confirm_cycle(cycle))

    return cycle_of("confirmed", decide_and_confirm)


def released_northwind_cycle(find: Find) -> Cycle:
    """A finished cycle: everyone sees their result and may sign it."""

    def confirm_and_release() -> Cycle:
        cycle = confirmed_northwind_cycle(find)
        return in_transaction(lambda: release(cycle))

    return cycle_of("released", confirm_and_release)
