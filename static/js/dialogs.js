/**
 * Native dialogs. data-dialog-open="id" opens one, data-dialog-close closes the one around it, and so does a press
 * on the backdrop. A form with data-confirm="question" is sent only after a yes in #confirm-dialog; its
 * data-confirm-label names the deed on the button. Without script such a form is sent at once.
 */
document.addEventListener("click", (event) => {
  if (!(event.target instanceof Element)) return;
  const opener = event.target.closest("[data-dialog-open]");
  if (opener instanceof HTMLElement) {
    const dialog = document.getElementById(opener.dataset.dialogOpen ?? "");
    if (dialog instanceof HTMLDialogElement) dialog.showModal();
    return;
  }
  if (event.target.closest("[data-dialog-close]")) event.target.closest("dialog")?.close();
  if (event.target instanceof HTMLDialogElement && event.target.open) {
    const box = event.target.getBoundingClientRect();
    const inside =
      event.clientX >= box.left &&
      event.clientX <= box.right &&
      event.clientY >= box.top &&
      event.clientY <= box.bottom;
    if (!inside) event.target.close();
  }
});

const confirmDialog = document.getElementById("confirm-dialog");

document.addEventListener(
  "submit",
  (event) => {
    const form = event.target;
    if (!(form instanceof HTMLFormElement) || !form.dataset.confirm || form.dataset.confirmed) return;
    if (!(confirmDialog instanceof HTMLDialogElement)) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    const question = confirmDialog.querySelector("[data-confirm-question]");
    const yes = confirmDialog.querySelector("[data-confirm-yes]");
    if (!(yes instanceof HTMLButtonElement) || !question) return;
    question.textContent = form.dataset.confirm;
    yes.dataset.usual ??= yes.textContent ?? "";
    yes.textContent = form.dataset.confirmLabel ?? yes.dataset.usual;
    yes.onclick = () => {
      form.dataset.confirmed = "yes";
      confirmDialog.close();
      form.requestSubmit(event.submitter);
      delete form.dataset.confirmed;
    };
    confirmDialog.showModal();
  },
  // Before htmx and the busy marks of forms.js see it.
  { capture: true },
);
