/**
 * Forms: the pressed button shows that it works and cannot be pressed twice; a press on data-reveal="id" shows the
 * password; data-submit-on-change sends the form at once; the first field with an error gets the focus.
 */
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (!(form instanceof HTMLFormElement) || event.defaultPrevented || form.method === "dialog") return;
  const button = event.submitter ?? form.querySelector("button[type=submit], button:not([type])");
  if (!(button instanceof HTMLButtonElement) || button.getAttribute("aria-busy") === "true") return;
  // After the submission has read the button's name and value.
  setTimeout(() => {
    button.setAttribute("aria-busy", "true");
    button.setAttribute("aria-disabled", "true");
  });
});

document.addEventListener("click", (event) => {
  if (!(event.target instanceof Element)) return;
  if (event.target.closest("button[aria-busy=true]")) {
    event.preventDefault();
    return;
  }
  const reveal = event.target.closest("button[data-reveal]");
  if (!(reveal instanceof HTMLButtonElement)) return;
  const field = document.getElementById(reveal.dataset.reveal ?? "");
  if (!(field instanceof HTMLInputElement)) return;
  const shown = field.type === "text";
  field.type = shown ? "password" : "text";
  reveal.setAttribute("aria-pressed", String(!shown));
});

document.addEventListener("change", (event) => {
  if (event.target instanceof Element) event.target.closest("form[data-submit-on-change]")?.requestSubmit();
});

/** A page out of the back-forward cache still has its busy buttons. */
function makeIdle() {
  for (const button of document.querySelectorAll("button[aria-busy=true]")) {
    button.removeAttribute("aria-busy");
    button.removeAttribute("aria-disabled");
  }
}

window.addEventListener("pageshow", (event) => {
  if (event.persisted) makeIdle();
});
document.addEventListener("htmx:afterRequest", makeIdle);

for (const reveal of document.querySelectorAll("button[data-reveal]")) reveal.removeAttribute("hidden");

const wrong = document.querySelector("[aria-invalid=true]");
if (wrong instanceof HTMLElement) wrong.focus();
