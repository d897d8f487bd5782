"""What may come after a capture: collecting, refunds, disputes, and operations that charge."""

from itertools import permutations

from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

STANDINGS = (
    "draft", "card_saved", "authorising", "authorised", "reauthorising", "action_required",
    "declined", "capturing", "captured", "capture_failed", "releasing", "released",
)  # fmt: skip
MORE_STANDINGS = ("collecting", "part_refunded", "refunded", "disputed", "charged_back")
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
TAKEN = ("captured", "part_refunded", "refunded")
MORE_MOVES = [
    *((was, "collecting") for was in (*OPEN, "capturing", "capture_failed", "released", *TAKEN)),
    *(("collecting", to) for to in ("capture_failed", "released", *TAKEN)),
    ("capture_failed", "released"),
    *permutations(TAKEN, 2),
    *((was, to) for was in TAKEN for to in ("disputed", "charged_back")),
    *(("disputed", to) for to in (*TAKEN, "charged_back")),
]
KINDS = ("open_page", "save_card", "authorise", "capture", "release", "refund")
MORE_KINDS = ("charge", "pay_page")


def upgrade() -> None:
    _known("orders", "standing_known", "standing", (*STANDINGS, *MORE_STANDINGS))
    _known("operation", "operationkind_known", "kind", (*KINDS, *MORE_KINDS))
    _moves([*MOVES, *MORE_MOVES])


def downgrade() -> None:
    op.execute("alter table orders disable trigger orders_money_moves_by_the_table")
    op.execute("update orders set standing = 'capture_failed' where standing = 'collecting'")
    op.execute(f"""
        update orders set standing = 'captured'
        where standing in ({", ".join(repr(each) for each in MORE_STANDINGS[1:])})
    """)
    op.execute("alter table orders enable trigger orders_money_moves_by_the_table")
    op.execute("delete from operation where kind in ('charge', 'pay_page')")
    _moves(MOVES)
    _known("operation", "operationkind_known", "kind", KINDS)
    _known("orders", "standing_known", "standing", STANDINGS)


def _known(table: str, constraint: str, column: str, words: tuple[str, ...]) -> None:
    op.drop_constraint(constraint, table)
    rule = f"{column} in ({', '.join(repr(word) for word in words)})"
    op.create_check_constraint(constraint, table, rule)


def _moves(moves: list[tuple[str, str]]) -> None:
    pairs = ", ".join(f"('{was}', '{to}')" for was, to in moves)
    op.execute(f"""
        create or replace function money_moves_by_the_table() returns trigger language plpgsql as $$
        begin
            if (old.standing, new.standing) not in ({pairs}) then
                raise exception 'The money of order % cannot go from % to %.',
                    new.reference, old.standing, new.standing using errcode = 'check_violation';
            end if;
            return new;
        end $$
    """)
