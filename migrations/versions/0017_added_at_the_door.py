"""A piece added at the door says when, and under which of the phone's names."""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("order_line", sa.Column("added_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("order_line", sa.Column("added_key", sa.Uuid(), nullable=True))
    op.create_unique_constraint("order_line_added_key_key", "order_line", ["added_key"])
    op.create_check_constraint(
        "added_when", "order_line", "(added_at is null) = (added_key is null)"
    )


def downgrade() -> None:
    op.drop_constraint("added_when", "order_line")
    op.drop_column("order_line", "added_key")
    op.drop_column("order_line", "added_at")
