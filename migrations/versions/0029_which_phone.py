"""A step names the phone that told of it, so that two phones at one door are told apart."""

import sqlalchemy as sa
from alembic import op

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("visit_step", sa.Column("phone", sa.Uuid(), nullable=True))


def downgrade() -> None:
    op.drop_column("visit_step", "phone")
