// Copies a line of text; without a script the line can be selected.
const copied = async (text) => {
  if (navigator.clipboard && window.isSecureContext) {
    await navigator.clipboard.writeText(text);
    return;
  }
  const field = document.createElement("textarea");
  field.value = text;
  field.className = "unseen";
  document.body.append(field);
  field.select();
  document.execCommand("copy");
  field.remove();
};

for (const button of document.querySelectorAll("[data-copies]")) {
  const label = button.textContent;
  button.hidden = false;
  button.setAttribute("aria-live", "polite");
  button.addEventListener("click", async () => {
    await copied(document.getElementById(button.dataset.copies).textContent.trim());
    button.textContent = button.dataset.done;
    button.focus();
    setTimeout(() => {
      button.textContent = label;
    }, 2_000);
  });
}
