"""How fast a hub's roads are in each hour of its day."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "hub", sa.Column("speeds_by_hour", postgresql.ARRAY(sa.SmallInteger()), nullable=True)
    )
    op.create_check_constraint(
        "speeds_of_a_day",
        "hub",
        "cardinality(speeds_by_hour) = 24"
        " and 5 <= all(speeds_by_hour) and 1000 >= all(speeds_by_hour)"
        " and array_position(speeds_by_hour, null) is null",
    )


def downgrade() -> None:
    op.drop_column("hub", "speeds_by_hour")
