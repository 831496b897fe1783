"""How good the interviews are as an instrument: agreement, severity, use of the scale, promptness, and how they stand to documents and decisions.

``Case`` is one candidate whose panels are complete; ``tally`` sums cases up; tallies of several postings are added with
``add_up``; ``measure`` reads the figures off, each with its n, its interval and its guard. Every unit of count is a
candidate or an interview, never a single rating where several come from the same conversation, so that intervals are not
narrower than the facts.
"""

from rubrics.measures.facts import Case, Scorecard
from rubrics.measures.figures import Measures
from rubrics.measures.reading import measure
from rubrics.measures.tally import Tally, add_up, tally

__all__ = ["Case", "Measures", "Scorecard", "Tally", "add_up", "measure", "tally"]
