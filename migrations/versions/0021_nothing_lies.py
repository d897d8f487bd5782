"""Closed orders whose money has not ended, and that no person has been called for."""

from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("""
        create view money_left_lying as
        select orders.id as order_id, orders.reference, orders.state, orders.standing,
            greatest(
                orders.placed_at, orders.returns_at,
                (select max(coalesce(done_at, planned_at)) from operation
                 where operation.order_id = orders.id)
            ) as since
        from orders
        where orders.state in ('returned', 'settled', 'cancelled', 'expired')
            and orders.standing not in
                ('captured', 'released', 'part_refunded', 'refunded', 'charged_back')
            and not exists (
                select from person_case
                where person_case.order_id = orders.id and person_case.closed_at is null
            )
    """)


def downgrade() -> None:
    op.execute("drop view money_left_lying")
