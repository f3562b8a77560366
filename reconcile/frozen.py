"""Frozen values that are made by the million, at half the price.

`@dataclass(frozen=True)` fills its fields through `object.__setattr__`, with a look-up by name for each. `@quickly_made`
gives a class with slots the same constructor, which goes to the slots themselves. The class stays frozen, and everything
else of it is the dataclass's.
"""

from __future__ import annotations

from dataclasses import MISSING, Field, fields
from typing import Any, TypeVar

T = TypeVar("T")


def quickly_made(cls: type[T]) -> type[T]:
    """A class decorator, written above `@dataclass(frozen=True, slots=True)`. Without `__post_init__`."""
    names: dict[str, Any] = {"MISSING": MISSING}
    parameters, steps = [], []
    for each in fields(cls):  # type: ignore[arg-type]
        names[f"set_{each.name}"] = cls.__dict__[each.name].__set__
        parameters.append(_parameter(each, names))
        steps.append(f" set_{each.name}(self, {_value(each)})")
    lines = [f"def __init__(self, {', '.join(parameters)}):", *steps]
    exec("\n".join(lines), names)  # noqa: S102 - as dataclasses does it, of the names of fields alone
    made = names["__init__"]
    made.__qualname__, made.__module__ = f"{cls.__qualname__}.__init__", cls.__module__
    made.__annotations__, made.__doc__ = cls.__init__.__annotations__, cls.__init__.__doc__
    cls.__init__ = made  # type: ignore[method-assign]
    return cls


def _parameter(field: Field[Any], names: dict[str, Any]) -> str:
    if field.default is not MISSING:
        names[f"default_{field.name}"] = field.default
        return f"{field.name}=default_{field.name}"
    if field.default_factory is not MISSING:
        names[f"make_{field.name}"] = field.default_factory
        return f"{field.name}=MISSING"
    return field.name


def _value(field: Field[Any]) -> str:
    if field.default_factory is MISSING:
        return field.name
    return f"make_{field.name}() if {field.name} is MISSING else {field.name}"
