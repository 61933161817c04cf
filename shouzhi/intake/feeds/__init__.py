"""Business feeds: row-level extracts of the platform, read set-based by DuckDB and kept as Parquet by month.

The walk of one file: ``text_tables`` (any encoding or workbook to UTF-8 text and a header), ``stage`` (typed rows
and faults), ``write`` (parts by event month, quarantine, control sums), ``supersede`` (which rows no longer stand),
``relations`` (what stands, as ``lake.<feed>``).
"""
