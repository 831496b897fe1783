"""Reading rules: each module reads one kind of ask from a clause and says nothing when the clause speaks of something else."""

from rubrics.rules.clause import Clause, Reading

__all__ = ["Clause", "Reading"]
