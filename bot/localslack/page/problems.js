// What Slack would have refused or slowed down: for the people who build the bot.

import { find, make } from "/page/dom.js";

export class Problems {
  constructor({ opened, closed }) {
    this.opened = opened;
    this.closed = closed;
    this.found = [];
    this.button = find("problems-button");
    this.box = make("div", { class: "problems", hidden: true });
    find("side-scroller").append(this.box);
    this.button.addEventListener("click", () => {
      if (!this.box.hidden) {
        this.close();
        this.closed();
      } else {
        this.button.setAttribute("aria-expanded", "true");
        this.opened();
      }
    });
  }

  close() {
    this.box.hidden = true;
    this.button.setAttribute("aria-expanded", "false");
  }

  reset(found) {
    this.found = [...found];
    this.draw();
  }

  put(problem) {
    const same = (one) => one.code === problem.code && one.method === problem.method && one.message === problem.message;
    const index = this.found.findIndex(same);
    if (index < 0) this.found.push(problem);
    else this.found[index] = problem;
    this.draw();
  }

  draw() {
    const count = find("problem-count");
    count.hidden = !this.found.length;
    count.textContent = String(this.found.length);
    this.box.replaceChildren(
      make("p", { class: "problems-about" }, "What a real Slack workspace would have refused, lost or slowed down. An empty list is good."),
      ...[...this.found].reverse().map((one) =>
        make(
          "article",
          { class: "problem" },
          make("header", {}, make("code", {}, one.code), one.count > 1 ? make("span", { class: "count" }, `× ${one.count}`) : null),
          make("p", {}, one.message),
          make("small", {}, [one.method, new Date(one.at).toLocaleTimeString()].filter(Boolean).join(" · ")),
        ),
      ),
    );
    if (!this.found.length) this.box.append(make("p", { class: "empty" }, "Nothing so far. 👍"));
  }
}
