"""What instructors have to do with: cohorts and who is in them. Pure."""
