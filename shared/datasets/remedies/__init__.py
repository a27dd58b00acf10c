"""Remedies: what can be mended mechanically in a dataset, what that would change (`survey`), and the mending (`prepare`)."""

from shared.datasets.remedies.catalogue import REMEDIES, all_recommended
from shared.datasets.remedies.change_log import Record, Sample
from shared.datasets.remedies.mending import Lent, SourceRow
from shared.datasets.remedies.preparing import OpenRows, Prepared, prepare
from shared.datasets.remedies.recipe import Change, Recipe, Step
from shared.datasets.remedies.remedy import Chosen, InvalidChoiceError, InvalidParameterError, Remedy
from shared.datasets.remedies.surveying import Offer, survey

__all__ = [
    "REMEDIES",
    "Change",
    "Chosen",
    "InvalidChoiceError",
    "InvalidParameterError",
    "Lent",
    "Offer",
    "OpenRows",
    "Prepared",
    "Recipe",
    "Record",
    "Remedy",
    "Sample",
    "SourceRow",
    "Step",
    "all_recommended",
    "prepare",
    "survey",
]
