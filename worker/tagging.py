"""Whose a provider's jobs are: by the tags that they carry, the names of the files that they name, or a receipt of ours."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from shared.connections.tables import Connection
from shared.jobs.tags import FILES, Tag, read_tag
from shared.providers.base import Provider, ProviderJob
from shared.storage import Storage
from worker.jobs.receipts import tag_of


@dataclass(slots=True)
class Tags:
    """Asks the provider for its files when the first job comes up that carries no tag of its own."""

    provider: Provider
    storage: Storage
    connection: Connection
    _names: dict[str, str] | None = field(default=None)

    def of(self, jobs: Sequence[ProviderJob]) -> list[tuple[ProviderJob, Tag | None]]:
        """Each with its tag; None = it is not ours, nor any installation's."""
        return [(job, self._of(job)) for job in jobs]

    def _of(self, job: ProviderJob) -> Tag | None:
        if tag := read_tag(job.tag):
            return tag
        if self._names is None:
            self._names = {file.id: file.name for file in self.provider.files(FILES)}
        return read_tag(None, self._names.get(job.training_file_id)) or tag_of(self.storage, self.connection, job.id)
