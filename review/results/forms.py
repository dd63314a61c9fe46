"""Forms of grading, reviewing and signing."""

from typing import Any

from wtforms import RadioField, SelectField, TextAreaField
from wtforms.validators import InputRequired, Length, Optional

from review.results.models import Result
from review.results.queries import grades_near
from web.forms import BaseForm, choices_of, no_control_characters
from web.language import lazy_gettext as _l

AGREE, OTHER, SEND_BACK = "agree", "other", "send_back"
TEXT = (Optional(), Length(max=2000), no_control_characters)


class GradeForm(BaseForm):
    """The manager's grade."""

    grade = RadioField(_l("Performance grade"), validators=[InputRequired(_l("Choose a grade."))])
    reason = TextAreaField(_l("Reason, where the grade is not the calculated one"), validators=[*TEXT])
    comment = TextAreaField(
        _l("What you want to say about the period"),
        description=_l("The employee reads this with the released result."),
        validators=[*TEXT],
    )


class ReviewForm(BaseForm):
    """The second line's decision about a grade."""

    decision = RadioField(_l("Decision"), validators=[InputRequired(_l("Choose a decision."))])
    grade = SelectField(_l("Other grade"), validate_choice=False)
    reason = TextAreaField(_l("Reason, where you do not agree"), validators=[*TEXT])

    @property
    def chosen(self) -> str:
        """The grade that the decision comes to."""
        return str((self.grade.data or "") if self.decision.data == OTHER else self.proposed)


class SignForm(BaseForm):
    """The signature: having read is not agreeing."""

    agrees = RadioField(
        _l("What do you think of the result?"),
        choices=choices_of([("yes", _l("I agree with it")), ("no", _l("I do not agree with it"))]),
        validators=[InputRequired(_l("Choose one of the two."))],
    )
    note = TextAreaField(
        _l("Note"),
        description=_l("Your manager, the second line and HR can read it."),
        validators=[*TEXT],
    )


def grades_of(result: Result) -> list[str]:
    """The grades that may be chosen, the best first: all of the scheme, or those under the cap of a failed gate."""
    scheme = result.participant.scheme
    grades = [band.grade for band in scheme.bands] if scheme is not None else []
    if scheme is not None and result.has_failed_gate and scheme.gate_cap in grades:
        return grades[grades.index(scheme.gate_cap) :]
    return grades


def grade_form(result: Result) -> Any:
    """The form of the manager, with what was calculated or chosen before."""
    form = GradeForm(version=str(result.version), grade=result.grade, comment=result.comment)
    form.grade.choices = choices_of([(grade, grade) for grade in grades_of(result)])
    _ask_for_reason(form, result)
    return form


def review_form(result: Result) -> Any:
    """The form of the second line; what is not asked for is not shown as chosen."""
    form = ReviewForm(version=str(result.version))
    form.proposed = result.grade
    form.decision.choices = choices_of(
        [
            (AGREE, _l("Agree with %(grade)s", grade=result.grade)),
            (OTHER, _l("Give another grade")),
            (SEND_BACK, _l("Send it back to the manager")),
        ]
    )
    form.grade.choices = choices_of([(grade, grade) for grade in grades_of(result)])
    _ask_for_reason(form, result)
    return form


def _ask_for_reason(form: Any, result: Result) -> None:
    """Close to a cut the reason is not optional, and its label does not say so."""
    if grades_near(result):
        form.reason.label.text = _l("Reason")
        form.reason.flags.optional = False
