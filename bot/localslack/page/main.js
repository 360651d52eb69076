// The page: who one is, where one looks, and what the stream of events changes.

import { listen } from "/page/acting.js";
import { actAs, follow, get, post, upload } from "/page/api.js";
import { acceptDrops, Composer } from "/page/composer.js";
import { ask, fill, find, make, told } from "/page/dom.js";
import { avatar, List } from "/page/messages.js";
import { Modals } from "/page/modals.js";
import { Problems } from "/page/problems.js";

const state = {
  people: [],
  bot: { name: "Docent", connections: 0, home_tab: false },
  me: null,
  channels: [],
  open: null,
  tab: "messages",
  thread: null,
  statuses: new Map(),
  prompts: [],
  drafts: new Map(),
  unread: new Set(),
  home: null,
};
const me = () => state.me?.id;
const current = () => state.channels.find((one) => one.id === state.open);
let stop = null;

const list = new List({ log: find("log"), scroller: find("scroller"), me, openThread });
const replies = new List({ log: find("side-log"), scroller: find("side-scroller"), me, inThread: true });
const modals = new Modals(me);
const composer = new Composer(find("composer-slot"), { id: "composer-text", send: (...said) => say(...said), commands: () => state.commands ?? [] });
const replyBox = new Composer(find("side-composer-slot"), { id: "reply-text", send: (...said) => say(...said, state.thread?.ts) });
const problems = new Problems({ opened: () => showSide("problems"), closed: () => showSide(state.thread ? "thread" : null) });

// -- who one is -------------------------------------------------------------------------------------------

async function start() {
  const hello = await told(get("/people"));
  if (!hello) {
    find("offline").hidden = false;
    find("offline").textContent = "This page cannot reach its server. Open the address that the server printed.";
    return;
  }
  Object.assign(state, { people: hello.people, bot: hello.bot, commands: hello.commands, seed: hello.prompts ?? [] });
  find("workspace-name").textContent = hello.workspace;
  const [who] = decodeURIComponent(location.hash.slice(1)).split("/");
  await become(state.people.find((one) => one.name === who) ?? state.people[0], hello);
}

async function become(person, seen) {
  stop?.();
  state.me = person;
  actAs(person.id);
  state.statuses.clear();
  state.unread.clear();
  state.drafts.clear();
  closeThread();
  document.title = `${person.real_name || person.name} — ${find("workspace-name").textContent}`;
  drawMe();
  seen = seen ?? (await get("/people"));
  await load();
  stop = follow(
    { run: seen.run, seq: seen.seq },
    { event: changed, reset: load, up: () => drawBanner(false), down: () => drawBanner(true) },
  );
}

async function load() {
  const [{ channels }, { views }, { view }, found] = await Promise.all([
    get("/people/channels"),
    get("/people/modals"),
    get("/people/home"),
    get("/people/problems"),
  ]);
  state.channels = channels;
  state.home = view;
  modals.reset(views);
  problems.reset(found.problems);
  const [, where] = decodeURIComponent(location.hash.slice(1)).split("/");
  const wanted = channels.find((one) => one.id === state.open) ?? channels.find((one) => one.name === where) ?? channels[0];
  if (wanted) await openChannel(wanted.id, { again: true });
  if (where === "home" && state.bot.home_tab) openTab("home");
}

function drawMe() {
  find("me-avatar").replaceWith(avatar(state.me.id, state.me.real_name || state.me.name, false, "small"));
  find("people").querySelector(".avatar").id = "me-avatar";
  find("me-name").textContent = state.me.real_name || state.me.name;
  find("me-role").textContent = state.me.role;
  find("people-list").replaceChildren(
    ...state.people.map((person) => {
      const pick = make(
        "button",
        { type: "button", class: "person", "aria-current": person.id === me() ? "true" : null },
        avatar(person.id, person.real_name || person.name, false, "small"),
        make("span", { class: "person-name" }, person.real_name || person.name),
        make("span", { class: "me-role" }, person.role),
      );
      pick.addEventListener("click", () => {
        find("people").open = false;
        state.open = null;
        location.hash = person.name;
        become(person);
      });
      return make("li", {}, pick);
    }),
  );
}

// -- where one looks --------------------------------------------------------------------------------------

