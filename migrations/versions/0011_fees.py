"""Fees for visits that fall through: each hub's, those each client agreed to, and those due."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

KINDS = ("late_cancellation", "absence")
AGREED = {"late_fee_minor": "0", "absence_fee_minor": "0", "notice_hours": "0"}


def upgrade() -> None:
    _columns("hub", AGREED | {"notice_hours": "24"})
    _columns("orders", AGREED)
    _consents()
    _fees()


def downgrade() -> None:
    for trigger, table in (("fee_was_agreed", "fee"), ("orders_fees_agreed", "orders")):
        op.execute(f"drop trigger {trigger} on {table}")
        op.execute(f"drop function {trigger}()")
    op.drop_table("fee")
    op.drop_table("fee_consent")
    for table in ("orders", "hub"):
        for column in AGREED:
            op.drop_column(table, column)


def _columns(table: str, defaults: dict[str, str]) -> None:
    for column, default in defaults.items():
        op.add_column(
            table, sa.Column(column, sa.Integer(), nullable=False, server_default=default)
        )
        op.alter_column(table, column, server_default=None)
    op.create_check_constraint(None, table, " and ".join(f"{column} >= 0" for column in defaults))


def _consents() -> None:
    op.create_table(
        "fee_consent",
        sa.Column("order_id", sa.Uuid(), sa.ForeignKey("orders.id"), primary_key=True),
        *(sa.Column(column, sa.Integer(), nullable=False) for column in AGREED),
        sa.Column("currency", sa.String(3), nullable=False),
        sa.Column("words", sa.String(), nullable=False),
        sa.Column("language", sa.String(2), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("late_fee_minor >= 0 and absence_fee_minor >= 0 and notice_hours >= 0"),
        sa.CheckConstraint(
            "late_fee_minor > 0 or absence_fee_minor > 0", name="agreed_to_something"
        ),
        sa.CheckConstraint("words <> ''", name="agreed_in_words"),
    )
    op.execute("""
        create trigger fee_consent_only_grows before update or delete or truncate on fee_consent
        for each statement execute function only_grows()
    """)
    op.execute("""
        create function orders_fees_agreed() returns trigger language plpgsql as $$
        begin
            if not exists (
                select 1 from fee_consent where order_id = new.id and currency = new.currency
                    and late_fee_minor = new.late_fee_minor
                    and absence_fee_minor = new.absence_fee_minor
                    and notice_hours = new.notice_hours
            ) then
                raise exception 'Order % names fees that nobody agreed to.', new.reference
                    using errcode = 'check_violation';
            end if;
            return null;
        end $$
    """)
    op.execute("""
        create constraint trigger orders_fees_agreed
        after insert or update of late_fee_minor, absence_fee_minor, notice_hours on orders
        deferrable initially deferred for each row
        when (new.late_fee_minor > 0 or new.absence_fee_minor > 0)
        execute function orders_fees_agreed()
    """)


def _fees() -> None:
    op.create_table(
        "fee",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("order_id", sa.Uuid(), sa.ForeignKey("orders.id"), nullable=False, unique=True),
        sa.Column("kind", sa.String(24), nullable=False),
        sa.Column("amount_minor", sa.Integer(), nullable=False),
        sa.Column("currency", sa.String(3), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("waived_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("waived_by", sa.String(), nullable=True),
        sa.Column("why", sa.String(), nullable=False),
        sa.CheckConstraint("amount_minor > 0"),
        sa.CheckConstraint(f"kind in {KINDS}", name="feekind_known"),
        sa.CheckConstraint("waived_at is null or why <> ''", name="waived_for_a_reason"),
        sa.CheckConstraint("(waived_at is null) = (waived_by is null)", name="waived_by_somebody"),
    )
    op.execute("""
        create function fee_was_agreed() returns trigger language plpgsql as $$
        begin
            if not exists (
                select 1 from fee_consent
                where order_id = new.order_id and currency = new.currency
                    and new.amount_minor <= case new.kind
                        when 'absence' then absence_fee_minor else late_fee_minor end
            ) then
                raise exception 'Fee % is more than she agreed to.', new.id
                    using errcode = 'check_violation';
            end if;
            return new;
        end $$
    """)
    op.execute("""
        create trigger fee_was_agreed before insert or update on fee
        for each row execute function fee_was_agreed()
    """)
