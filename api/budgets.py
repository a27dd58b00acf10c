"""Budgets: what the organisation, and each team in it, may be charged in a month. Admins set them."""

from api.dependencies import Admin, MemberOfPath, Read, Write
from api.problems import problems
from api.routing import noun
from api.schemas.base import TeamId
from api.schemas.budgets import BudgetPut, BudgetSchema
from shared.errors import NotFound
from shared.spend.actions import set_limit
from shared.spend.queries import budget
from shared.teams.actions import audit
from shared.teams.queries import get_team

router = noun("budgets")


@router.get("/budgets", summary="Look at the organisation's budget")
def get_organisation_budget(_: Admin, db: Read) -> BudgetSchema:
    """What all teams together may be charged, and where that stands. For admins."""
    return BudgetSchema.of(budget(db, None))


@router.put("/budgets", summary="Limit what the organisation spends")
def put_organisation_budget(body: BudgetPut, caller: Admin, db: Write) -> BudgetSchema:
    """Binds every team at once. Money already held or spent is not touched. For admins."""
    set_limit(db, None, body.monthly_limit_usd)
    audit(db, caller, "budget.set", "organisation", monthly_limit_usd=body.limit)
    return BudgetSchema.of(budget(db, None))


@router.get("/teams/{team_id}/budget", summary="Look at a team's budget", responses=problems(NotFound))
def get_team_budget(caller: MemberOfPath, db: Read) -> BudgetSchema:
    """What the team may be charged this month, and where that stands."""
    return BudgetSchema.of(budget(db, get_team(db, caller.team_id).id))


@router.put("/teams/{team_id}/budget", summary="Limit what a team spends", responses=problems(NotFound))
def put_team_budget(team_id: TeamId, body: BudgetPut, caller: Admin, db: Write) -> BudgetSchema:
    """The organisation's budget binds besides. Money already held or spent is not touched. For admins."""
    set_limit(db, get_team(db, team_id).id, body.monthly_limit_usd)
    audit(db, caller, "budget.set", team_id, team_id=team_id, monthly_limit_usd=body.limit)
    return BudgetSchema.of(budget(db, team_id))
