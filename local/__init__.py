"""The whole service on one machine, under one supervisor. A program of its own: nothing in the service imports it."""
