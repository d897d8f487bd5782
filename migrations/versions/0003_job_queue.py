"""The job queue's own tables, as Procrastinate 3.10 lays them."""

from alembic import op
from procrastinate.schema import SchemaManager

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.get_bind().exec_driver_sql(SchemaManager.get_schema().replace("%", "%%"))


def downgrade() -> None:
    op.execute("""
        do $$
        declare each record;
        begin
            for each in select oid::regclass as name from pg_class
                where relname like 'procrastinate_%' and relkind = 'r'
                and relnamespace = 'public'::regnamespace
            loop execute format('drop table if exists %s cascade', each.name); end loop;
            for each in select oid::regprocedure as name from pg_proc
                where proname like 'procrastinate_%' and pronamespace = 'public'::regnamespace
            loop execute format('drop function if exists %s cascade', each.name); end loop;
            for each in select oid::regtype as name from pg_type
                where typname like 'procrastinate_%' and typtype in ('e', 'c')
                and typnamespace = 'public'::regnamespace
            loop execute format('drop type if exists %s cascade', each.name); end loop;
        end $$
    """)
