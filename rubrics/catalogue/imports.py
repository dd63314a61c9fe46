"""Reading the files of a catalogue; whatever is wrong in them is named by file and code."""

from dataclasses import dataclass
from pathlib import Path

from rubrics.entries.errors import (
    AnchorCountError,
    CurveOrderError,
    MissingKeyError,
    UnsoundProfileError,
    WrongReferenceError,
    WrongValueError,
)
from rubrics.entries.imports import Entry, entry_of_file, require_different_codes
from rubrics.frameworks.models import LEVELS, DimensionKind, RaterGroup
from rubrics.frameworks.queries import DimensionContent, FrameworkContent, ItemContent
from rubrics.measures.actions import MeasureContent
from rubrics.measures.models import CurveBasis, Direction, Joining, MeasureUnit
from rubrics.profiles.actions import require_ladder, require_sound
from rubrics.profiles.models import ProfileContent, RequirementContent
from web.database import LANGUAGES
from web.errors import SteelyardError

SHIPPED = Path(__file__).parent / "data"
FRAMEWORK_FILE, COMPETENCY_FILE, AREA_FILE = "framework.toml", "competencies.toml", "areas.toml"
PROFILE_FILE, MEASURE_FILE = "profiles.toml", "measures.toml"


@dataclass(frozen=True)
class Catalogue:
    """Everything that the files of a catalogue say, checked."""

    framework: FrameworkContent
    profiles: tuple[ProfileContent, ...]
    positions: dict[str, str]
    measures: tuple[MeasureContent, ...]


def catalogue_from(folder: Path = SHIPPED) -> Catalogue:
    """Read and check the five files of a catalogue."""
    framework = _framework(folder)
    profiles, positions = _profiles(folder, framework)
    areas = {dimension.code for dimension in framework.dimensions if dimension.kind == DimensionKind.AREA}
    return Catalogue(framework, profiles, positions, _measures(folder, areas))


def _framework(folder: Path) -> FrameworkContent:
    entry = entry_of_file(folder, FRAMEWORK_FILE)
    weights = entry.entry("group_weights")
    group_weights = {group.value: weights.whole(group.value, 0, 100) for group in RaterGroup}
    weights.finish()
    variance = entry.number("default_rater_variance")
    if not 0 < variance <= 4:
        raise entry.wrong("default_rater_variance", "a number above 0, at most 4")
    competencies = _dimensions(entry_of_file(folder, COMPETENCY_FILE), DimensionKind.COMPETENCY)
    areas = _dimensions(entry_of_file(folder, AREA_FILE), DimensionKind.AREA)
    content = FrameworkContent(
        code=entry.word("code"),
        name=entry.text("name"),
        group_weights=group_weights,
        default_rater_variance=variance,
        dimensions=(*competencies, *areas),
    )
    entry.finish()
    require_different_codes(AREA_FILE, (dimension.code for dimension in content.dimensions))
    require_different_codes(AREA_FILE, (item.code for dimension in content.dimensions for item in dimension.items))
    return content


def _dimensions(file: Entry, kind: DimensionKind) -> list[DimensionContent]:
    found = []
    for entry in file.entries("dimension"):
        items = tuple(_item(item) for item in entry.entries("item"))
        found.append(
            DimensionContent(
                code=entry.word("code"),
                kind=kind,
                name=entry.text("name"),
                short_name=entry.text("short_name"),
                definition=entry.text("definition"),
                observers=entry.groups("observers"),
                items=items,
            )
        )
        entry.finish()
    file.finish()
    return found


def _item(entry: Entry) -> ItemContent:
    anchors = entry.entry("anchors")
    by_language = {language: anchors.value(language, (list,), "[...]") for language in LANGUAGES}
    anchors.finish()
    for texts in by_language.values():
        distinct = {text.strip() for text in texts if isinstance(text, str) and text.strip()}
        if len(texts) != len(LEVELS) or len(distinct) != len(LEVELS):
            raise AnchorCountError(file=entry.file, code=entry.code)
    levels = zip(*by_language.values(), strict=True)
    content = ItemContent(
        code=entry.word("code"),
        name=entry.text("name"),
        definition=entry.text("definition"),
        anchors=tuple(dict(zip(by_language, texts, strict=True)) for texts in levels),
    )
    entry.finish()
    return content


