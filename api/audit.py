"""The audit: who changed what. It is written with every change and never altered."""

from api.dependencies import Admin, Paging, Read
from api.pagination import Listing
from api.routing import noun
from api.schemas.audit import AuditEntrySchema
from shared.teams import queries

router = noun("audit")


@router.get("/audit", summary="List who changed what")
def list_audit(_: Admin, page: Paging, db: Read) -> Listing[AuditEntrySchema]:
    """The newest first. For admins."""
    return page.of(AuditEntrySchema, queries.list_audit(db, after=page.after_number, limit=page.fetch))
