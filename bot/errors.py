"""Our errors, and whose fault each is.

    DocentError
    ├── AuthorError        a lesson is wrong                     the author mends it
    ├── OperatorError      settings or set-up are wrong          the operator mends it
    ├── HostError          the Docker host let us down           ours: never costs a learner an attempt
    │   ├── EngineDown     no engine answers                     the job is kept and resumed
    │   ├── EngineTimeout  a call passed its deadline
    │   ├── HostFull       its disk is nearly full               nothing new begins until there is room
    │   ├── HostUnsafe     the host gate failed                  work waits; `docent doctor --host` says which
    │   ├── ImageMissing   a base image is not prepared          `docent images prepare` mends it
    │   ├── RegistryDown   the class's registry does not answer  sharing waits, all else goes on
    │   └── RecordsDown    our database cannot be used now       disk full, locked, restarting: tried again later
    └── ChatError          Slack refused or could not be reached
        └── CardGone       the message to edit does not exist any more

What a learner does wrong is a verdict or a refusal (values), never an exception. Everything that is not
in this tree is a bug and crashes the turn it happened in, nothing else.
"""


class DocentError(Exception):
    """Say what happened and what to do next; the first argument is a whole sentence."""


class AuthorError(DocentError):
    """A lesson cannot be used as written."""


class OperatorError(DocentError):
    """The settings or the set-up of this machine cannot be used."""


class HostError(DocentError):
    """The Docker host let us down; the learner is not to blame."""


class EngineDown(HostError):
    """No engine answers at the address we have."""


class EngineTimeout(HostError):
    """An engine call passed the deadline we gave it."""


class HostFull(HostError):
    """The host's disk is so full that nothing new should begin."""


class HostUnsafe(HostError):
    """The host does not hold a limit that untrusted work needs, or was not looked at yet."""


class ImageMissing(HostError):
    """A base image that Docent serves is not on the host."""


class RegistryDown(HostError):
    """The class's registry is not there or does not answer."""


class RecordsDown(HostError):
    """Our own database cannot be read or written now."""


class ChatError(DocentError):
    """Slack refused a call, or could not be reached."""


class CardGone(ChatError):
    """The message to edit does not exist any more."""
