"""What each event of the trail says to its reader; a test holds that no event is without its sentence."""

from collections.abc import Mapping
from typing import Any

from people.audit.seals import Problem, ProblemKind
from web.language import LazyString, localized
from web.language import gettext as _
from web.language import lazy_gettext as _l

ABSENT = "–"
SENTENCES: dict[str, LazyString] = {
    "access.denied": _l("Was refused %(rule)s (%(method)s, %(status)s)"),
    "account.activated": _l("Set the first password of the account"),
    "account.created": _l("Created the account"),
    "account.disabled": _l("Disabled the account and ended its sessions"),
    "account.enabled": _l("Enabled the account"),
    "account.invited": _l("Sent the invitation to the account"),
    "account.language_set": _l("Chose the language %(language)s"),
    "account.other_sessions_ended": _l("Ended all other sessions of the account"),
    "account.password_changed": _l("Changed the password"),
    "account.password_confirmed": _l("Confirmed the password again"),
    "account.signed_in": _l("Signed in"),
    "account.signed_out": _l("Signed out"),
    "actuals.checked": _l("Checked an actual figure"),
    "actuals.imported": _l("Imported actual figures: %(added)s new, %(corrected)s corrected, %(unchanged)s unchanged"),
    "audit.details_erased": _l("Erased the details of %(count)s events"),
    "audit.exported": _l("Exported the audit trail: %(rows)s events"),
    "backup.created": _l("Created a backup"),
    "backup.restored": _l("Restored the backup of %(created_at)s"),
    "catalogue.loaded": _l(
        "Loaded the catalogue: framework %(framework)s, %(profiles)s profiles, %(measures)s measures"
    ),
    "comment.shown_again": _l("Showed a withheld comment again"),
    "comment.withheld": _l("Withheld a comment"),
    "cycle.calculated": _l("Calculated %(results)s results with formulas %(formulas)s"),
    "cycle.closed": _l("Closed the cycle"),
    "cycle.closing": _l("Began to close the cycle"),
    "cycle.confirmed": _l("Confirmed the results of the cycle"),
    "cycle.deadlines_moved": _l("Moved the deadlines of the cycle"),
    "cycle.discarded": _l("Discarded the plan of the cycle %(name)s"),
    "cycle.edited": _l("Edited the cycle"),
    "cycle.handed_over": _l("Handed the assessment over to another manager"),
    "cycle.opened": _l("Opened the cycle"),
    "cycle.participation_set": _l("Set the participation to %(status)s"),
    "cycle.planned": _l("Planned the cycle %(name)s"),
    "cycle.rater_asked": _l("Asked one more rater (%(group)s)"),
    "cycle.rater_withdrawn": _l("Withdrew a rater (%(group)s)"),
    "cycle.released": _l("Released the results of the cycle"),
    "cycle.scorecards_linked": _l("Linked %(count)s scorecards to the cycle"),
    "cycle.sealed": _l("Sealed %(results)s results of the cycle"),
    "demonstration.loaded": _l("Loaded the demonstration"),
    "framework.dimension_edited": _l("Edited the dimension %(code)s"),
    "framework.draft_discarded": _l("Discarded draft %(number)s of the framework"),
    "framework.draft_started": _l("Began draft %(number)s of the framework"),
    "framework.item_edited": _l("Edited the item %(code)s"),
    "framework.published": _l("Published version %(number)s of the framework %(code)s"),
    "job.restarted": _l("Started failed work again: %(name)s"),
    "measure.added": _l("Added version %(number)s of the measure %(code)s"),
    "pay.first_salary_entered": _l("Entered a first salary"),
    "pay.line_excluded": _l("Left someone out of the pay round"),
    "pay.line_included": _l("Took someone into the pay round again"),
    "pay.range_set": _l("Set the pay range of job level %(job_level)s"),
    "pay.round_approved": _l("Approved the pay round"),
    "pay.round_changed": _l("Changed the pay round"),
    "pay.round_planned": _l("Planned a pay round for %(lines)s people"),
    "pay.round_proposed": _l("Proposed the pay round"),
    "pay.round_refused": _l("Refused the pay round"),
    "people.exported": _l("Exported people"),
    "people.file_uploaded": _l("Uploaded a file of people"),
    "people.imported": _l("Imported people: %(added)s new, %(changed)s changed, %(unchanged)s unchanged"),
    "person.added": _l("Added the person with number %(employee_number)s"),
    "person.edited": _l("Edited the person: %(changed)s"),
    "person.left": _l("Noted that the person leaves on %(left_on)s"),
    "person.returned": _l("Noted that the person returned on %(on)s"),
    "plan.agreed": _l("Agreed the development plan"),
    "plan.drafted": _l("Drafted the development plan with %(goals)s goals"),
    "plan.goal_added": _l("Added a goal to the development plan"),
    "plan.goal_changed": _l("Changed a goal of the development plan"),
    "plan.progress_reported": _l("Reported progress on the development plan"),
    "position.added": _l("Added the position %(code)s"),
    "position.edited": _l("Edited the position %(code)s"),
    "post.added": _l("Gave the person a further post from %(on)s"),
    "post.changed": _l("Changed the post from %(on)s"),
    "post.corrected": _l("Corrected the post"),
    "post.ended": _l("Ended the post on %(on)s"),
    "post.withdrawn": _l("Withdrew the post that was to begin on %(on)s"),
    "profile.position_mapped": _l("Gave position %(position)s the profile %(profile)s from %(from)s"),
    "profile.published": _l("Published version %(number)s of the profile %(code)s"),
    "promotion.approved": _l("Approved the promotion"),
    "promotion.proposed": _l("Proposed a promotion to %(position)s"),
    "promotion.refused": _l("Refused the promotion"),
    "promotion.withdrawn": _l("Withdrew the promotion"),
    "result.graded": _l("Graded the result"),
    "result.reviewed": _l("Reviewed the grade"),
    "result.sent_back": _l("Sent the grade back"),
    "result.signed": _l("Signed the result"),
    "role.ended": _l("Took back the role %(role)s"),
    "role.granted": _l("Granted the role %(role)s"),
    "scheme.discarded": _l("Discarded draft %(number)s of the scheme"),
    "scheme.drafted": _l("Began draft %(number)s of the scheme"),
    "scheme.published": _l("Published version %(number)s of the scheme"),
    "scheme.written": _l("Edited draft %(number)s of the scheme"),
    "scorecard.agreed": _l("Agreed the scorecard"),
    "scorecard.drafted": _l("Drafted the scorecard with %(lines)s lines"),
    "scorecard.exemption_approved": _l("Approved that %(measure)s does not apply"),
    "scorecard.exemption_asked": _l("Asked that %(measure)s should not apply"),
    "scorecard.exemption_refused": _l("Refused that %(measure)s should not apply"),
    "scorecard.line_restored": _l("Restored the line %(measure)s"),
    "scorecard.locked": _l("Locked the scorecard"),
    "scorecard.marked_not_delivered": _l("Marked %(measure)s as not delivered"),
    "scorecard.reopened": _l("Opened the scorecard again"),
    "scorecard.written": _l("Wrote the scorecard with %(lines)s lines"),
    "survey.close_begun": _l("Began to close the survey"),
    "survey.closed": _l("Closed the survey: %(answered)s of %(asked)s answered"),
    "survey.created": _l("Created the survey"),
    "survey.edited": _l("Set the end of the survey to %(closes_at)s"),
    "survey.opened": _l("Opened the survey"),
    "survey.rater_withdrawn": _l("Withdrew a rater from the survey"),
    "survey.reminded": _l("Reminded %(people)s people of the survey"),
    "unit.added": _l("Added the unit %(code)s"),
    "unit.edited": _l("Edited the unit %(code)s"),
}
KINDS: dict[str, LazyString] = {
    "Account": _l("account"),
    "ActualsImport": _l("import of actual figures"),
    "Cycle": _l("cycle"),
    "DevelopmentPlan": _l("development plan"),
    "Dimension": _l("dimension"),
    "Employment": _l("post"),
    "Framework": _l("framework"),
    "Item": _l("item"),
    "Job": _l("work"),
    "Measure": _l("measure"),
    "MonthlyActual": _l("actual figure"),
    "Participant": _l("participant"),
    "PayRange": _l("pay range"),
    "PayRound": _l("pay round"),
    "Person": _l("person"),
    "Position": _l("position"),
    "PositionProfile": _l("mapping of a position"),
    "Profile": _l("role profile"),
    "Promotion": _l("promotion"),
    "Scheme": _l("scheme"),
    "Scorecard": _l("scorecard"),
    "StoredComment": _l("comment"),
    "Survey": _l("survey"),
    "Unit": _l("unit"),
}
AREAS: dict[str, LazyString] = {
    "access": _l("Refused access"),
    "account": _l("Accounts"),
    "actuals": _l("Actual figures"),
    "audit": _l("Audit trail"),
    "backup": _l("Backups"),
    "catalogue": _l("Catalogue"),
    "comment": _l("Comments"),
    "cycle": _l("Cycles"),
    "demonstration": _l("Demonstration"),
    "framework": _l("Frameworks"),
    "job": _l("Background work"),
    "measure": _l("Measures"),
    "pay": _l("Pay"),
    "people": _l("Lists of people"),
    "person": _l("People"),
    "plan": _l("Development plans"),
    "position": _l("Positions"),
    "post": _l("Posts"),
    "profile": _l("Role profiles"),
    "promotion": _l("Promotions"),
    "result": _l("Results"),
    "role": _l("Roles"),
    "scheme": _l("Schemes"),
    "scorecard": _l("Scorecards"),
    "survey": _l("Surveys"),
    "unit": _l("Units"),
}
# fmt: off
DETAILS: dict[str, LazyString] = {
    "added": _l("Added"), "answered": _l("Answered"), "asked": _l("Asked"), "before": _l("Before"),
    "bytes": _l("Bytes"), "changed": _l("Changed"), "closes_at": _l("Closes at"), "code": _l("Identifier"),
    "corrected": _l("Corrected"), "count": _l("Count"), "created_at": _l("Made at"),
    "differs": _l("Differs from the calculation"), "early": _l("Before its time"),
    "employee_number": _l("Employee number"), "events": _l("Events"), "everyone": _l("Everyone"),
    "fingerprint": _l("Fingerprint"), "format": _l("Format"), "formulas": _l("Formula version"),
    "framework": _l("Framework version"), "from": _l("From"), "goals": _l("Goals"), "group": _l("Group"),
    "id": _l("Identifier"), "job_level": _l("Job level"), "language": _l("Language"), "left_on": _l("Last day"),
    "lines": _l("Lines"), "measure": _l("Measure"), "measures": _l("Measures"), "method": _l("Method"),
    "name": _l("Name"), "number": _l("Version"), "on": _l("On"), "parent_id": _l("Unit above"),
    "people": _l("People"), "position": _l("Position"), "profile": _l("Role profile"),
    "profiles": _l("Role profiles"), "results": _l("Results"), "role": _l("Role"), "rows": _l("Rows"),
    "rule": _l("Page"), "snapshot_on": _l("As of"), "status": _l("Status"), "takes_part": _l("Takes part"),
    "unchanged": _l("Unchanged"), "unit_id": _l("Unit"),
}
# fmt: on
ACTORS: dict[str, LazyString] = {"system": _l("the system"), "visitor": _l("a visitor")}
PROBLEMS: dict[ProblemKind, LazyString] = {
    ProblemKind.CHANGED: _l("Event %(event)s (batch %(batch)s, position %(position)s) was changed."),
    ProblemKind.DETAILS_CHANGED: _l(
        "The details of event %(event)s (batch %(batch)s, position %(position)s) were changed."
    ),
    ProblemKind.ERASED_WITHOUT_RECORD: _l(
        "The details of event %(event)s (batch %(batch)s, position %(position)s) were erased, but not by the product."
    ),
    ProblemKind.ADDED: _l("Event %(event)s was added to batch %(batch)s (position %(position)s) after it was sealed."),
    ProblemKind.REMOVED: _l("The event at position %(position)s of batch %(batch)s was removed."),
    ProblemKind.SEAL_CHANGED: _l("The seal of batch %(batch)s was changed."),
    ProblemKind.BATCH_REMOVED: _l("Batch %(batch)s was removed."),
    ProblemKind.CUT_OFF: _l("Batch %(batch)s was cut off the end of the trail."),
    ProblemKind.OTHER_KEY: _l("Batch %(batch)s was sealed with another key than the one in the key folder."),
}


