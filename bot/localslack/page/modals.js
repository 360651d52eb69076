// The stack of modals, the topmost shown in one <dialog>: it holds the focus and gives it back when it closes.

import { post, upload } from "/page/api.js";
import { valueOf } from "/page/acting.js";
import { fill, find, make, toast, told } from "/page/dom.js";

export class Modals {
  constructor(me) {
    this.me = me;
    this.stack = [];
    this.dialog = find("modal");
    this.dialog.addEventListener("cancel", (event) => {
      event.preventDefault();
      this.leave();
    });
  }

  reset(views) {
    this.drawn = null;
    this.stack = [...views];
    this.show();
  }

  push(view) {
    this.stack = this.stack.filter((one) => one.id !== view.id);
    this.stack.push(view);
    this.show();
  }

  update(view) {
    const index = this.stack.findIndex((one) => one.id === view.id);
    if (index < 0) return;
    this.stack[index] = view;
    if (index === this.stack.length - 1) this.show();
  }

  close(ids) {
    this.stack = this.stack.filter((one) => !ids.includes(one.id));
    this.show();
  }

  get top() {
    return this.stack.at(-1);
  }

  show() {
    const view = this.top;
    if (!view) {
      this.drawn = null;
      if (this.dialog.open) this.dialog.close();
      return;
    }
    if (this.drawn !== view.id) this.draw(view);
    this.dialog.querySelector("#modal-title").textContent = view.title;
    const body = this.dialog.querySelector(".modal-body");
    fill(body, view.html, { scope: view.id, me: this.me() });
    this.buttons(view);
    this.errors(view.id, view.errors ?? {});
    if (!this.dialog.open) this.dialog.showModal();
    if (!body.contains(document.activeElement) && !this.focused) {
      this.focused = true;
      const first = body.querySelector("[data-focus]") ?? body.querySelector("input, textarea, select, button") ?? this.dialog.querySelector(".submit");
      first?.focus();
    }
  }

  draw(view) {
    this.drawn = view.id;
    this.focused = false;
    const form = make(
      "form",
      { class: "modal-form", novalidate: true },
      make(
        "header",
        { class: "modal-head" },
        make("h2", { id: "modal-title" }),
        make("button", { type: "button", class: "ghost", "aria-label": "Close", onclick: () => this.leave() }, "✕"),
      ),
      make("div", { class: "modal-body", "data-view": view.id }),
      make("footer", { class: "modal-foot" }),
    );
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.submit();
    });
    this.dialog.replaceChildren(form);
  }

  buttons(view) {
    const foot = this.dialog.querySelector(".modal-foot");
    foot.replaceChildren(
      make("button", { type: "button", class: "button", onclick: () => this.leave() }, view.close ?? (view.submit ? "Cancel" : "Close")),
    );
    if (view.submit) foot.append(make("button", { type: "submit", class: "button primary submit" }, view.submit));
  }

  errors(viewId, errors) {
    if (this.top?.id !== viewId) return;
    let first = null;
    for (const block of this.dialog.querySelectorAll("[data-input]")) {
      const words = errors[block.dataset.input] ?? "";
      const line = block.querySelector(".field-error");
      line.textContent = words;
      line.hidden = !words;
      block.classList.toggle("wrong", Boolean(words));
      const control = block.querySelector("[data-action]");
      if (words) control?.setAttribute("aria-invalid", "true");
      else control?.removeAttribute("aria-invalid");
      if (words && !first) first = control;
    }
    if (first) (first.matches("input, textarea, select") ? first : first.querySelector("input"))?.focus();
  }

  async leave() {
    const view = this.top;
    if (view) await told(post("/people/close", { view_id: view.id }));
  }

  async submit() {
    const view = this.top;
    const button = this.dialog.querySelector(".submit");
    if (!view || !button || button.disabled) return;
    button.disabled = true;
    this.dialog.setAttribute("aria-busy", "true");
    try {
      const values = await this.values();
      const result = await told(post("/people/submit", { view_id: view.id, values }));
      if (result?.outcome === "errors") this.errors(view.id, result.errors ?? {});
    } catch (error) {
      toast(error.message, { bad: true });
    } finally {
      button.disabled = false;
      this.dialog.removeAttribute("aria-busy");
    }
  }

  async values() {
    const values = {};
    for (const control of this.dialog.querySelectorAll("[data-input] [data-action]")) {
      const { block, action, type } = control.dataset;
      let value = valueOf(control);
      if (type === "file_input") {
        value = control.files.length ? (await upload(control.files)).files.map((file) => file.id) : [];
      }
      values[block] = { ...values[block], [action]: value };
    }
    return values;
  }
}
