"""Timelines of posts: what a file says from a day on, over what is known, and back into rows."""

from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from people.timelines.models import NamedPost, Stay
from people.timelines.queries import first_overload, merged, overlaid, posts_on, segments, within

SALES, LONDON, HALF = NamedPost("sales", "rep"), NamedPost("london", "rep"), NamedPost("people", "hr", share=50)
DAYS = st.integers(0, 9).map(lambda number: date(2026, 1, 1 + number))


def day(number: int) -> date:
    return date(2026, 1, number)


def test_a_change_ends_the_old_post_the_day_before() -> None:
    timeline = overlaid([Stay(SALES, day(1))], {day(10): [(LONDON, None)]})
    assert timeline == [Stay(SALES, day(1), day(9)), Stay(LONDON, day(10))]


def test_a_planned_change_stays_when_the_present_is_changed() -> None:
    known = [Stay(SALES, day(1), day(19)), Stay(LONDON, day(20))]
    timeline = overlaid(known, {day(10): [(HALF, None)]})
    assert timeline == [Stay(SALES, day(1), day(9)), Stay(HALF, day(10), day(19)), Stay(LONDON, day(20))]


def test_saying_the_same_again_changes_nothing() -> None:
    known = [Stay(SALES, day(1), day(9)), Stay(LONDON, day(10))]
    assert overlaid(known, {day(1): [(SALES, None)], day(10): [(LONDON, None)]}) == known


def test_posts_that_follow_without_a_gap_and_are_the_same_are_one() -> None:
    assert merged([Stay(SALES, day(5)), Stay(SALES, day(1), day(4))]) == [Stay(SALES, day(1))]
    assert len(merged([Stay(SALES, day(6)), Stay(SALES, day(1), day(4))])) == 2


def test_the_first_day_above_a_whole_is_found() -> None:
    assert first_overload([Stay(SALES, day(1)), Stay(HALF, day(8))]) == (day(8), 150)
    assert first_overload([Stay(SALES._replace(share=50), day(1)), Stay(HALF, day(8))]) is None


def test_nothing_lasts_beyond_the_last_day() -> None:
    assert within([Stay(SALES, day(1)), Stay(LONDON, day(9))], day(5)) == [Stay(SALES, day(1), day(5))]


@st.composite
def timelines(draw: st.DrawFn) -> list[Stay]:
    posts = [NamedPost(unit, "rep", share=share) for unit in ("a", "b") for share in (40, 50)]
    stays = []
    for post in draw(st.lists(st.sampled_from(posts), max_size=4)):
        starts_on, other = draw(DAYS), draw(st.one_of(st.none(), DAYS))
        stays.append(Stay(post, starts_on, max(starts_on, other) if other else None))
    return merged(stays)


@given(timelines())
def test_segments_laid_over_nothing_give_the_timeline_back(timeline: list[Stay]) -> None:
    groups: dict[date, list[tuple[NamedPost, date | None]]] = {}
    parts = segments(timeline)
    for place, part in enumerate(parts):
        follows = parts[place + 1][0].starts_on if place + 1 < len(parts) else None
        for stay in part:
            gap = stay.ends_on is not None and (follows is None or (follows - stay.ends_on).days > 1)
            groups.setdefault(stay.starts_on, []).append((stay.post, stay.ends_on if gap else None))
    assert overlaid([], groups) == timeline
    assert overlaid(timeline, groups) == timeline


@given(timelines(), DAYS, st.sampled_from([SALES, HALF]))
def test_from_the_named_day_on_exactly_the_named_posts_hold(timeline: list[Stay], on: date, post: NamedPost) -> None:
    changed = overlaid(timeline, {on: [(post, None)]})
    assert posts_on(changed, on) == {post}
    for number in range(1, 11):
        if day(number) < on:
            assert posts_on(changed, day(number)) == posts_on(timeline, day(number))
