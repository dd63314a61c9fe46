"""Small surveys for tests, planned and opened through the product's own actions."""

from collections.abc import Callable, Iterable, Mapping
from datetime import timedelta

from assessments.surveys.actions import add_subject, ask_many, create_survey, open_survey
from assessments.surveys.models import RatingRequest, Survey
from assessments.surveys.queries import requests_of
from people.organisation.models import Person
from rubrics.frameworks.models import RaterGroup
from rubrics.profiles.queries import profile_by_code
from tests.catalogue import with_catalogue
from web.database import db, utc_now
from web.transactions import in_transaction

NAME = {"zh": "年度 360 评价", "en": "Annual 360 survey"}
MANAGERS = "regional-sales-manager"
Find = Callable[[str], Person]
Raters = Mapping[RaterGroup, Iterable[str]]
STEVENS_RATERS: Raters = {
    RaterGroup.SELF: ["steven"],
    RaterGroup.MANAGER: ["andrew"],
    RaterGroup.PEERS: ["nancy", "janet", "margaret", "laura"],
    RaterGroup.REPORTS: ["michael", "robert", "anne"],
}


def drafted(
    find: Find, raters: Raters = STEVENS_RATERS, about: str = "steven", threshold: int = 3, profile_code: str = MANAGERS
) -> Survey:
    """A draft about one person with these raters; the catalogue is loaded where it is missing."""

    def plan() -> Survey:
        survey = create_survey(
            name=NAME,
            opens_at=utc_now() - timedelta(days=1),
            closes_at=utc_now() + timedelta(days=14),
            time_zone="Asia/Shanghai",
            threshold=threshold,
        )
        profile = profile_by_code(profile_code)
        assert profile is not None
        subject = add_subject(survey, find(about), profile)
        asked = [(subject.id, find(rater).id, group) for group, names in raters.items() for rater in names]
        ask_many(survey, asked)
        return survey

    with_catalogue()
    return in_transaction(plan)


def opened(find: Find, raters: Raters = STEVENS_RATERS, about: str = "steven", threshold: int = 3) -> Survey:
    """The same, open."""
    survey = drafted(find, raters, about, threshold)
    return in_transaction(lambda: open_survey(survey))


def request_of(find: Find, survey: Survey, rater: str) -> RatingRequest:
    """What a member of the cast is asked in a survey about one person."""
    return db.session.scalars(requests_of(survey).where(RatingRequest.rater_id == find(rater).id)).one()
