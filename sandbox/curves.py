"""Loss curves: plausible, repeatable, and better when the data can be learnt, the rate is sane and the epochs are few.

Not a training: the numbers follow from the plan, the seed and the step alone.
"""

import math
import random
from dataclasses import dataclass

from sandbox.records import Job

_START = 2.3
_OVERFITS_AFTER_EPOCHS = 4


@dataclass(frozen=True, slots=True)
class Point:
    loss: float
    accuracy: float


def training(job: Job, step: int) -> Point:
    noise = _noise(job, "train", step) * (0.25 if job.plan.batch_size < 4 else 0.1)
    return _point(max(0.01, _mean(job, step) * (1 + noise)))


def validation(job: Job, step: int) -> Point:
    return _point(_held_out(job, step) * (1 + 0.08 * _noise(job, "valid", step)))


def full_validation(job: Job, step: int) -> Point:
    return _point(_held_out(job, step))


def reward(job: Job, step: int, kind: str) -> float:
    """Rises as losses fall, as far as what is wanted can be foretold."""
    reached = 0.3 + 0.6 * job.plan.learnability * (1 - math.exp(-3 * step / job.plan.steps))
    return min(1.0, max(0.0, reached + 0.02 * _noise(job, kind, step) - (0.05 if kind == "valid" else 0.0)))


def _mean(job: Job, step: int) -> float:
    plan = job.plan
    floor = 0.04 + 0.9 * (1 - plan.learnability) / math.sqrt(plan.n_epochs)
    rate = min(plan.learning_rate_multiplier, 4.0) * 1.6
    return floor + (_START - floor) * math.exp(-rate * step / plan.steps_per_epoch)


def _held_out(job: Job, step: int) -> float:
    epochs = step / job.plan.steps_per_epoch
    gap = 0.08 + 0.7 * (1 - job.plan.learnability)
    overfit = 0.06 * max(0.0, epochs - _OVERFITS_AFTER_EPOCHS)
    return _mean(job, step) + gap * (1 - math.exp(-epochs)) + overfit


def _point(loss: float) -> Point:
    return Point(loss, min(1.0, max(0.0, math.exp(-0.6 * loss))))


def _noise(job: Job, kind: str, step: int) -> float:
    return random.Random(f"{job.seed}:{kind}:{step}").uniform(-1.0, 1.0)
