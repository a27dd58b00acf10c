"""The work of a remedy that looks at all prompts and completions of a file before it mends the first."""

from typing import ClassVar

from typing_extensions import override

from shared.datasets.remedies.affixes import Affixes, TaskType, texts_of
from shared.datasets.remedies.inside import Row
from shared.datasets.remedies.mending import Lent, Mending
from shared.datasets.shapes import Shape


class CompletionMending(Mending):
    """Looks at all prompts and completions first; what it noted is reset by `begin`."""

    learns: ClassVar[bool] = True

    @override
    def begin(self, shape: Shape, lent: Lent) -> None:
        super().begin(shape, lent)
        self.task = TaskType()
        self.prompts = Affixes()
        self.completions = Affixes()

    @override
    def learn(self, row: Row) -> None:
        texts = texts_of(row)
        if texts is not None:
            self.learn_texts(*texts)

    def learn_texts(self, prompt: str, completion: str) -> None:
        self.task.learn(prompt, completion)
        self.prompts.learn(prompt)
        self.completions.learn(completion)

    @override
    def mend_row(self, row: Row) -> Row | None:
        texts = texts_of(row)
        return row if texts is None else self.mend_texts(row, *texts)

    def mend_texts(self, row: Row, prompt: str, completion: str) -> Row | None:
        raise NotImplementedError
