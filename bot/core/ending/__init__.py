"""The end of the workshop: the summary, the certificate, the lab notebook and the feedback, as values and decisions."""
