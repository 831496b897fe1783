"""A title to offer where the text has none: what the duties speak of most, and the role that the document's other postings name."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Sequence

from rubrics.compiler.terms import DocumentTerms
from rubrics.postings import Item, Posting
from rubrics.postings.cards import card_words
from rubrics.text import fold


def suggest_title(posting: Posting, titles: Sequence[str], terms: DocumentTerms) -> str | None:
    """Give a title that a person may take or leave, in the posting's language; None when the duties name no topic."""
    topic = _topic(posting.duties, terms) or _topic(posting.items, terms)
    if topic is None:
        return None
    role = _role(titles, terms)
    if _is_chinese(posting, terms):
        return f"{terms.lexicon.name(topic, 'zh')}方向{role if role and not role.isascii() else '岗位'}"
    return f"{terms.lexicon.name(topic, 'en')} {role if role and role.isascii() else 'role'}"


def _topic(items: Iterable[Item], terms: DocumentTerms) -> str | None:
    """Give the topic that is named most often, the first one on a tie."""
    counted: Counter[str] = Counter()
    for item in items:
        first, last = bisect_left(terms.starts, item.span.start), bisect_left(terms.starts, item.span.end)
        for mention in terms.mentions[first:last]:
            term = terms.lexicon.terms[mention.term_id]
            if term.kind == "knowledge" and not term.facts.get("generic"):
                counted[term.id] += 1
    return counted.most_common(1)[0][0] if counted else None


def _role(titles: Sequence[str], terms: DocumentTerms) -> str | None:
    """Give the role in which most titles of the document end."""
    pattern = card_words(terms.lexicon).role_end
    ends = Counter(found[-1] for title in titles if (found := pattern.findall(fold(title).text)))
    return ends.most_common(1)[0][0] if ends else None


def _is_chinese(posting: Posting, terms: DocumentTerms) -> bool:
    words = "".join(terms.text[item.span.start : item.span.end] for item in (*posting.duties, *posting.items)[:20])
    return sum("一" <= character <= "鿿" for character in words) * 4 > len(words)
