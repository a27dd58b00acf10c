"""The nine scenes in their order, and what each hands on to the next."""

from local.demonstration.checking import total
from local.demonstration.comparing import compare
from local.demonstration.data import prepare_data, show_faults
from local.demonstration.founding import found_organisation
from local.demonstration.pricing import compare_prices
from local.demonstration.refusing import refuse_the_poor
from local.demonstration.reporting import report_spend
from local.demonstration.serving import serve
from local.demonstration.stage import Stage
from local.demonstration.training import train


def play(stage: Stage) -> None:
    """Raises SceneFailed, or UnusableFile for a file of the user's that cannot be trained on."""
    cast = found_organisation(stage)
    show_faults(stage, cast)
    parts = prepare_data(stage, cast)
    choices = compare_prices(stage, cast, parts)
    trained = train(stage, cast, parts, choices)
    compared = compare(stage, cast, parts, trained[0])
    answered = serve(stage, cast, compared, trained)
    refuse_the_poor(stage, cast, parts)
    report_spend(stage, cast, total(one.charge for one in trained) + compared.cost + answered)
