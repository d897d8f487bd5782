"""Comparisons of our books with the provider's, and every difference they found."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

KINDS = ("books", "unasked", "orphan")


def upgrade() -> None:
    op.create_table(
        "comparison",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False, index=True),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("looked", sa.Integer(), nullable=False),
        sa.Column("taken_over", sa.Integer(), nullable=False),
        sa.Column("differences", sa.Integer(), nullable=False),
        sa.Column("sums", JSONB(), nullable=False),
    )
    op.create_table(
        "difference",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("kind", sa.String(24), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("order_id", sa.Uuid(), sa.ForeignKey("orders.id"), nullable=True, index=True),
        sa.Column("case_id", sa.Uuid(), sa.ForeignKey("person_case.id"), nullable=True),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.String(3), nullable=False),
        sa.Column("words", sa.String(), nullable=False),
        sa.Column("found_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            f"kind in ({', '.join(repr(each) for each in KINDS)})", name="differencekind_known"
        ),
        sa.CheckConstraint("words <> ''", name="told_in_words"),
        sa.CheckConstraint("closed_at >= found_at", name="closed_after_found"),
    )
    op.create_index(
        "difference_open", "difference", ["kind", "subject"], unique=True,
        postgresql_where="closed_at is null",
    )  # fmt: skip


def downgrade() -> None:
    op.drop_table("difference")
    op.drop_table("comparison")
