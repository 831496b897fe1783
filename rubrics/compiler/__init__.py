"""Posting text to rubric drafts: the compiler's one door."""

from rubrics.compiler.compiling import compile_document

__all__ = ["compile_document"]
