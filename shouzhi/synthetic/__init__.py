"""The sample region: extracts in which no figure is a real account."""

from shouzhi.synthetic.sample import SCENARIOS, generate

__all__ = ["SCENARIOS", "generate"]
