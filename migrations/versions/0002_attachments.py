"""The tables of attachments."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add two tables. Rows stay sealed and are not touched."""
    op.create_table(
        "attachment",
        *(sa.Column(name, sa.LargeBinary, nullable=False) for name in ("digest", "compartment", "names")),
        sa.PrimaryKeyConstraint("digest", "compartment", name="attachment_pk"),
    )
    op.create_table(
        "tail",
        *(sa.Column(name, sa.LargeBinary, nullable=False) for name in ("name", "bytes")),
        sa.PrimaryKeyConstraint("name", name="tail_pk"),
    )
