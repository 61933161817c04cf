"""Business feeds: row-level extracts of the platform, read set-based by DuckDB and kept as Parquet by month.

The walk: ``session`` (readers that take the batches of all feeds), ``feed_reading`` (the batches of one feed, and what
came of them), ``text_tables`` (any encoding or workbook to UTF-8 text and a header), ``taking`` (one batch: typed rows and
control sums by ``stage_sql``), ``faults`` (quarantine), ``parts`` (Parquet by event month), ``supersede`` (which rows no
longer stand), ``relations`` (what stands, as ``lake.<feed>``).
"""
