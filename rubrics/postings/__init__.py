"""A document as a reader sees it: rows, headings, postings, sections, items and clauses, each with its place."""

from rubrics.postings.cards import Card
from rubrics.postings.clause_words import Part
from rubrics.postings.document import Posting, read_document
from rubrics.postings.items import Item
from rubrics.postings.parts import Chunk, chunks_of

__all__ = ["Card", "Chunk", "Item", "Part", "Posting", "chunks_of", "read_document"]
