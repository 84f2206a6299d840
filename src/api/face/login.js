// Who is at the page. Where there are users, a login is asked for; its tokens lie in cookies that no script can read.

import { byId, setText } from "./page.js";

/** Access tokens are good for ten minutes; a page that was asleep refreshes when it wakes. */
const REFRESH_EVERY = 8 * 60 * 1000;

let waiting = null;

const post = (path, body) =>
  fetch(path, { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body ?? {}) });

async function isIn() {
  const me = await fetch("/api/auth/me").then((response) => response.json());
  byId("logout").hidden = !me.user;
  setText("user", me.user ?? "");
  return !me.login_required || me.role !== null;
}

/** Comes back once the page may ask; shows the login where it may not. Fails when the server can not be reached. */
export async function admitted() {
  if (await isIn()) return;
  if ((await post("/api/auth/refresh")).ok && (await isIn())) return;
  waiting ??= new Promise((resolve) => {
    byId("login").addEventListener("close", () => { waiting = null; resolve(); }, { once: true });
    byId("login").showModal();
  });
  await waiting;
}

byId("login").addEventListener("cancel", (event) => event.preventDefault());

byId("login-form").addEventListener("submit", async (event) => {
  event.preventDefault();
  const fields = new FormData(event.target);
  setText("login-trouble", "");
  try {
    const answer = await post("/api/auth/login", { username: fields.get("username"), password: fields.get("password"), cookie: true });
    if (answer.ok) {
      event.target.reset();
      await isIn();
      byId("login").close();
      return;
    }
    const { message } = await answer.json();
    setText("login-trouble", message.charAt(0).toUpperCase() + message.slice(1));
  } catch {
    setText("login-trouble", "The server can not be reached.");
  }
});

byId("logout").addEventListener("click", async () => {
  await post("/api/auth/logout").catch(() => {});
  location.reload();
});

setInterval(() => { if (!byId("logout").hidden) post("/api/auth/refresh").catch(() => {}); }, REFRESH_EVERY);
