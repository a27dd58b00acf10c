"""Whether Postgres keeps teams apart for the role that this process logged in as. The policies stand in the migrations."""

from sqlalchemy import text
from sqlalchemy.orm import Session

_SEES_EVERYTHING = text("""
    SELECT current_user::text FROM pg_roles
    WHERE rolname = current_user AND (
      rolsuper OR rolbypassrls
      OR EXISTS (
        SELECT FROM pg_class WHERE relnamespace = 'public'::regnamespace AND pg_has_role(current_user, relowner, 'MEMBER')
      )
    )
""")


def role_past_the_walls(db: Session) -> str | None:
    """The name of this session's role when row-level security does not bind it: a superuser, one that bypasses policies, or an
    owner of tables. None = all is well.
    """
    return db.execute(_SEES_EVERYTHING).scalar_one_or_none()