function drawChannels() {
  const entry = (channel) => {
    const isDm = channel.kind === "dm";
    const name = isDm ? state.bot.name : channel.name;
    const sign = isDm ? avatar("", name, true, "tiny") : make("span", { class: "hash", "aria-hidden": "true" }, channel.kind === "private" ? "🔒" : "#");
    const online = isDm ? make("span", { class: state.bot.connections ? "dot on" : "dot", title: state.bot.connections ? "online" : "offline" }) : null;
    const unread = state.unread.has(channel.id);
    const button = make(
      "button",
      { type: "button", class: unread ? "entry unread" : "entry", "aria-current": channel.id === state.open ? "page" : null },
      sign,
      make("span", { class: "entry-name" }, channel.archived ? `${name} (archived)` : name),
      online,
      unread ? make("span", { class: "visually-hidden" }, "(new messages)") : null,
    );
    button.addEventListener("click", () => openChannel(channel.id));
    return make("li", { class: channel.is_member ? null : "outside" }, button);
  };
  find("dm-list").replaceChildren(...state.channels.filter((one) => one.kind === "dm").map(entry));
  find("channel-list").replaceChildren(...state.channels.filter((one) => one.kind !== "dm").map(entry));
}

function drawHead(channel, name) {
  find("title").textContent = name;
  find("topic").textContent = channel.kind === "dm" ? "App" : (channel.topic ?? "");
  find("members").textContent = `👥 ${channel.members.length}`;
  find("members").setAttribute("aria-label", `${channel.members.length} members`);
  const outside = channel.archived ? `${name} is archived: /unarchive brings it back` : `You are not in ${name} yet: sending joins it`;
  composer.ask(channel.is_member && !channel.archived ? `Message ${name}` : outside);
}

async function openChannel(id, { again = false } = {}) {
  const change = state.open !== id;
  if (state.open && change) state.drafts.set(state.open, composer.take());
  if (change) closeThread();
  state.open = id;
  state.unread.delete(id);
  showMenu(false);
  drawChannels();
  const channel = current();
  const isDm = channel.kind === "dm";
  const name = isDm ? state.bot.name : `#${channel.name}`;
  find("tabs").hidden = !isDm || !state.bot.home_tab;
  find("members").hidden = isDm;
  drawHead(channel, name);
  if (change && state.drafts.has(id)) composer.restore(state.drafts.get(id));
  openTab("messages", { tell: isDm && (change || !again) });
  const [{ messages, has_more }, assistant] = await Promise.all([
    get("/people/history", { channel: id }),
    isDm ? get("/people/assistant", { channel: id }) : { statuses: [], prompts: null },
  ]);
  if (state.open !== id) return;
  for (const one of assistant.statuses) state.statuses.set(`${id}/${one.thread_ts ?? ""}`, one);
  state.prompts = assistant.prompts ?? (messages.length ? null : { prompts: isDm ? state.seed : [] });
  drawStart(channel, name, has_more);
  list.reset(messages);
  drawStatus();
  drawPrompts();
  location.hash = `${state.me.name}/${isDm ? "" : channel.name}`;
  if (!again && matchMedia("(hover: hover)").matches) composer.text.focus();
}

function drawStart(channel, name, hasMore) {
  const isDm = channel.kind === "dm";
  if (hasMore) {
    const more = make("button", { type: "button", class: "button small earlier" }, "Show earlier messages");
    more.addEventListener("click", async () => {
      const found = await told(get("/people/history", { channel: channel.id, before: list.oldest }));
      if (!found || state.open !== channel.id) return;
      list.prepend(found.messages);
      drawStart(channel, name, found.has_more);
    });
    find("start").replaceChildren(more);
    return;
  }
  const words = isDm
    ? `This is the start of your conversation with ${name}. Say hello, or pick a suggestion below.`
    : channel.topic || `This is the very beginning of ${name}.`;
  find("start").replaceChildren(
    isDm ? avatar("", name, true, "big") : make("span", { class: "start-sign", "aria-hidden": "true" }, "#"),
    make("h2", {}, name.replace("#", "")),
    make("p", {}, words),
  );
}

