/** Closes the `details.menu` around the button that was pressed. */
export function closeMenu(event: Event): void {
  if (event.target instanceof Element && event.target.closest("button")) {
    event.target.closest("details")?.removeAttribute("open");
  }
}
