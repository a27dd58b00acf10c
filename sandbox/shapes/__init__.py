"""How the sandbox's records look on the wire, both dialects side by side. Pure: no state, no HTTP."""
