// Small pieces of the terminal's page: elements, questions with big buttons, numbers, codes of scanners.
export function h(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on")) made.addEventListener(name.slice(2), value);
    else if (name === "class") made.className = value;
    else made.setAttribute(name, value === true ? "" : value);
  }
  made.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== false));
  return made;
}

export const say = (text, values = {}) => Object.entries(values).reduce((made, [name, value]) => made.replace(`%${name}`, value), text);

// One question at a time, over everything, with buttons for gloves. Resolves with the answer or null.
export function ask(title, build, words) {
  return new Promise((resolve) => {
    const dialog = h("dialog", { class: "t-dialog", "aria-label": title });
    const close = (value) => {
      dialog.close();
      dialog.remove();
      resolve(value);
    };
    dialog.append(
      h("header", {}, h("h2", {}, title), h("button", { type: "button", class: "t-close", onclick: () => close(null) }, words.cancel)),
      build(close),
    );
    dialog.addEventListener("cancel", (event) => {
      event.preventDefault();
      close(null);
    });
    document.body.append(dialog);
    dialog.showModal();
  });
}

export function choose(title, options, words, { own = false } = {}) {
  return ask(title, (close) => {
    const list = h("div", { class: "t-choices" }, options.map((option) => h("button", { type: "button", class: option.quiet ? "quiet" : "", onclick: () => close(option.value) }, option.text)));
    if (!own) return list;
    const field = h("input", { maxlength: 60, "aria-label": words.own_words, placeholder: words.own_words });
    const form = h("form", { class: "t-own", onsubmit: (event) => { event.preventDefault(); if (field.value.trim()) close(field.value.trim()); } }, field, h("button", { class: "primary" }, words.ok));
    return h("div", {}, list, form);
  }, words);
}

// A pad of digits; value as text. decimal: with a point and a sign.
export function pad(title, words, { decimal = false, secret = false, unit = "" } = {}) {
  return ask(title, (close) => {
    const field = h("input", { inputmode: "none", "aria-label": title, autocomplete: "off", class: "t-number", type: secret ? "password" : "text" });
    const put = (text) => { field.value += text; field.focus(); };
    const keys = ["7", "8", "9", "4", "5", "6", "1", "2", "3", decimal ? "." : "", "0", decimal ? "−" : ""];
    const form = h("form", { class: "t-pad", onsubmit: (event) => { event.preventDefault(); if (field.value) close(field.value.replace("−", "-")); } },
      h("div", { class: "t-number-row" }, field, unit ? h("span", {}, unit) : null, h("button", { type: "button", "aria-label": "⌫", onclick: () => { field.value = field.value.slice(0, -1); } }, "⌫")),
      h("div", { class: "t-keys" }, keys.map((key) => (key ? h("button", { type: "button", onclick: () => put(key) }, key) : h("span")))),
      h("button", { class: "primary t-wide" }, words.ok));
    setTimeout(() => field.focus());
    return form;
  }, words);
}

// A code typed or scanned.
export function typed(title, words) {
  return ask(title, (close) => {
    const field = h("input", { "aria-label": title, autocomplete: "off", class: "t-number", maxlength: 200 });
    const form = h("form", { class: "t-own", onsubmit: (event) => { event.preventDefault(); if (field.value.trim()) close(field.value.trim()); } }, field, h("button", { class: "primary" }, words.ok));
    setTimeout(() => field.focus());
    return form;
  }, words);
}

// Steps of a part's instruction whose check is missing or failed.
export function checksLeft(part) {
  const gated = part?.instruction?.steps.filter((step) => step.check !== "none") ?? [];
  return gated.filter((step) => !part.checks[step.id]?.passed);
}

// The serial in what a scanner sent: a GS1 element string, a GS1 Digital Link, or the text itself.
export function serialOf(code) {
  const text = code.trim();
  const link = text.match(/\/01\/\d{14}\/21\/([^/?#]+)/);
  if (link) return decodeURIComponent(link[1]);
  const plain = text.replace(/^\]d2/, "").replace(/\u001d/g, "");
  const element = plain.match(/^01\d{14}21(.{1,20})$/) ?? plain.match(/^\(01\)\d{14}\(21\)(.{1,20})$/);
  return element ? element[1] : text;
}

export function since(iso, zh) {
  const seconds = Math.max(0, (Date.now() - Date.parse(iso)) / 1000);
  if (seconds < 60) return `${Math.floor(seconds)} s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min`;
  return `${Math.floor(seconds / 3600)} h ${Math.floor((seconds % 3600) / 60)} ${zh ? "分" : "min"}`;
}
