"""Personal data and secrets in texts: found by `scan`, hidden by `masking`, reported by `observer`."""
