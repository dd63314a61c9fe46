"""Files that wait for their confirmation."""

from datetime import datetime

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from web.database import Base, Identified, utc_now


class RosterUpload(Identified, Base):
    """A file between upload and confirmation; its bytes lie in the instance folder under the public id."""

    __tablename__ = "roster_upload"

    owner_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    filename: Mapped[str] = mapped_column(String(120))
    uploaded_at: Mapped[datetime] = mapped_column(default=utc_now)
