/**
 * Copy buttons. <button data-copy="#id"> copies the text or value of the element; data-copied holds the words
 * shown for two seconds afterwards, in the button's [data-copy-label] or the button itself, and read aloud.
 */

/** navigator.clipboard exists on https and localhost only; a selected text field works everywhere. */
async function copyText(text) {
  if (navigator.clipboard && window.isSecureContext) {
    await navigator.clipboard.writeText(text);
    return;
  }
  const field = document.createElement("textarea");
  field.value = text;
  field.className = "visually-hidden";
  document.body.append(field);
  field.select();
  const done = document.execCommand("copy");
  field.remove();
  if (!done) throw new Error("copy refused");
}

document.addEventListener("click", async (event) => {
  const button = event.target instanceof Element ? event.target.closest("button[data-copy]") : null;
  if (!(button instanceof HTMLButtonElement)) return;
  const source = document.querySelector(button.dataset.copy ?? "");
  if (!source) return;
  const label = button.querySelector("[data-copy-label]") ?? button;
  const before = label.textContent;
  try {
    await copyText(source instanceof HTMLInputElement ? source.value : (source.textContent ?? "").trim());
  } catch {
    // The owner can still copy by hand: leave the text selected.
    getSelection()?.selectAllChildren(source);
    return;
  }
  if (button.dataset.copyState === "done") return;
  button.dataset.copyState = "done";
  label.setAttribute("aria-live", "polite");
  label.textContent = button.dataset.copied ?? before;
  button.focus();
  setTimeout(() => {
    label.textContent = before;
    delete button.dataset.copyState;
  }, 2000);
});
