"""The seed of feeds says what the input contract says: the same feeds, names and groups."""

from __future__ import annotations

import csv
from pathlib import Path

from shouzhi.intake.contract import load_groups

ROOT = Path(__file__).resolve().parents[3]


def test_every_feed_that_is_read_is_named_as_in_the_contract() -> None:
    with (ROOT / "seeds" / "reference" / "feed.csv").open(encoding="utf-8", newline="") as file:
        rows = {row["feed_code"]: row for row in csv.DictReader(file)}
    read = {
        feed.feed: (feed.label, group.group, group.label)
        for group in load_groups()
        for feed in group.feeds
        if feed.is_read
    }
    named = {
        code: (row["feed_name"], row["feed_group_code"], row["feed_group_name"]) for code, row in rows.items()
    }
    assert named == read


def test_a_snapshot_is_not_asked_for_by_month() -> None:
    modes = {feed.feed: feed.delivery_mode for group in load_groups() for feed in group.feeds}
    dated = {feed.feed: feed.event_time for group in load_groups() for feed in group.feeds}
    with (ROOT / "seeds" / "reference" / "feed.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            if modes[row["feed_code"]] == "snapshot":
                assert row["rhythm_code"] == "snapshot", row
            elif dated[row["feed_code"]] is None:
                assert row["rhythm_code"] == "undated", row
            else:
                assert row["rhythm_code"] in {"monthly", "seasonal"}, row
