"""All that the sandbox knows while it runs: records in memory, each change written to the store before it counts."""

from collections.abc import Iterator
from dataclasses import asdict
from datetime import date
from functools import lru_cache

from sandbox.catalogue import Model, find
from sandbox.clock import Clock
from sandbox.examples import Reading, read
from sandbox.hosting import gone_at
from sandbox.learning import Learner
from sandbox.progress import Progress, progress, wall_time
from sandbox.records import Account, ChatUse, Deployment, Job, Pause, Plan, StoredFile, StoredUpload, Switches
from sandbox.store import Store
from sandbox.wire import Dialect, Json


class World:
    """`speed` is how much faster than the clock new jobs, files and deployments run."""

    def __init__(self, store: Store, clock: Clock, speed: float) -> None:
        self.store, self.clock, self.speed = store, clock, speed
        self.accounts = dict(map(_account, store.all("account")))
        self.files = {
            body["id"]: StoredFile(**body | {"dialect": Dialect(body["dialect"])}) for body in store.all("file")
        }
        self.jobs = {body["id"]: _job(body) for body in store.all("job")}
        self.uploads = {body["id"]: StoredUpload(**body) for body in store.all("upload")}
        self.deployments = [Deployment(**body) for body in store.all("deployment")]
        self._learners = lru_cache(maxsize=16)(self._learn)

    @classmethod
    def opened(cls, store: Store, today: date | None, speed: float) -> "World":
        """With the day that is asked for, or else the one that the store's clock had been moved to."""
        kept = store.all("clock")
        if today is not None:
            return cls(store, Clock.at(today), speed)
        return cls(store, Clock(kept[0]["shift_seconds"] if kept else 0.0), speed)

    def advance(self, seconds: float) -> None:
        self.clock.advance(seconds)
        self.store.put("clock", "clock", {"shift_seconds": self.clock.shift_seconds})

    def account(self, name: str) -> Account:
        return self.accounts.setdefault(name, Account(name))

    def save_account(self, account: Account) -> None:
        self.store.put("account", account.name, asdict(account))

    def save_file(self, file: StoredFile) -> None:
        self.store.put("file", file.id, asdict(file))
        self.files[file.id] = file

    def remove_file(self, file: StoredFile) -> None:
        self.store.remove("file", file.id)
        del self.files[file.id]

    def save_upload(self, upload: StoredUpload) -> None:
        self.store.put("upload", upload.id, asdict(upload))
        self.uploads[upload.id] = upload

    def files_of(self, account: str) -> list[StoredFile]:
        """Oldest first; expired ones are gone."""
        return [file for file in self.files.values() if file.account == account and not self._is_expired(file)]

    def file(self, account: str, file_id: str) -> StoredFile | None:
        found = self.files.get(file_id)
        if found is None or found.account != account or self._is_expired(found):
            return None
        return found

    def _is_expired(self, file: StoredFile) -> bool:
        return file.expires_at is not None and file.expires_at <= self.clock.now()

    def save_job(self, job: Job) -> None:
        self.store.put("job", job.id, asdict(job))
        self.jobs[job.id] = job

    def jobs_of(self, account: str) -> list[Job]:
        """Oldest first, deleted ones too: they were paid for."""
        return [job for job in self.jobs.values() if job.account == account]

    def job(self, account: str, job_id: str) -> Job | None:
        found = self.jobs.get(job_id)
        return found if found is not None and found.account == account and not found.is_deleted else None

    def progress(self, job: Job) -> Progress:
        return progress(job, self.clock.now())

    def finished_jobs(self, account: str) -> Iterator[Job]:
        """The jobs that have left a model behind."""
        return (job for job in self.jobs_of(account) if self.progress(job).status == "succeeded")

    def finished_at(self, job: Job) -> int:
        return int(wall_time(job, self.progress(job).finished_at_elapsed or 0))

    def tuned_model(self, account: str, name: str) -> Job | None:
        """The job that made this model, or the checkpoint of it."""
        name = name.partition(":ckpt-step-")[0]
        if name in self.account(account).deleted_models:
            return None
        return next((job for job in self.finished_jobs(account) if job.tuned_model == name), None)

    def base_model(self, dialect: Dialect, name: str) -> Model | None:
        """A model of the catalogue that is still served today."""
        model = find(dialect, name)
        return model if model and model.is_served(self.clock.opened_on, self.clock.today()) else None

    def deployments_of(self, account: str) -> list[Deployment]:
        """Those that still stand: Azure removes idle ones after 15 days, and the developer tier's after one."""
        now = self.clock.now()
        return [each for each in self.deployments if each.account == account and now < gone_at(each)]

    def deployment(self, account: str, name: str) -> Deployment | None:
        return next((each for each in self.deployments_of(account) if each.name == name), None)

    def save_deployment(self, deployment: Deployment) -> None:
        self.store.put("deployment", deployment.key, asdict(deployment))
        if deployment not in self.deployments:
            self.deployments.append(deployment)

    def remove_deployment(self, deployment: Deployment) -> None:
        """It is gone, and remembered: what it stood is owed."""
        deployment.removed_at = self.clock.now()
        self.save_deployment(deployment)

    def learner(self, digest: str, reading: Reading) -> Learner:
        """What was learnt from this content; raises Fault when it cannot be read as training data."""
        return self._learners(digest, reading)

    def _learn(self, digest: str, reading: Reading) -> Learner:
        return Learner(read(self.store.content(digest), reading))


def _account(body: Json) -> tuple[str, Account]:
    uses = {model: ChatUse(**use) for model, use in body["chat_use"].items()}
    return body["name"], Account(body["name"], Switches(**body["switches"]), body["deleted_models"], uses)


def _job(body: Json) -> Job:
    pauses = [Pause(**pause) for pause in body["pauses"]]
    return Job(**body | {"plan": Plan(**body["plan"]), "dialect": Dialect(body["dialect"]), "pauses": pauses})
