"""Every answer has the same length, whatever it says, and reads back as it was written."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assessments.measurement.envelopes import (
    COMMENT_BYTES,
    Address,
    Comment,
    CommentsTooLongError,
    EnvelopeError,
    packed_answer,
    packed_comments,
    unpacked_answer,
    unpacked_answers,
    unpacked_comments,
)
from assessments.measurement.errors import InvalidRatingError
from assessments.measurement.ratings import FormLayout

LAYOUT = FormLayout(("C1", "R1"), (36, 5))
NUMBERS = st.integers(0, 2**32 - 1)
ADDRESSES = st.builds(
    Address, request=NUMBERS, subject=NUMBERS, rater=NUMBERS, group=st.integers(0, 6), is_submitted=st.booleans(),
    page=st.integers(0, 2**63),
)  # fmt: skip
RATINGS = st.lists(st.sampled_from([0, 1, 2, 3, 4, 5, 9]), min_size=41, max_size=41).map(bytes)
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=120)


@given(ADDRESSES, RATINGS)
def test_an_answer_reads_back_as_it_was_written_in_one_length(address: Address, ratings: bytes) -> None:
    packed = packed_answer(address, ratings, layout=LAYOUT)
    assert len(packed) == 72
    assert unpacked_answer(packed, items=41) == (address, ratings)
    record = unpacked_answers(packed * 3, items=41)[2]
    assert record["ratings"].tobytes() == ratings
    assert (record["head"]["rater"], record["head"]["page"]) == (address.rater, address.page)


@given(ADDRESSES, st.lists(st.builds(Comment, st.sampled_from(["keep", "more"]), TEXTS, st.booleans()), max_size=3))
def test_comments_read_back_as_they_were_written_in_one_length(address: Address, comments: list[Comment]) -> None:
    packed = packed_comments(address, comments)
    assert len(packed) == COMMENT_BYTES
    assert unpacked_comments(packed) == (address, [comment for comment in comments if comment.text])


@pytest.mark.parametrize("letter", ["好", "a", "𠮷", "😀", "龘"])
def test_three_comments_of_five_hundred_characters_fit(letter: str) -> None:
    comments = [Comment(question, letter * 500) for question in ("keep", "more", "change")]
    assert len(packed_comments(Address(1, 1, 1, 1, True), comments)) == COMMENT_BYTES


def test_what_does_not_fit_is_refused() -> None:
    noise = "".join(chr(number) for number in random.Random(1).choices(range(0x20000, 0x2A000), k=1500))
    with pytest.raises(CommentsTooLongError):
        packed_comments(Address(1, 1, 1, 1, True), [Comment("keep", noise)])


def test_other_bytes_are_refused() -> None:
    with pytest.raises(EnvelopeError):
        unpacked_answers(bytes(71), items=41)
    with pytest.raises(EnvelopeError):
        unpacked_answers(bytes(72), items=41)
    with pytest.raises(EnvelopeError):
        unpacked_comments(bytes(COMMENT_BYTES))
    with pytest.raises(InvalidRatingError):
        packed_answer(Address(1, 1, 1, 1, True), bytes([6] * 41), layout=LAYOUT)
