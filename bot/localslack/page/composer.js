// The box one writes in: Enter sends, Shift+Enter breaks the line, files are added, pasted or dropped.

import { find, make } from "/page/dom.js";

const MOST_FILES = 10;

export class Composer {
  // `send(text, files)` resolves to false when nothing was sent, so that the words come back into the box.
  constructor(slot, { id, send, commands = () => [] }) {
    this.form = find("composer-template").content.firstElementChild.cloneNode(true);
    slot.replaceChildren(this.form);
    this.text = this.form.querySelector("textarea");
    this.text.id = id;
    this.picker = this.form.querySelector("input[type=file]");
    this.button = this.form.querySelector(".send");
    this.staged = this.form.querySelector(".staged");
    this.hints = this.form.querySelector(".hints");
    this.files = [];
    this.send = send;
    this.commands = commands;
    this.listen();
  }

  listen() {
    this.form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.go();
    });
    this.text.addEventListener("keydown", (event) => this.key(event));
    this.text.addEventListener("input", () => this.changed());
    let width = 0;
    new ResizeObserver(([{ contentRect }]) => {
      if (contentRect.width !== width) this.fit();
      width = contentRect.width;
    }).observe(this.text);
    this.text.addEventListener("paste", (event) => {
      if (event.clipboardData.files.length) {
        event.preventDefault();
        this.add(event.clipboardData.files);
      }
    });
    this.form.querySelector(".attach").addEventListener("click", () => this.picker.click());
    this.picker.addEventListener("change", () => {
      this.add(this.picker.files);
      this.picker.value = "";
    });
  }

  key(event) {
    const shown = [...this.hints.children];
    if (!this.hints.hidden && shown.length) {
      const at = shown.findIndex((one) => one.getAttribute("aria-selected") === "true");
      if (event.key === "ArrowDown" || event.key === "ArrowUp") {
        event.preventDefault();
        const next = (at + (event.key === "ArrowDown" ? 1 : -1) + shown.length) % shown.length;
        for (const [index, one] of shown.entries()) one.setAttribute("aria-selected", String(index === next));
        return;
      }
      if (event.key === "Tab" || (event.key === "Enter" && at >= 0 && !this.text.value.includes(" "))) {
        event.preventDefault();
        shown[Math.max(at, 0)].click();
        return;
      }
      if (event.key === "Escape") {
        this.hints.hidden = true;
        event.stopPropagation();
        return;
      }
    }
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    // inside an open ``` fence one is writing a file, so Enter breaks the line there
    const before = this.text.value.slice(0, this.text.selectionStart);
    if ((before.match(/```/g) ?? []).length % 2) return;
    event.preventDefault();
    this.go();
  }

  // As high as its lines; out of sight it has no height, so it is fitted again when it comes back.
  fit() {
    this.text.style.height = "auto";
    const needed = this.text.scrollHeight;
    if (needed) this.text.style.height = `${Math.min(needed, 320)}px`;
  }

  changed() {
    this.button.disabled = !this.text.value.trim() && !this.files.length;
    this.fit();
    const typed = /^\/\S*$/.test(this.text.value) ? this.text.value : null;
    const fitting = typed ? this.commands().filter((one) => one.command.startsWith(typed)) : [];
    this.hints.hidden = !fitting.length;
    this.hints.replaceChildren(
      ...fitting.map((one) =>
        make(
          "li",
          { role: "option", "aria-selected": "false", onclick: () => this.put(`${one.command} `) },
          make("strong", {}, one.command),
          make("span", { class: "usage" }, one.usage_hint ?? ""),
          make("small", {}, one.description ?? ""),
        ),
      ),
    );
  }

  put(text) {
    this.text.value = text;
    this.changed();
    this.text.focus();
  }

  add(files) {
    this.files.push(...files);
    this.files = this.files.slice(0, MOST_FILES);
    this.drawFiles();
    this.text.focus();
  }

  drawFiles() {
    this.staged.hidden = !this.files.length;
    this.staged.replaceChildren(
      ...this.files.map((file, index) => {
        const remove = make("button", { type: "button", class: "ghost", "aria-label": `Remove ${file.name}` }, "✕");
        remove.addEventListener("click", () => {
          this.files.splice(index, 1);
          this.drawFiles();
        });
        return make("li", {}, make("span", { "aria-hidden": "true" }, "📄"), make("span", {}, file.name), remove);
      }),
    );
    this.changed();
  }

  ask(words) {
    this.text.placeholder = words;
    this.text.setAttribute("aria-label", words);
  }

  // What was begun here and not sent, to be given back on return.
  take() {
    const begun = { text: this.text.value, files: this.files };
    this.restore({ text: "", files: [] });
    return begun;
  }

  restore({ text, files }) {
    this.text.value = text;
    this.files = files;
    this.drawFiles();
  }

  async go() {
    const text = this.text.value.trimEnd();
    if (!text.trim() && !this.files.length) return;
    const begun = this.take();
    const sent = await this.send(text, begun.files);
    if (sent === false && !this.text.value) this.restore(begun);
  }
}

// Files dropped anywhere on `area` go to `composer()`.
export function acceptDrops(area, composer) {
  area.addEventListener("dragover", (event) => {
    if (![...event.dataTransfer.types].includes("Files")) return;
    event.preventDefault();
    area.classList.add("dropping");
  });
  for (const name of ["dragleave", "drop"]) area.addEventListener(name, () => area.classList.remove("dropping"));
  area.addEventListener("drop", (event) => {
    if (!event.dataTransfer.files.length) return;
    event.preventDefault();
    composer().add(event.dataTransfer.files);
  });
}