def _profiles(folder: Path, framework: FrameworkContent) -> tuple[tuple[ProfileContent, ...], dict[str, str]]:
    file = entry_of_file(folder, PROFILE_FILE)
    found: list[ProfileContent] = []
    positions: list[tuple[str, str]] = []
    for place, entry in enumerate(file.entries("profile")):
        positions += [(str(code), entry.code) for code in entry.value("positions", (list,), "[...]")]
        content = _profile(entry, place)
        if content.framework_code != framework.code:
            raise WrongReferenceError(
                file=PROFILE_FILE, code=content.code, key="framework", reference=content.framework_code
            )
        found.append(content)
    file.finish()
    require_different_codes(PROFILE_FILE, (content.code for content in found))
    require_different_codes(PROFILE_FILE, (position for position, _code in positions))
    try:
        for content in found:
            require_sound(content, framework.dimensions)
        require_ladder({content.code: content.next_code for content in found})
    except SteelyardError as error:
        raise UnsoundProfileError(file=PROFILE_FILE, reason=str(error)) from error
    return tuple(found), dict(positions)


def _profile(entry: Entry, place: int) -> ProfileContent:
    requirements = []
    for line in entry.entries("requirements"):
        requirements.append(
            RequirementContent(
                dimension_code=line.word("dimension"),
                required_level=line.whole("level", LEVELS[0], LEVELS[-1]),
                weight_percent=line.whole("weight", 1, 100),
                groups=line.groups("groups"),
            )
        )
        line.finish()
    content = ProfileContent(
        code=entry.word("code"),
        place=place,
        name=entry.text("name"),
        purpose=entry.text("purpose"),
        next_code=entry.word("next") if "next" in entry.table else None,
        framework_code=entry.word("framework"),
        requirements=tuple(requirements),
    )
    entry.finish()
    return content


def _measures(folder: Path, areas: set[str]) -> tuple[MeasureContent, ...]:
    file = entry_of_file(folder, MEASURE_FILE)
    found = tuple(_measure(entry, place, areas) for place, entry in enumerate(file.entries("measure")))
    file.finish()
    require_different_codes(MEASURE_FILE, (content.code for content in found))
    return found


def _measure(entry: Entry, place: int, areas: set[str]) -> MeasureContent:
    curve = entry.entry("curve")
    content = MeasureContent(
        code=entry.word("code"),
        place=place,
        area_code=entry.word("area"),
        name=entry.text("name"),
        definition=entry.text("definition"),
        source=entry.text("source"),
        owner=entry.text("owner"),
        unit=entry.member("unit", MeasureUnit),
        direction=entry.member("direction", Direction),
        joining=entry.member("joining", Joining),
        numerator=entry.optional_text("numerator"),
        denominator=entry.optional_text("denominator"),
        curve_basis=curve.member("basis", CurveBasis),
        curve_threshold=curve.number("threshold"),
        curve_target=curve.number("target"),
        curve_cap=curve.number("cap"),
    )
    entry.finish()
    curve.finish()
    _require_sound_measure(content, areas)
    return content


def _require_sound_measure(content: MeasureContent, areas: set[str]) -> None:
    where = {"file": MEASURE_FILE, "code": content.code}
    if content.area_code not in areas:
        raise WrongReferenceError(**where, key="area", reference=content.area_code)
    if content.joining == Joining.RATIO_OF_SUMS and not (content.numerator and content.denominator):
        raise MissingKeyError(**where, key="denominator" if content.numerator else "numerator")
    sign = 1 if content.direction == Direction.HIGHER else -1
    threshold, target, cap = (
        sign * point for point in (content.curve_threshold, content.curve_target, content.curve_cap)
    )
    if not threshold < target < cap:
        raise CurveOrderError(**where)
    if content.curve_basis == CurveBasis.RATIO_TO_TARGET and content.curve_target != 1:
        raise WrongValueError(**where, key="target", expected="1")
