"""A pure function from what a case holds to what may leave it. Only its result, `RedactedDossier`, can be exported."""
