"""Natural languages with their certificates, and licences by name."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from rubrics.evidence.clauses import Clause
from rubrics.evidence.outcome import Outcome, contradicted, met, not_shown, partly
from rubrics.evidence.reading import Reading
from rubrics.evidence.texts import Passage, Role, entries, field_of, plain_text
from rubrics.model import CertificationAsk, LanguageAsk
from rubrics.prescore import Quote

_ROLES = (
    Role.LANGUAGE,
    Role.CERTIFICATE,
    Role.SKILL,
    Role.SELF,
    Role.PLAN,
    Role.STATEMENT,
    Role.EDUCATION,
    Role.AWARD,
    Role.OTHER,
    Role.WORK,
)
_SCORES = {
    "cet6": re.compile(r"(?:cet ?-? ?6|六级)[^\d]{0,8}(\d{3})(?!\d)"),
    "cet4": re.compile(r"(?:cet ?-? ?4|四级)[^\d]{0,8}(\d{3})(?!\d)"),
    "toefl": re.compile(r"(?:toefl|托福)[^\d]{0,10}(\d{2,3})(?!\d)"),
    "ielts": re.compile(r"(?:ielts|雅思)[^\d]{0,10}(\d(?:\.\d)?)(?!\d)"),
    "toeic": re.compile(r"(?:toeic|托业)[^\d]{0,10}(\d{3})(?!\d)"),
}
_PASS = {"cet6": 425.0, "cet4": 425.0}
# How far a certificate speaks for a language: 4 and more shows good command, 2 and 3 some.
_STRENGTH = {"tem8": 5, "tem4": 4, "cet6": 4, "cet4": 2, "jlpt_n1": 5, "jlpt_n2": 4, "bec": 4}
_BY_SCORE = {"ielts": ((6.5, 4), (5.5, 3)), "toefl": ((90.0, 4), (70.0, 3)), "toeic": ((785.0, 4), (550.0, 3))}


@dataclass(frozen=True, slots=True)
class Held:
    """A language certificate with its score (None: not told), failed or not, and its quotation."""

    certificate: str
    score: float | None
    failed: bool
    quote: Quote


def find_language(ask: LanguageAsk, reading: Reading) -> Outcome:
    """Judge a natural language by certificate, score or stated command."""
    held = [
        item
        for item in reading.remember("language certificates", lambda: list(_held(reading)))
        if _code(item.certificate, reading) == ask.language
    ]
    if ask.certificate is not None:
        return _by_certificate(ask, held, reading)
    good, some, denied = _stated(ask.language, reading)
    name = _language_name(ask.language, reading)
    strength = max((_strength(item) for item in held), default=0)
    if good and not denied:
        return met(f"{name[0]}：写明熟练", f"{name[1]}: good command is stated", good[0])
    if strength >= 4:
        best = max(held, key=_strength)
        return met(f"{name[0]}：有证书或成绩", f"{name[1]}: shown by a certificate or score", best.quote)
    if denied:
        return contradicted(f"写明不会{name[0]}", f"says that {name[1]} is missing", denied[0])
    if held or some:
        return partly(
            f"{name[0]}：有一定基础，程度未达或未写明",
            f"{name[1]}: some command, its level is lower or not told",
            held[0].quote if held else some[0],
        )
    return not_shown(f"{name[0]}：材料里没有写", f"{name[1]}: not stated")


def find_certification(ask: CertificationAsk, reading: Reading) -> Outcome:
    """Judge a licence or certificate by its name."""
    terms = (
        {ask.certification}
        if ask.certification in reading.lexicon.terms
        else {m.term_id for m in reading.lexicon.find(ask.certification)}
    )
    name = reading.lexicon.name(ask.certification, "zh"), reading.lexicon.name(ask.certification, "en")
    wanted = plain_text(ask.certification)
    pending: list[Quote] = []
    for passage in reading.passages(*_ROLES, Role.PROJECT):
        for clause in reading.clauses(passage):
            named = (
                bool(terms & reading.terms_within(passage.source, clause.start, clause.end))
                if terms
                else wanted in clause.plain
            )
            if not named or reading.cues.has("quoted", clause.plain):
                continue
            quote = reading.quote_clause(passage.source, clause, clause.start, clause.start)
            if reading.cues.has("certificate_pending", clause.plain) or reading.cues.pattern("denial").search(
                clause.plain
            ):
                pending.append(quote)
            elif reading.cues.has("wish", clause.plain):
                continue
            elif (
                passage.role in {Role.CERTIFICATE, Role.AWARD}
                or reading.cues.has("certificate_held", clause.plain)
                or terms
            ):
                return met(f"持有{name[0]}", f"holds {name[1]}", quote)
    if pending:
        return contradicted(f"{name[0]}：写明尚未取得或已失效", f"{name[1]}: not obtained yet, or expired", pending[0])
    return not_shown(f"{name[0]}：材料里没有写", f"{name[1]}: not stated")


def told_command(language: str, reading: Reading) -> tuple[Quote, ...]:
    """Give what the application says of the command of a language, certificates first; nothing when it says both yes and no."""
    held = [
        item.quote
        for item in reading.remember("language certificates", lambda: list(_held(reading)))
        if not item.failed and _code(item.certificate, reading) == language
    ]
    good, some, denied = _stated(language, reading)
    return () if denied else tuple(dict.fromkeys([*held, *good, *some]))


# --- certificates of languages ----------------------------------------------------------------------------------------


def _by_certificate(ask: LanguageAsk, held: list[Held], reading: Reading) -> Outcome:  # noqa: PLR0911 - a decision table, read from top to bottom
    wanted = _certificate_id(ask.certificate or "", reading)
    name = reading.lexicon.name(wanted, "en") if wanted in reading.lexicon.terms else (ask.certificate or "")
    same = [item for item in held if item.certificate == wanted]
    passed = [item for item in same if not item.failed]
    if passed:
        best = max(passed, key=lambda item: item.score or 0)
        if ask.score is None or (best.score is not None and best.score >= ask.score):
            return met(f"{name}：已通过", f"{name}: held", best.quote)
        if best.score is None:
            return partly(f"{name}：没有写分数", f"{name}: the score is not told", best.quote)
        return contradicted(
            f"{name}：{best.score:g} 分，低于要求", f"{name}: {best.score:g}, below what is asked", best.quote
        )
    if same:
        return contradicted(f"{name}：写明未通过", f"{name}: says it was not passed", same[0].quote)
    higher = [item for item in held if not item.failed and _strength(item) > _STRENGTH.get(wanted, 4)]
    if higher and ask.score is None:
        return met(f"{name}：有更高的证书", f"{name}: a higher certificate is held", higher[0].quote)
    others = [item for item in held if not item.failed]
    if others:
        return partly(f"{name}：有其他语言成绩", f"{name}: another certificate is held", others[0].quote)
    good, some, denied = _stated(ask.language, reading)
    if good or some:
        return partly(
            f"{name}：没有写证书，写了语言水平", f"{name}: command is stated, not the certificate", (good or some)[0]
        )
    if denied:
        return contradicted(f"{name}：写明没有", f"{name}: says it is missing", denied[0])
    return not_shown(f"{name}：材料里没有写", f"{name}: not stated")


def _certificate_id(text: str, reading: Reading) -> str:
    if text in reading.lexicon.terms:
        return text
    found = [m.term_id for m in reading.lexicon.find(text, frozenset({"language_certificate"}))]
    return found[0] if found else plain_text(text).replace("-", "").replace(" ", "")


def _code(certificate: str, reading: Reading) -> str:
    term = reading.lexicon.terms.get(certificate)
    return str(term.facts.get("code", "")) if term is not None else ""


def _strength(item: Held) -> int:
    if item.failed:
        return 0
    steps = _BY_SCORE.get(item.certificate)
    if steps is not None:
        if item.score is None:
            return 3
        return next((strength for floor, strength in steps if item.score >= floor), 2)
    return _STRENGTH.get(item.certificate, 3)


def _held(reading: Reading) -> Iterator[Held]:
    for passage in reading.passages(*_ROLES):
        for clause in reading.clauses(passage):
            terms = reading.terms_within(passage.source, clause.start, clause.end)
            for term in sorted(terms):
                if reading.lexicon.terms[term].kind != "language_certificate" or reading.cues.pattern("quoted").search(
                    clause.plain
                ):
                    continue
                if reading.cues.has("wish", clause.plain):
                    continue
                score = _score(term, clause, passage, reading)
                failed = reading.cues.pattern("examination_failed").search(clause.plain) is not None or (
                    score is not None and score < _PASS.get(term, 0)
                )
                quote = reading.quote_clause(passage.source, clause, clause.start, clause.start)
                yield Held(term, score, failed, quote)
                if passage.role is not Role.OTHER and term == "cet6" and not failed:
                    continue


def _score(term: str, clause: Clause, passage: Passage, reading: Reading) -> float | None:
    del passage, reading
    pattern = _SCORES.get(term)
    match = pattern.search(clause.plain) if pattern is not None else None
    return float(match.group(1)) if match is not None else None


# --- stated command ---------------------------------------------------------------------------------------------------


def _stated(language: str, reading: Reading) -> tuple[list[Quote], list[Quote], list[Quote]]:
    return reading.remember(("language", language), lambda: _find_stated(language, reading))


def _find_stated(language: str, reading: Reading) -> tuple[list[Quote], list[Quote], list[Quote]]:  # noqa: C901, PLR0912 - a decision table, read from top to bottom
    good: list[Quote] = []
    some: list[Quote] = []
    denied: list[Quote] = []
    for pointer, row in entries(reading.dossier.answers, "languages"):
        named, fluency = field_of(row, pointer, "language"), field_of(row, pointer, "fluency")
        if named is None or not _speaks_of(language, named.plain, reading):
            continue
        text = fluency.plain if fluency is not None else named.plain
        quotes = [reading.quote_answer(answer) for answer in (fluency, named) if answer is not None]
        if reading.cues.has("language_some", text) and not reading.cues.pattern("language_good").search(text):
            some.append(quotes[0])
        else:
            (good if reading.cues.has("language_good", text) else some).append(quotes[0])
    for passage in reading.passages(*_ROLES):
        if reading.sources[passage.source].pointer.startswith("/languages/"):
            continue
        for clause in reading.clauses(passage):
            if not _speaks_of(language, clause.plain, reading) or reading.cues.has("quoted", clause.plain):
                continue
            quote = reading.quote_clause(passage.source, clause, clause.start, clause.start)
            if reading.cues.has("denial", clause.plain):
                denied.append(quote)
            elif reading.cues.has("wish", clause.plain):
                continue
            elif reading.cues.has("weak_level", clause.plain):
                some.append(quote)
            elif reading.cues.has("language_good", clause.plain):
                good.append(quote)
            elif passage.role in {Role.LANGUAGE, Role.SKILL} or reading.cues.pattern("language_some").search(
                clause.plain
            ):
                some.append(quote)
    return good, some, denied


def _speaks_of(language: str, plain: str, reading: Reading) -> bool:
    name = f"language_{language}"
    if name in reading.lexicon.cue_words:
        return reading.cues.has(name, plain)
    term = reading.lexicon.terms.get(name)
    forms = term.forms if term is not None else (language,)
    return any(plain_text(form) in plain for form in forms)


def _language_name(language: str, reading: Reading) -> tuple[str, str]:
    term = f"language_{language}"
    return reading.lexicon.name(term, "zh"), reading.lexicon.name(term, "en")
