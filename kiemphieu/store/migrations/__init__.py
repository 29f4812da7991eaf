"""How a record made by an older version becomes one of this version; run by Alembic."""
