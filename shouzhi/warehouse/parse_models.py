"""``python -m shouzhi.warehouse.parse_models``: dbt parses the models now, so that no run has to.

``make setup`` calls it. Where it was not called, or the code has changed since, the first run parses.
"""

import tempfile
from pathlib import Path

from shouzhi.collector import collect_rarely
from shouzhi.home import PRODUCT_ROOT
from shouzhi.warehouse import dbt_build, identity


def main(product_root: Path = PRODUCT_ROOT) -> None:
    collect_rarely()
    with tempfile.TemporaryDirectory() as folder:
        dbt_build.parsed_models(Path(folder) / "dbt", identity.code_hash(product_root), product_root)


if __name__ == "__main__":
    main()
