"""What leaves Docent for instructors and other systems: reports, their pictures, webhooks, credentials."""
