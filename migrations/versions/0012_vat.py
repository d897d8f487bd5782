"""Receipts: the VAT inside each price, and the page a letter leads to."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

STANDARD_BP = 2_500
"""The rate under which everything was sold so far."""


def upgrade() -> None:
    for table in ("hub", "order_line"):
        op.add_column(
            table,
            sa.Column("vat_bp", sa.Integer(), nullable=False, server_default=str(STANDARD_BP)),
        )
        op.alter_column(table, "vat_bp", server_default=None)
    op.add_column("style", sa.Column("vat_bp", sa.Integer(), nullable=True))
    for table in ("hub", "style", "order_line"):
        op.create_check_constraint("vat_is_a_rate", table, "vat_bp between 0 and 10000")
    op.add_column("message", sa.Column("leads_to", sa.String(), nullable=True))


def downgrade() -> None:
    op.drop_column("message", "leads_to")
    for table in ("order_line", "style", "hub"):
        op.drop_column(table, "vat_bp")
