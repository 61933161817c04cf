"""Synthetic demonstration extracts: no figure in them is a real account."""

from shouzhi.synthetic.extracts import generate

__all__ = ["generate"]
