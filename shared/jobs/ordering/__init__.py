"""What an order of training can be: what is offered where and for how much, what it starts from, and what must fit together."""
