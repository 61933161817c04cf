"""Great Expectations on DuckDB: the shape of the lake relations and of the published tables."""
