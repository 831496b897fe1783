"""What the tests of the interview plans share with those of the recruiter's pages: a recruiter, a posting, a signed-in reader."""

from tests.recruiter.conftest import browse, posting, recruiter

__all__ = ["browse", "posting", "recruiter"]
