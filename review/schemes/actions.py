"""Writing schemes, publishing them for good, starting the next version."""

from collections.abc import Sequence
from decimal import Decimal
from itertools import pairwise

from sqlalchemy import select

from assessments.measurement.apportionment import Weight
from assessments.measurement.errors import MeasurementError
from people.audit.actions import record
from review.rewards.errors import RewardError
from review.rewards.merit import MeritMatrix
from review.schemes.errors import (
    BandsGapError,
    BandsOverlapError,
    CoefficientError,
    DraftExistsError,
    EmptyValidityError,
    GateCapError,
    LevelRangeError,
    MeritMatrixError,
    NameMissingError,
    NothingChangedError,
    PointsRangeError,
    PublishedSchemeError,
    RaisesError,
    RepeatedGradeError,
    SchemesOverlapError,
    SecondLineWeightError,
    SectionWeightsError,
    SharesSumError,
    SmallestTeamError,
    StartsTooEarlyError,
    TooFewGradesError,
    VisibilityError,
)
from review.schemes.models import (
    HIGHEST_LEVEL,
    LOWEST_LEVEL,
    DistributionRule,
    GradeBand,
    Scheme,
    SchemeSection,
    SchemeState,
    SecondLine,
    SectionKind,
    VisiblePart,
)
from review.schemes.queries import BandContent, SchemeContent, content_of, validities, versions_of
from web.database import LANGUAGES, db, new_public_id, utc_now
from web.formats import format_date
from web.language import localized
from web.transactions import locked

WHOLE = 100
HIGHEST_CUT, HIGHEST_COEFFICIENT, LARGEST_TEAM = 12_000, 1_000, 1_000
LARGEST_RAISE = 100
LONGEST_GRADE = 8


def draft_scheme(content: SchemeContent, *, code: str | None = None) -> Scheme:
    """Begin a scheme as version 1 in draft."""
    scheme = Scheme(code=code or new_public_id(), number=1, state=SchemeState.DRAFT)
    _fill(scheme, content)
    db.session.add(scheme)
    db.session.flush()
    record("scheme.drafted", about=scheme, details={"number": 1})
    return scheme


def draft_next_version(scheme: Scheme) -> Scheme:
    """Start the next version from a published one."""
    versions = versions_of(scheme.code)
    draft = next((version for version in versions if not version.is_published), None)
    if draft is not None:
        raise DraftExistsError(number=draft.number)
    following = Scheme(code=scheme.code, number=versions[-1].number + 1, state=SchemeState.DRAFT)
    _fill(following, content_of(scheme))
    db.session.add(following)
    db.session.flush()
    record("scheme.drafted", about=following, details={"number": following.number})
    return following


def write_scheme(scheme: Scheme, content: SchemeContent) -> Scheme:
    """Replace what a draft says; all of it or nothing."""
    locked(scheme)
    _require_draft(scheme)
    _check(content)
    scheme.sections, scheme.bands = [], []
    db.session.flush()
    _fill(scheme, content)
    record("scheme.written", about=scheme, details={"number": scheme.number})
    return scheme


def publish_scheme(scheme: Scheme, by_id: int | None) -> Scheme:
    """Let a draft stand for good; no job level may be reviewed by two schemes on one day."""
    # All schemes are taken for this transaction: two drafts published at once must see each other.
    published = list(db.session.scalars(select(Scheme).order_by(Scheme.id).with_for_update(of=Scheme)))
    db.session.refresh(scheme)
    _require_draft(scheme)
    earlier = [version for version in published if version.code == scheme.code and version.is_published]
    if earlier:
        last = max(earlier, key=lambda version: version.number)
        if scheme.starts_on < last.starts_on:
            raise StartsTooEarlyError(number=last.number, starts_on=format_date(last.starts_on))
        if content_of(scheme) == content_of(last):
            raise NothingChangedError(number=last.number)
    _require_no_overlap(scheme, [version for version in published if version.is_published])
    scheme.state, scheme.published_at, scheme.published_by_id = SchemeState.PUBLISHED, utc_now(), by_id
    record("scheme.published", about=scheme, details={"number": scheme.number})
    return scheme


def discard_draft(scheme: Scheme) -> None:
    """Take a draft away."""
    locked(scheme)
    _require_draft(scheme)
    record("scheme.discarded", about=scheme, details={"number": scheme.number})
    db.session.delete(scheme)


def _fill(scheme: Scheme, content: SchemeContent) -> None:
    _check(content)
    scheme.name = {language: content.name[language].strip() for language in LANGUAGES}
    scheme.job_level_from, scheme.job_level_to = content.job_level_from, content.job_level_to
    scheme.starts_on, scheme.ends_on = content.starts_on, content.ends_on
    scheme.kpi_continues_line, scheme.gate_cap = content.kpi_continues_line, content.gate_cap
    scheme.distribution, scheme.smallest_team = content.distribution, content.smallest_team
    scheme.second_line, scheme.second_line_weight = content.second_line, content.second_line_weight
    scheme.visibility = [part.value for part in VisiblePart if part in content.visibility]
    scheme.merit_cuts = [str(cut) for cut in content.merit_cuts]
    scheme.merit_percents = {band.grade: [str(percent) for percent in band.raises] for band in content.bands}
    scheme.sections = [
        SchemeSection(place=place, kind=kind, weight=content.sections[kind])
        for place, kind in enumerate(SectionKind)
        if content.sections.get(kind)
    ]
    scheme.bands = [
        GradeBand(
            place=place,
            grade=band.grade,
            cut=None if band.points is None else int(band.points * 100),
            coefficient_hundredths=int(band.coefficient * 100),
            share=None if content.distribution is DistributionRule.NONE else band.share,
        )
        for place, band in enumerate(content.bands)
    ]


