"""How the tables came to their present shape (Alembic)."""
