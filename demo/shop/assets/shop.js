"use strict";
/* The shop's own script: buttons that open the chat. The snippet's queue takes the call even before the chat is here. */
document.addEventListener("click", (event) => {
  const button = event.target instanceof Element ? event.target.closest("[data-open-chat]") : null;
  if (!button) return;
  event.preventDefault();
  window.smartsupp("chat:open");
});
