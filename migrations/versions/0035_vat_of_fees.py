"""Fees keep the VAT of the day on which she agreed to them."""

import sqlalchemy as sa
from alembic import op

revision = "0035"
down_revision = "0034"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("fee_consent", sa.Column("vat_bp", sa.Integer(), nullable=True))
    op.execute("alter table fee_consent disable trigger fee_consent_only_grows")
    op.execute("""
        update fee_consent set vat_bp = (
            select hub.vat_bp from orders join hub on hub.id = orders.hub_id
            where orders.id = fee_consent.order_id
        )
    """)
    op.execute("alter table fee_consent enable trigger fee_consent_only_grows")
    op.alter_column("fee_consent", "vat_bp", nullable=False)
    op.create_check_constraint("vat_is_a_rate", "fee_consent", "vat_bp between 0 and 10000")


def downgrade() -> None:
    op.drop_column("fee_consent", "vat_bp")
