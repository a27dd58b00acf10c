"""All observers that there are, made anew for each file."""

from shared.datasets.quality.answers import Answers
from shared.datasets.quality.conflicts import Conflicts
from shared.datasets.quality.damage import DamagedTexts
from shared.datasets.quality.endings import Endings
from shared.datasets.quality.item_keys import ItemKeys
from shared.datasets.quality.labels import Labels
from shared.datasets.quality.languages import Languages
from shared.datasets.quality.lengths import Lengths
from shared.datasets.quality.near_duplicates import NearDuplicates
from shared.datasets.quality.observer import MOST_FINDINGS, Panel
from shared.datasets.quality.personal_data import PersonalData
from shared.datasets.quality.refusals import Refusals
from shared.datasets.quality.systems import Systems


def all_observers(most_findings: int = MOST_FINDINGS) -> Panel:
    observers = (
        NearDuplicates(),
        Conflicts(),
        Labels(),
        Systems(),
        Answers(),
        Endings(),
        Lengths(),
        Refusals(),
        DamagedTexts(),
        PersonalData(),
        Languages(),
        ItemKeys(),
    )
    return Panel(observers, most_findings)