def _check(content: SchemeContent) -> None:
    if not all(content.name.get(language, "").strip() for language in LANGUAGES):
        raise NameMissingError
    if not LOWEST_LEVEL <= content.job_level_from <= content.job_level_to <= HIGHEST_LEVEL:
        raise LevelRangeError(lowest=LOWEST_LEVEL, highest=HIGHEST_LEVEL)
    if content.ends_on is not None and content.ends_on < content.starts_on:
        raise EmptyValidityError
    total = sum(content.sections.values())
    if total != WHOLE or any(weight < 0 for weight in content.sections.values()):
        raise SectionWeightsError(sum=total)
    if not 1 <= content.smallest_team <= LARGEST_TEAM:
        raise SmallestTeamError
    if VisiblePart.GRADE not in content.visibility:
        raise VisibilityError
    _check_second_line(content)
    _check_bands(content.bands)
    if content.gate_cap is not None and content.gate_cap not in {band.grade for band in content.bands}:
        raise GateCapError(grade=content.gate_cap)
    shares = [band.share or 0 for band in content.bands]
    if content.distribution is not DistributionRule.NONE and (sum(shares) != WHOLE or min(shares) < 0):
        raise SharesSumError(sum=sum(shares))
    _check_merit(content)


def _check_second_line(content: SchemeContent) -> None:
    rates = content.second_line is SecondLine.RATES
    if rates is not (content.second_line_weight > 0) or not 0 <= content.second_line_weight <= WHOLE:
        raise SecondLineWeightError


def _check_bands(bands: Sequence[BandContent]) -> None:
    if len(bands) < 2:
        raise TooFewGradesError
    grades = [band.grade for band in bands]
    for band in bands:
        if not band.grade or len(band.grade) > LONGEST_GRADE or grades.count(band.grade) > 1:
            raise RepeatedGradeError(grade=band.grade)
        if band.points is not None and not (0 < band.points * 100 <= HIGHEST_CUT and _is_hundredths(band.points)):
            raise PointsRangeError(grade=band.grade)
        if not (0 <= band.coefficient * 100 <= HIGHEST_COEFFICIENT and _is_hundredths(band.coefficient)):
            raise CoefficientError(grade=band.grade)
    if bands[-1].points is not None or any(band.points is None for band in bands[:-1]):
        raise BandsGapError
    for better, worse in pairwise(bands):
        if better.points is not None and worse.points is not None and better.points <= worse.points:
            raise BandsOverlapError(better=better.grade, worse=worse.grade)
        if better.coefficient < worse.coefficient:
            raise CoefficientError(grade=worse.grade)


def _check_merit(content: SchemeContent) -> None:
    rates: dict[str, tuple[Weight, ...]] = {
        band.grade: tuple(percent / WHOLE for percent in band.raises) for band in content.bands
    }
    level = (Decimal(0),) * (len(content.merit_cuts) + 1)
    if not _is_matrix(content.merit_cuts, {"": level}):
        raise MeritMatrixError
    # The first grade with which the matrix no longer fits is the one to correct.
    for place, band in enumerate(content.bands):
        is_fine = all(percent <= LARGEST_RAISE and _is_hundredths(percent) for percent in band.raises)
        known = {each.grade: rates[each.grade] for each in content.bands[: place + 1]}
        if not is_fine or not _is_matrix(content.merit_cuts, known):
            raise RaisesError(grade=band.grade, bands=len(level), most=LARGEST_RAISE)


def _is_matrix(edges: tuple[Decimal, ...], rates: dict[str, tuple[Weight, ...]]) -> bool:
    try:
        MeritMatrix(edges=edges, rates=rates)
    except (RewardError, MeasurementError):
        return False
    return True


def _is_hundredths(number: Decimal) -> bool:
    return number.is_finite() and number * 100 == (number * 100).to_integral_value()


def _require_draft(scheme: Scheme) -> None:
    if scheme.is_published:
        raise PublishedSchemeError(number=scheme.number)


def _require_no_overlap(scheme: Scheme, published: Sequence[Scheme]) -> None:
    """Compare the days on which each version is in force, as they will be once this one is published."""
    in_force = validities([*published, scheme])
    for own in in_force[scheme.code]:
        for other in (entry for code, entries in in_force.items() if code != scheme.code for entry in entries):
            levels = (
                own.scheme.job_level_from <= other.scheme.job_level_to
                and other.scheme.job_level_from <= own.scheme.job_level_to
            )
            if levels and own.starts_on <= other.ends_on and other.starts_on <= own.ends_on:
                raise SchemesOverlapError(
                    name=localized(other.scheme.name),
                    lowest=other.scheme.job_level_from,
                    highest=other.scheme.job_level_to,
                )
