"""Keep the evidence for calibration of closed cycles.

Revision 0005_calibration, after 0004_review.
"""

import sqlalchemy as sa
from alembic import op

revision = "0005_calibration"
down_revision = "0004_review"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "calibration",
        sa.Column("cycle_id", sa.Integer(), nullable=False),
        sa.Column("formula_version_id", sa.Integer(), nullable=False),
        sa.Column("ranked", sa.Integer(), nullable=False),
        sa.Column("is_severity_real", sa.Boolean(), nullable=False),
        sa.Column("severities", sa.JSON(), nullable=False),
        sa.Column("roles", sa.JSON(), nullable=False),
        sa.Column("raters", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["cycle_id"], ["cycle.id"], name=op.f("fk_calibration_cycle_id_cycle")),
        sa.ForeignKeyConstraint(
            ["formula_version_id"],
            ["formula_version.id"],
            name=op.f("fk_calibration_formula_version_id_formula_version"),
        ),
        sa.PrimaryKeyConstraint("cycle_id", name=op.f("pk_calibration")),
    )
    op.create_table(
        "standing",
        sa.Column("participant_id", sa.Integer(), nullable=False),
        sa.Column("overall", sa.Double(), nullable=False),
        sa.Column("error", sa.Double(), nullable=False),
        sa.Column("rank", sa.Double(), nullable=False),
        sa.Column("rank_low", sa.Double(), nullable=False),
        sa.Column("rank_high", sa.Double(), nullable=False),
        sa.Column("met", sa.Double(), nullable=False),
        sa.Column("without_severity", sa.Double(), nullable=True),
        sa.Column("predicted", sa.Double(), nullable=True),
        sa.ForeignKeyConstraint(
            ["participant_id"], ["participant.id"], name=op.f("fk_standing_participant_id_participant")
        ),
        sa.PrimaryKeyConstraint("participant_id", name=op.f("pk_standing")),
    )


def downgrade() -> None:
    op.drop_table("standing")
    op.drop_table("calibration")
