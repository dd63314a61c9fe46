"""Withholding an abusive comment; nobody learns who wrote it."""

from assessments.closing.models import StoredComment
from assessments.comments.errors import AlreadyWithheldError, NotWithheldError
from people.audit.actions import record
from web.transactions import locked


def withhold_comment(comment: StoredComment, reason: str) -> StoredComment:
    """Show a comment no more, for a reason that is kept beside it."""
    locked(comment)
    if comment.withheld_reason is not None:
        raise AlreadyWithheldError
    comment.withheld_reason = reason
    record("comment.withheld", about=comment)
    return comment


def show_again(comment: StoredComment) -> StoredComment:
    """Show a withheld comment after all."""
    locked(comment)
    if comment.withheld_reason is None:
        raise NotWithheldError
    comment.withheld_reason = None
    record("comment.shown_again", about=comment)
    return comment
