"""Who may open the pages of promotions: managers (the approver is one too) and HR propose, approvers decide."""

from collections.abc import Mapping
from datetime import date

from sqlalchemy import select

from people.organisation.models import Position
from review.promotions.models import Promotion
from tests.matrix import Row, only
from tests.review.cycles.rows import find
from tests.review.plans.rows import participant_id, robert
from web.database import db
from web.transactions import in_transaction

PROPOSERS = only("steven", "andrew", "hr", "partner")
READERS = PROPOSERS | only("approver", "auditor")


def the_promotion() -> Promotion:
    """A proposal for Robert by his manager."""
    participant = robert()
    known = db.session.scalars(select(Promotion)).first()
    if known is not None:
        return known
    position = db.session.scalars(select(Position).where(Position.code == "senior-sales-representative")).one()
    assert participant.profile_id is not None
    promotion = Promotion(
        participant_id=participant.id,
        profile_id=participant.profile_id,
        position_id=position.id,
        effective_on=date(2031, 1, 1),
        readiness="gather_evidence",
        standing={"requirements": []},
        reason="Leads the region already",
        proposed_by_id=find("steven").id,
        fingerprint="0" * 64,
    )
    in_transaction(lambda: db.session.add(promotion))
    return promotion


def promotion_id() -> Mapping[str, str]:
    return {"promotion_id": the_promotion().public_id}


ROWS = {
    "promotions.all_promotions": Row(READERS),
    "promotions.people": Row(PROPOSERS | only("approver")),
    "promotions.readiness": Row(PROPOSERS, participant_id),
    "promotions.propose": Row(PROPOSERS, participant_id),
    "promotions.promotion": Row(READERS, promotion_id),
    "promotions.withdraw": Row(only("steven"), promotion_id),
    "promotions.decide": Row(only("approver"), promotion_id),
}
