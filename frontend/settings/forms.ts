/** Keeps the previews of both forms in step with what is chosen, before it is saved. Lists of fields have
 * forms of their own, so whoever leaves by one of them is asked about what they changed elsewhere. */
export function startForms(form: HTMLFormElement): void {
  const show = () => {
    for (const field of document.querySelectorAll<HTMLElement>("[data-preview-mode]")) {
      const mode = chosen(form, field.dataset.previewMode ?? "");
      field.hidden = mode === "off";
      const mark = field.querySelector<HTMLElement>("[data-preview-required]");
      if (mark) mark.hidden = mode !== "required";
    }
    for (const preview of document.querySelectorAll<HTMLElement>("[data-preview-if]")) {
      const isOn = chosen(form, preview.dataset.previewIf ?? "") === "on";
      toggle(preview, "[data-preview-form]", isOn);
      toggle(preview, "[data-preview-off]", !isOn);
    }
  };
  // The fields stand outside the form's own element, which the lists of fields would break.
  let isChanged = false;
  for (const field of form.elements) {
    field.addEventListener("change", show);
    field.addEventListener("input", () => {
      isChanged = true;
    });
  }
  form.addEventListener("submit", () => {
    isChanged = false;
  });
  addEventListener("beforeunload", (event) => {
    if (isChanged) event.preventDefault();
  });
  show();
}

function chosen(form: HTMLFormElement, name: string): string {
  const field = form.elements.namedItem(name);
  if (field instanceof HTMLSelectElement) return field.value;
  return field instanceof HTMLInputElement && field.checked ? "on" : "";
}

function toggle(within: Element, selector: string, isShown: boolean): void {
  const element = within.querySelector<HTMLElement>(selector);
  if (element) element.hidden = !isShown;
}
