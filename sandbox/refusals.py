"""Every no the providers say, and how each of them spells it. The dialects differ in codes and in shape."""

from dataclasses import dataclass, field

from sandbox.wire import Dialect, Json

_AZURE_CODES = {
    400: "invalidPayload",
    401: "401",
    403: "forbidden",
    404: "notFound",
    409: "conflict",
    413: "quotaExceeded",
    429: "429",
    503: "serviceUnavailable",
}
_OPENAI_TYPES = {429: "requests", 500: "server_error", 503: "service_unavailable_error"}


@dataclass(eq=False)
class Refusal(Exception):
    """`code` is OpenAI's word; `azure_code` is Azure's, derived from the status where none is given."""

    status: int
    message: str
    code: str | None = None
    param: str | None = None
    azure_code: str | None = None
    headers: dict[str, str] = field(default_factory=dict)

    def status_in(self, dialect: Dialect) -> int:
        """A compatible server says 422 of what it finds invalid."""
        return 422 if dialect is Dialect.COMPATIBLE and self.status == 400 else self.status

    def body(self, dialect: Dialect) -> Json:
        if dialect is Dialect.COMPATIBLE:
            return {"detail": [self._validation()] if self.status == 400 else self.message}
        if dialect is Dialect.AZURE:
            return {
                "error": {
                    "code": self.azure_code or _AZURE_CODES.get(self.status, "internalFailure"),
                    "message": self.message,
                }
            }
        kind = "insufficient_quota" if self.code == "insufficient_quota" else None
        return {
            "error": {
                "message": self.message,
                "type": kind or _OPENAI_TYPES.get(self.status, "invalid_request_error"),
                "param": self.param,
                "code": self.code,
            }
        }

    def _validation(self) -> Json:
        where = self.param.split(".") if self.param else []
        return {"loc": ["body", *where], "msg": self.message, "type": self.code or "value_error"}


def invalid(message: str, param: str | None = None, code: str | None = None) -> Refusal:
    return Refusal(400, message, code, param)


def no_file(file_id: str) -> Refusal:
    return Refusal(404, f"No such File object: {file_id}", None, "id")


def no_job(job_id: str) -> Refusal:
    return Refusal(404, f"Could not find fine tune: {job_id}", None, "fine_tune_id")


def no_model(name: str) -> Refusal:
    return Refusal(404, f"The model `{name}` does not exist or you do not have access to it.", "model_not_found")


def no_deployment() -> Refusal:
    return Refusal(
        404,
        "The API deployment for this resource does not exist. If you created the deployment within the last 5 minutes, "
        "please wait a moment and try again.",
        azure_code="DeploymentNotFound",
    )


def bad_key(dialect: Dialect) -> Refusal:
    if dialect is Dialect.AZURE:
        text = "Access denied due to invalid subscription key or wrong API endpoint. Make sure to provide a valid key."
        return Refusal(401, text)
    return Refusal(
        401, "Incorrect API key provided. You can find your API key in your account settings.", "invalid_api_key"
    )


def training_closed() -> Refusal:
    text = "The fine-tuning platform is being wound down and this organization may no longer create training jobs."
    return Refusal(403, text, "training_not_available")


def over_quota() -> Refusal:
    text = "You exceeded your current quota, please check your plan and billing details."
    return Refusal(429, text, "insufficient_quota", azure_code="quotaExceeded")


def throttled(retry_after_seconds: int) -> Refusal:
    text = f"Rate limit reached for requests. Please try again in {retry_after_seconds}s."
    headers = {"retry-after": str(retry_after_seconds)}
    return Refusal(429, text, "rate_limit_exceeded", azure_code="tooManyRequests", headers=headers)
