"""Answers of one rater about one person as bytes of one length, so that a sealed answer tells nothing by its size."""

from __future__ import annotations

import json
import struct
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from assessments.measurement.errors import MeasurementError
from assessments.measurement.ratings import FormLayout, packed_ratings

LAYOUT_VERSION = 1
STEP = 16
COMMENT_BYTES = 3552
HEAD = np.dtype(
    [("layout", "u1"), ("is_submitted", "u1"), ("group", "u1"), ("spare", "u1"),
     ("request", "<u4"), ("subject", "<u4"), ("rater", "<u4"), ("page", "<u8")]
)  # fmt: skip
# The same layout for one record, where numpy would take longer to begin than to finish.
HEAD_OF_ONE = struct.Struct("<BBBxIIIQ")
LENGTH_BYTES = 2


class CommentsTooLongError(MeasurementError):
    """Comments that do not fit into the space that every answer has for them."""

    code = "comments_too_long"


class EnvelopeError(MeasurementError):
    """Bytes that are not an answer in this layout."""

    code = "envelope"


@dataclass(frozen=True)
class Address:
    """Whose answer it is: the numbers of request, subject and rater, the group's place in GROUPS, and if it counts.

    `page` is the random number of the opened page that saved it last, so that two open pages are told apart.
    """

    request: int
    subject: int
    rater: int
    group: int
    is_submitted: bool
    page: int = 0


@dataclass(frozen=True)
class Comment:
    """What a rater wrote to one question, and whether their name shall stand with it."""

    question: str
    text: str
    is_named: bool = False


@cache
def answer_dtype(items: int) -> np.dtype[np.void]:
    """The layout of a packed answer: its address, then one byte an item, filled up to a multiple of 16 bytes."""
    filled = -(-items // STEP) * STEP
    return np.dtype([("head", HEAD), ("ratings", "u1", (items,)), ("fill", "u1", (filled - items,))])


def packed_answer(address: Address, ratings: bytes, *, layout: FormLayout) -> bytes:
    """Write an address and the ratings of the whole form; every answer of a form has the same length.

    Raises InvalidRatingError, WrongItemCountError.

    >>> len(packed_answer(Address(1, 2, 3, 4, True), bytes(41), layout=FormLayout(("C1",), (41,))))
    72
    """
    packed = _head(address) + packed_ratings(ratings, items=layout.items)
    return packed.ljust(answer_dtype(layout.items).itemsize, b"\x00")


def unpacked_answer(packed: bytes, *, items: int) -> tuple[Address, bytes]:
    """Read one packed answer: its address and its ratings; raises EnvelopeError."""
    if len(packed) != answer_dtype(items).itemsize or packed[0] != LAYOUT_VERSION:
        raise EnvelopeError(bytes=len(packed), layout=packed[:1])
    return _address(packed), packed[HEAD.itemsize : HEAD.itemsize + items]


def unpacked_answers(joined: bytes, *, items: int) -> NDArray[np.void]:
    """Read many packed answers, one after another, as one array of records; raises EnvelopeError."""
    dtype = answer_dtype(items)
    if len(joined) % dtype.itemsize:
        raise EnvelopeError(bytes=len(joined), each=dtype.itemsize)
    records = np.frombuffer(joined, dtype=dtype)
    if len(records) and bool((records["head"]["layout"] != LAYOUT_VERSION).any()):
        raise EnvelopeError(layout=int(records["head"]["layout"].max()))
    return records


def packed_comments(address: Address, comments: Sequence[Comment]) -> bytes:
    """Write an address and the comments, always in 3,552 bytes; raises CommentsTooLongError.

    Chinese takes two bytes a character, English one; a text that still does not fit is compressed.

    >>> len(packed_comments(Address(1, 2, 3, 4, True), [Comment("keep", "Listens.")]))
    3552
    """
    plain = json.dumps(
        [[comment.question, comment.text, comment.is_named] for comment in comments if comment.text],
        ensure_ascii=False,
        separators=(",", ":"),
    ).encode("gb18030")
    space = COMMENT_BYTES - HEAD.itemsize - LENGTH_BYTES - 1
    content = b"\x00" + plain if len(plain) <= space else b"\x01" + zlib.compress(plain, 9)
    if len(content) > space + 1:
        raise CommentsTooLongError(bytes=len(content), most=space)
    return (_head(address) + len(content).to_bytes(LENGTH_BYTES, "little") + content).ljust(COMMENT_BYTES, b"\x00")


def unpacked_comments(packed: bytes) -> tuple[Address, list[Comment]]:
    """Read an address and its comments again; raises EnvelopeError."""
    if len(packed) != COMMENT_BYTES or packed[0] != LAYOUT_VERSION:
        raise EnvelopeError(bytes=len(packed), layout=packed[:1])
    start = HEAD.itemsize + LENGTH_BYTES
    content = packed[start : start + int.from_bytes(packed[HEAD.itemsize : start], "little")]
    plain = zlib.decompress(content[1:]) if content[:1] == b"\x01" else content[1:]
    comments = [Comment(question, text, named) for question, text, named in json.loads(plain.decode("gb18030"))]
    return _address(packed), comments


def _head(address: Address) -> bytes:
    return HEAD_OF_ONE.pack(
        LAYOUT_VERSION,
        address.is_submitted,
        address.group,
        address.request,
        address.subject,
        address.rater,
        address.page,
    )


def _address(packed: bytes) -> Address:
    _layout, is_submitted, group, request, subject, rater, page = HEAD_OF_ONE.unpack_from(packed)
    return Address(
        request=request, subject=subject, rater=rater, group=group, is_submitted=bool(is_submitted), page=page
    )
