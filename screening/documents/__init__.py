"""Candidates' files: storage under our own names, text from pdf, docx, txt and md in a limited child process."""
