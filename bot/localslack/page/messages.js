// A list of messages: drawn once, then changed in place as edits arrive. The channel and the thread use the same.

import { fill, make, toast } from "/page/dom.js";

const NEAR_PX = 120;
const SAME_TALK_S = 300;

export function avatar(id, name, isBot, extra = "") {
  if (isBot) return make("span", { class: `avatar bot ${extra}`, "aria-hidden": "true" }, make("img", { src: "/page/icon.svg", alt: "" }));
  const tone = [...(id ?? "")].reduce((sum, letter) => (sum * 31 + letter.codePointAt(0)) % 8, 0);
  return make("span", { class: `avatar tone-${tone} ${extra}`, "aria-hidden": "true" }, (name || "?").slice(0, 1).toUpperCase());
}

export const clock = (ts) => new Date(Number(ts) * 1000).toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" });

function day(ts) {
  const at = new Date(Number(ts) * 1000);
  if (at.toDateString() === new Date().toDateString()) return "Today";
  return at.toLocaleDateString([], { weekday: "long", month: "long", day: "numeric" });
}

export class List {
  // `wanted(message)` says whether a message belongs here; `me()` who looks; `inThread` hides the thread links.
  constructor({ log, scroller, me, inThread = false, openThread = null }) {
    Object.assign(this, { log, scroller, me, inThread, openThread });
    this.shown = new Map();
    this.sticks = true;
    this.top = 0;
    scroller.addEventListener("scroll", () => {
      const near = scroller.scrollHeight - scroller.scrollTop - scroller.clientHeight < NEAR_PX;
      // only somebody who scrolls up lets go of the end; a picture that has just come in does not
      if (near || scroller.scrollTop < this.top) this.sticks = near;
      this.top = scroller.scrollTop;
    });
    // pictures and folded parts change the height after the message was drawn
    const watch = new ResizeObserver(() => this.sticks && this.toEnd());
    watch.observe(log);
    watch.observe(scroller);
  }

  reset(messages) {
    this.shown.clear();
    this.log.replaceChildren();
    this.sticks = true;
    for (const message of messages) this.put(message);
    this.toEnd();
  }

  put(message) {
    const before = this.shown.get(message.ts);
    if (before) {
      this.write(before, message);
    } else {
      const article = this.draw(message);
      this.shown.set(message.ts, article);
      this.log.insertBefore(article, this.after(message.ts));
      this.group();
    }
    if (this.sticks) this.toEnd();
  }

  // Older messages come in above without moving what is being read.
  prepend(messages) {
    const below = this.scroller.scrollHeight - this.scroller.scrollTop;
    this.sticks = false;
    for (const message of messages) if (!this.shown.has(message.ts)) this.put(message);
    this.scroller.scrollTop = this.scroller.scrollHeight - below;
  }

  get oldest() {
    return this.log.querySelector("article")?.dataset.ts;
  }

  drop(ts) {
    this.shown.get(ts)?.remove();
    this.shown.delete(ts);
    this.group();
  }

  after(ts) {
    for (const article of [...this.log.querySelectorAll("article")].reverse()) {
      if (Number(article.dataset.ts) < Number(ts)) return article.nextSibling;
    }
    return this.log.firstChild;
  }

  toEnd() {
    this.scroller.scrollTop = this.scroller.scrollHeight;
  }

  draw(message) {
    const article = make("article", { class: "message", "data-ts": message.ts, "data-channel": message.channel });
    const head = make(
      "header",
      { class: "message-head" },
      make("span", { class: "author" }, message.name || "Somebody"),
      message.is_bot ? make("span", { class: "badge" }, "App") : null,
      make("time", { datetime: new Date(Number(message.ts) * 1000).toISOString() }, clock(message.ts)),
    );
    const main = make("div", { class: "message-main" }, head);
    if (message.ephemeral) main.append(make("div", { class: "private" }, "Only visible to you"));
    main.append(make("div", { class: "content" }), make("div", { class: "under" }));
    article.append(avatar(message.user, message.name, message.is_bot), main);
    if (!this.inThread && !message.ephemeral && this.openThread) {
      const reply = make("button", { type: "button", class: "ghost", title: "Reply in thread", "aria-label": "Reply in thread" }, "💬");
      reply.addEventListener("click", () => this.openThread(message.channel, message.thread_ts || message.ts));
      article.append(make("div", { class: "message-tools" }, reply));
    }
    if (message.ephemeral) article.classList.add("ephemeral");
    if (/^channel_|^group_/.test(message.subtype ?? "")) article.classList.add("quiet");
    article.dataset.user = message.user ?? "";
    article.dataset.kind = message.ephemeral ? "ephemeral" : "";
    this.write(article, message);
    return article;
  }

  write(article, message) {
    const content = article.querySelector(".content");
    if (article.dataset.html !== message.html) {
      fill(content, message.html ?? "", { scope: `${this.inThread ? "t" : "m"}${message.ts}`, me: this.me() });
      for (const pre of content.querySelectorAll("pre")) pre.append(copyButton(pre));
      article.dataset.html = message.html ?? "";
    }
    article.classList.toggle("streaming", Boolean(message.streaming));
    const under = article.querySelector(".under");
    under.replaceChildren();
    if (message.edited && !message.is_bot) under.append(make("span", { class: "edited" }, "(edited)"));
    if (!this.inThread && this.openThread && message.reply_count > 0) {
      const words = message.reply_count === 1 ? "1 reply" : `${message.reply_count} replies`;
      under.append(make("button", { type: "button", class: "replies", onclick: () => this.openThread(message.channel, message.ts) }, `💬 ${words}`));
    }
  }

  // Messages of one person in a row share a head; days are told apart.
  group() {
    let last = null;
    for (const line of this.log.querySelectorAll(".day")) line.remove();
    for (const article of this.log.querySelectorAll("article")) {
      const today = day(article.dataset.ts);
      if (!last || day(last.dataset.ts) !== today) {
        if (!this.inThread) article.before(make("div", { class: "day", role: "separator" }, make("span", {}, today)));
        last = null;
      }
      const near = last && Number(article.dataset.ts) - Number(last.dataset.ts) < SAME_TALK_S;
      const same = near && last.dataset.user === article.dataset.user && last.dataset.kind === article.dataset.kind;
      article.classList.toggle("follows", Boolean(same));
      last = article;
    }
  }
}

function copyButton(pre) {
  const button = make("button", { type: "button", class: "copy", title: "Copy", "aria-label": "Copy this text" }, "Copy");
  button.addEventListener("click", async () => {
    try {
      await navigator.clipboard.writeText(pre.querySelector("code")?.textContent ?? pre.textContent);
      toast("Copied.");
    } catch {
      toast("The browser did not allow copying.", { bad: true });
    }
  });
  return button;
}
