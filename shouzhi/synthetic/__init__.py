"""Synthetic demonstration extracts: no figure in them is a real account."""
