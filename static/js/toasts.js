/**
 * Toasts leave after six seconds, unless they tell of an error or somebody points at, or is in, the region.
 * data-toast-dismiss closes one by hand.
 */
const SHOWN_FOR = 6000;
const region = document.querySelector(".toasts");

document.addEventListener("click", (event) => {
  if (event.target instanceof Element && event.target.closest("[data-toast-dismiss]")) {
    event.target.closest(".toast")?.remove();
  }
});

function leaveLater(toast) {
  if (toast.classList.contains("toast--danger")) return;
  setTimeout(() => {
    if (region?.matches(":hover, :focus-within")) leaveLater(toast);
    else toast.remove();
  }, SHOWN_FOR);
}

for (const toast of document.querySelectorAll(".toast")) leaveLater(toast);
