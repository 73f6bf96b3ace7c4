// A choice of month takes effect at once; without this the button beside it does the same.
for (const form of document.querySelectorAll("form[data-auto]")) {
  form.addEventListener("change", () => form.requestSubmit());
}
