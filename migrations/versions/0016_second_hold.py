"""More that must be held before she may keep it, asked of her at the door."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "second_hold",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("order_id", sa.Uuid(), sa.ForeignKey("orders.id"), nullable=False),
        sa.Column(
            "operation_id", sa.Uuid(), sa.ForeignKey("operation.id"), nullable=False, unique=True
        ),
        sa.Column("amount_minor", sa.Integer(), nullable=False),
        sa.Column("currency", sa.String(3), nullable=False),
        sa.Column("keeping", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("amount_minor > 0"),
    )
    op.create_index("ix_second_hold_order_id", "second_hold", ["order_id"])
    op.create_index(
        "one_second_hold_at_a_time", "second_hold", ["order_id"], unique=True,
        postgresql_where="withdrawn_at is null",
    )  # fmt: skip


def downgrade() -> None:
    op.drop_table("second_hold")
