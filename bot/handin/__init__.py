"""What learners write → a typed plan, or a refusal that teaches; pure."""
