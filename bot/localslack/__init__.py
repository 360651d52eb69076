"""The embedded Slack workspace: real Socket Mode and Web API for an unmodified Bolt app, on 127.0.0.1."""
