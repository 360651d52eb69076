// Small things for making and finding elements. Server-made HTML enters the page only through `fill`.

import { fileAddress } from "/page/api.js";

export const find = (id) => document.getElementById(id);

export function make(name, attributes = {}, ...children) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (key.startsWith("on")) element.addEventListener(key.slice(2), value);
    else if (value === true) element.setAttribute(key, "");
    else if (value !== false && value !== null && value !== undefined) element.setAttribute(key, value);
  }
  element.append(...children.filter((child) => child !== null && child !== undefined));
  return element;
}

// Put rendered blocks into `holder`. What a person unfolded stays unfolded, what they were on keeps the focus,
// and what they typed but did not send stays typed.
export function fill(holder, html, { scope, me }) {
  const unfolded = new Map([...holder.querySelectorAll("details[data-fold]")].map((one) => [one.dataset.fold, one.open]));
  const typed = new Map([...holder.querySelectorAll("[data-typed]")].map((one) => [place(one), one.value]));
  const focused = holder.contains(document.activeElement) ? place(document.activeElement) : "";
  holder.innerHTML = html;
  for (const one of holder.querySelectorAll("details[data-fold]")) {
    if (unfolded.has(one.dataset.fold)) one.open = unfolded.get(one.dataset.fold);
  }
  for (const one of holder.querySelectorAll("[data-only]")) {
    if (!one.dataset.only.split(" ").includes(me)) one.remove();
  }
  for (const one of holder.querySelectorAll("input[type=radio], input[type=checkbox]")) one.name = `${scope}/${one.name}`;
  for (const one of holder.querySelectorAll("img[data-file]")) one.src = fileAddress(one.dataset.file);
  for (const one of holder.querySelectorAll("a[data-file]")) one.href = fileAddress(one.dataset.file);
  for (const one of holder.querySelectorAll("[data-seconds]")) one.value = localTime(Number(one.dataset.seconds));
  for (const one of holder.querySelectorAll("[data-action]")) {
    const kept = typed.get(place(one));
    if (kept !== undefined && "value" in one) {
      one.value = kept;
      one.dataset.typed = "1";
    }
    if (focused && place(one) === focused) one.focus({ preventScroll: true });
  }
}

export const place = (element) =>
  element.dataset?.action ? `${element.dataset.block}/${element.dataset.action}/${element.dataset.value ?? ""}` : "";

function localTime(seconds) {
  const at = new Date(seconds * 1000);
  return new Date(at.getTime() - at.getTimezoneOffset() * 60000).toISOString().slice(0, 16);
}

let hush = null;

export function toast(words, { bad = false } = {}) {
  const box = find("toasts");
  box.replaceChildren(make("div", { class: bad ? "toast bad" : "toast" }, words));
  clearTimeout(hush);
  hush = setTimeout(() => box.replaceChildren(), 6000);
}

// What happened to an act, told where it did not simply work.
const SAID = {
  timeout: "Docent did not answer within 3 seconds. It may still be working on it.",
  no_socket: "Docent is not running, so nobody heard this.",
  trouble: "Slack would refuse Docent's answer. The problems list says why.",
};

export async function told(promise) {
  try {
    const result = await promise;
    const words = SAID[result.outcome] ?? (result.outcome === "failed" ? result.message : "");
    if (words) toast(words, { bad: true });
    return result;
  } catch (error) {
    toast(error.message || "The server cannot be reached.", { bad: true });
    return null;
  }
}

// Ask a question in a dialog; resolves to the clicked answer's value, or null.
export function ask({ title, words, yes, no, danger = false, inside = null }) {
  const dialog = find("ask");
  return new Promise((resolve) => {
    const form = make("form", { method: "dialog", class: "modal-form" });
    form.append(
      make("header", { class: "modal-head" }, make("h2", { id: "ask-title" }, title)),
      make("div", { class: "modal-body" }, words ? make("p", {}, words) : null, inside),
      make(
        "footer",
        { class: "modal-foot" },
        no === null ? null : make("button", { type: "button", class: "button", onclick: () => dialog.close("") }, no ?? "Cancel"),
        make("button", { type: "submit", class: danger ? "button danger" : "button primary", value: "yes" }, yes),
      ),
    );
    form.onsubmit = (event) => {
      event.preventDefault();
      dialog.close("yes");
    };
    dialog.replaceChildren(form);
    dialog.onclose = () => resolve(dialog.returnValue === "yes" ? form : null);
    dialog.returnValue = "";
    dialog.showModal();
  });
}
