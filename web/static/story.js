// Small comforts; the page works without them: a line to cite can be selected, similar stories are a link away.
const copied = async (text) => {
  try {
    await navigator.clipboard.writeText(text);
    return;
  } catch {
    // Without TLS there is no clipboard, and a browser may forbid it: the older way is left.
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

const near = document.querySelector("[data-near]");
if (near) {
  fetch(near.href)
    .then((answer) => (answer.ok ? answer.text() : ""))
    .then((text) => {
      const found = new DOMParser().parseFromString(text, "text/html").querySelector(".near-list");
      if (found) near.parentElement.replaceWith(found);
    })
    .catch(() => {});
}
