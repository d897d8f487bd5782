"""Money is written in its order's currency, and an operation touches its own order's holds alone."""

from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

TABLES = ("hold", "operation", "ledger_entry")


def upgrade() -> None:
    op.execute("""
        create function money_is_of_its_order() returns trigger language plpgsql as $$
        begin
            if new.currency is distinct from
                (select currency from orders where id = new.order_id) then
                raise exception 'Order % does not trade in %.', new.order_id, new.currency
                    using errcode = 'check_violation';
            end if;
            return new;
        end $$
    """)
    for table in TABLES:
        op.execute(f"""
            create trigger {table}_money_is_of_its_order
            before insert or update of order_id, currency on {table}
            for each row execute function money_is_of_its_order()
        """)
    op.execute("""
        create function operation_is_of_its_order() returns trigger language plpgsql as $$
        begin
            if new.hold_id is not null and new.order_id is distinct from
                (select order_id from hold where id = new.hold_id) then
                raise exception 'Hold % is of another order than %.', new.hold_id, new.order_id
                    using errcode = 'check_violation';
            end if;
            return new;
        end $$
    """)
    op.execute("""
        create trigger operation_is_of_its_order
        before insert or update of order_id, hold_id on operation
        for each row execute function operation_is_of_its_order()
    """)


def downgrade() -> None:
    op.execute("drop trigger operation_is_of_its_order on operation")
    op.execute("drop function operation_is_of_its_order()")
    for table in TABLES:
        op.execute(f"drop trigger {table}_money_is_of_its_order on {table}")
    op.execute("drop function money_is_of_its_order()")
