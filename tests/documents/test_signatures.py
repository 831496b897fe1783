"""The quick look for signatures of files misses none that puremagic would find."""

from __future__ import annotations

import puremagic
from hypothesis import given, settings
from hypothesis import strategies as st
from puremagic.main import magic_footer_array, magic_header_array

from screening.documents.recognition import _has_any_signature

TEXT = "云小鹤，云溪大学，硕士在读。Two years of PyTorch.\n".encode() * 20
SIGNATURES = st.sampled_from([None, *magic_header_array, *magic_footer_array])
CONTENTS = st.one_of(st.just(TEXT), st.binary(min_size=1, max_size=1200), st.sampled_from([b"a", b"abc", b" " * 700]))


def found(content: bytes) -> bool:
    try:
        return bool(puremagic.magic_string(content))
    except puremagic.PureError:
        return False


@settings(max_examples=400, deadline=None, database=None)
@given(CONTENTS, SIGNATURES, st.integers(0, 3))
def test_whatever_puremagic_finds_is_looked_at(content, row, cut):
    if row is not None:
        place = max(0, row.offset if row.offset >= 0 else len(content) + row.offset)
        content = content[:place] + row.byte_match + content[place + len(row.byte_match) :]
        content = content[: len(content) - cut] or content
    assert _has_any_signature(content) == found(content)
    assert not _has_any_signature(TEXT)
