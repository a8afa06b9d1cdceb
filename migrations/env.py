"""How a migration runs: on the vault's own connection, each step in one transaction with its stamp.

`vault.store.schema` hands the connection over; there is no other way to run this, because only an unlocked vault has
one.
"""

from alembic import context

from vault.store.tables import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    render_as_batch=True,
    transactional_ddl=True,
    transaction_per_migration=True,
)
with context.begin_transaction():
    context.run_migrations()
