"""The words of the trade: terms with all their spellings in both languages, families, and cue words.

The tables beside this module hold every word (code holds none); each names its source in its head. Format of a table::

    kind = "tool"                       # kind of the terms in this file, unless a family or a term says otherwise

    [deep_learning_framework]           # a family; its own entry is "_"
    _ = {forms = ["深度学习框架", "deep learning framework"], parents = ["machine_learning_library"]}
    pytorch = ["PyTorch", "torch"]      # a term: its spellings, shown names first
    caffe = {forms = ["Caffe2"], ambiguous = ["Caffe"], needs = ["model", "模型"], case = true}

``ambiguous`` spellings count only with one of ``needs`` within 40 characters; without ``ambiguous`` the needs hold for all
spellings. ``case = true``: ambiguous spellings (without them all) are compared in their own case. ``not_before`` and
``not_after``: words right after or right before which a spelling does not count; a family's hold for its terms. A family's
``guard`` is what its terms' ambiguous spellings need when a term names no ``needs`` of its own. A term may
repeat under a second family with ``pytorch = {parents = […]}``. ``bare = true`` on "_" makes a group of terms that
is no family; without "_" the family's own entry stands elsewhere. Any other key is kept in ``Term.facts`` (a venue's ``rank``, a contest's ``contest``…).
Cue words stand in files with ``kind = "cue"``: ``[negation] words = [...]``.
"""

from rubrics.lexicon.cue_places import CuePlaces
from rubrics.lexicon.lexicon import Lexicon, Mention, Term, load_lexicon
from rubrics.lexicon.scanner import stands_free

__all__ = ["CuePlaces", "Lexicon", "Mention", "Term", "load_lexicon", "stands_free"]
