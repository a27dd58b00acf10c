"""The one pass over a dataset, piece by piece: lines come in batches, become examples, are counted and noted.

`validation` puts the pieces together. What is wrong with a row is said by `rules`, what it costs by `tokens`.
"""
