"""A visit tells whether its client showed that her mailbox is hers."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "web_session", sa.Column("proven", sa.Boolean(), nullable=False, server_default=sa.false())
    )
    op.alter_column("web_session", "proven", server_default=None)


def downgrade() -> None:
    op.drop_column("web_session", "proven")
