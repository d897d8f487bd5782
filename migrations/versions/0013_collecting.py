"""How long she has to pay by a link what could not be taken."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("orders", sa.Column("collect_until", sa.DateTime(timezone=True), nullable=True))
    op.create_index(
        "orders_collecting",
        "orders",
        ["collect_until"],
        postgresql_where="standing = 'collecting'",
    )


def downgrade() -> None:
    op.drop_index("orders_collecting", table_name="orders")
    op.drop_column("orders", "collect_until")
