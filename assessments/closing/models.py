"""Tables of a closed survey: what is shown and how it came about, with no way back to an anonymous rater.

No row has a moment, an order of arrival, or the number of an answer or request. Ratings are kept per cell: dimension
after dimension, the raters of each dimension in an order of its own that was drawn by chance.
"""

from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from assessments.surveys.models import Question, SurveySubject
from people.organisation.models import Person
from rubrics.frameworks.models import NAMED_GROUPS, RaterGroup
from web.database import PUBLIC_ID_LENGTH, Base, enum_column

WITHOUT_ROW_NUMBERS = {"sqlite_with_rowid": False}
_NAMED = ", ".join(f"'{group.value}'" for group in NAMED_GROUPS)


class CountKind(StrEnum):
    """What is counted over the anonymous raters of a whole survey."""

    SEVERITY = "severity"
    FORMS = "forms"
    STRAIGHT_LINED = "straight_lined"
    MOSTLY_UNABLE = "mostly_unable"
    INCOMPLETE = "incomplete"


class StoredCell(Base):
    """One shown cell of a subject: a named source, or anonymous groups together; ``groups`` has their bits.

    ``raters`` (16-bit) and ``totals`` (32-bit, little-endian) have a number a dimension of the pinned form: raters with
    a value, and the exact sum of their values times the dimension's scale. ``rows`` (16-bit) says how many raters'
    answers ``answers`` keeps in each dimension.
    """

    __tablename__ = "stored_cell"
    __table_args__ = (CheckConstraint('"groups" BETWEEN 1 AND 127', name="groups"), WITHOUT_ROW_NUMBERS)

    subject_id: Mapped[int] = mapped_column(ForeignKey("survey_subject.id"), primary_key=True)
    groups: Mapped[int] = mapped_column(primary_key=True)
    raters: Mapped[bytes] = mapped_column(LargeBinary)
    totals: Mapped[bytes] = mapped_column(LargeBinary)
    rows: Mapped[bytes] = mapped_column(LargeBinary)
    answers: Mapped[bytes] = mapped_column(LargeBinary)


class StoredDisclosure(Base):
    """What the close decided about a subject: dimensions whose items are shown, groups whose answers were deleted."""

    __tablename__ = "stored_disclosure"

    subject_id: Mapped[int] = mapped_column(ForeignKey("survey_subject.id"), primary_key=True)
    item_dimensions: Mapped[int]
    deleted_groups: Mapped[int]


class StoredComment(Base):
    """A comment under a random id, without an author unless the rater chose to be named or is a named source."""

    __tablename__ = "stored_comment"
    __table_args__ = (
        Index("ix_stored_comment_subject_id", "subject_id"),
        CheckConstraint("(author_id IS NULL) = (author_group IS NULL)", name="author_with_group"),
        WITHOUT_ROW_NUMBERS,
    )

    public_id: Mapped[str] = mapped_column(String(PUBLIC_ID_LENGTH), primary_key=True)
    subject_id: Mapped[int] = mapped_column(ForeignKey("survey_subject.id"))
    question: Mapped[Question] = mapped_column(enum_column(Question))
    text: Mapped[str]
    author_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), index=True)
    author_group: Mapped[RaterGroup | None] = mapped_column(enum_column(RaterGroup))
    withheld_reason: Mapped[str | None]

    subject: Mapped[SurveySubject] = relationship()
    author: Mapped[Person | None] = relationship()


class StoredMean(Base):
    """The mean of a survey's shown cells for one group and dimension, frozen at close."""

    __tablename__ = "stored_mean"

    survey_id: Mapped[int] = mapped_column(ForeignKey("survey.id"), primary_key=True)
    group: Mapped[RaterGroup] = mapped_column("rater_group", enum_column(RaterGroup), primary_key=True)
    dimension_code: Mapped[str] = mapped_column(String(8), primary_key=True)
    mean: Mapped[float]
    source: Mapped[int]
    cells: Mapped[int]


class StoredVariance(Base):
    """The error variance of one rater in one dimension; shared: the part that goes with the rater from form to form."""

    __tablename__ = "stored_variance"

    survey_id: Mapped[int] = mapped_column(ForeignKey("survey.id"), primary_key=True)
    dimension_code: Mapped[str] = mapped_column(String(8), primary_key=True)
    rater_variance: Mapped[float]
    rater_source: Mapped[int]
    cells: Mapped[int]
    named_variance: Mapped[float]
    named_source: Mapped[int]
    pairs: Mapped[int]
    shared_variance: Mapped[float]
    shared_pairs: Mapped[int]


class StoredCovariance(Base):
    """How the errors of one rater go together in two dimensions, as a correlation, frozen at close."""

    __tablename__ = "stored_covariance"

    survey_id: Mapped[int] = mapped_column(ForeignKey("survey.id"), primary_key=True)
    dimension_code: Mapped[str] = mapped_column(String(8), primary_key=True)
    other_code: Mapped[str] = mapped_column(String(8), primary_key=True)
    correlation: Mapped[float]


class StoredCount(Base):
    """How many anonymous raters or forms of a whole survey show a pattern."""

    __tablename__ = "stored_count"

    survey_id: Mapped[int] = mapped_column(ForeignKey("survey.id"), primary_key=True)
    kind: Mapped[CountKind] = mapped_column(enum_column(CountKind), primary_key=True)
    band: Mapped[str] = mapped_column(String(24), primary_key=True)
    number: Mapped[int]


class GroupCount(Base):
    """How many of a group were asked about a subject and how many answered: all that is left of participation."""

    __tablename__ = "group_count"
    __table_args__ = (CheckConstraint("answered BETWEEN 0 AND asked", name="answered"),)

    subject_id: Mapped[int] = mapped_column(ForeignKey("survey_subject.id"), primary_key=True)
    group: Mapped[RaterGroup] = mapped_column("rater_group", enum_column(RaterGroup), primary_key=True)
    asked: Mapped[int]
    answered: Mapped[int]


class NamedRater(Base):
    """Who a named source was; the database refuses an anonymous group here."""

    __tablename__ = "named_rater"
    __table_args__ = (CheckConstraint(f"rater_group IN ({_NAMED})", name="only_named_groups"),)

    subject_id: Mapped[int] = mapped_column(ForeignKey("survey_subject.id"), primary_key=True)
    group: Mapped[RaterGroup] = mapped_column("rater_group", enum_column(RaterGroup), primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True, index=True)

    person: Mapped[Person] = relationship()
