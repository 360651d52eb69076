"""Records kept: learners, attempts, files, image pins."""
