// Search as you type. Without this file the form does the same; when anything fails it still can.
const PAUSE = 220; // ms after the last key: input methods that send backspaces are done by then
const SLOW = 1000;
const PATIENCE = 10000;
const form = document.getElementById("find");
const field = document.getElementById("q");
const wait = document.getElementById("wait");
let composing = false;
let timer = 0;
let running = null;
let shown = field.value.trim();

function asked() {
  const address = new URLSearchParams();
  for (const [name, value] of new FormData(form)) {
    if (value.trim()) address.append(name, value.trim());
  }
  return address;
}

// The part of a page with an id, of the page that an address asks for.
async function part(id, address, signal) {
  address.append("manh", "1");
  const answer = await fetch(form.action + "?" + address, { signal, credentials: "same-origin" });
  const found = new DOMParser().parseFromString(await answer.text(), "text/html").getElementById(id);
  if (!found) throw new Error("no part of a page");
  return found;
}

// What somebody opened or closed stays so, and what has the focus keeps it: it is not replaced.
function show(next) {
  const old = document.getElementById("found");
  for (const one of old.querySelectorAll("details[id]")) {
    const same = next.querySelector("#" + one.id);
    if (same) same.open = one.open;
  }
  old.replaceWith(next);
  document.title = next.dataset.title;
  wait.textContent = next.dataset.told;
}

function reading() {
  return document.getElementById("found").contains(document.activeElement);
}

// What was asked before is not what stands in the field now.
function giveUp() {
  if (!running) return;
  running.abort();
  running = null;
  document.getElementById("found").classList.remove("busy");
  wait.textContent = "";
}

async function look() {
  const q = field.value.trim();
  if (composing) return;
  giveUp();
  if (q === shown || q.length === 1 || reading()) return;
  const mine = (running = new AbortController());
  const address = asked();
  const path = form.action + (String(address) && "?" + address);
  const slow = setTimeout(() => (wait.textContent = form.dataset.slow), SLOW);
  const late = setTimeout(() => mine.abort("late"), PATIENCE);
  const busy = document.getElementById("found");
  busy.classList.add("busy");
  try {
    const opened = [...busy.querySelectorAll("[data-opened]")].map((one) => one.dataset.opened);
    if (opened.length) address.append("mo", opened.join());
    const next = await part("found", address, mine.signal);
    if (running !== mine) return;
    if (composing || reading()) {
      wait.textContent = "";
      return;
    }
    shown = q;
    show(next);
    history.replaceState(history.state, "", path);
  } catch {
    if (running === mine && (!mine.signal.aborted || mine.signal.reason === "late")) {
      wait.textContent = navigator.onLine ? form.dataset.failed : form.dataset.offline;
    }
  } finally {
    clearTimeout(slow);
    clearTimeout(late);
    if (running === mine) {
      busy.classList.remove("busy");
      running = null;
    }
  }
}

function soon() {
  clearTimeout(timer);
  if (!composing) timer = setTimeout(look, PAUSE);
}

field.addEventListener("compositionstart", () => {
  composing = true;
  clearTimeout(timer);
});
field.addEventListener("compositionend", () => {
  composing = false;
  soon();
});
field.addEventListener("input", (event) => {
  if (!event.isComposing) soon();
});
// Such a link leads to the page with more of it open; here that more comes alone, into its place.
document.addEventListener("click", async (event) => {
  const link = event.target.closest("#found .opens");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
  event.preventDefault();
  const to = new URL(link.href);
  try {
    const opened = await part(to.hash.slice(1), to.searchParams, AbortSignal.timeout(PATIENCE));
    if (!link.isConnected) return;
    if (opened.id === "tay") for (const one of document.querySelectorAll('#found input[form="find"]')) one.remove();
    link.replaceWith(opened);
    opened.querySelector("summary").focus();
  } catch {
    location.assign(link.href);
  }
});
// A whole page is on its way: no part of one may come in between.
form.addEventListener("submit", () => {
  clearTimeout(timer);
  running?.abort();
});
// Whoever comes back to the field may have left it before its last answer.
field.addEventListener("focus", soon);
window.addEventListener("online", soon);
window.addEventListener("offline", () => {
  wait.textContent = form.dataset.offline;
});
window.addEventListener("pageshow", () => {
  document.getElementById("found").classList.remove("busy");
  soon();
});
// Down from the field to the first story; the way back is "/" or Shift+Tab.
field.addEventListener("keydown", (event) => {
  if (event.key !== "ArrowDown" || event.isComposing || event.keyCode === 229) return;
  const first = document.querySelector("#hits h2 a");
  if (first) {
    event.preventDefault();
    first.focus();
  }
});
