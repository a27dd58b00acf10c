"""A stand-in for OpenAI and Azure OpenAI: it speaks their wire protocol and is a program of its own, never imported."""
