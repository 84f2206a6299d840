// What every part of the page needs: its elements, words to people, and asking the server.

export const byId = (id) => document.getElementById(id);

export function element(tag, properties = {}, ...children) {
  const made = Object.assign(document.createElement(tag), properties);
  made.append(...children);
  return made;
}

export function setText(id, text) {
  const place = byId(id);
  if (place.textContent !== text) place.textContent = text;
}

export function announce(text) {
  setText("announce", text);
}

export function complain(text) {
  setText("trouble-text", text);
  byId("trouble").hidden = false;
}

byId("dismiss").addEventListener("click", () => {
  byId("trouble").hidden = true;
});

/** True when the server did it; otherwise its own words are shown. */
export async function ask(method, path, body) {
  const request = { method, headers: {} };
  if (body !== undefined) {
    request.headers["Content-Type"] = "application/json";
    request.body = JSON.stringify(body);
  }
  try {
    let response = await fetch(path, request);
    if (response.status === 401) {
      const { admitted } = await import("./login.js");
      await admitted();
      response = await fetch(path, request);
    }
    if (response.ok) {
      byId("trouble").hidden = true;
      return true;
    }
    const answer = await response.json().catch(() => null);
    const message = answer?.message ?? `The server answered ${response.status}.`;
    complain(message.charAt(0).toUpperCase() + message.slice(1));
  } catch {
    complain("The server can not be reached.");
  }
  return false;
}

/** The first press asks, a second within four seconds does it. */
export function twice(button, question, action) {
  let asked = null;
  const words = button.textContent;
  const calm = () => {
    clearTimeout(asked);
    asked = null;
    button.textContent = words;
    button.classList.remove("sure");
  };
  button.addEventListener("click", () => {
    if (button.getAttribute("aria-disabled") === "true") return;
    if (asked !== null) {
      calm();
      action();
      return;
    }
    button.textContent = question;
    button.classList.add("sure");
    asked = setTimeout(calm, 4000);
  });
}

/** Keeps the nodes of items that stay, so that the focus and a screen reader's place stay too. */
export function reconcile(parent, items, keyOf, make, update) {
  const present = new Map([...parent.children].map((child) => [child.dataset.key, child]));
  items.forEach((item, index) => {
    const key = keyOf(item);
    let child = present.get(key);
    if (child === undefined) {
      child = make(item);
      child.dataset.key = key;
    }
    present.delete(key);
    if (parent.children[index] !== child) parent.insertBefore(child, parent.children[index] ?? null);
    update(child, item);
  });
  for (const child of present.values()) child.remove();
}
