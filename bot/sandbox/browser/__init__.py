"""The browser: what runs in a container of ours that takes a picture of a learner's page, or draws one of ours."""

#: The words that start the driver; append a question as JSON.
ENTRYPOINT = ("/usr/bin/python3", "-I", "-S", "-B", "-X", "utf8", "-m", "bot.sandbox.browser.look")
