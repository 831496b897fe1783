"""The demonstration: a fictional company with postings, people, interviews and decisions, made by the product's own acts.

Nobody in it exists. The same moment of loading gives the same data. ``load_demo`` fills an empty database once;
``screening demo`` and ``screening serve --demo`` call it.
"""

from screening.services.demonstration.loading import DEMO_PASSWORD, SignIn, list_sign_ins, load_demo

__all__ = ["DEMO_PASSWORD", "SignIn", "list_sign_ins", "load_demo"]
