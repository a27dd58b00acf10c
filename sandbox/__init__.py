"""A stand-in for OpenAI and Azure OpenAI that speaks their wire protocol; a program of its own that the service never imports."""
