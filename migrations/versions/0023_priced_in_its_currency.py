"""What hangs at a hub is priced in the currency that hub trades in, and as finely as cards can pay."""

from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None

HANGING = """
    from piece
    join variant on variant.id = piece.variant_id
    join style on style.id = variant.style_id
    join hub on hub.id = piece.hub_id
    where style.currency <> hub.currency
"""
WATCHED = {
    "piece": "insert or update of hub_id, variant_id",
    "variant": "update of style_id",
    "style": "update of currency",
    "hub": "update of currency",
}
FINEST = """
    alter table {table} add constraint prices_cards_can_pay check (
        currency not in ('BHD', 'KWD', 'TND') or {amounts}
    )
"""
AMOUNTS = {
    "style": ("price_minor",),
    "hub": ("gesture_minor", "late_fee_minor", "absence_fee_minor"),
    "gesture": ("amount_minor",),
}


def upgrade() -> None:
    for table, when in WATCHED.items():
        # At the end of the transaction: a hub may change its currency, and all its prices with it.
        op.execute(f"""
            create function {table}_is_priced_where_it_hangs() returns trigger language plpgsql as $$
            begin
                if exists (select {HANGING} and {table}.id = new.id) then
                    raise exception 'A piece is priced in another currency than its hub''s.'
                        using errcode = 'check_violation',
                        constraint = 'priced_in_its_hub_s_currency';
                end if;
                return null;
            end $$
        """)
        op.execute(f"""
            create constraint trigger {table}_is_priced_where_it_hangs
            after {when} on {table} deferrable initially deferred
            for each row execute function {table}_is_priced_where_it_hangs()
        """)
    op.execute("""
        create function line_is_priced_in_its_order_s_currency() returns trigger
        language plpgsql as $$
        begin
            if (select currency from orders where id = new.order_id) is distinct from (
                select style.currency from variant join style on style.id = variant.style_id
                where variant.id = new.variant_id
            ) then
                raise exception 'A line of order % is priced in another currency.', new.order_id
                    using errcode = 'check_violation',
                    constraint = 'priced_in_its_hub_s_currency';
            end if;
            return new;
        end $$
    """)
    op.execute("""
        create trigger line_is_priced_in_its_order_s_currency
        before insert or update of order_id, variant_id, price_minor on order_line
        for each row execute function line_is_priced_in_its_order_s_currency()
    """)
    for table, columns in AMOUNTS.items():
        amounts = " and ".join(f"{column} % 10 = 0" for column in columns)
        op.execute(FINEST.format(table=table, amounts=amounts))


def downgrade() -> None:
    for table in AMOUNTS:
        op.execute(f"alter table {table} drop constraint prices_cards_can_pay")
    op.execute("drop trigger line_is_priced_in_its_order_s_currency on order_line")
    op.execute("drop function line_is_priced_in_its_order_s_currency()")
    for table in WATCHED:
        op.execute(f"drop trigger {table}_is_priced_where_it_hangs on {table}")
        op.execute(f"drop function {table}_is_priced_where_it_hangs()")
