"""A visit that is over keeps its planned hour on record, and its concierge no longer."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

RULE = "no_concierge_in_two_places"


def upgrade() -> None:
    op.add_column(
        "stop", sa.Column("over", sa.Boolean(), nullable=False, server_default=sa.false())
    )
    op.alter_column("stop", "over", server_default=None)
    op.execute(
        "update stop set over = true from visit_step"
        " where visit_step.order_id = stop.order_id and visit_step.step = 'finished'"
    )
    _rule(where=" where (not over)")


def downgrade() -> None:
    _rule(where="")
    op.drop_column("stop", "over")


def _rule(*, where: str) -> None:
    op.drop_constraint(RULE, "stop")
    op.execute(
        f"alter table stop add constraint {RULE} exclude using gist"
        " (hub_id with =, concierge_id with =, tstzrange(departs, ends) with &&)"
        f"{where} deferrable initially deferred"
    )
