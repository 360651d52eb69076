"""What was written together is undone together; lock files, which are long, are kept."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Number the changes (each version so far is one of its own), and let a file have 512 KB."""
    op.add_column("versions", sa.Column("change", sa.Integer, nullable=False, server_default="0"))
    op.execute("UPDATE versions SET change = id")
    with op.batch_alter_table("files") as files:
        files.drop_constraint("ck_files_size", type_="check")
        files.create_check_constraint("ck_files_size", "length(content) <= 524288")
