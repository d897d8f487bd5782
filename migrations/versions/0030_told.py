"""What the house tells its people is kept with its values, to be said in each reader's language."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None

TELLING = ("person_case", "difference")


def upgrade() -> None:
    for table in TELLING:
        op.add_column(table, sa.Column("told", JSONB(), nullable=True))


def downgrade() -> None:
    for table in TELLING:
        op.drop_column(table, "told")
