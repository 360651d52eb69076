"""A class that is played: sixty learners with their own speeds and mistakes, through the real bot.

`script` says what each of them does, as a pure function of the workshop, their number and a seed; `tape` keeps what a
real host saw of each right and wrong answer, and `understudy` gives that as evidence where no real host would be quick
enough. Nothing but a rehearsal may use it.
"""
