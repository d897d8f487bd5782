"""Where an order's money stands, and when the hold calendar looks at it: far visits keep a card."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

STANDINGS = (
    "draft", "card_saved", "authorising", "authorised", "reauthorising", "action_required",
    "declined", "capturing", "captured", "capture_failed", "releasing", "released",
)  # fmt: skip
OPEN = STANDINGS[1:7]
ASKED, REFUSED = ("authorising", "reauthorising"), ("action_required", "declined")
MOVES = [
    ("draft", "card_saved"),
    ("draft", "authorised"),
    ("draft", "released"),
    ("card_saved", "authorising"),
    ("card_saved", "action_required"),
    ("card_saved", "authorised"),
    ("declined", "authorising"),
    ("authorised", "reauthorising"),
    ("authorised", "card_saved"),
    ("authorised", "action_required"),
    *((was, "authorised") for was in (*ASKED, *REFUSED)),
    *((was, to) for was in ASKED for to in REFUSED),
    *((was, to) for was in OPEN for to in ("capturing", "releasing", "released")),
    ("capturing", "captured"),
    ("capturing", "capture_failed"),
    ("capture_failed", "captured"),
    ("releasing", "released"),
]
ADVICE = ("later", "never", "her")
STATES = ("planned", "sent", "done", "failed")


def upgrade() -> None:
    op.add_column(
        "orders",
        sa.Column("standing", sa.String(24), nullable=False, server_default="draft"),
    )
    op.add_column("orders", sa.Column("hold_due", sa.DateTime(timezone=True), nullable=True))
    op.add_column("orders", sa.Column("payer", sa.String(), nullable=True))
    op.add_column("orders", sa.Column("card", sa.String(), nullable=True))
    for column in ("payer", "card"):
        op.add_column("operation", sa.Column(column, sa.String(), nullable=True))
    op.add_column("operation", sa.Column("advice", sa.String(24), nullable=True))
    _say_where_money_stands()
    op.alter_column("orders", "standing", server_default=None)
    op.create_check_constraint("standing_known", "orders", _one_of("standing", STANDINGS))
    op.create_check_constraint("advice_known", "operation", _one_of("advice", ADVICE))
    _operation_states((*STATES, "called_off"))
    op.create_index(
        "orders_hold_due", "orders", ["hold_due"], postgresql_where="state = 'confirmed'"
    )
    pairs = ", ".join(f"('{was}', '{to}')" for was, to in MOVES)
    op.execute(f"""
        create function money_moves_by_the_table() returns trigger language plpgsql as $$
        begin
            if (old.standing, new.standing) not in ({pairs}) then
                raise exception 'The money of order % cannot go from % to %.',
                    new.reference, old.standing, new.standing using errcode = 'check_violation';
            end if;
            return new;
        end $$
    """)
    op.execute("""
        create trigger orders_money_moves_by_the_table before update on orders
        for each row when (old.standing is distinct from new.standing)
        execute function money_moves_by_the_table()
    """)


def downgrade() -> None:
    op.execute("drop trigger orders_money_moves_by_the_table on orders")
    op.execute("drop function money_moves_by_the_table()")
    op.drop_index("orders_hold_due", table_name="orders")
    op.execute("update operation set state = 'failed' where state = 'called_off'")
    _operation_states(STATES)
    for column in ("payer", "card", "advice"):
        op.drop_column("operation", column)
    for column in ("standing", "hold_due", "payer", "card"):
        op.drop_column("orders", column)


def _say_where_money_stands() -> None:
    """Of the orders there are; the calendar looks at every visit to come at once."""
    op.execute("""
        update orders set standing = case
            when state = 'placed' then 'draft'
            when state in ('expired', 'cancelled') then 'released'
            when state = 'settled' then
                case when due_minor > 0 then 'captured' else 'released' end
            when state = 'returned' then
                case when due_minor > 0 then 'capturing' else 'releasing' end
            else 'authorised'
        end,
        hold_due = case when state = 'confirmed' then now() end
    """)


def _operation_states(states: tuple[str, ...]) -> None:
    op.drop_constraint("operationstate_known", "operation")
    op.create_check_constraint("operationstate_known", "operation", _one_of("state", states))


def _one_of(column: str, words: tuple[str, ...]) -> str:
    return f"{column} in ({', '.join(repr(word) for word in words)})"
