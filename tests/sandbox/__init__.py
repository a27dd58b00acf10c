"""The sandbox seen from outside: over real sockets, with the official SDK, and raw where the SDK hides things."""
