"""Whose turn it is: which queued job goes to its provider next, and which claimed work is done when."""
