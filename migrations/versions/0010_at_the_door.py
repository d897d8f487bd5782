"""Gestures within a hub's limit, and pieces that came back damaged or did not come back."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

REASONS = ("late", "flaw", "mistake", "goodwill")
TROUBLES = ("damaged", "missing")
DECISIONS = ("written_off", "charged")


def upgrade() -> None:
    op.add_column(
        "hub", sa.Column("gesture_minor", sa.Integer(), nullable=False, server_default="0")
    )
    op.alter_column("hub", "gesture_minor", server_default=None)
    op.create_check_constraint("gesture_not_negative", "hub", "gesture_minor >= 0")
    _verdicts("kept", "returned", "missing")
    _gestures()
    _dispositions()


def downgrade() -> None:
    op.drop_table("disposition")
    op.drop_table("gesture")
    op.execute("drop function gesture_within_the_limit()")
    op.execute("update order_line set verdict = 'returned' where verdict = 'missing'")
    _verdicts("kept", "returned")
    op.drop_constraint("gesture_not_negative", "hub")
    op.drop_column("hub", "gesture_minor")


def _gestures() -> None:
    op.create_table(
        "gesture",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("order_id", sa.Uuid(), sa.ForeignKey("orders.id"), nullable=False, unique=True),
        sa.Column("amount_minor", sa.Integer(), nullable=False),
        sa.Column("currency", sa.String(3), nullable=False),
        sa.Column("reason", sa.String(24), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        _at("at"),
        sa.CheckConstraint("amount_minor > 0"),
        sa.CheckConstraint(f"reason in {REASONS}", name="gesturereason_known"),
    )
    op.execute("""
        create function gesture_within_the_limit() returns trigger language plpgsql as $$
        begin
            if not exists (
                select 1 from orders join hub on hub.id = orders.hub_id
                where orders.id = new.order_id and orders.currency = new.currency
                    and new.amount_minor <= hub.gesture_minor
            ) then
                raise exception 'Gesture % is more than a concierge may give.', new.id
                    using errcode = 'check_violation';
            end if;
            return new;
        end $$
    """)
    op.execute("""
        create trigger gesture_within_the_limit before insert or update on gesture
        for each row execute function gesture_within_the_limit()
    """)


def _dispositions() -> None:
    op.create_table(
        "disposition",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("order_id", sa.Uuid(), sa.ForeignKey("orders.id"), nullable=False),
        sa.Column("piece_id", sa.Uuid(), sa.ForeignKey("piece.id"), nullable=False),
        sa.Column(
            "line_id", sa.Uuid(), sa.ForeignKey("order_line.id"), nullable=False, unique=True
        ),
        sa.Column("trouble", sa.String(24), nullable=False),
        sa.Column("price_minor", sa.Integer(), nullable=False),
        sa.Column("currency", sa.String(3), nullable=False),
        sa.Column("remark", sa.String(), nullable=False),
        _at("opened_at"),
        sa.Column("opened_by", sa.String(), nullable=False),
        sa.Column("owner", sa.String(), nullable=True),
        sa.Column("asked_minor", sa.Integer(), nullable=True),
        _at("asked_at", nullable=True),
        sa.Column("consent", sa.String(), nullable=True),
        _at("consent_at", nullable=True),
        _at("declined_at", nullable=True),
        sa.Column("decision", sa.String(24), nullable=True),
        _at("decided_at", nullable=True),
        sa.Column("decided_by", sa.String(), nullable=True),
        sa.Column("why", sa.String(), nullable=False),
        sa.CheckConstraint("price_minor > 0"),
        sa.CheckConstraint(f"trouble in {TROUBLES}", name="trouble_known"),
        sa.CheckConstraint(f"decision in {DECISIONS}", name="decision_known"),
        sa.CheckConstraint("asked_minor between 1 and price_minor", name="never_above_its_price"),
        sa.CheckConstraint("(asked_minor is null) = (asked_at is null)", name="asked_when"),
        sa.CheckConstraint("(consent is null) = (consent_at is null)", name="agreed_when"),
        sa.CheckConstraint("consent is null or asked_minor is not null", name="agreed_to_what"),
        sa.CheckConstraint(
            "decision <> 'charged' or consent is not null", name="charged_if_agreed"
        ),
        sa.CheckConstraint("(decision is null) = (decided_at is null)", name="decided_when"),
    )
    for column in ("order_id", "piece_id"):
        op.create_index(f"ix_disposition_{column}", "disposition", [column])


def _verdicts(*known: str) -> None:
    op.drop_constraint("verdict_known", "order_line")
    op.create_check_constraint("verdict_known", "order_line", f"verdict in {known}")


def _at(name: str, *, nullable: bool = False) -> sa.Column[object]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)
