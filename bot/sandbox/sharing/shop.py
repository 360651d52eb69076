"""`docker login`, `logout`, `push`, `pull`, `search`: in chat, between a learner's sandbox and the class's registry.

Names are Docker Hub's: `ada/getting-started`. The address of the registry is never needed in chat, and understood.
"""

from __future__ import annotations

from collections.abc import Sequence

from bot.handin.plan import Login, Logout, Output, PullImage, PushImage, SearchImages
from bot.handin.reference import Reference, parse_reference
from bot.ports import Passes
from bot.sandbox import console
from bot.sandbox.belongings import Picture, pictures, which_picture
from bot.sandbox.names import Owner
from bot.sandbox.setup import Setup
from bot.sandbox.sharing import replies
from bot.sandbox.sharing.carrier import Carrier, Progress
from bot.sandbox.sharing.contents import Contents
from bot.sandbox.sharing.house import House
from bot.sandbox.sharing.replies import Home
from bot.sandbox.sharing.scopes import owns

MOST_IMAGES = 20  #: of a learner's in their sandbox, when one more is to come from the registry
HUB = "https://index.docker.io/v1/"
HUBS = frozenset({"", "docker.io", "index.docker.io", "registry-1.docker.io", "hub.docker.com"})
UNAUTHORIZED = (
    'Error response from daemon: Get "https://registry-1.docker.io/v2/": unauthorized: incorrect username or password'
)
INSECURE = "WARNING! Using --password via the CLI is insecure. Use --password-stdin.\n"


