"""Who may open the pages of schemes."""

from collections.abc import Mapping
from datetime import date

from sqlalchemy import select

from review.schemes.actions import draft_next_version, draft_scheme, publish_scheme
from review.schemes.models import Scheme, SchemeState
from review.schemes.queries import default_scheme_content
from tests.matrix import SIGNED_IN, Row, only
from web.database import db
from web.transactions import in_transaction

HR = only("hr")


def scheme_of(state: SchemeState) -> Scheme:
    """A scheme of levels 4 to 8, which concerns each of the cast or someone below; made when it is asked for first."""
    found = db.session.scalars(select(Scheme).where(Scheme.state == state)).first()
    if found is not None:
        return found
    if state is SchemeState.DRAFT:
        first = scheme_of(SchemeState.PUBLISHED)
        return in_transaction(lambda: draft_next_version(first))
    content = default_scheme_content(
        name={"zh": "销售序列", "en": "Sales"}, job_level_from=4, job_level_to=8, starts_on=date(2025, 1, 1)
    )
    return in_transaction(lambda: publish_scheme(draft_scheme(content), None))


def published_id() -> Mapping[str, str]:
    return {"scheme_id": scheme_of(SchemeState.PUBLISHED).public_id}


def draft_id() -> Mapping[str, str]:
    return {"scheme_id": scheme_of(SchemeState.DRAFT).public_id}


def both_ids() -> Mapping[str, str]:
    return {"scheme_id": scheme_of(SchemeState.PUBLISHED).public_id, "other_id": published_id()["scheme_id"]}


ROWS = {
    "schemes.all_schemes": Row(SIGNED_IN),
    "schemes.scheme": Row(SIGNED_IN, published_id),
    "schemes.new_scheme": Row(HR),
    "schemes.edit_scheme": Row(HR, draft_id),
    "schemes.start_draft": Row(HR, published_id),
    "schemes.publish": Row(HR, draft_id),
    "schemes.discard": Row(HR, draft_id),
    "schemes.compare": Row(SIGNED_IN, both_ids),
}
