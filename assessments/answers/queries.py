"""What a rater is asked, and what this rater alone has answered so far."""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from flask import current_app
from sqlalchemy import text

from assessments.measurement.envelopes import Comment, unpacked_answer, unpacked_comments
from assessments.measurement.ratings import UNANSWERED, FormLayout
from assessments.surveys.errors import SurveyKeyMissingError
from assessments.surveys.models import Question, RatingRequest, Survey
from assessments.surveys.queries import form_of
from rubrics.frameworks.models import Dimension, Item
from rubrics.frameworks.queries import items_of
from rubrics.profiles.queries import item_places
from web.database import db
from web.sealing import KeyMissingError, Seal, key_named

RATINGS, COMMENTS = "ratings", "comments"
READ_SEALED = text(
    "SELECT (SELECT sealed FROM sealed_answer WHERE survey_id = :survey AND name = :name), "
    "(SELECT sealed FROM sealed_comment WHERE survey_id = :survey AND name = :comment_name)"
)


@dataclass(frozen=True)
class AskedForm:
    """The form of one request: what is asked, in the order of the pinned version, and where it is written.

    Its items belong to a published version that never changes, so they outlive the transaction that read them.
    """

    form_id: str
    items: tuple[Item, ...]
    layout: FormLayout
    places: Mapping[str, int]

    @property
    def parts(self) -> tuple[tuple[Dimension, tuple[Item, ...]], ...]:
        """The items asked, by dimension."""
        dimensions = dict.fromkeys(item.dimension for item in self.items)
        return tuple(
            (dimension, tuple(item for item in self.items if item.dimension is dimension)) for dimension in dimensions
        )


@dataclass(frozen=True)
class Answer:
    """What a rater has answered: one byte an item of the whole form, and their comments."""

    ratings: bytes
    comments: Mapping[Question, Comment] = field(default_factory=dict)
    is_submitted: bool = False
    page: int = 0

    def rating(self, item: Item) -> int:
        """The code of one item: 0 unanswered, 1 to 5, 9 unable to rate."""
        return self.ratings[item.place]

    def answered(self, items: Iterable[Item]) -> int:
        """How many of these items have an answer."""
        return sum(self.rating(item) != UNANSWERED for item in items)

    def with_changes(self, ratings: Mapping[int, int], comments: Mapping[Question, Comment | None]) -> "Answer":
        """The answer after some of it was given anew."""
        changed = bytearray(self.ratings)
        for place, code in ratings.items():
            changed[place] = code
        kept = {**self.comments, **{question: comment for question, comment in comments.items() if comment}}
        for question, comment in comments.items():
            if comment is None or not comment.text:
                kept.pop(question, None)
        return replace(self, ratings=bytes(changed), comments=kept)

    def fingerprint(self, places: Iterable[int] = (), questions: Iterable[Question] = ()) -> str:
        """A short digest of a part of the answer, by which a page knows whether it shows the present state."""
        given = [(question.value, self.comments.get(question)) for question in questions]
        content = [
            [self.ratings[place] for place in places],
            [[name, comment.text, comment.is_named] for name, comment in given if comment],
        ]
        return hashlib.sha256(json.dumps(content).encode()).hexdigest()[:16]


@dataclass(frozen=True)
class OpenedPage:
    """What a page knew when it was opened: the form version, its part of the answer and how that looked.

    ``number`` is random and tells two open pages of the same rater apart.
    """

    form_id: str
    number: int
    seen: str
    places: tuple[int, ...] = ()
    questions: tuple[Question, ...] = ()

    def shows(self, answer: Answer) -> bool:
        """Whether this part of the answer is as the page showed it, or as this very page left it."""
        return self.number == answer.page or self.seen == answer.fingerprint(self.places, self.questions)


def asked_form(request: RatingRequest) -> AskedForm:
    """The form of a request: the pinned version, narrowed to what the role profile asks the rater's group."""
    framework = form_of(request.subject.survey)
    items = items_of(framework)
    asked = frozenset(item_places([request.subject.profile], framework)[request.subject.profile_id, request.group])
    for row in {*items, *(item.dimension for item in items)}:
        if row in db.session:
            db.session.expunge(row)
    return AskedForm(
        form_id=framework.public_id,
        items=tuple(item for item in items if item.place in asked),
        layout=layout_of(items),
        places={item.code: item.place for item in items if item.place in asked},
    )


def layout_of(items: Iterable[Item]) -> FormLayout:
    """The dimensions of a form and how many adjacent items each has."""
    counts: dict[str, int] = {}
    for item in items:
        counts[item.dimension.code] = counts.get(item.dimension.code, 0) + 1
    return FormLayout(tuple(counts), tuple(counts.values()))


@dataclass(frozen=True)
class Seals:
    """What seals the ratings and the comments of one survey."""

    survey_id: int
    ratings: Seal
    comments: Seal


def seals_of(survey: Survey) -> Seals:
    """The seals of a survey; raises SurveyKeyMissingError."""
    return seals_named(survey.id, survey.key_name)


def seals_named(survey_id: int, key_name: str) -> Seals:
    """The seals under a key name; raises SurveyKeyMissingError."""
    try:
        key = key_named(current_app.config["SETTINGS"].keys, key_name)
    except KeyMissingError as error:
        raise SurveyKeyMissingError(file=error.args[0].name) from error
    return Seals(survey_id, Seal(key, RATINGS), Seal(key, COMMENTS))


def answer_of(request: RatingRequest, form: AskedForm) -> Answer:
    """What the rater has answered so far; only for pages of this rater."""
    return kept_answer(seals_of(request.subject.survey), request.id, form.layout)


def kept_answer(seals: Seals, number: int, layout: FormLayout) -> Answer:
    """What is kept under the seals for the request of this number."""
    name, comment_name = seals.ratings.name(number), seals.comments.name(number)
    parameters = {"survey": seals.survey_id, "name": name, "comment_name": comment_name}
    sealed, sealed_comments = db.session.execute(READ_SEALED, parameters).one()
    if sealed is None:
        return Answer(ratings=bytes(layout.items))
    address, ratings = unpacked_answer(seals.ratings.opened(bytes(sealed), name), items=layout.items)
    written = unpacked_comments(seals.comments.opened(bytes(sealed_comments), comment_name))[1]
    comments = {Question(comment.question): comment for comment in written}
    return Answer(ratings=ratings, comments=comments, is_submitted=address.is_submitted, page=address.page)
