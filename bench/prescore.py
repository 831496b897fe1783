"""How fast pre-scoring is: ``python -m bench.prescore`` prints engine time beside a bare lexicon scan of the same texts.

Texts: the demonstration's 200 fictional applications. Each round measures the scan, one rubric and twenty rubrics in turn on every
application, in processor time of one core. For each application and each of the three the best round counts: whatever else runs
on the machine only ever adds to a time.
"""

from __future__ import annotations

import platform
import sys
from collections.abc import Sequence
from datetime import date
from statistics import mean
from time import process_time

from rubrics.catalogue import catalogue
from rubrics.codec import load_dossier
from rubrics.dossier import Dossier
from rubrics.evidence.texts import answer_passages
from rubrics.lexicon import Lexicon, load_lexicon
from rubrics.model import Rubric
from rubrics.scoring import ENGINE_VERSION, prescore_many
from screening.services.demonstration.plan import cast_applicants
from screening.services.demonstration.resumes import write_resume
from screening.services.demonstration.writing import choose, write_answers
from screening.services.forming import questions_for

ROUNDS = 7
TODAY = date(2026, 11, 24)
SCAN_LIMIT, RUBRICS_LIMIT, SPEED_LIMIT = 3.0, 2.0, 300.0


def main() -> None:
    """Measure and print; exits with nothing but figures."""
    lexicon = load_lexicon()
    entries = catalogue()
    rubrics = tuple(entry.rubric for entry in entries)
    texts, whole = _applications()
    sys.stdout.write(f"engine {ENGINE_VERSION}, lexicon {lexicon.version}, Python {platform.python_version()}\n")
    sizes = [len(dossier.resume or "") for dossier in texts]
    sys.stdout.write(f"{len(texts)} applications, {mean(sizes):.0f} characters each; {len(rubrics)} rubrics\n")
    _report("résumé texts", texts, rubrics, lexicon)
    _report("answers and résumé", whole, rubrics, lexicon)


def _report(name: str, dossiers: Sequence[Dossier], rubrics: Sequence[Rubric], lexicon: Lexicon) -> None:
    rounds = [_round(dossiers, rubrics, lexicon) for _ in range(ROUNDS + 1)]
    scan, one, every = (
        1000 * mean(min(measured[place][what] for measured in rounds) for place in range(len(dossiers)))
        for what in range(3)
    )
    sys.stdout.write(
        f"{name}: scan {scan:.2f} ms, one rubric {one:.2f} ms ({one / scan:.1f} times the scan; aim {SCAN_LIMIT:g}), "
        f"{1000 / one:.0f} a second a core (aim {SPEED_LIMIT:g}), "
        f"{len(rubrics)} rubrics {every:.2f} ms ({every / one:.2f} times one; aim {RUBRICS_LIMIT:g})\n"
    )


def _round(
    dossiers: Sequence[Dossier], rubrics: Sequence[Rubric], lexicon: Lexicon
) -> list[tuple[float, float, float]]:
    """Give for each application the seconds in which it was scanned, judged against one rubric, against all."""
    measured: list[tuple[float, float, float]] = []
    for number, dossier in enumerate(dossiers):
        single = (rubrics[number % len(rubrics)],)
        begun = process_time()
        for text in _texts(dossier):
            lexicon.find(text)
        scanned = process_time()
        prescore_many(single, dossier, lexicon)
        once = process_time()
        prescore_many(rubrics, dossier, lexicon)
        measured.append((scanned - begun, once - scanned, process_time() - once))
    return measured


def _texts(dossier: Dossier) -> list[str]:
    """Give every text of an application that the engine reads for evidence."""
    answers = [answer.text for answer, _, _, _ in answer_passages(dossier.answers)]
    return [*answers, dossier.resume] if dossier.resume else answers


def _applications() -> tuple[list[Dossier], list[Dossier]]:
    """Give the demonstration's applications as résumé texts alone, and with their answers."""
    entries = catalogue()
    asked = {entry.slug: questions_for(entry.rubric) for entry in entries}
    texts: list[Dossier] = []
    whole: list[Dossier] = []
    for applicant in cast_applicants(entries):
        chosen = choose(applicant.brief, TODAY)
        written = write_resume(applicant.brief, chosen, TODAY)
        if not written.name.endswith((".txt", ".md")):
            continue
        resume = written.content.decode()
        questions = asked[applicant.slug]
        answers = write_answers(applicant.brief, chosen, email=applicant.email, questions=questions, today=TODAY)
        texts.append(load_dossier(None, resume))
        whole.append(load_dossier(answers, resume))
    return texts, whole


if __name__ == "__main__":
    main()
