"""What each endpoint does: `(world, call) -> reply`, all at once and without waiting, so that an accepted effect is never half done."""
