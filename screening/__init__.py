"""The web application: audiences, pages, verbs and nouns around the engine in ``rubrics``."""
