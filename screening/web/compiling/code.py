"""The code that templates become: Jinja's own, with shorter ways where a page goes thousands of times.

A call is a call, without Jinja's look for functions that want its context, unless this may be one; what is put out is escaped
without being wrapped first; a block gives one string to the block around it; texts that never change are made once.
"""

# ruff: noqa: N802 - visitors are named by their nodes

from __future__ import annotations

from typing import Any

import markupsafe
from jinja2 import nodes
from jinja2.compiler import CodeGenerator, Frame, optimizeconst
from jinja2.utils import _PassArg
from markupsafe import Markup, escape

_escape_text = getattr(markupsafe, "_escape_inner", None) or (lambda text: str(escape(text)))


def put(value: Any) -> str:
    """Give what stands in the page for a value: escaped unless it is markup."""
    kind = type(value)
    if kind is str:
        return _escape_text(value)
    if kind is Markup:
        return value
    if kind is int:
        return str(value)
    return escape(value)


class PageCode(CodeGenerator):
    """Jinja's code generator with the shorter ways; for templates that are drawn at once, not asynchronously and not in a sandbox."""

    def __init__(self, *args: Any, **named: Any) -> None:
        super().__init__(*args, **named)
        self._said: dict[str, str] = {}
        self._is_first = False

    def write(self, x: str) -> None:
        """Write code; Jinja begins each argument with a comma, which the first one must not have."""
        if self._is_first:
            self._is_first = False
            x = x.removeprefix(", ")
        super().write(x)

    def visit_Template(self, node: nodes.Template, frame: Frame | None = None) -> None:
        """Write the template, and below it the texts that it holds."""
        super().visit_Template(node, frame)
        for text, name in self._said.items():
            self.writeline(f"{name} = Markup({text!r})")

    def write_commons(self) -> None:
        """Let every function know how a value is put out."""
        self.writeline("put = environment.put")
        super().write_commons()

    def visit_Block(self, node: nodes.Block, frame: Frame) -> None:
        """Write the call of a block as one string: else each bit of a page walks up through every block around it."""
        if frame.buffer is not None or node.required or (frame.toplevel and self.extends_so_far):
            super().visit_Block(node, frame)
            return
        context = self.derive_context(frame) if node.scoped else self.get_context_ref()
        self.writeline(f"yield concat(context.blocks[{node.name!r}][0]({context}))", node)

    @optimizeconst
    def visit_Call(self, node: nodes.Call, frame: Frame, forward_caller: bool = False) -> None:
        """Write a call as it stands, unless the function may want the template's context."""
        if isinstance(node.node, nodes.Name) and _wants_context(self.environment.globals.get(node.node.name)):
            super().visit_Call(node, frame, forward_caller=forward_caller)
            return
        self.write("(")
        self.visit(node.node, frame)
        self.write(")(")
        self._is_first = True
        self.signature(node, frame, {"caller": "caller"} if forward_caller else None)
        self._is_first = False
        self.write(")")

    def visit_MarkSafeIfAutoescape(self, node: nodes.MarkSafeIfAutoescape, frame: Frame) -> None:
        """Write the name of a text that is made once."""
        text = node.expr.value if isinstance(node.expr, nodes.Const) else None
        if not isinstance(text, str) or frame.eval_ctx.volatile:
            super().visit_MarkSafeIfAutoescape(node, frame)
        elif frame.eval_ctx.autoescape:
            self.write(self._said.setdefault(text, f"said_{len(self._said)}"))
        else:
            self.write(repr(text))

    def _output_child_pre(self, node: nodes.Expr, frame: Frame, finalize: Any) -> None:
        if frame.eval_ctx.volatile or not frame.eval_ctx.autoescape or finalize.src is not None:
            super()._output_child_pre(node, frame, finalize)
        else:
            self.write("put(")


def _wants_context(function: Any) -> bool:
    return function is not None and _PassArg.from_obj(function) is not None
