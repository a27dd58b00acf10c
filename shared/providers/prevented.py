"""What prevented an answer: three errors, named for what may be done next. Nothing here decides what is."""


class ProviderError(Exception):
    """The parent of the three; `reason` is a sentence for people and never holds a credential."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Unavailable(ProviderError):
    """No usable answer. If `reached` the request may have taken effect (timeout, reset, 5xx, garbage): reconcile before
    repeating anything that costs money. If not, it never left this machine (connection refused, unknown host).

    `failed`: the provider itself said that it failed. A job may exist all the same, but such an answer is not billed.
    """

    def __init__(self, reason: str, *, reached: bool = True, failed: bool = False) -> None:
        super().__init__(reason)
        self.reached = reached
        self.failed = failed

    @property
    def unheard(self) -> bool:
        """Whether a question may have been answered, and billed, without our hearing it."""
        return self.reached and not self.failed


class Throttled(ProviderError):
    """Refused for now; nothing took effect. Ask again after `retry_after` seconds."""

    def __init__(self, reason: str, retry_after: float) -> None:
        super().__init__(reason)
        self.retry_after = retry_after


class Rejected(ProviderError):
    """Refused for good; asking again in the same way is useless. `code` is the provider's own, or the HTTP status."""

    def __init__(self, reason: str, code: str, status: int) -> None:
        super().__init__(reason)
        self.code = code
        self.status = status

    @property
    def credential(self) -> bool:
        """Whether it is the credential that was refused, not this request: the work should wait for a new one."""
        return self.status == 401

    @property
    def passing(self) -> bool:
        """Whether it is room that is lacking (Azure keeps a hundred files), which others' jobs free when they end."""
        return self.code == "quotaExceeded"

    @property
    def closed(self) -> bool:
        """Whether the provider takes no new training from this account."""
        return self.code == "training_not_available"
