/**
 * The choice between the system's colours, light and dark: buttons with data-theme-choice="system|light|dark".
 * It is kept in a cookie that the server reads, so that a page arrives in the right colours. Nothing is stored
 * until somebody chooses, and "system" removes the cookie again.
 */
const choices = document.querySelectorAll("button[data-theme-choice]");

function show(choice) {
  for (const button of choices) {
    button.setAttribute(
      "aria-pressed",
      String(button instanceof HTMLElement && button.dataset.themeChoice === choice),
    );
  }
}

function choose(choice) {
  const secure = location.protocol === "https:" ? "; Secure" : "";
  if (choice === "light" || choice === "dark") {
    document.documentElement.dataset.theme = choice;
    // biome-ignore lint/suspicious/noDocumentCookie: the Cookie Store is missing on plain http.
    document.cookie = `chatapp_theme=${choice}; Path=/; Max-Age=31536000; SameSite=Lax${secure}`;
  } else {
    delete document.documentElement.dataset.theme;
    // biome-ignore lint/suspicious/noDocumentCookie: as above.
    document.cookie = `chatapp_theme=; Path=/; Max-Age=0; SameSite=Lax${secure}`;
  }
  show(choice);
}

for (const button of choices) {
  button.addEventListener("click", () =>
    choose(button instanceof HTMLElement ? button.dataset.themeChoice : "system"),
  );
}
show(document.documentElement.dataset.theme ?? "system");
