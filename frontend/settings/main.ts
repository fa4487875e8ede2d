/** The live preview of the widget's settings page: the form's values, shown before they are saved. */

import { contrast, parseColor, textOn } from "./contrast";
import { startForms } from "./forms";

interface Preview {
  words: Record<string, Record<string, string>>;
  language: string;
  readable: number;
}

/** Buttons need 3:1 against the page around them (WCAG 2.2, 1.4.11). */
const VISIBLE = 3;

function start(form: HTMLFormElement, root: HTMLElement, preview: Preview): void {
  let language = preview.language;
  let status = "online";

  // A switched-off control is not part of the form's data, so each is asked itself.
  const value = (name: string) => {
    const control = form.elements.namedItem(name);
    return control !== null && "value" in control ? String(control.value) : "";
  };
  const isOn = (name: string) =>
    form.querySelector<HTMLInputElement>(`input[name="${name}"]`)?.checked === true;

  function word(place: string): string {
    const own = value(`words-${language}-${place}`).trim();
    return own || (preview.words[language]?.[place] ?? "");
  }

  function showWords(): void {
    for (const element of root.querySelectorAll<HTMLElement>("[data-preview-text]")) {
      const { previewText = "", previewOffline } = element.dataset;
      element.textContent = word(status === "offline" && previewOffline ? previewOffline : previewText);
      element.lang = language;
    }
    for (const element of root.querySelectorAll<HTMLElement>("[data-preview-only]")) {
      element.hidden = element.dataset.previewOnly !== status;
    }
  }

  function showNotice(): void {
    const isShown = isOn("shows_privacy_notice");
    toggle(root, "[data-preview-notice]", isShown);
    toggle(root, "[data-preview-policy]", value("privacy_notice_url").trim() !== "");
    toggle(form, "[data-notice-warning]", !isShown);
  }

  function showColor(): void {
    const line = form.querySelector<HTMLElement>("[data-contrast]");
    const text = line?.querySelector("[data-contrast-text]");
    if (!line || !text) return;
    const color = parseColor(value("color"));
    // The server has said already what is wrong with the colour that it was sent.
    line.hidden = !color && form.querySelector("#id_color_error") !== null;
    line.classList.toggle("contrast--wrong", !color);
    if (!color) {
      text.textContent = line.dataset.wrong ?? "";
      return;
    }
    const words = textOn(color);
    const ratio = contrast(words, color);
    const picker = form.querySelector<HTMLInputElement>("[data-color-picker]");
    if (picker) picker.value = color;
    for (const element of [root, line]) {
      element.style.setProperty("--accent", color);
      element.style.setProperty("--accent-contrast", words);
    }
    const isFaint = contrast(color, "#ffffff") < VISIBLE;
    line.classList.toggle("contrast--faint", isFaint);
    text.textContent = isFaint
      ? (line.dataset.faint ?? "")
      : (line.dataset.readable ?? "")
          .replace(
            "{ratio}",
            `${(Math.floor(ratio * 10) / 10).toLocaleString(document.documentElement.lang)} : 1`,
          )
          .replace("{least}", `${preview.readable.toLocaleString(document.documentElement.lang)} : 1`);
    for (const button of form.querySelectorAll<HTMLElement>("button[data-color]")) {
      button.setAttribute("aria-pressed", String(button.dataset.color === color));
    }
  }

  function show(): void {
    const page = root.querySelector<HTMLElement>("[data-preview-page]");
    if (page) {
      page.dataset.side = value("side");
      page.dataset.launcher = value("launcher");
      const isHidden = status === "offline" && isOn("hides_when_offline");
      page.classList.toggle("preview__page--empty", isHidden);
      toggle(page, "[data-preview-hidden]", isHidden);
    }
    for (const button of root.querySelectorAll<HTMLElement>("[data-preview-status]")) {
      button.setAttribute("aria-pressed", String(button.dataset.previewStatus === status));
    }
    showWords();
    showNotice();
    showColor();
  }

  form.addEventListener("input", show);
  form.addEventListener("change", (event) => {
    if (event.target instanceof HTMLSelectElement && event.target.name === "language") {
      language = event.target.value || preview.language;
    }
    show();
  });
  // Whoever writes German words wants to see the German chat.
  form.addEventListener("focusin", (event) => {
    const group = event.target instanceof Element ? event.target.closest<HTMLElement>("[data-words]") : null;
    const wanted = group?.dataset.words;
    if (wanted && wanted !== language) {
      language = wanted;
      show();
    }
  });
  root.addEventListener("click", (event) => {
    const button =
      event.target instanceof Element ? event.target.closest<HTMLElement>("[data-preview-status]") : null;
    if (!button) return;
    status = button.dataset.previewStatus ?? status;
    show();
  });

  startColors(form);
  root.hidden = false;
  show();
}

function startColors(form: HTMLFormElement): void {
  const field = form.querySelector<HTMLInputElement>("input[name=color]");
  const picker = form.querySelector<HTMLInputElement>("[data-color-picker]");
  const suggestions = form.querySelector<HTMLElement>(".color-input__suggestions");
  if (!field || !picker || !suggestions) return;
  const choose = (color: string) => {
    field.value = color;
    field.dispatchEvent(new Event("input", { bubbles: true }));
  };
  picker.hidden = false;
  suggestions.hidden = false;
  picker.addEventListener("input", () => choose(picker.value));
  for (const button of suggestions.querySelectorAll<HTMLElement>("button[data-color]")) {
    const color = button.dataset.color ?? "";
    button.style.setProperty("--swatch", color);
    button.addEventListener("click", () => choose(color));
  }
}

function toggle(within: Element, selector: string, isShown: boolean): void {
  const element = within.querySelector<HTMLElement>(selector);
  if (element) element.hidden = !isShown;
}

const form = document.querySelector<HTMLFormElement>("form[data-widget-settings]");
const root = document.querySelector<HTMLElement>("[data-preview]");
const preview = document.getElementById("preview")?.textContent;
if (form && root && preview) start(form, root, JSON.parse(preview) as Preview);

const forms = document.querySelector<HTMLFormElement>("form[data-forms-settings]");
if (forms) startForms(forms);
