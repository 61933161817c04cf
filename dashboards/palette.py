"""Colours of the warning levels, without any drawing library: pages that draw nothing need none."""

from __future__ import annotations

# Measured with CAM02-UCS for normal and colour-blind sight; worst pair of levels: ΔE 22.
LEVEL_COLOR = {
    "red": "#8F0A1A",
    "orange": "#E8730C",
    "yellow": "#FAD65B",
    "blue": "#1F66B0",
    "none": "#E3E6EA",
    "not_available": "#FFFFFF",
}
LEVEL_INK = {
    "red": "#FFFFFF",
    "orange": "#000000",
    "yellow": "#000000",
    "blue": "#FFFFFF",
    "none": "#1B2733",
    "not_available": "#4A5560",
}
GREY = "#8C939B"
