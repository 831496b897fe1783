"""Fields of study by families; a department or a minor counts less than a major."""

from __future__ import annotations

from collections.abc import Iterator

from rubrics.evidence.clauses import Clause, Judged, Stance
from rubrics.evidence.outcome import Outcome, contradicted, met, not_shown, partly
from rubrics.evidence.reading import Reading, Sighting
from rubrics.evidence.study_texts import TEXT_ROLES
from rubrics.evidence.texts import Answer, Passage, Role, entries, field_of, plain_text
from rubrics.model import FieldAsk
from rubrics.prescore import Quote


def find_field(ask: FieldAsk, reading: Reading) -> Outcome:  # noqa: PLR0911 - a decision table, read from top to bottom
    """Judge the field of study by families: a member counts, an adjacent field counts in full only for "related" fields."""
    seen = reading.remember("fields", lambda: tuple(_fields(reading)))
    if not seen:
        return not_shown("专业：材料里没有写明", "field of study: not stated")
    ranked = sorted(
        seen, key=lambda item: (-_field_rank(item[0].term, ask, reading), item[2], item[0].source, item[0].start)
    )
    sighting, quote, weak = ranked[0]
    zh, en = reading.lexicon.name(sighting.term, "zh"), reading.lexicon.name(sighting.term, "en")
    rank = _field_rank(sighting.term, ask, reading)
    if rank == 3:
        if weak:
            return partly(f"专业：写到了{zh}（院系或辅修）", f"field: {en} named as department or minor", quote)
        return met(f"专业：{zh}", f"field of study: {en}", quote)
    if rank == 2:
        if ask.related and not weak:
            return met(f"专业：{zh}，属相近专业", f"field of study: {en}, an adjacent field", quote)
        return partly(f"专业：{zh}，与要求相近", f"field of study: {en}, close to what is asked", quote)
    if rank == 1 and ask.related:
        return partly(f"专业：{zh}，同为理工科", f"field of study: {en}, also in science and engineering", quote)
    if all(is_weak for _, _, is_weak in seen):
        return not_shown("专业：没有写明", "field of study: not stated clearly")
    return contradicted(f"专业为{zh}，不在要求之列", f"field of study is {en}, not among those asked for", quote)


def _fields(reading: Reading) -> Iterator[tuple[Sighting, Quote, bool]]:
    """Fields of study with their quotations; weak ones are named as a department or a minor only."""
    yield from _fields_answered(reading)
    naming, cues = reading.naming("field"), reading.cues
    for passage in reading.passages(*TEXT_ROLES):
        if passage not in naming:
            continue
        plain = reading.sources[passage.source].plain
        studied = passage.role is Role.EDUCATION
        if not studied and not cues.has("major", plain[passage.start : passage.end]):
            continue
        for term in sorted(reading.terms_within(passage.source, passage.start, passage.end)):
            if reading.lexicon.terms[term].kind != "field":
                continue
            for sighting in reading.sightings(term):
                words = sighting.clause.plain
                if sighting.passage is not passage or sighting.stance in _NOT_STUDIED:
                    continue
                if not studied and not cues.has("major", words):
                    continue
                if cues.has("degree_planned", words):
                    continue
                after, before = (
                    plain[sighting.end : sighting.end + 16],
                    plain[max(0, sighting.start - 40) : sighting.start],
                )
                weak = bool(
                    cues.pattern("department_after").match(after)
                    or (plain[sighting.start].isascii() and cues.pattern("department_before").search(before))
                    or cues.has("minor", words)
                )
                yield sighting, reading.quote_sighting(sighting), weak


_NOT_STUDIED = frozenset({Stance.DENIED, Stance.WISH, Stance.OTHER_PERSON, Stance.QUOTED, Stance.COURSE})


def _fields_answered(reading: Reading) -> Iterator[tuple[Sighting, Quote, bool]]:
    for pointer, row in entries(reading.dossier.answers, "education"):
        area = field_of(row, pointer, "area")
        study = field_of(row, pointer, "studyType")
        for answer in (area, study):
            if answer is None or (answer is study and area is not None):
                continue
            weak = reading.cues.pattern("minor").search(answer.plain) is not None
            for mention in reading.lexicon.find(answer.text, frozenset({"field"})):
                yield _answer_sighting(mention.term_id, answer), reading.quote_answer(answer), weak


def _answer_sighting(term: str, answer: Answer) -> Sighting:
    clause = Clause(0, len(answer.text), plain_text(answer.text))
    return Sighting(
        term,
        -1,
        0,
        len(answer.text),
        Passage(-1, 0, len(answer.text), Role.EDUCATION, answer.pointer),
        clause,
        Judged(Stance.LISTED),
        Stance.LISTED,
    )


def _field_rank(term: str, ask: FieldAsk, reading: Reading) -> int:
    """3 a member of an asked family, 2 adjacent, 1 in the same wide area, 0 unrelated or far off (civil engineering for computing)."""
    lexicon = reading.lexicon
    if any(lexicon.is_a(term, field) for field in ask.fields):
        return 3
    for field in ask.fields:
        near = lexicon.cue_words.get(f"adjacent_{field}", ())
        if any(lexicon.is_a(term, other) for other in near) or lexicon.is_a(field, term):
            return 2
    stem = "field_stem"
    if lexicon.terms[term].facts.get("distant"):
        return 0
    if lexicon.is_a(term, stem) and any(lexicon.is_a(field, stem) for field in ask.fields):
        return 1
    return 0
