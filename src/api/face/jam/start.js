// Before one plays: a room is opened, or entered by its code.

import { byId, complain } from "../page.js";
import { admitted } from "../login.js";

const CODE = /^[A-Z0-9]{6}$/;
const COLORS = ["#ff5d5d", "#4da3ff", "#5bd17a", "#ffc145", "#b17dff", "#ff8a3d", "#37d0d6", "#ff7ac6"];

/** A token says who one is in a room: a page that is loaded again is the same participant. */
export const kept = {
  token: (code) => sessionStorage.getItem(`jam ${code}`),
  keep: (code, token) => token && sessionStorage.setItem(`jam ${code}`, token),
  forget: (code) => sessionStorage.removeItem(`jam ${code}`),
};

export function codeInAddress() {
  const code = decodeURIComponent(location.hash.slice(1)).toUpperCase();
  return CODE.test(code) ? code : null;
}

export class Start {
  #enter;

  /** `enter`: is called with {code, name, color, token}. */
  constructor(enter) {
    this.#enter = enter;
    byId("name").value = localStorage.getItem("jam name") ?? "";
    byId("color").value = localStorage.getItem("jam color") ?? COLORS[Math.floor(Math.random() * COLORS.length)];
    byId("join-form").addEventListener("submit", (event) => this.#submit(event, () => this.#join()));
    byId("create-form").addEventListener("submit", (event) => this.#submit(event, () => this.#create()));
    byId("code").addEventListener("input", () => {
      byId("code").value = byId("code").value.toUpperCase().replaceAll(/[^A-Z0-9]/g, "").slice(0, 6);
    });
    byId("let-in").addEventListener("click", async () => {
      await admitted();
      byId("let-in").hidden = true;
      if (byId("code").value) this.#join();
    });
  }

  /** `words`: why one is here again. */
  show(words = "", needsLogin = false) {
    byId("room").hidden = true;
    byId("start").hidden = false;
    byId("start-trouble").textContent = words.charAt(0).toUpperCase() + words.slice(1);
    byId("let-in").hidden = !needsLogin;
    const code = codeInAddress();
    if (code) byId("code").value = code;
    // On a screen that is touched, that would bring up its keyboard.
    if (!matchMedia("(pointer: fine)").matches) return;
    byId(byId("name").value ? (code ? "join" : "create") : "name").focus({ preventScroll: true });
  }

  async #submit(event, action) {
    event.preventDefault();
    const name = byId("name").value.trim();
    if (!name) {
      byId("start-trouble").textContent = "Say who you are first.";
      byId("name").focus();
      return;
    }
    localStorage.setItem("jam name", name);
    localStorage.setItem("jam color", byId("color").value);
    byId("start-trouble").textContent = "";
    await action();
  }

  #guest(code, token) {
    return { code, name: byId("name").value.trim(), color: byId("color").value, token };
  }

  #join() {
    const code = byId("code").value.toUpperCase();
    if (!CODE.test(code)) {
      byId("start-trouble").textContent = "A code has six letters and digits.";
      byId("code").focus();
      return;
    }
    this.#enter(this.#guest(code, kept.token(code)));
  }

  async #create() {
    const open = byId("create-open").checked;
    const body = { name: byId("create-name").value.trim() || `${byId("name").value.trim()}’s jam`, by: byId("name").value.trim(), color: byId("color").value, open };
    const made = await posted("/api/jams", body);
    if (made) this.#enter(this.#guest(made.code, made.token));
  }
}

/** The server's answer; null where its words have been shown. */
async function posted(path, body) {
  const request = { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) };
  try {
    let response = await fetch(path, request);
    if (response.status === 401) {
      await admitted();
      response = await fetch(path, request);
    }
    const answer = await response.json().catch(() => ({}));
    if (response.ok) return answer;
    const message = answer.message ?? `The server answered ${response.status}.`;
    byId("start-trouble").textContent = message.charAt(0).toUpperCase() + message.slice(1);
  } catch {
    complain("The server can not be reached.");
  }
  return null;
}
