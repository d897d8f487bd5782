"""What is set aside or planned belongs to the hub it is booked under: keys with a hub hold."""

from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("""
        create function piece_of_this_hub() returns trigger language plpgsql as $$
        begin
            if not exists (
                select 1 from piece where id = new.piece_id and hub_id = new.hub_id
            ) then
                raise exception 'Piece % is not of hub %.', new.piece_id, new.hub_id
                    using errcode = 'check_violation';
            end if;
            return new;
        end $$
    """)
    op.execute("""
        create trigger reservation_of_this_hub before insert or update of piece_id, hub_id
        on reservation for each row execute function piece_of_this_hub()
    """)
    op.execute("""
        create function stop_of_its_shift() returns trigger language plpgsql as $$
        begin
            if not exists (
                select 1 from shift
                where id = new.shift_id and hub_id = new.hub_id
                    and concierge_id = new.concierge_id and day = new.day
            ) then
                raise exception 'A stop of order % is not of its shift.', new.order_id
                    using errcode = 'check_violation';
            end if;
            return new;
        end $$
    """)
    op.execute("""
        create trigger stop_of_its_shift before insert or update on stop
        for each row execute function stop_of_its_shift()
    """)


def downgrade() -> None:
    op.execute("drop trigger stop_of_its_shift on stop")
    op.execute("drop function stop_of_its_shift()")
    op.execute("drop trigger reservation_of_this_hub on reservation")
    op.execute("drop function piece_of_this_hub()")
