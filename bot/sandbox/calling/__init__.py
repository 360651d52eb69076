"""How the engine is called: one connection a call (`exchange`), slots by kind (`lanes`), and when it is left in peace
(`breaker` decides, `health` does).
"""
