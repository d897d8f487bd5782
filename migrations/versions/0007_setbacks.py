"""What goes wrong with a day under way, and the ways out that were weighed."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

KINDS = ("ill", "broken_down", "late", "nobody_home")


def upgrade() -> None:
    def at(name: str, *, nullable: bool = False) -> sa.Column[object]:
        return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)

    op.create_table(
        "setback",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("hub_id", sa.Uuid(), sa.ForeignKey("hub.id"), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("shift_id", sa.Uuid(), sa.ForeignKey("shift.id"), nullable=False),
        sa.Column("order_id", sa.Uuid(), sa.ForeignKey("orders.id"), nullable=True),
        sa.Column("kind", sa.String(24), nullable=False),
        at("since"),
        at("until", nullable=True),
        sa.Column("by", sa.String(), nullable=False),
        at("at"),
        at("taken_back_at", nullable=True),
        sa.Column("version", sa.Integer(), nullable=True),
        sa.Column("ways", postgresql.JSONB(), nullable=True),
        at("settled_at", nullable=True),
        sa.CheckConstraint(f"kind in {KINDS}", name="setbackkind_known"),
        sa.CheckConstraint("until is null or until >= since"),
        sa.CheckConstraint("(kind = 'nobody_home') = (order_id is not null)"),
    )
    op.create_index("setback_day", "setback", ["hub_id", "day"])
    op.create_index("ix_setback_shift_id", "setback", ["shift_id"])
    op.create_index("ix_setback_order_id", "setback", ["order_id"])


def downgrade() -> None:
    op.drop_table("setback")
