"""Files that are sent in parts: begun, sent from any byte on, completed into a dataset, or forgotten."""
