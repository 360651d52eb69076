"""What is done for instructors and with them, a duty a module (`bot.ports.duty`)."""
