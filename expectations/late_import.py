"""Modules that Great Expectations imports at its start and that none of our checks needs.

``scipy.stats`` takes a third of the import of Great Expectations; only expectations about distributions use it. The lazy
loader of the standard library puts the import off until somebody asks the module for something.
"""

import importlib
import importlib.util
import sys
from types import ModuleType


def import_late(package: str, name: str) -> ModuleType:
    """``package.name``, imported when its first attribute is read; a module that is there already stays as it is."""
    full_name = f"{package}.{name}"
    if full_name in sys.modules:
        return sys.modules[full_name]
    spec = importlib.util.find_spec(full_name)
    assert spec is not None and spec.loader is not None, f"{full_name} is not installed"
    spec.loader = importlib.util.LazyLoader(spec.loader)
    module = importlib.util.module_from_spec(spec)
    sys.modules[full_name] = module
    spec.loader.exec_module(module)
    # ``from package import name`` asks the package first, and so does not ask the module for anything.
    setattr(importlib.import_module(package), name, module)
    return module
