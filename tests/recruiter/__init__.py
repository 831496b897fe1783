"""The recruiter's services and pages."""
