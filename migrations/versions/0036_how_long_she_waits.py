"""How long a concierge waits at a closed door is her hub's policy; whether she did is kept."""

import sqlalchemy as sa
from alembic import op

revision = "0036"
down_revision = "0035"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "hub", sa.Column("wait_minutes", sa.Integer(), nullable=False, server_default="10")
    )
    op.alter_column("hub", "wait_minutes", server_default=None)
    op.create_check_constraint("wait_not_negative", "hub", "wait_minutes >= 0")
    for name in ("rang_at", "wait_until"):
        op.add_column("setback", sa.Column(name, sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    for name in ("wait_until", "rang_at"):
        op.drop_column("setback", name)
    op.drop_constraint("wait_not_negative", "hub")
    op.drop_column("hub", "wait_minutes")
