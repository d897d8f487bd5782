"""A bank's dispute, the evidence somebody looked over for it, and how it ended."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None

STATES = ("asked", "needs_evidence", "under_review", "won", "lost")


def upgrade() -> None:
    op.create_table(
        "dispute",
        sa.Column("id", sa.String(), primary_key=True),
        sa.Column("order_id", sa.Uuid(), sa.ForeignKey("orders.id"), nullable=False),
        sa.Column("hold_id", sa.Uuid(), sa.ForeignKey("hold.id"), nullable=False),
        sa.Column("case_id", sa.Uuid(), sa.ForeignKey("person_case.id"), nullable=True),
        sa.Column("state", sa.String(24), nullable=False),
        sa.Column("amount_minor", sa.Integer(), nullable=False),
        sa.Column("currency", sa.String(3), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("taken", sa.Boolean(), nullable=False),
        _at("answer_by", nullable=True),
        _at("opened_at"),
        sa.Column("evidence", JSONB(), nullable=False),
        _at("sent_at", nullable=True),
        sa.Column("sent_by", sa.String(), nullable=True),
        sa.Column("key", sa.String(), nullable=False, unique=True),
        sa.Column("receipt_file", sa.String(), nullable=True),
        _at("handed_in_at", nullable=True),
        _at("ended_at", nullable=True),
        sa.Column("trouble", sa.String(), nullable=True),
        sa.CheckConstraint("amount_minor > 0"),
        sa.CheckConstraint(f"state in {STATES}", name="disputestate_known"),
        sa.CheckConstraint("(sent_at is null) = (sent_by is null)", name="sent_by_somebody"),
        sa.CheckConstraint("(sent_at is null) = (evidence = '{}')", name="sent_what"),
        sa.CheckConstraint(
            "handed_in_at is null or sent_at is not null", name="handed_in_if_sent"
        ),
        sa.CheckConstraint(
            "(state in ('won', 'lost')) = (ended_at is not null)", name="ended_when"
        ),
    )
    for column in ("order_id", "hold_id"):
        op.create_index(f"ix_dispute_{column}", "dispute", [column])
    op.create_index(
        "dispute_to_hand_in", "dispute", ["sent_at"],
        postgresql_where=sa.text(
            "sent_at is not null and handed_in_at is null and ended_at is null"
        ),
    )  # fmt: skip
    op.execute("""
        create function dispute_is_of_its_payment() returns trigger language plpgsql as $$
        begin
            if not exists (
                select 1 from hold where id = new.hold_id and order_id = new.order_id
                    and currency = new.currency and amount_minor >= new.amount_minor
            ) then
                raise exception 'Dispute % is not of its payment.', new.id
                    using errcode = 'check_violation';
            end if;
            if tg_op = 'UPDATE' and old.ended_at is not null and
                (new.state, new.ended_at) is distinct from (old.state, old.ended_at)
                or tg_op = 'UPDATE' and old.handed_in_at is not null and
                (new.evidence, new.sent_by, new.handed_in_at) is distinct from
                (old.evidence, old.sent_by, old.handed_in_at) then
                raise exception 'Dispute % was answered, or has ended.', old.id
                    using errcode = 'check_violation';
            end if;
            return new;
        end $$
    """)
    op.execute("""
        create trigger dispute_is_of_its_payment before insert or update on dispute
        for each row execute function dispute_is_of_its_payment()
    """)


def downgrade() -> None:
    op.drop_table("dispute")
    op.execute("drop function dispute_is_of_its_payment()")


def _at(name: str, *, nullable: bool = False) -> sa.Column[object]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)
