"""Graders, tried before anything is trained with them. They are not stored: an order carries its own."""

from dataclasses import asdict

from api.dependencies import TeamMember, TheAsking, TheVault
from api.problems import problems
from api.routing import noun
from api.schemas.graders import FaultSchema, GraderCheck, GraderRun, GraderVerdict, GradeSchema
from shared.errors import DatasetNotReady, NotFound, ProviderRefused, ProviderUnavailable, RouteForbidden
from shared.jobs.ordering import trials

router = noun("graders")


@router.post(
    "/graders/validate",
    summary="Validate a grader",
    responses=problems(NotFound, DatasetNotReady, RouteForbidden, ProviderUnavailable),
)
async def validate_grader(  # no thread of the common ones is held while the provider is asked
    body: GraderCheck, caller: TeamMember, asking: TheAsking, vault: TheVault
) -> GraderVerdict:
    """Everything that is wrong with a grader, as an order with it would be refused for. Costs nothing."""
    trial = await asking.first(
        lambda db: trials.prepare(db, caller.team_id, body.grader, body.dataset_id, body.connection_id), caller.scope
    )
    said = await asking.ask(lambda: trials.judge(trial, vault))
    faults = [FaultSchema.model_validate(fault) for fault in trial.faults]
    return GraderVerdict(valid=not faults and said is None, faults=faults, provider=said)


@router.post(
    "/graders/run",
    summary="Let a grader grade one answer",
    responses=problems(NotFound, RouteForbidden, ProviderRefused, ProviderUnavailable),
)
async def run_grader(body: GraderRun, caller: TeamMember, asking: TheAsking, vault: TheVault) -> GradeSchema:
    """Runs at the provider, as it would in training. Graders that ask a model cost tokens, and are not run here."""
    trial = await asking.first(
        lambda db: trials.prepare(db, caller.team_id, body.grader, None, body.connection_id), caller.scope
    )
    graded = await asking.ask(lambda: trials.grade(trial, body.answer, body.item, vault))
    return GradeSchema.model_validate(asdict(graded))
