"""Datasets: what a team teaches its models from, and everything that can be said of it without asking a provider."""
