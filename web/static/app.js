// Small comforts; every page works without them.
{
  const field = document.getElementById("q");
  const form = document.getElementById("find");
  const wait = document.getElementById("wait");
  const keys = document.getElementById("keys");
  const OFF = "tintinh-no-keys";

  // Keys without a modifier get in the way of speech input, so that they can be turned off (WCAG 2.1.4).
  const stored = () => {
    try {
      return localStorage.getItem(OFF);
    } catch {
      return null;
    }
  };
  const label = () => {
    keys.textContent = stored() ? keys.dataset.on : keys.dataset.off;
  };
  if (keys && field) {
    keys.hidden = false;
    label();
    keys.addEventListener("click", () => {
      try {
        if (stored()) localStorage.removeItem(OFF);
        else localStorage.setItem(OFF, "1");
      } catch {
        return;
      }
      label();
    });
  }

  const step = (by) => {
    const links = [...document.querySelectorAll(".card h2 a")];
    const next = links[Math.max(0, links.indexOf(document.activeElement) + by)];
    if (next) next.focus();
  };

  document.addEventListener("keydown", (event) => {
    const typing = event.target.closest("input, select, textarea");
    if (!field || typing || event.ctrlKey || event.metaKey || event.altKey || stored()) return;
    if (event.key === "/") {
      event.preventDefault();
      field.focus();
      field.select();
    } else if (event.key === "j") step(1);
    else if (event.key === "k") step(-1);
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
}
