"""The scenes of `make demo`, one file for each group. They know the service only by what anybody can ask it over HTTP."""
