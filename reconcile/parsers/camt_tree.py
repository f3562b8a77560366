"""An XML element as plain nested values: names without their namespace, so that all versions read alike.

A node is a dictionary from a child's name to the list of children of that name; `""` holds its own text and `@Ccy` its
currency attribute. An element without children and attribute is its text alone.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Final, TypeAlias

from lxml import etree

Node: TypeAlias = "dict[str, list[str | Node]]"
NO_NODE: Final[Node] = {}
# Free-form additions of a bank or a scheme: other namespaces with names that could be taken for ours.
_LEFT_OUT: Final = frozenset({"SplmtryData"})


@lru_cache(maxsize=4096)
def _local(tag: str) -> str:
    return tag.rpartition("}")[2]


def local_name(element: etree._Element) -> str:
    tag = element.tag
    return _local(tag) if isinstance(tag, str) else ""


def line_of(element: etree._Element) -> int:
    """The line at which the element begins."""
    line: int | None = element.sourceline  # type: ignore[assignment]  # the stubs leave its type open
    return line or 1


def fold(element: etree._Element, leave: str = "") -> Node:
    """The element's children as a node, without those named `leave`."""
    node: Node = {}
    if element.text and (own := element.text.strip()):
        node[""] = [own]
    if currency := element.get("Ccy"):
        node["@Ccy"] = [str(currency)]
    for child in element:
        name = _local(child.tag)  # the parser leaves no comments and instructions in the tree
        if name == leave or name in _LEFT_OUT:
            continue
        value: str | Node
        if len(child) or (name == "Amt" and child.get("Ccy") is not None):
            value = fold(child)
        else:
            value = (child.text or "").strip()
        if name in node:
            node[name].append(value)
        else:
            node[name] = [value]
    return node


def children(node: Node, name: str) -> list[Node]:
    """All children of that name that have children or attributes of their own."""
    return [child for child in node.get(name, ()) if isinstance(child, dict)]


def first_node(node: Node, *path: str) -> Node:
    """The first child down a path of names; an empty node where there is none."""
    for name in path:
        for child in node.get(name, ()):
            if isinstance(child, dict):
                node = child
                break
        else:
            return NO_NODE
    return node


def texts(node: Node, name: str) -> list[str]:
    """The texts of all children of that name, empty ones left out."""
    found = (child if isinstance(child, str) else text(child, "") for child in node.get(name, ()))
    return [value for value in found if value]


def text(node: Node, name: str) -> str:
    """The text of the first child of that name, else empty."""
    for child in node.get(name, ()):
        return child if isinstance(child, str) else text(child, "")
    return ""
