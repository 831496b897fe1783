"""The demonstration: a fictional company with postings, people, interviews and decisions, made by the product's own acts."""
