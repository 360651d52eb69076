"""Messages in and out of Slack."""
