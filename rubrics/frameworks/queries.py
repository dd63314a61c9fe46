"""Reading frameworks: the version in force, its dimensions and items, and what differs between two versions."""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from rubrics.frameworks.errors import NoFrameworkError
from rubrics.frameworks.models import LEVELS, Dimension, DimensionKind, Framework, Item, VersionState
from web.database import LANGUAGES, db

SALES = "sales"


def published_framework(code: str = SALES) -> Framework:
    """The version in force: the published one with the highest number."""
    framework = latest_published(code)
    if framework is None:
        raise NoFrameworkError
    return framework


def latest_published(code: str = SALES) -> Framework | None:
    """The version in force, or None before the first one is published."""
    return db.session.scalars(
        select(Framework)
        .where(Framework.code == code, Framework.state == VersionState.PUBLISHED)
        .order_by(Framework.number.desc())
        .limit(1)
    ).first()


def draft_framework(code: str = SALES) -> Framework | None:
    """The one draft of the framework, if there is one."""
    return db.session.scalars(
        select(Framework).where(Framework.code == code, Framework.state == VersionState.DRAFT)
    ).first()


def versions_of(code: str = SALES) -> list[Framework]:
    """All versions of the framework, the newest first."""
    return list(db.session.scalars(select(Framework).where(Framework.code == code).order_by(Framework.number.desc())))


def framework_by_public_id(public_id: str) -> Framework | None:
    """One version by the id in its address."""
    return db.session.scalars(select(Framework).where(Framework.public_id == public_id)).first()


def dimensions_of(framework: Framework) -> list[Dimension]:
    """The dimensions of a version in their fixed order: competencies, then areas."""
    return list(
        db.session.scalars(select(Dimension).where(Dimension.framework_id == framework.id).order_by(Dimension.place))
    )


def items_of(framework: Framework) -> list[Item]:
    """The items of a version in their fixed order, which is the order of the bytes in a packed answer."""
    return list(
        db.session.scalars(
            select(Item)
            .where(Item.framework_id == framework.id)
            .options(joinedload(Item.dimension))
            .order_by(Item.place)
        )
    )


def items_by_dimension(framework: Framework) -> dict[int, list[Item]]:
    """The items of a version in their fixed order, by the number of their dimension."""
    found: dict[int, list[Item]] = {}
    for item in items_of(framework):
        found.setdefault(item.dimension_id, []).append(item)
    return found


def item_by_public_id(public_id: str) -> Item | None:
    """One item by the id in its address, with its version."""
    return db.session.scalars(
        select(Item).where(Item.public_id == public_id).options(joinedload(Item.framework), joinedload(Item.dimension))
    ).first()


def dimension_by_public_id(public_id: str) -> Dimension | None:
    """One dimension by the id in its address, with its version."""
    return db.session.scalars(
        select(Dimension).where(Dimension.public_id == public_id).options(joinedload(Dimension.framework))
    ).first()


@dataclass(frozen=True)
class ItemContent:
    """What an item says, apart from any version."""

    code: str
    name: dict[str, str]
    definition: dict[str, str]
    anchors: tuple[dict[str, str], ...]


@dataclass(frozen=True)
class DimensionContent:
    """What a dimension says and holds."""

    code: str
    kind: DimensionKind
    name: dict[str, str]
    short_name: dict[str, str]
    definition: dict[str, str]
    observers: tuple[str, ...]
    items: tuple[ItemContent, ...]


@dataclass(frozen=True)
class FrameworkContent:
    """All that a version of a framework says."""

    code: str
    name: dict[str, str]
    group_weights: dict[str, int]
    default_rater_variance: float
    dimensions: tuple[DimensionContent, ...]


def content_of(framework: Framework) -> FrameworkContent:
    """All that a version says, for comparing and for making the next one."""
    items = items_by_dimension(framework)
    return FrameworkContent(
        code=framework.code,
        name=framework.name,
        group_weights=framework.group_weights,
        default_rater_variance=framework.default_rater_variance,
        dimensions=tuple(
            DimensionContent(
                code=dimension.code,
                kind=dimension.kind,
                name=dimension.name,
                short_name=dimension.short_name,
                definition=dimension.definition,
                observers=tuple(dimension.observers),
                items=tuple(
                    ItemContent(item.code, item.name, item.definition, tuple(item.anchors))
                    for item in items.get(dimension.id, ())
                ),
            )
            for dimension in dimensions_of(framework)
        ),
    )


def digest_of(content: Any) -> str:
    """A digest of a content dataclass: equal contents have equal digests."""
    text = json.dumps(asdict(content), sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


@dataclass(frozen=True)
class Difference:
    """One text that reads differently in two versions; level 0 is not an anchor."""

    code: str
    part: str
    level: int
    language: str
    before: str
    after: str


def differences(before: Framework, after: Framework) -> list[Difference]:
    """Every text that differs between two versions, dimension by dimension and item by item."""
    old_rows, new_rows = _rows_of(before), _rows_of(after)
    return [
        Difference(code, part, level, language, old, new)
        for code in [*new_rows, *(code for code in old_rows if code not in new_rows)]
        for part, level, language, old, new in _paired_texts(old_rows.get(code), new_rows.get(code))
        if old != new
    ]


def _rows_of(framework: Framework) -> dict[str, Dimension | Item]:
    rows: list[Dimension | Item] = [*dimensions_of(framework), *items_of(framework)]
    return {row.code: row for row in rows}


def _paired_texts(
    before: Dimension | Item | None, after: Dimension | Item | None
) -> Iterator[tuple[str, int, str, str, str]]:
    old_texts, new_texts = _texts(before), _texts(after)
    for key in [*new_texts, *(key for key in old_texts if key not in new_texts)]:
        yield *key, old_texts.get(key, ""), new_texts.get(key, "")


def _texts(row: Dimension | Item | None) -> dict[tuple[str, int, str], str]:
    if row is None:
        return {}
    parts: list[tuple[str, int, dict[str, str]]] = [("name", 0, row.name), ("definition", 0, row.definition)]
    if isinstance(row, Dimension):
        parts.insert(1, ("short_name", 0, row.short_name))
    else:
        parts += [("anchor", level, row.anchor(level)) for level in LEVELS]
    return {(part, level, language): text.get(language, "") for part, level, text in parts for language in LANGUAGES}
