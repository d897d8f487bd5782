"""Pieces are photographed as they go out and as they come back; her bank may be shown both."""

import sqlalchemy as sa
from alembic import op

revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "photograph",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("order_id", sa.Uuid(), nullable=False),
        sa.Column("piece_id", sa.Uuid(), nullable=False),
        sa.Column(
            "taken",
            sa.Enum(
                "out", "back", name="taken_known", native_enum=False, create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.CheckConstraint(
            "octet_length(content) between 1 and 2000000", name="photograph_size"
        ),
        sa.ForeignKeyConstraint(
            ["order_id", "piece_id"], ["order_line.order_id", "order_line.piece_id"]
        ),
        sa.PrimaryKeyConstraint("id"),
    )  # fmt: skip
    op.create_index("photograph_order", "photograph", ["order_id", "piece_id"])
    op.add_column("dispute", sa.Column("photographs_file", sa.String(), nullable=True))


def downgrade() -> None:
    op.drop_column("dispute", "photographs_file")
    op.drop_index("photograph_order", "photograph")
    op.drop_table("photograph")
