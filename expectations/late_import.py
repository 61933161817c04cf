"""Modules that Great Expectations imports at its start and that none of our checks needs.

``scipy.stats`` takes a third of the import of Great Expectations; only expectations about distributions use it. Here the
import is put off until somebody asks the module for something of its own.
"""

import importlib
import importlib.util
import sys
import threading
from types import ModuleType
from typing import Any

LOADING = threading.RLock()


class LateModule(ModuleType):
    """A module whose code runs when it is first asked for what a module does not have by itself.

    The lazy loader of the standard library loads for its file's name too, which ``inspect.stack`` asks of every module
    that is there; dbt calls that when it starts.
    """

    is_begun = False

    def __getattr__(self, name: str) -> Any:
        with LOADING:
            # its own code, while it runs, asks for names that are not there yet
            if type(self) is LateModule and not self.is_begun:
                self.is_begun = True
                assert self.__spec__ is not None and self.__spec__.loader is not None
                self.__spec__.loader.exec_module(self)
                self.__class__ = ModuleType
        return ModuleType.__getattribute__(self, name)


def import_late(package: str, name: str) -> ModuleType:
    """``package.name``, imported when it is first asked for; a module that is there already stays as it is."""
    full_name = f"{package}.{name}"
    if full_name in sys.modules:
        return sys.modules[full_name]
    spec = importlib.util.find_spec(full_name)
    assert spec is not None and spec.loader is not None, f"{full_name} is not installed"
    module = importlib.util.module_from_spec(spec)
    module.__class__ = LateModule
    sys.modules[full_name] = module
    # ``from package import name`` asks the package first, and so does not ask the module for anything.
    setattr(importlib.import_module(package), name, module)
    return module
