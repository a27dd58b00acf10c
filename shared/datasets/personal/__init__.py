"""Personal data and secrets in texts: found by `scan`, hidden by `masking`; `pieces` shows parts of texts without them."""
