// The desk by keyboard; every page works without it.
const pairs = [...document.querySelectorAll(".pair")];
let place = Math.max(0, pairs.findIndex((pair) => `#${pair.id}` === location.hash || pair.querySelector("details[open]")));
let busy = false;

function go(to) {
  if (to >= pairs.length) {
    const next = document.querySelector("a[rel=next]");
    if (next) location.assign(next.href);
    return;
  }
  if (to < 0) return;
  pairs[place].querySelector("details").open = false;
  place = to;
  show();
  pairs[place].scrollIntoView({ block: "start", behavior: "instant" });
}

function show() {
  for (const pair of pairs) pair.removeAttribute("aria-current");
  pairs[place].setAttribute("aria-current", "true");
  pairs[place].querySelector("details").open = true;
  pairs[place].focus({ preventScroll: true });
}

function press(button) {
  if (!button || busy) return; // one word a key press, until the next page is there
  busy = true;
  button.click();
}

const keys = {
  j: () => go(place + 1),
  ArrowDown: () => go(place + 1),
  k: () => go(place - 1),
  ArrowUp: () => go(place - 1),
  m: () => press(pairs[place].querySelector("button[value=merge]")),
  s: () => press(pairs[place].querySelector("button[value=apart]")),
  o: () => {
    const texts = pairs[place].querySelector("details");
    texts.open = !texts.open;
  },
};

document.addEventListener("keydown", (event) => {
  if (event.target.closest("input, select, textarea") || event.ctrlKey || event.metaKey || event.altKey) return;
  const help = document.getElementById("desk-keys");
  // Vietnamese input methods may hide the letter behind "Process".
  const key = event.key === "Process" ? event.code.replace("Key", "").toLowerCase() : event.key;
  // A key that is held down must not decide the pairs of the next page too.
  if (event.repeat && "msu".includes(key)) return;
  let act = pairs.length ? keys[key] : undefined;
  if (key === "u") act = () => press(document.querySelector("#undo button"));
  if (key === "?" && help) act = () => { help.open = !help.open; };
  if (!act) return;
  event.preventDefault();
  act();
});

window.addEventListener("pageshow", () => {
  busy = false;
});
if (pairs.length) {
  show();
  if (location.hash) pairs[place].scrollIntoView({ block: "start", behavior: "instant" });
}
