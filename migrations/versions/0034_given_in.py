"""Somebody may give in to a dispute, and says why; a dispute is answered one way."""

import sqlalchemy as sa
from alembic import op

revision = "0034"
down_revision = "0033"
branch_labels = None
depends_on = None

OF_ITS_PAYMENT = """
    create or replace function dispute_is_of_its_payment() returns trigger language plpgsql as $$
    begin
        if not exists (
            select 1 from hold where id = new.hold_id and order_id = new.order_id
                and currency = new.currency and amount_minor >= new.amount_minor
        ) then
            raise exception 'Dispute % is not of its payment.', new.id
                using errcode = 'check_violation';
        end if;
        if tg_op = 'UPDATE' and old.ended_at is not null and
            (new.state, new.ended_at{given}) is distinct from (old.state, old.ended_at{was_given})
            or tg_op = 'UPDATE' and old.handed_in_at is not null and
            (new.evidence, new.sent_by, new.handed_in_at) is distinct from
            (old.evidence, old.sent_by, old.handed_in_at) then
            raise exception 'Dispute % was answered, or has ended.', old.id
                using errcode = 'check_violation';
        end if;
        return new;
    end $$
"""


def upgrade() -> None:
    op.add_column("dispute", sa.Column("given_in_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("dispute", sa.Column("given_in_by", sa.String(), nullable=True))
    op.add_column(
        "dispute", sa.Column("given_in_why", sa.String(), nullable=False, server_default="")
    )
    op.alter_column("dispute", "given_in_why", server_default=None)
    op.create_check_constraint(
        "given_in_by_somebody_and_why",
        "dispute",
        "(given_in_at is null) = (given_in_by is null)"
        " and (given_in_at is null) = (given_in_why = '')",
    )
    op.create_check_constraint(
        "answered_one_way", "dispute", "given_in_at is null or sent_at is null"
    )
    op.drop_index("dispute_to_hand_in", "dispute")
    op.create_index(
        "dispute_to_carry", "dispute", [sa.text("coalesce(sent_at, given_in_at)")],
        postgresql_where=sa.text("handed_in_at is null and ended_at is null"),
    )  # fmt: skip
    given = ", new.given_in_at, new.given_in_by, new.given_in_why"
    op.execute(
        OF_ITS_PAYMENT.replace("{given}", given).replace(
            "{was_given}", given.replace("new.", "old.")
        )
    )


def downgrade() -> None:
    op.execute(OF_ITS_PAYMENT.replace("{given}", "").replace("{was_given}", ""))
    op.drop_index("dispute_to_carry", "dispute")
    op.create_index(
        "dispute_to_hand_in", "dispute", ["sent_at"],
        postgresql_where=sa.text(
            "sent_at is not null and handed_in_at is null and ended_at is null"
        ),
    )  # fmt: skip
    for column in ("given_in_at", "given_in_by", "given_in_why"):
        op.drop_column("dispute", column)
