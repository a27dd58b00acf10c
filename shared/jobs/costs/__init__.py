"""What a job's work costs: the time it took, its bill, and when it has come to the most that it may."""
