"""What HR does with frameworks: start a draft, edit its texts, publish it, discard it."""

from collections.abc import Mapping, Sequence

from sqlalchemy import func, select

from people.audit.actions import record
from rubrics.frameworks.errors import (
    DraftExistsError,
    MissingTextError,
    NothingChangedError,
    PublishedVersionError,
    RepeatedAnchorError,
)
from rubrics.frameworks.models import LEVELS, Dimension, Framework, Item, VersionOrigin, VersionState
from rubrics.frameworks.queries import (
    DimensionContent,
    FrameworkContent,
    ItemContent,
    content_of,
    digest_of,
    draft_framework,
    latest_published,
)
from web.database import LANGUAGES, db, utc_now
from web.transactions import locked

Text = Mapping[str, str]


def add_framework(content: FrameworkContent, origin: VersionOrigin) -> Framework:
    """Write a content down as the next draft."""
    draft = draft_framework(content.code)
    if draft is not None:
        raise DraftExistsError(number=draft.number)
    highest = db.session.scalar(select(func.max(Framework.number)).where(Framework.code == content.code))
    framework = Framework(
        code=content.code,
        number=(highest or 0) + 1,
        name=content.name,
        origin=origin,
        content_digest=digest_of(content),
        group_weights=dict(content.group_weights),
        default_rater_variance=content.default_rater_variance,
    )
    for place, entry in enumerate(content.dimensions):
        framework.dimensions.append(_dimension(entry, place))
    pairs = [
        (dimension, item)
        for dimension, entry in zip(framework.dimensions, content.dimensions, strict=True)
        for item in entry.items
    ]
    framework.items = [_item(dimension, item, place) for place, (dimension, item) in enumerate(pairs)]
    db.session.add(framework)
    db.session.flush()
    return framework


def _dimension(entry: DimensionContent, place: int) -> Dimension:
    return Dimension(
        code=entry.code,
        kind=entry.kind,
        place=place,
        name=entry.name,
        short_name=entry.short_name,
        definition=entry.definition,
        observers=list(entry.observers),
    )


def _item(dimension: Dimension, entry: ItemContent, place: int) -> Item:
    return Item(
        dimension=dimension,
        code=entry.code,
        place=place,
        name=entry.name,
        definition=entry.definition,
        anchors=[dict(text) for text in entry.anchors],
    )


def start_draft(framework: Framework) -> Framework:
    """Copy a version into a draft that can be edited."""
    # The lock makes two people who start a draft at once wait for each other.
    locked(framework)
    draft = add_framework(content_of(framework), VersionOrigin.OWN)
    record("framework.draft_started", about=draft, details={"number": draft.number, "from": framework.number})
    return draft


def edit_dimension(dimension: Dimension, *, name: Text, short_name: Text, definition: Text) -> Dimension:
    """Write a dimension of a draft anew."""
    _require_draft(dimension.framework_id)
    for text in (name, short_name, definition):
        _require_both_languages(dimension.code, text)
    dimension.name, dimension.short_name, dimension.definition = dict(name), dict(short_name), dict(definition)
    record("framework.dimension_edited", about=dimension, details={"code": dimension.code})
    return dimension


def edit_item(item: Item, *, name: Text, definition: Text, anchors: Sequence[Text]) -> Item:
    """Write an item of a draft anew: its name, its definition and what one sees at each level."""
    _require_draft(item.framework_id)
    for text in (name, definition, *anchors):
        _require_both_languages(item.code, text)
    _require_distinct(anchors)
    item.name, item.definition, item.anchors = dict(name), dict(definition), [dict(anchor) for anchor in anchors]
    record("framework.item_edited", about=item, details={"code": item.code})
    return item


def publish_framework(framework: Framework) -> Framework:
    """Let a draft stand from now on; it never changes again."""
    _require_draft(framework.id)
    content = content_of(framework)
    digest = digest_of(content)
    present = latest_published(framework.code)
    if present is not None and present.content_digest == digest:
        raise NothingChangedError(number=present.number)
    framework.content_digest = digest
    framework.published_at = utc_now()
    framework.state = VersionState.PUBLISHED
    record("framework.published", about=framework, details={"code": framework.code, "number": framework.number})
    db.session.flush()
    return framework


def discard_draft(framework: Framework) -> None:
    """Throw a draft away; its number is used again by the next one."""
    _require_draft(framework.id)
    record("framework.draft_discarded", about=framework, details={"number": framework.number})
    db.session.delete(framework)
    db.session.flush()


def _require_draft(framework_id: int) -> None:
    # The lock makes an edit and the publication of the same draft wait for each other.
    framework = db.session.get_one(Framework, framework_id, with_for_update=True, populate_existing=True)
    if framework.is_published:
        raise PublishedVersionError(number=framework.number)


def _require_both_languages(code: str, text: Text) -> None:
    if not all(text.get(language, "").strip() for language in LANGUAGES):
        raise MissingTextError(code=code)


def _require_distinct(anchors: Sequence[Text]) -> None:
    seen: dict[tuple[str, str], int] = {}
    for level, anchor in zip(LEVELS, anchors, strict=True):
        for language in LANGUAGES:
            text = " ".join(anchor[language].split())
            first = seen.setdefault((language, text), level)
            if first != level:
                raise RepeatedAnchorError(first=first, second=level)
