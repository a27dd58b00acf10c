"""The database: one base for all tables, one place that commits, one clock, one way to claim a row."""

from shared.db.base import Row as Row
from shared.db.base import guard_status as guard_status
from shared.db.base import now as now
from shared.db.base import open_enum as open_enum
from shared.db.base import status_column as status_column
from shared.db.base import text_enum as text_enum
from shared.db.base import today as today
from shared.db.claims import CLAIM_SECONDS as CLAIM_SECONDS
from shared.db.claims import Claimable as Claimable
from shared.db.claims import claim as claim
from shared.db.claims import fenced as fenced
from shared.db.claims import renew as renew
from shared.db.claims import seconds_from_now as seconds_from_now
from shared.db.claims import still_ours as still_ours
from shared.db.claims import unclaimed as unclaimed
from shared.db.faults import UNAVAILABLE as UNAVAILABLE
from shared.db.faults import Duplicate as Duplicate
from shared.db.faults import is_duplicate as is_duplicate
from shared.db.session import EVERYTHING as EVERYTHING
from shared.db.session import Database as Database
from shared.db.session import Scope as Scope
from shared.db.session import Session as Session
from shared.db.session import applied_revision as applied_revision
from shared.db.session import ring as ring
from shared.db.walls import role_past_the_walls as role_past_the_walls
