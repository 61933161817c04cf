"""Shouzhi 收支: a fund warehouse for the medical-insurance funds of an autonomous region."""

__version__ = "0.1.0"
