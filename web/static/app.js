// Small comforts; every page works without them.
const field = document.getElementById("q");
const form = document.getElementById("find");
const wait = document.getElementById("wait");

document.addEventListener("keydown", (event) => {
  const typing = event.target.closest("input, select, textarea");
  if (event.key === "/" && field && !typing && !event.ctrlKey && !event.metaKey && !event.altKey) {
    event.preventDefault();
    field.focus();
    field.select();
  }
});

if (form && wait) {
  form.addEventListener("submit", () => {
    wait.textContent = wait.dataset.text;
  });
  // Short addresses: what was left empty is not sent.
  form.addEventListener("formdata", (event) => {
    for (const [name, value] of [...event.formData]) {
      if (!value) event.formData.delete(name);
    }
  });
  window.addEventListener("pageshow", () => {
    wait.textContent = "";
  });
}

// A sign-in link carries its code behind "#", which no server, log or link preview sees.
const ticket = document.getElementById("ticket");
if (ticket && location.hash.length > 1) {
  ticket.value = decodeURIComponent(location.hash.slice(1));
  history.replaceState(null, "", location.pathname + location.search);
  document.querySelector("#ticket-form button").focus();
}
