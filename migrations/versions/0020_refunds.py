"""What comes after a change of mind: pieces given back, what was inspected, and refunds."""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

STATES = ("pending", "done", "failed")


def upgrade() -> None:
    _give_backs()
    _refunds()


def downgrade() -> None:
    op.drop_table("refund")
    op.execute("drop function refunds_within_the_capture()")
    op.drop_table("given_piece")
    op.execute("drop function given_back_once()")
    op.drop_table("give_back")


def _give_backs() -> None:
    op.create_table(
        "give_back",
        sa.Column("id", sa.Uuid(), primary_key=True),
        _id("order_id", "orders"),
        _at("asked_at"),
        _at("until"),
        _at("inspected_at", nullable=True),
        sa.Column("inspected_by", sa.String(), nullable=True),
        sa.Column("refund_minor", sa.Integer(), nullable=True),
        sa.CheckConstraint("refund_minor >= 0"),
        sa.CheckConstraint("asked_at <= until"),
        sa.CheckConstraint("(inspected_at is null) = (inspected_by is null)", name="inspected_by"),
        sa.CheckConstraint(
            "(inspected_at is null) = (refund_minor is null)", name="inspected_what"
        ),
    )
    op.create_index("ix_give_back_order_id", "give_back", ["order_id"])
    op.create_table(
        "given_piece",
        sa.Column("id", sa.Uuid(), primary_key=True),
        _id("give_back_id", "give_back"),
        _id("line_id", "order_line"),
        _id("piece_id", "piece"),
        sa.Column("price_minor", sa.Integer(), nullable=False),
        sa.Column("accepted", sa.Boolean(), nullable=True),
        sa.Column("why", sa.String(), nullable=False),
        sa.CheckConstraint("price_minor > 0"),
        sa.CheckConstraint(
            "accepted is distinct from false or why <> ''", name="refused_for_a_reason"
        ),
    )
    for column in ("give_back_id", "line_id"):
        op.create_index(f"ix_given_piece_{column}", "given_piece", [column])
    op.execute("""
        create function given_back_once() returns trigger language plpgsql as $$
        begin
            if exists (
                select 1 from given_piece
                where line_id = new.line_id and id <> new.id and accepted is distinct from false
            ) or not exists (
                select 1 from order_line join give_back on give_back.id = new.give_back_id
                where order_line.id = new.line_id and order_line.order_id = give_back.order_id
                    and order_line.piece_id = new.piece_id
                    and order_line.verdict = 'kept' and order_line.price_minor = new.price_minor
            ) then
                raise exception 'Piece % cannot be given back by this order.', new.piece_id
                    using errcode = 'check_violation';
            end if;
            return new;
        end $$
    """)
    op.execute("""
        create trigger given_back_once before insert or update on given_piece
        for each row execute function given_back_once()
    """)


def _refunds() -> None:
    op.create_table(
        "refund",
        sa.Column("id", sa.Uuid(), primary_key=True),
        _id("order_id", "orders"),
        _id("hold_id", "hold"),
        sa.Column(
            "operation_id", sa.Uuid(), sa.ForeignKey("operation.id"), nullable=False, unique=True
        ),
        sa.Column("amount_minor", sa.Integer(), nullable=False),
        sa.Column("currency", sa.String(3), nullable=False),
        sa.Column("state", sa.String(24), nullable=False),
        sa.Column("provider_id", sa.String(), nullable=True, unique=True),
        _at("asked_at"),
        _at("look_at", nullable=True),
        sa.CheckConstraint("amount_minor > 0"),
        sa.CheckConstraint(f"state in {STATES}", name="refundstate_known"),
    )
    for column in ("order_id", "hold_id"):
        op.create_index(f"ix_refund_{column}", "refund", [column])
    op.create_index("refund_look", "refund", ["look_at"])
    op.execute("""
        create function refunds_within_the_capture() returns trigger language plpgsql as $$
        declare
            taken integer;
        begin
            select captured_minor into taken from hold
            where id = new.hold_id and order_id = new.order_id and currency = new.currency
            for update;
            if taken is null or taken < (
                select coalesce(sum(amount_minor), 0) from refund
                where hold_id = new.hold_id and state <> 'failed' and id <> new.id
            ) + (case when new.state = 'failed' then 0 else new.amount_minor end) then
                raise exception 'Refund % is more than was captured.', new.id
                    using errcode = 'check_violation';
            end if;
            return new;
        end $$
    """)
    op.execute("""
        create trigger refunds_within_the_capture before insert or update on refund
        for each row execute function refunds_within_the_capture()
    """)


def _id(name: str, table: str) -> sa.Column[object]:
    return sa.Column(name, sa.Uuid(), sa.ForeignKey(f"{table}.id"), nullable=False)


def _at(name: str, *, nullable: bool = False) -> sa.Column[object]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)
