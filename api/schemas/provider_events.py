"""What OpenAI pushes, for the OpenAPI document only: its bytes are held against their signature before they are read."""

from typing import Any

EVENT: dict[str, Any] = {
    "type": "object",
    "title": "ProviderEvent",
    "description": "An event at a provider. Those whose type begins with `fine_tuning.job.` hurry the next look at that job.",
    "required": ["id", "type", "created_at", "data"],
    "properties": {
        "id": {"type": "string"},
        "object": {"type": "string"},
        "type": {"type": "string"},
        "created_at": {"type": "integer"},
        "data": {"type": "object", "properties": {"id": {"type": "string", "description": "The provider's job."}}},
    },
    "examples": [
        {
            "id": "evt_68f2c7d1",
            "object": "event",
            "type": "fine_tuning.job.succeeded",
            "created_at": 1795168800,
            "data": {"id": "ftjob-Qz81"},
        }
    ],
}
