"""SQL is compiled once a test process, as it is once in a program that runs: every test opens engines of its own, and
compiling the same statements anew for each was a third of what a test of the books cost."""

from __future__ import annotations

from functools import partial
from typing import Any, Final

from sqlalchemy import create_engine

from reconcile.store import engine

MOST: Final = 4000


class _Compiled(dict[Any, Any]):
    """SQLAlchemy's own option `compiled_cache`. Its keys begin with the engine's dialect object; here one stands for all of
    its kind."""

    def get(self, key: Any, default: Any = None) -> Any:
        return super().get(_of_any_engine(key), default)

    def __setitem__(self, key: Any, value: Any) -> None:
        if len(self) >= MOST:
            self.clear()
        super().__setitem__(_of_any_engine(key), value)


def _of_any_engine(key: Any) -> Any:
    return key[0].name, key[0].driver, *key[1:]


def use() -> None:
    """Engines that the books are reached by share what is compiled."""
    engine.create_engine = partial(create_engine, execution_options={"compiled_cache": _Compiled()})
