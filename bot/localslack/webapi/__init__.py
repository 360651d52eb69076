"""The Web API: one table of methods (`methods.METHODS`), one door in front of it (`door.serve`)."""
