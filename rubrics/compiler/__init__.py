"""Posting text to rubric drafts: a whole document, or the words that a person picks."""

from rubrics.compiler.compiling import compile_document
from rubrics.compiler.keys import criterion_key
from rubrics.compiler.passages import Passage, read_passage, read_words, words_of

__all__ = ["Passage", "compile_document", "criterion_key", "read_passage", "read_words", "words_of"]
