"""Strays: jobs on our accounts at providers that no job of ours is about. Found by walking the providers' lists."""
