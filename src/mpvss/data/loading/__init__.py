"""Pairs and videos enter, batches and chunks leave: who reads what, in which order and in how many processes."""
