"""Promises the plan in force does not keep, as their clients were told."""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    def at(name: str, *, nullable: bool = False) -> sa.Column[object]:
        return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)

    op.create_table(
        "broken_promise",
        sa.Column("order_id", sa.Uuid(), sa.ForeignKey("orders.id"), primary_key=True),
        sa.Column("promise", sa.String(24), nullable=False),
        at("opens"),
        at("closes"),
        at("starts", nullable=True),
        sa.Column("written", sa.Boolean(), nullable=False),
        at("told_at"),
        sa.CheckConstraint("promise in ('kept', 'late', 'nobody')", name="promise_known"),
        sa.CheckConstraint("promise in ('late', 'nobody')", name="promise_broken"),
        sa.CheckConstraint("(promise = 'late') = (starts is not null)", name="late_until_when"),
        sa.CheckConstraint("opens <= closes"),
    )


def downgrade() -> None:
    op.drop_table("broken_promise")
