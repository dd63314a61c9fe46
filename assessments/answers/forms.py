"""Forms made from the pinned form version: a part with its items, the comments, and the last look."""

import hashlib
from collections.abc import Sequence
from typing import Any

from wtforms import BooleanField, Field, HiddenField, TextAreaField
from wtforms.validators import Length, Optional
from wtforms.widgets import NumberInput

from assessments.answers.actions import LONGEST_COMMENT
from assessments.answers.errors import RatingRefusedError
from assessments.answers.queries import Answer, OpenedPage
from assessments.measurement.envelopes import Comment
from assessments.measurement.ratings import CODES, UNANSWERED
from assessments.surveys.models import Question
from rubrics.frameworks.models import Item
from web.database import new_public_id
from web.forms import BaseForm, no_control_characters
from web.language import lazy_gettext as _l
from web.language import localized
from web.texts import stored_text

CHOICES = {str(code): code for code in CODES if code != UNANSWERED}


class RatingField(Field):
    """One rating: a level from 1 to 5, 9 for unable to rate, None where nothing was chosen."""

    widget = NumberInput()

    def process_formdata(self, valuelist: list[str]) -> None:
        """Take exactly the codes that the scale sends."""
        self.data = None
        if not valuelist or valuelist[0] == "":
            return
        if valuelist[0] not in CHOICES:
            raise ValueError(str(RatingRefusedError.message))
        self.data = CHOICES[valuelist[0]]


class UnrecordedForm(BaseForm):
    """A form of which nothing is remembered: no key, no owner, no moment. The sealed answer recognises repeats."""

    idempotency_key = HiddenField(filters=[lambda _value: ""])


class PartForm(UnrecordedForm):
    """A part of the questionnaire; ``version`` holds what the page showed, ``page`` tells open pages apart."""

    form_id = HiddenField()
    page = HiddenField(default=new_public_id)

    def opened_page(self, places: Sequence[int] = (), questions: Sequence[Question] = ()) -> OpenedPage:
        """What the page knew when it was opened."""
        digest = hashlib.sha256((self.page.data or "").encode("utf-8", "replace")).digest()
        return OpenedPage(
            form_id=self.form_id.data or "",
            number=int.from_bytes(digest[:7], "big") + 1,
            seen=self.version.data or "",
            places=tuple(places),
            questions=tuple(questions),
        )


def field_name(item: Item) -> str:
    """The name under which an item is sent."""
    return f"item-{item.place}"


def rating_form(items: Sequence[Item], form_id: str, answer: Answer) -> Any:
    """The form of one dimension, filled with what the rater has answered."""
    fields = {field_name(item): RatingField(localized(item.name)) for item in items}
    kind = type("RatingForm", (PartForm,), fields)
    given: dict[str, Any] = {field_name(item): answer.rating(item) or None for item in items}
    return kind(data={**given, "form_id": form_id, "version": answer.fingerprint([item.place for item in items])})


def ratings_in(form: Any, items: Sequence[Item]) -> dict[str, int]:
    """The ratings that were sent, by item code."""
    sent = {item.code: form[field_name(item)].data for item in items}
    return {code: rating for code, rating in sent.items() if rating is not None}


def comment_form(form_id: str, answer: Answer, *, may_be_named: bool) -> Any:
    """The form of the comments; anonymous raters choose for each whether their name stands with it."""
    fields: dict[str, Any] = {}
    for question in Question:
        fields[question.value] = TextAreaField(
            question.label,
            [Optional(), Length(max=LONGEST_COMMENT), no_control_characters],
            render_kw={"maxlength": LONGEST_COMMENT},
        )
        if may_be_named:
            fields[f"name_{question.value}"] = BooleanField(_l("Show my name with this comment"))
    kind = type("CommentForm", (PartForm,), fields)
    given: dict[str, Any] = {"form_id": form_id, "version": answer.fingerprint(questions=tuple(Question))}
    for question, comment in answer.comments.items():
        given |= {question.value: comment.text, f"name_{question.value}": comment.is_named}
    return kind(data=given)


def comments_in(form: Any) -> dict[Question, Comment | None]:
    """The comments that were sent; an emptied one is taken back."""
    sent: dict[Question, Comment | None] = {}
    for question in Question:
        # Browsers send line ends as two characters; one is kept, so that a text is the same after a round trip.
        text = stored_text((form[question.value].data or "").replace("\r\n", "\n"))
        name = form._fields.get(f"name_{question.value}")
        sent[question] = Comment(question.value, text, bool(name and name.data)) if text else None
    return sent


class SubmitForm(UnrecordedForm):
    """The last look before the answers count."""


class DeclineForm(UnrecordedForm):
    """The button with which a rater says that they cannot rate."""
