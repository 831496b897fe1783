"""A pass over a parsed template that puts a language's words where the template asks for them.

What ``_()`` and ``ngettext()`` would look up again for each page is written into the code: ``_('Sign out')`` becomes 退出, and
``_('Select %(name)s', name=row.name)`` becomes its words around the name. What is no plain literal stays a call.
"""

# ruff: noqa: N802 - visitors are named by their nodes

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Protocol

from jinja2 import nodes
from jinja2.visitor import NodeTransformer
from markupsafe import escape

PLACE = re.compile(r"%(?:\((?P<name>\w+)\)s|(?P<percent>%)|(?P<other>.))", re.DOTALL)
COUNTS = range(200)
"""Numbers by which a language shows whether it knows a plural, and whether that is English's."""


class Catalogue(Protocol):
    """What the pass asks of a language's texts."""

    def ugettext(self, message: str) -> str:
        """Give the words of a text."""

    def ungettext(self, singular: str, plural: str, number: int) -> str:
        """Give the words of a text for a number."""


class Unclear(Exception):  # noqa: N818 - it never leaves this module
    """A call that only the page itself can answer."""


class PutTexts(NodeTransformer):
    """Put the words of ``catalogue`` in; ``facts`` are functions without arguments that answer the same all through a language."""

    def __init__(self, catalogue: Catalogue, facts: Mapping[str, Any]) -> None:
        self._catalogue = catalogue
        self._facts = facts
        self._taken: frozenset[str] = frozenset()
        self._texts: list[nodes.Concat] = []

    def of(self, template: nodes.Template) -> nodes.Template:
        """Give the template with its words; names that it assigns itself are left alone."""
        stored = {name.name for name in template.find_all(nodes.Name) if name.ctx in {"store", "param"}}
        self._taken = frozenset(stored)
        found: nodes.Template = self.visit(template)
        return found

    def visit_Output(self, node: nodes.Output) -> nodes.Output:
        """Write the words of a text straight into what is put out."""
        parts: list[nodes.Expr] = []
        for child in node.nodes:
            visited = self.visit(child)
            parts.extend(visited.nodes if any(visited is text for text in self._texts) else [visited])
        node.nodes = parts
        return node

    def visit_Call(self, node: nodes.Call) -> nodes.Expr:
        """Replace the call of a text, or of a fact, by what it gives."""
        self.generic_visit(node)
        name = node.node.name if isinstance(node.node, nodes.Name) else ""
        if name in self._taken or node.dyn_args or node.dyn_kwargs:
            return node
        try:
            if name in {"_", "gettext"}:
                return self._text(node)
            if name == "ngettext":
                return self._counted(node)
        except Unclear:
            return node
        if name in self._facts and not node.args and not node.kwargs:
            return nodes.Const(self._facts[name], lineno=node.lineno)
        return node

    def _text(self, node: nodes.Call) -> nodes.Expr:
        if len(node.args) != 1:
            raise Unclear
        values = {pair.key: pair.value for pair in node.kwargs}
        return self._words(self._catalogue.ugettext(_literal(node.args[0])), values, node.lineno)

    def _counted(self, node: nodes.Call) -> nodes.Expr:
        if len(node.args) != 3:
            raise Unclear
        singular, plural, number = _literal(node.args[0]), _literal(node.args[1]), node.args[2]
        values = {"num": number, **{pair.key: pair.value for pair in node.kwargs}}
        forms = [self._catalogue.ungettext(singular, plural, count) for count in COUNTS]
        many = self._words(forms[0], values, node.lineno)
        if len(set(forms)) == 1:
            return many
        if any(form != forms[0] for count, form in enumerate(forms) if count != 1):
            raise Unclear
        is_one = nodes.Compare(number, [nodes.Operand("eq", nodes.Const(1))], lineno=node.lineno)
        return nodes.CondExpr(is_one, self._words(forms[1], values, node.lineno), many, lineno=node.lineno)

    def _words(self, text: str, values: Mapping[str, nodes.Expr], line: int) -> nodes.Expr:
        """Give a text as one expression; ``visit_Output`` takes it apart where it is put out."""
        parts = [*_parts(text, values, line)]
        if len(parts) == 1 and isinstance(parts[0], nodes.MarkSafeIfAutoescape):
            return parts[0]
        if all(isinstance(part, (nodes.Const, nodes.MarkSafeIfAutoescape)) for part in parts):
            return _joined(parts, line)  # Jinja would join them, too, and forget that they are safe
        if not isinstance(parts[0], nodes.MarkSafeIfAutoescape):
            parts.insert(0, _said("", line))  # what begins with a value is escaped, too, and then safe
        words = nodes.Concat(parts, lineno=line)
        self._texts.append(words)
        return words


def _literal(node: nodes.Expr) -> str:
    if isinstance(node, nodes.Const) and isinstance(node.value, str):
        return node.value
    raise Unclear


def _parts(text: str, values: Mapping[str, nodes.Expr], line: int) -> Iterator[nodes.Expr]:
    said, last = "", 0
    for found in PLACE.finditer(text):
        said += text[last : found.start()]
        last = found.end()
        if found["percent"]:
            said += "%"
            continue
        if found["name"] not in values:
            raise Unclear  # another format, or a mistake, which shows at its place
        if said:
            yield _said(said, line)
        yield values[found["name"]]
        said = ""
    if said + text[last:] or last == 0:
        yield _said(said + text[last:], line)


def _joined(parts: Sequence[nodes.Expr], line: int) -> nodes.Expr:
    """Join words and values that are constants themselves, if these are the same with and without being escaped."""
    values = [part.value for part in parts if isinstance(part, nodes.Const)]
    if any(str(value) != escape(value) for value in values):
        raise Unclear
    texts = [part.value if isinstance(part, nodes.Const) else part.expr.value for part in parts]  # type: ignore[attr-defined] # as _said makes them
    return _said("".join(map(str, texts)), line)


def _said(text: str, line: int) -> nodes.Expr:
    return nodes.MarkSafeIfAutoescape(nodes.Const(text), lineno=line)