function openTab(tab, { tell = false } = {}) {
  state.tab = tab;
  const isHome = tab === "home";
  find("tab-home").setAttribute("aria-selected", String(isHome));
  find("tab-messages").setAttribute("aria-selected", String(!isHome));
  find("home").hidden = !isHome;
  find("pane").hidden = isHome;
  if (isHome) {
    drawHome();
    location.hash = `${state.me.name}/home`;
  }
  if (isHome || tell) {
    told(post("/people/open", { tab, html: "1" })).then((result) => {
      if (isHome && result?.view && state.tab === "home") {
        state.home = result.view.html ? result.view : state.home;
        drawHome();
      }
    });
  }
}

function drawHome() {
  const home = find("home");
  if (!state.home) {
    home.replaceChildren(make("p", { class: "empty" }, `${state.bot.name} has not shown anything here yet.`));
    return;
  }
  home.dataset.view = state.home.id;
  let inside = home.querySelector(".home-inside");
  if (!inside) {
    inside = make("div", { class: "home-inside" });
    home.replaceChildren(inside);
  }
  fill(inside, state.home.html ?? "", { scope: state.home.id, me: me() });
}

async function openThread(channel, ts) {
  state.thread = { channel, ts };
  problems.close();
  showSide("thread");
  const { messages } = await get("/people/history", { channel, thread_ts: ts });
  if (state.thread?.ts !== ts) return;
  replies.reset(messages);
  drawStatus();
  replyBox.ask("Reply…");
  if (matchMedia("(hover: hover)").matches) replyBox.text.focus();
}

function closeThread() {
  if (!state.thread) return;
  state.thread = null;
  showSide(null);
}

function showSide(what) {
  const isThread = what === "thread";
  find("side").hidden = !what;
  find("app").classList.toggle("with-side", Boolean(what));
  find("side-title").textContent = isThread ? "Thread" : "Problems";
  find("side").setAttribute("aria-label", isThread ? "Thread" : "Problems");
  const channel = current();
  find("side-topic").textContent = isThread && channel ? (channel.kind === "dm" ? state.bot.name : `#${channel.name}`) : "";
  find("side-foot").hidden = !isThread;
  find("side-log").hidden = !isThread;
  problems.box.hidden = what !== "problems";
}

function showMenu(open) {
  find("app").classList.toggle("menu-open", open);
  find("scrim").hidden = !open;
  find("menu").setAttribute("aria-expanded", String(open));
}

// -- what one says ----------------------------------------------------------------------------------------

async function say(text, files, threadTs) {
  const channel = state.open;
  list.sticks = true;
  const to = { channel, ...(threadTs ? { thread_ts: threadTs } : {}) };
  if (!current().is_member && !current().archived && current().kind === "channel") await told(post("/people/join", { channel }));
  state.prompts = null;
  drawPrompts();
  const result = files.length ? await told(upload(files, { ...to, text })) : await told(post("/people/say", { ...to, text }));
  return result !== null;
}

function drawPrompts() {
  const prompts = state.prompts?.prompts ?? [];
  find("prompts").hidden = !prompts.length;
  find("prompts").replaceChildren(
    ...(state.prompts?.title && prompts.length ? [make("span", { class: "prompts-title" }, state.prompts.title)] : []),
    ...prompts.map((one) => make("button", { type: "button", class: "prompt", onclick: () => say(one.message, []) }, one.title)),
  );
}

function drawStatus() {
  const words = (one) => `${state.bot.name} ${one.status}`;
  const alive = [...state.statuses].filter(([, one]) => one.status);
  const here = alive.find(([key]) => key.startsWith(`${state.open}/`));
  const inThread = state.thread && alive.find(([key]) => key === `${state.thread.channel}/${state.thread.ts}`);
  for (const [box, found] of [[find("status"), here], [find("side-status"), inThread]]) {
    box.replaceChildren(...(found ? [make("span", { class: "thinking", "aria-hidden": "true" }), words(found[1])] : []));
  }
}

function drawBanner(lost) {
  const banner = find("offline");
  const off = !state.bot.connections;
  banner.hidden = !lost && !off;
  banner.textContent = lost
    ? "The page lost its server. It keeps trying to connect again…"
    : `${state.bot.name} is offline. You can read and write; it will not answer until it is back.`;
  drawChannels();
}

// -- what the stream changes ------------------------------------------------------------------------------

