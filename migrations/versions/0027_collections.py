"""A visit may collect what a client gives back: once at a time, and without any money of its own."""

import sqlalchemy as sa
from alembic import op

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None

MONEY = ("hold", "operation", "fee", "gesture")


def upgrade() -> None:
    op.add_column("orders", sa.Column("collects", sa.Uuid(), nullable=True))
    op.create_foreign_key("orders_collects_fkey", "orders", "give_back", ["collects"], ["id"])
    op.create_check_constraint(
        "collects_without_money",
        "orders",
        "collects is null or (standing = 'released' and state <> 'placed' and opens is not null"
        " and late_fee_minor = 0 and absence_fee_minor = 0 and coalesce(due_minor, 0) = 0)",
    )
    op.create_index(
        "orders_collected_once",
        "orders",
        ["collects"],
        unique=True,
        postgresql_where="state in ('placed', 'confirmed', 'at_visit', 'returned')",
    )
    op.create_index("orders_collects", "orders", ["collects"])
    _collects_her_own()
    _collects_what_is_given()
    _moves_no_money()


def downgrade() -> None:
    for table in MONEY:
        op.execute(f"drop trigger {table}_is_of_no_collection on {table}")
    op.execute("drop function money_is_of_no_collection()")
    op.execute("drop trigger collects_what_is_given on order_line")
    op.execute("drop function collects_what_is_given()")
    op.execute("drop trigger collects_her_own on orders")
    op.execute("drop function collects_her_own()")
    op.drop_index("orders_collects", table_name="orders")
    op.drop_index("orders_collected_once", table_name="orders")
    op.drop_constraint("collects_without_money", "orders")
    op.drop_constraint("orders_collects_fkey", "orders")
    op.drop_column("orders", "collects")


def _collects_her_own() -> None:
    """A visit that brings pieces never becomes one that collects, so no hold is ever got around."""
    op.execute("""
        create function collects_her_own() returns trigger language plpgsql as $$
        begin
            if tg_op = 'UPDATE' and new.collects is distinct from old.collects then
                raise exception 'What order % is for never changes.', new.reference
                    using errcode = 'check_violation';
            end if;
            if new.collects is not null and not exists (
                select from give_back join orders as kept on kept.id = give_back.order_id
                where give_back.id = new.collects and kept.client_id = new.client_id
                    and kept.hub_id = new.hub_id and kept.currency = new.currency
            ) then
                raise exception 'Order % collects what is not hers, or is not of its hub.',
                    new.reference using errcode = 'check_violation';
            end if;
            return new;
        end $$
    """)
    op.execute("""
        create trigger collects_her_own
        before insert or update of collects, client_id, hub_id, currency on orders
        for each row execute function collects_her_own()
    """)


def _collects_what_is_given() -> None:
    op.execute("""
        create function collects_what_is_given() returns trigger language plpgsql as $$
        declare
            back uuid;
        begin
            select collects into back from orders where id = new.order_id;
            if back is null then
                return new;
            end if;
            if new.verdict = 'kept' or new.added_at is not null or (
                (tg_op = 'INSERT' or new.piece_id <> old.piece_id or new.order_id <> old.order_id)
                and not exists (
                    select from given_piece
                    where give_back_id = back and piece_id = new.piece_id and accepted is null
                )
            ) then
                raise exception 'Piece % is not given back at this visit.', new.piece_id
                    using errcode = 'check_violation';
            end if;
            return new;
        end $$
    """)
    op.execute("""
        create trigger collects_what_is_given before insert or update on order_line
        for each row execute function collects_what_is_given()
    """)


def _moves_no_money() -> None:
    op.execute("""
        create function money_is_of_no_collection() returns trigger language plpgsql as $$
        begin
            if exists (select from orders where id = new.order_id and collects is not null) then
                raise exception 'Order % collects; no money is due for it.', new.order_id
                    using errcode = 'check_violation';
            end if;
            return new;
        end $$
    """)
    for table in MONEY:
        op.execute(f"""
            create trigger {table}_is_of_no_collection
            before insert or update of order_id on {table}
            for each row execute function money_is_of_no_collection()
        """)
