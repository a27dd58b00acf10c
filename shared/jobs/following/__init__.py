"""What is seen of a job at its provider, and kept: its log, its numbers, its results, its checkpoints."""
