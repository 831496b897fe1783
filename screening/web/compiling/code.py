"""The code that templates become: Jinja's own, but that a call is a call.

Jinja looks at every function that a template calls, thousands of times a page, for whether it wants the template's context. Who
wants it is known when the template becomes code.
"""

# ruff: noqa: N802 - visitors are named by their nodes

from __future__ import annotations

from typing import Any

from jinja2 import nodes
from jinja2.compiler import CodeGenerator, Frame, optimizeconst
from jinja2.utils import _PassArg
from markupsafe import Markup, escape
from markupsafe import _escape_inner as escaped  # type: ignore[attr-defined] # without the markup around each text


class PageCode(CodeGenerator):
    """Jinja's code generator with shorter calls; for templates that are drawn at once, not asynchronously and not in a sandbox.

    No value that a page is given may be a function that wants a context (``jinja2.pass_context``): those are globals and filters.
    """

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
        """Write the template, and below it the texts that it hands on, and what puts values out."""
        super().visit_Template(node, frame)
        self.writeline(f"from {put_out.__module__} import {put_out.__name__}")
        for text, name in self._said.items():
            self.writeline(f"{name} = Markup({text!r})")

    @optimizeconst
    def visit_Call(self, node: nodes.Call, frame: Frame, forward_caller: bool = False) -> None:
        """Write a call as it stands, unless the function wants the template's context."""
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
        """Write what makes a value ready to be put out: it is joined with its neighbours at once and need not know that it is safe."""
        if frame.eval_ctx.volatile or not frame.eval_ctx.autoescape or finalize.src is not None:
            super()._output_child_pre(node, frame, finalize)
        else:
            self.write("put_out(")

    def visit_Output(self, node: nodes.Output, frame: Frame) -> None:
        """Write what is put out; a condition without an ``else`` puts out nothing, for which no undefined value is made."""
        for child in node.nodes:
            if isinstance(child, nodes.CondExpr) and child.expr2 is None:
                child.expr2 = nodes.TemplateData("", lineno=child.lineno)
        super().visit_Output(node, frame)


def put_out(value: Any) -> str:
    """Give a value as a page shows it, escaped unless it is markup; plain text, for a template joins what it puts out."""
    kind = type(value)
    if kind is str:
        return str(escaped(value))
    if kind is Markup:
        return value
    return str(value) if kind is int else escape(value)


def _wants_context(function: Any) -> bool:
    return function is not None and _PassArg.from_obj(function) is not None
