"""Reading timelines: what holds on a day, what remains under something newer, where one thing follows another."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta

from people.timelines.models import NamedPost, Stay

ONE_DAY = timedelta(days=1)
Groups = Mapping[date, Sequence[tuple[NamedPost, date | None]]]


def posts_on(stays: Iterable[Stay], on: date) -> frozenset[NamedPost]:
    """The posts that hold on a day."""
    return frozenset(stay.post for stay in stays if stay.is_valid(on))


def merged(stays: Iterable[Stay]) -> list[Stay]:
    """The same timeline in as few stays as possible: what follows without a gap and is the same becomes one."""
    result: list[Stay] = []
    for stay in sorted(stays, key=lambda one: (one.post, one.starts_on)):
        last = result[-1] if result else None
        if last is not None and last.post == stay.post and _touches(last, stay):
            result[-1] = last._replace(ends_on=_later(last.ends_on, stay.ends_on))
        else:
            result.append(stay)
    return sorted(result, key=lambda one: (one.starts_on, one.post))


def overlaid(stays: Sequence[Stay], groups: Groups) -> list[Stay]:
    """The timeline after "from this day on exactly these posts" for each day of ``groups``.

    A group holds until the day before the next group or before something that was already to begin later; a post with
    a last day of its own ends there.
    """
    later_starts = {stay.starts_on for stay in stays} | set(groups)
    remaining, added = list(stays), []
    for starts_on, posts in sorted(groups.items()):
        following = [day for day in later_starts if day > starts_on]
        until = min(following) - ONE_DAY if following else None
        remaining = [part for stay in remaining for part in _without(stay, starts_on, until)]
        added += [Stay(post, starts_on, _earlier(until, own_end)) for post, own_end in posts]
    return merged([*remaining, *added])


def within(stays: Iterable[Stay], left_on: date | None) -> list[Stay]:
    """The timeline up to a last day."""
    if left_on is None:
        return list(stays)
    return [stay._replace(ends_on=_earlier(stay.ends_on, left_on)) for stay in stays if stay.starts_on <= left_on]


def segments(stays: Sequence[Stay]) -> list[list[Stay]]:
    """The timeline cut where anything changes: in each part the same posts hold from its first to its last day."""
    cuts = sorted(
        {stay.starts_on for stay in stays} | {stay.ends_on + ONE_DAY for stay in stays if stay.ends_on is not None}
    )
    parts = []
    for place, starts_on in enumerate(cuts):
        ends_on = cuts[place + 1] - ONE_DAY if place + 1 < len(cuts) else None
        part = [Stay(stay.post, starts_on, ends_on) for stay in stays if stay.is_valid(starts_on)]
        if part:
            parts.append(sorted(part))
    return parts


def first_overload(stays: Sequence[Stay]) -> tuple[date, int] | None:
    """The first day on which shares add up to more than 100, with their sum."""
    for day in sorted({stay.starts_on for stay in stays}):
        total = sum(post.share for post in (stay.post for stay in stays if stay.is_valid(day)))
        if total > 100:
            return day, total
    return None


def _without(stay: Stay, starts_on: date, until: date | None) -> list[Stay]:
    parts = []
    if stay.starts_on < starts_on:
        parts.append(stay._replace(ends_on=_earlier(stay.ends_on, starts_on - ONE_DAY)))
    if until is not None and (stay.ends_on is None or stay.ends_on > until):
        parts.append(stay._replace(starts_on=max(stay.starts_on, until + ONE_DAY)))
    return parts


def _touches(first: Stay, second: Stay) -> bool:
    return first.ends_on is None or second.starts_on <= first.ends_on + ONE_DAY


def _earlier(first: date | None, second: date | None) -> date | None:
    ends = [day for day in (first, second) if day is not None]
    return min(ends) if ends else None


def _later(first: date | None, second: date | None) -> date | None:
    return None if first is None or second is None else max(first, second)
