// What people do with the controls the server rendered: one listener for presses, one for choices.

import { post } from "/page/api.js";
import { ask, make, told } from "/page/dom.js";

// Where an element stands, as the server wants it.
function placeOf(element) {
  const view = element.closest("[data-view]");
  if (view) return { view_id: view.dataset.view };
  const message = element.closest("[data-ts]");
  return message ? { channel: message.dataset.channel, ts: message.dataset.ts } : null;
}

// What a person gave to a control, in the server's terms (people.py, Value).
export function valueOf(control) {
  const checked = [...control.querySelectorAll("input:checked")].map((box) => box.value);
  switch (control.dataset.type) {
    case "button":
    case "workflow_button":
    case "icon_button":
      return null;
    case "radio_buttons":
      return checked[0] ?? null;
    case "checkboxes":
    case "multi_static_select":
    case "multi_users_select":
    case "multi_channels_select":
    case "multi_conversations_select":
      return checked;
    case "external_select":
      return control.dataset.value || null;
    case "multi_external_select":
      return control.dataset.value ? [control.dataset.value] : [];
    case "datetimepicker":
      return control.value ? Math.floor(new Date(control.value).getTime() / 1000) : null;
    case "overflow":
    case "feedback_buttons":
      return control.dataset.value;
    default:
      return control.value || null;
  }
}

async function confirmed(control) {
  const { confirmTitle, confirmText, confirmYes, confirmNo } = control.dataset;
  if (!confirmTitle) return true;
  return Boolean(await ask({ title: confirmTitle, words: confirmText, yes: confirmYes, no: confirmNo }));
}

async function press(control, value) {
  const where = placeOf(control);
  if (!where || control.getAttribute("aria-busy") === "true") return;
  if (!(await confirmed(control))) return;
  control.setAttribute("aria-busy", "true");
  const { block: block_id, action: action_id } = control.dataset;
  const result = await told(post("/people/press", { ...where, block_id, action_id, ...(value === null ? {} : { value }) }));
  control.removeAttribute("aria-busy");
  control.classList.toggle("unheard", !result || ["timeout", "no_socket"].includes(result.outcome));
}

// An input of a modal is kept by the server until it is submitted; the bot hears of it only if it asked to.
async function give(control) {
  const input = control.closest("[data-input]");
  const view = control.closest("dialog [data-view]");
  if (!input || !view) return press(control, valueOf(control));
  const { block: block_id, action: action_id } = control.dataset;
  return told(post("/people/change", { view_id: view.dataset.view, block_id, action_id, value: valueOf(control) }));
}

const TEXTS = "plain_text_input rich_text_input email_text_input url_text_input number_input".split(" ");

export function listen(root) {
  root.addEventListener("click", (event) => {
    const control = event.target.closest("button[data-action], a[data-action]");
    if (!control) return closeMenus(event.target);
    const menu = control.closest("details.overflow");
    if (menu) menu.open = false;
    return press(control, valueOf(control));
  });
  root.addEventListener("change", (event) => {
    const control = event.target.closest("[data-action]");
    if (!control || control.matches("button, a, [type=file], [type=search]")) return;
    // what is typed in a message is told to the bot only if the bot asked for it
    if (TEXTS.includes(control.dataset.type) && !control.closest("[data-dispatch], dialog")) return;
    give(control);
  });
  root.addEventListener("input", (event) => {
    const control = event.target.closest("[data-action]");
    if (!control) return;
    if ("value" in control && TEXTS.includes(control.dataset.type)) control.dataset.typed = "1";
    control.removeAttribute("aria-invalid");
    if (control.type === "search") suggest(control);
  });
}

function closeMenus(target) {
  for (const menu of document.querySelectorAll("details.overflow[open], details.people[open]")) {
    if (!menu.contains(target)) menu.open = false;
  }
  for (const menu of document.querySelectorAll(".external .menu:not([hidden])")) {
    if (!menu.parentElement.contains(target)) menu.hidden = true;
  }
}

let waiting = null;

function suggest(control) {
  clearTimeout(waiting);
  waiting = setTimeout(async () => {
    const menu = control.parentElement.querySelector(".menu");
    const { block: block_id, action: action_id } = control.dataset;
    const found = await told(post("/people/suggest", { ...placeOf(control), block_id, action_id, value: control.value }));
    if (!found) return;
    menu.replaceChildren(
      ...found.options.map((option) =>
        make("button", { type: "button", class: "menu-item", onclick: () => choose(control, option) }, option.text?.text ?? option.text),
      ),
    );
    menu.hidden = false;
    if (!found.options.length) menu.append(make("span", { class: "menu-none" }, "Nothing found"));
  }, 250);
}

function choose(control, option) {
  control.dataset.value = option.value;
  control.value = option.text?.text ?? option.text;
  control.parentElement.querySelector(".menu").hidden = true;
  give(control);
}