def area_of(event: str) -> str:
    """The part of an event's name that many events share."""
    return event.partition(".")[0]


def sentence_of(event: str, details: Mapping[str, Any] | None) -> str:
    """What happened, in the reader's language; what was erased or is missing shows as a dash."""
    sentence = SENTENCES.get(event)
    if sentence is None:
        return event
    return str(sentence) % _Shown(details or {})


def detail_rows(details: Mapping[str, Any] | None) -> list[tuple[str, str]]:
    """The details of an event as names and texts."""
    return [(str(DETAILS.get(name, name)), shown(value)) for name, value in (details or {}).items()]


def shown(value: Any) -> str:
    """One detail as text: texts in data in the reader's language, lists with commas."""
    if isinstance(value, Mapping):
        if value and set(value) <= {"zh", "en"}:
            return localized(value)
        return "; ".join(f"{name}: {shown(part)}" for name, part in value.items()) or ABSENT
    if isinstance(value, list):
        return ", ".join(shown(part) for part in value) or ABSENT
    if isinstance(value, bool):
        return str(_("yes") if value else _("no"))
    return ABSENT if value is None else str(value)


def kind_of(about_kind: str | None) -> str:
    """What kind of thing an event is about."""
    return str(KINDS.get(about_kind, about_kind)) if about_kind else ""


def actor_of(name: str | None, actor_kind: str) -> str:
    """Who did it: a person's name, or what acted instead."""
    return name or str(ACTORS.get(actor_kind, actor_kind))


def problem_text(problem: Problem) -> str:
    """One thing that does not fit, as a sentence that names the row."""
    return str(PROBLEMS[problem.kind]) % {
        "batch": problem.batch,
        "position": problem.position,
        "event": problem.event_id,
    }


class _Shown(dict[str, str]):
    """The details by name, for the sentence; one that is not there is a dash."""

    def __init__(self, details: Mapping[str, Any]) -> None:
        """Put every detail into words."""
        super().__init__({name: shown(value) for name, value in details.items()})

    def __missing__(self, _name: str) -> str:
        """Show that something is not there."""
        return ABSENT
