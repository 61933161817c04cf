"""Dashboards on a published build: pages read marts, format numbers, and do nothing else."""
