"""Turns an accepted request into a plan: reads the file, resolves what is automatic, foresees a failure."""

import math
from contextlib import suppress
from dataclasses import dataclass, replace

from sandbox import hyperparameters, rewarding
from sandbox.catalogue import Model
from sandbox.examples import Fault, Reading
from sandbox.graders import keys_of
from sandbox.records import Plan, StoredFile
from sandbox.wire import Dialect, Json
from sandbox.world import World


@dataclass(frozen=True, slots=True)
class Reward:
    """What answers are worth, and the schema that they are to fit."""

    grader: Json
    response_format: Json | None


@dataclass(frozen=True, slots=True)
class Order:
    """A checked request for a job."""

    base: Model
    method: str
    hyperparameters: Json
    training: StoredFile
    validation: StoredFile | None
    dialect: Dialect
    auto_epochs: int | None = None
    reward: Reward | None = None

    @property
    def reading(self) -> Reading:
        return reading_of(self.base, self.method, self.dialect, self.reward.grader if self.reward else None)


def reading_of(model: Model, method: str, dialect: Dialect, grader: Json | None) -> Reading:
    keys = tuple(keys_of(grader)) if grader else ()
    return Reading(method, dialect, model.encoding, model.max_example_tokens, keys)


def plan(world: World, order: Order) -> Plan:
    reading = order.reading
    try:
        learner = world.learner(order.training.digest, reading)
    except Fault as fault:
        return _failing(fault.about("training_file", order.training.id))
    examples = learner.examples
    epochs, batch = _chosen(order, len(examples))
    made = Plan(
        examples=len(examples),
        n_epochs=epochs,
        batch_size=batch,
        learning_rate_multiplier=_learning_rate(order),
        beta=order.hyperparameters.get("beta", 0.1) if order.method == "dpo" else None,
        steps_per_epoch=math.ceil(len(examples) / batch),
        tokens_per_epoch=math.ceil(sum(example.tokens for example in examples) * order.base.token_factor),
        longest_example_tokens=max(example.tokens for example in examples),
        learnability=learner.learnability,
    )
    return replace(made, fault=_validation_fault(world, order.validation, reading))


def _chosen(order: Order, examples: int) -> tuple[int, int]:
    """Epochs and batch size: as asked, else by the number of examples, or, where nothing is automatic, as always."""
    epochs, batch = order.hyperparameters.get("n_epochs") or order.auto_epochs, order.hyperparameters.get("batch_size")
    if order.dialect is Dialect.COMPATIBLE:
        return epochs or hyperparameters.COMPATIBLE_EPOCHS, batch or hyperparameters.COMPATIBLE_BATCH
    usual = rewarding.batch_size if order.reward else hyperparameters.auto_batch_size
    return epochs or hyperparameters.auto_epochs(examples), batch or usual(examples)


def _learning_rate(order: Order) -> float:
    """As a multiple of the usual one."""
    rate = order.hyperparameters.get("learning_rate")
    if rate is not None:
        return float(rate) / float(hyperparameters.OPEN_WEIGHT["learning_rate"])
    return float(order.hyperparameters.get("learning_rate_multiplier") or order.base.auto_learning_rate)


def read_ahead(world: World, order: Order) -> None:
    """Reads what the job would learn from and remembers it, so that `plan` finds it done. Takes seconds for a large file;
    touches nothing but contents, and may run beside everything else.
    """
    for file in (order.training, order.validation):
        with suppress(Fault):
            if file is not None:
                world.learner(file.digest, order.reading)


def _validation_fault(world: World, file: StoredFile | None, reading: Reading) -> Json | None:
    if file is None:
        return None
    try:
        world.learner(file.digest, reading)
    except Fault as fault:
        # Only the training file needs ten examples.
        return None if fault.code == "invalid_n_examples" else fault.about("validation_file", file.id)
    return None


def _failing(fault: Json) -> Plan:
    return Plan(0, 1, 1, 1.0, None, 1, 0, 0, 0.0, fault)
