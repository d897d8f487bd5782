"""What no card takes is neither priced nor asked of one, and what she owes of it is let off."""

import sqlalchemy as sa
from alembic import op

revision = "0032"
down_revision = "0031"
branch_labels = None
depends_on = None

LEAST = """
    case currency when 'CHF' then 50 when 'EUR' then 50 when 'JPY' then 50 when 'USD' then 50
    when 'NOK' then 300 when 'SEK' then 300 when 'DKK' then 250 when 'GBP' then 30 else 1 end
"""


def upgrade() -> None:
    op.add_column(
        "orders", sa.Column("let_off_minor", sa.Integer(), nullable=False, server_default="0")
    )
    op.alter_column("orders", "let_off_minor", server_default=None)
    op.create_check_constraint(
        "let_off_too_little",
        "orders",
        f"let_off_minor = 0 or let_off_minor between 1 and {LEAST} - 1",
    )
    op.create_check_constraint("a_card_takes_it", "style", f"price_minor >= {LEAST}")
    op.create_check_constraint(
        "a_card_takes_it",
        "operation",
        f"kind in ('save_card', 'release', 'refund') or amount_minor >= {LEAST}",
    )


def downgrade() -> None:
    for table in ("operation", "style"):
        op.drop_constraint("a_card_takes_it", table)
    op.drop_column("orders", "let_off_minor")
