"""Reminding those for whom something waits, at most once a day each."""

from datetime import date

from assessments.collection.queries import LateRater, late_raters
from assessments.surveys.errors import SurveyNotOpenError
from assessments.surveys.models import Survey
from people.audit.actions import record
from people.roles.models import Viewer
from web.database import utc_now
from web.formats import format_moment
from web.language import LazyString
from web.language import lazy_gettext as _l
from web.outbox.actions import own_link, send
from web.outbox.queries import keys_written


def remind(viewer: Viewer, survey: Survey, today: date) -> int:
    """Write to everyone in the viewer's scope who has not answered and had no reminder today; returns to how many."""
    if not survey.is_collecting(utc_now()):
        raise SurveyNotOpenError
    reminded = keys_written(f"{survey.reminder_key}:")
    late = {_key(survey, rater, today): rater for rater in late_raters(viewer, survey)}
    waiting = {key: rater for key, rater in late.items() if key not in reminded}
    for key, rater in waiting.items():
        send(
            rater.person.email,
            _l("Somebody counts on your answer"),
            _l(
                "%(name)s, requests to rate colleagues still wait for you: %(waiting)s. Answers are taken until "
                "%(moment)s. Nobody learns what you answer; this reminder goes to everyone who has not submitted yet.",
                name=rater.person.name,
                waiting=rater.waiting,
                # Put into words when the mail is: in the language of whom it goes to.
                moment=LazyString(format_moment, survey.closes_at, survey.time_zone),
            ),
            link=(_l("My requests"), own_link("answers.my_requests")),
            language=rater.language,
            key=key,
        )
    if waiting:
        record("survey.reminded", about=survey, details={"people": len(waiting)})
    return len(waiting)


def _key(survey: Survey, rater: LateRater, today: date) -> str:
    return f"{survey.reminder_key}:{rater.person.public_id}:{today.isoformat()}"
