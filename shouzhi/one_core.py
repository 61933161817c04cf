"""DuckDB on one core.

While another of DuckDB's threads has the work, the Python client asks without a pause whether it is done, and takes the
interpreter each time: it keeps a core busy for nothing and whoever runs Python waiting. Connections that work beside each
other, or beside Python that has to get on, do their work themselves: open them with this configuration.
"""

ONE_CORE: dict[str, str | bool | int | float | list[str]] = {"threads": 1}
