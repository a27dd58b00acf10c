"""What each endpoint does: `(world, call) -> reply`, in one go and without waiting, so that no effect is half done."""