const ON = {
  message({ channel, message }) {
    placeMessage(channel, message);
    if (channel !== state.open && message.user !== me()) {
      state.unread.add(channel);
      drawChannels();
    }
  },
  message_changed: ({ channel, message }) => placeMessage(channel, message),
  message_deleted({ channel, ts }) {
    if (channel === state.open) list.drop(ts);
    if (channel === state.thread?.channel) replies.drop(ts);
  },
  view_opened: ({ view }) => modals.push(view),
  view_pushed: ({ view }) => modals.push(view),
  view_updated: ({ view }) => modals.update(view),
  view_errors: ({ view_id, errors }) => modals.errors(view_id, errors),
  // the form below is shown as the server kept it
  async view_closed({ view_ids }) {
    modals.close(view_ids);
    if (modals.top) modals.reset((await get("/people/modals")).views);
  },
  home({ view }) {
    state.home = view;
    if (state.tab === "home") drawHome();
  },
  status(event) {
    state.statuses.set(`${event.channel}/${event.thread_ts ?? ""}`, event);
    drawStatus();
  },
  prompts(event) {
    if (event.channel !== state.open) return;
    state.prompts = event;
    drawPrompts();
  },
  channel({ channel }) {
    const index = state.channels.findIndex((one) => one.id === channel.id);
    if (index < 0) state.channels.push(channel);
    else state.channels[index] = channel;
    drawChannels();
    if (channel.id === state.open) drawHead(channel, channel.kind === "dm" ? state.bot.name : `#${channel.name}`);
  },
  problem: ({ problem }) => problems.put(problem),
  bot({ connections }) {
    state.bot.connections = connections;
    drawBanner(false);
  },
};

function changed(event) {
  ON[event.type]?.(event);
}

function placeMessage(channel, message) {
  const isReply = message.thread_ts && message.thread_ts !== message.ts;
  if (channel === state.open && (!isReply || message.subtype === "thread_broadcast")) list.put(message);
  const inThread = message.thread_ts === state.thread?.ts || message.ts === state.thread?.ts;
  if (channel === state.thread?.channel && inThread) replies.put(message);
}

// -- channels: make one, see who is in --------------------------------------------------------------------

async function makeChannel() {
  const name = make("input", { class: "input", required: true, maxlength: "80", "aria-label": "Name", placeholder: "for example cohort-may" });
  if (!(await ask({ title: "Make a channel", inside: make("label", {}, make("span", { class: "label" }, "Name"), name), yes: "Make it" }))) return;
  const made = await told(post("/people/channel", { name: name.value.trim().replace(/^#/, "") }));
  if (!made) return;
  state.channels = (await get("/people/channels")).channels;
  await openChannel(made.channel);
}

async function showMembers() {
  const channel = current();
  const everybody = [...state.people, { id: state.bot.user_id, real_name: state.bot.name, role: "app" }];
  const rows = everybody.map((person) => {
    const isIn = channel.members.includes(person.id);
    const row = make("li", { class: "member" }, make("span", {}, person.real_name || person.name), make("span", { class: "me-role" }, person.role));
    const mine = person.id === me();
    if (isIn) row.append(make("span", { class: "in" }, mine ? "you are in" : "in"));
    else {
      const bring = make("button", { type: "button", class: "button small" }, mine ? "Join" : "Invite");
      bring.addEventListener("click", async () => {
        const done = await told(mine ? post("/people/join", { channel: channel.id }) : post("/people/invite", { channel: channel.id, user: person.id }));
        if (done) bring.replaceWith(make("span", { class: "in" }, "in"));
      });
      row.append(bring);
    }
    return row;
  });
  await ask({ title: `People in #${channel.name}`, inside: make("ul", { class: "member-list" }, ...rows), yes: "Done", no: null });
}

find("menu").addEventListener("click", () => showMenu(!find("app").classList.contains("menu-open")));
find("scrim").addEventListener("click", () => showMenu(false));
find("tab-home").addEventListener("click", () => openTab("home"));
find("tab-messages").addEventListener("click", () => openTab("messages", { tell: true }));
find("side-close").addEventListener("click", () => {
  problems.close();
  closeThread();
});
find("add-channel").addEventListener("click", makeChannel);
find("members").addEventListener("click", showMembers);
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape" || document.querySelector("dialog[open]")) return;
  if (find("app").classList.contains("menu-open")) showMenu(false);
  else if (!find("side").hidden) find("side-close").click();
});
listen(document.body);
acceptDrops(find("pane"), () => composer);
acceptDrops(find("side"), () => replyBox);
start();
