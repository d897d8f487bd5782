"""Each hub says what of a visit's pieces is held; each order keeps what its client was told."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

TABLES = {"hub": "dearest_per_style", "orders": "every_piece"}
"""What holds for the rows there are: whoever ordered before had every piece held."""


def upgrade() -> None:
    for table, policy in TABLES.items():
        op.add_column(
            table, sa.Column("hold_policy", sa.String(24), nullable=False, server_default=policy)
        )
        op.alter_column(table, "hold_policy", server_default=None)
        op.create_check_constraint(
            "holdpolicy_known", table, "hold_policy in ('every_piece', 'dearest_per_style')"
        )


def downgrade() -> None:
    for table in TABLES:
        op.drop_column(table, "hold_policy")
