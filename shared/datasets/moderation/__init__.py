"""Moderation: a dataset's examples are shown to a provider, which judges them at no cost. What it objects to becomes findings."""