class Shop:
    """Performs the commands of sharing."""

    def __init__(self, setup: Setup, house: House, contents: Contents, carrier: Carrier, passes: Passes) -> None:
        self._setup, self._house, self._contents = setup, house, contents
        self._carrier, self._passes = carrier, passes

    async def login(self, owner: Owner, plan: Login) -> Output:
        """Return `docker login`; in Slack everybody is known, so a password is looked at only when one was given."""
        namespace = await self._passes.namespace(owner.learner)
        server = plan.server.removeprefix("https://").removeprefix("http://").partition("/")[0]
        if server not in HUBS and not self._here(server):
            return replies.no_server(server, namespace)
        warning = INSECURE if plan.password else ""
        wrong = plan.user not in ("", namespace)
        if plan.password and not wrong:
            wrong = await self._passes.holder(namespace, plan.password) != owner.learner
        if wrong:
            note = f"Your name in this class's registry is `{namespace}`, and in chat it needs no password: "
            return Output(warning + UNAUTHORIZED, 1, note=f"{note}`docker login -u {namespace}`")
        await self._passes.sign(owner.learner, signed_in=True)
        note = f"Slack has told me who you are, so I ask for no password. Your namespace is `{namespace}`."
        if plan.password:
            note = "In chat no password is needed. Please delete your message, and say `new registry token`."
        return Output(f"{warning}Login Succeeded", note=note)

    async def logout(self, owner: Owner, plan: Logout) -> Output:
        """Return `docker logout`."""
        if plan.server.removeprefix("https://").partition("/")[0] not in HUBS and not self._here(plan.server):
            return Output(f"Removing login credentials for {plan.server}", note="You were not logged in there.")
        await self._passes.sign(owner.learner, signed_in=False)
        return Output(f"Removing login credentials for {HUB}")

    async def push(self, owner: Owner, plan: PushImage, progress: Progress) -> Output:
        """Return `docker push`, done by the host's engine with a token for this one repository."""
        reference = replies.read(plan.image)
        head = [] if reference.tag or plan.quiet else ["Using default tag: latest"]
        head += [] if plan.quiet else [f"The push refers to repository [{replies.full(reference)}]"]
        picture = which_picture(plan.image, await pictures(self._setup, owner))
        if not isinstance(picture, Picture) or replies.tagged(reference) not in picture.tags:
            words = f"An image does not exist locally with the tag: {reference.repository}"
            return Output("\n".join([*head, words]), 1, note=replies.not_there(reference, await self._namespace(owner)))
        home = await self._home(owner, reference)
        if home is None or not await self._passes.signed_in(owner.learner):
            return Output("\n".join([*head, replies.DENIED]), 1, note=await self._why_denied(owner, home))
        screen = await self._carrier.push(picture.id, home, progress)
        if screen.error:
            return Output("\n".join([*head, *screen.layer_lines(), screen.error]), 1)
        if plan.quiet:
            return Output(f"{replies.full(reference)}:{home.tag}")
        ending = [line for line in screen.lines if "digest:" in line]
        return Output("\n".join([*head, *screen.layer_lines(), *ending]))

    async def pull(self, owner: Owner, plan: PullImage, progress: Progress) -> Output:
        """Return `docker pull`: from the learner's own namespace, or of what is prepared for everybody."""
        reference = replies.read(plan.image)
        head = [] if reference.tag or reference.digest or plan.quiet else ["Using default tag: latest"]
        if not reference.digest and replies.tagged(reference) in self._setup.bases:
            return await self._prepared(reference, head, quiet=plan.quiet)
        home = await self._home(owner, reference)
        if home is None:
            return Output(
                "\n".join([*head, replies.unknown(reference)]),
                1,
                note=self._what_there_is(await self._namespace(owner)),
            )
        stored = await self._contents.image(owner, home.repository, home.tag)
        if stored is None:
            return Output("\n".join([*head, await self._missing(home)]), 1, note=replies.push_first(home))
        if not stored.image_id and not stored.trouble:
            return Output("\n".join([*head, replies.no_platform(home, stored)]), 1, note=replies.for_here(stored))
        mine = [each for each in await pictures(self._setup, owner) if not each.base]
        if len(mine) >= MOST_IMAGES and stored.image_id not in {each.id for each in mine}:
            return Output("\n".join([*head, replies.full_up(len(mine), MOST_IMAGES)]), 1, note=replies.MAKE_ROOM)
        before = which_picture(replies.tagged(reference), mine)
        screen = await self._carrier.fetch(owner, home, stored, progress)
        if isinstance(screen, str):
            return Output("\n".join([*head, replies.not_taken_in(home, screen)]), 1, note=replies.LOOKED_AT)
        await self._name(owner, reference, home, stored.image_id)
        mark = f"@{reference.digest}" if reference.digest else f":{home.tag}"
        full = replies.full(reference) + mark
        if plan.quiet:
            return Output(full)
        same = isinstance(before, Picture) and before.id == stored.image_id
        state = "Image is up to date for" if same else "Downloaded newer image for"
        pulling = f"{home.tag}: Pulling from {reference.path}"
        ending = [f"Digest: {stored.digest}", f"Status: {state} {reference.repository}{mark}", full]
        return Output("\n".join([*head, pulling, *screen.layer_lines(), *ending]))

    async def _name(self, owner: Owner, reference: Reference, home: Home, image_id: str) -> None:
        """Give a pulled image the learner's name for it, and the registry's, which keeps its digest."""
        name = replies.named(reference)
        await self._setup.host.tag(image_id, owner.image(name))
        await self._setup.host.tag(image_id, f"{self._house.address}/{home.repository}:{name.rpartition(':')[2]}")

    async def run_needs(self, owner: Owner, image: str, progress: Progress) -> Output | None:
        """Pull what `docker run` names and the sandbox lacks, out of the learner's own namespace; None for others."""
        reference = parse_reference(image)
        if not isinstance(reference, Reference) or reference.digest or await self._home(owner, reference) is None:
            return None
        if isinstance(which_picture(image, await pictures(self._setup, owner)), Picture):
            return None
        out = await self.pull(owner, PullImage(image), progress)
        lines = [line for line in out.text.splitlines() if not line.startswith(("Using default tag", "docker.io/"))]
        if out.exit_code:
            lines = [line.replace("Error response", "docker: Error response") for line in lines]
        text = "\n".join([f"Unable to find image '{replies.tagged(reference)}' locally", *lines])
        return Output(text, 125 if out.exit_code else 0, note=out.note)

    async def search(self, owner: Owner, plan: SearchImages) -> Output:
        """Return `docker search`, over what there is here."""
        namespace = await self._namespace(owner)
        term = plan.term.lower()
        found = [name.partition(":")[0] for name in sorted(self._setup.bases) if term in name]
        rows = [(name, "Prepared for this class", "0", "" if "/" in name else "[OK]") for name in dict.fromkeys(found)]
        text = console.table(("NAME", "DESCRIPTION", "STARS", "OFFICIAL"), rows)
        note = f"Docker Hub cannot be searched from here. {self._what_there_is(namespace)}"
        return Output(text, note=note)

    async def home(self, owner: Owner, repository: str, tag: str) -> Home:
        """Return the place of a repository in the learner's namespace."""
        return Home(f"{await self._namespace(owner)}/{repository}", tag)

    async def _namespace(self, owner: Owner) -> str:
        return await self._passes.namespace(owner.learner)

    async def _home(self, owner: Owner, reference: Reference) -> Home | None:
        """Return where in the learner's own namespace a name lies, None when it does not."""
        if reference.domain not in HUBS and not self._here(reference.domain):
            return None
        if not owns(await self._namespace(owner), reference.path):
            return None
        return Home(reference.path, reference.digest or reference.tag or "latest")

    def _here(self, server: str) -> bool:
        return bool(server) and server in (self._house.address, self._house.public)

    async def _why_denied(self, owner: Owner, home: Home | None) -> str:
        namespace = await self._namespace(owner)
        if home is not None:
            return f"You are not logged in yet: `docker login -u {namespace}`"
        return f"Only what begins with `{namespace}/` is yours. `docker tag` gives an image one more name."

    def _what_there_is(self, namespace: str) -> str:
        served = ", ".join(f"`{name.removesuffix(':latest')}`" for name in sorted(self._setup.bases))
        return f"From here there is no way to Docker Hub. There is {served}, and what you push to `{namespace}/`."

    async def _prepared(self, reference: Reference, head: Sequence[str], *, quiet: bool) -> Output:
        name = replies.tagged(reference)
        full = f"{replies.full(reference)}:{reference.tag or 'latest'}"
        if quiet:
            return Output(full)
        detail = await self._setup.host.image(self._setup.bases[name])
        digests = [str(each).partition("@")[2] for each in (detail.raw.get("RepoDigests") if detail else None) or ()]
        library = reference.path if "/" in reference.path else f"library/{reference.path}"
        lines = [*head, f"{reference.tag or 'latest'}: Pulling from {library}"]
        lines += [f"Digest: {digest}" for digest in digests[:1]]
        note = "It was prepared on this host before the class, so nothing had to be fetched."
        return Output("\n".join([*lines, f"Status: Image is up to date for {name}", full]), note=note)

    async def _missing(self, home: Home) -> str:
        if await self._contents.tags(home.repository):
            return (
                f"Error response from daemon: manifest for {home.repository}:{home.tag} not found: "
                "manifest unknown: manifest unknown"
            )
        return f"Error response from daemon: {replies.denied(home.repository)}"
