// The face: shows what the server says and asks it for changes. It keeps no state of its own: after every change the server
// tells the newest state over the WebSocket, to this page as to every other client.

import { showCountdowns, showDestinations } from "./destinations.js";
import { setTarget, showMetrics } from "./figures.js";
import { showLights, showZones } from "./lights.js";
import { admitted } from "./login.js";
import { announce, ask, byId, complain, element, reconcile, setText, twice } from "./page.js";
import { showPicture } from "./picture.js";

function duration(milliseconds) {
  const seconds = Math.max(0, Math.floor(milliseconds / 1000));
  const two = (number) => String(number).padStart(2, "0");
  return `${Math.floor(seconds / 3600)}:${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}`;
}

// ---------------------------------------------------------------- the stream

let stream = null;
let online = false;

function allowed() {
  const live = Boolean(stream?.isLive);
  const paused = Boolean(stream?.isPaused);
  return { start: !live, pause: live && !paused, resume: paused, stop: live };
}

// aria-disabled and not disabled: a button that was just pressed keeps the focus.
function showControls() {
  const can = allowed();
  for (const button of document.querySelectorAll("[data-action]")) {
    button.setAttribute("aria-disabled", String(!online || !can[button.dataset.action]));
  }
}

for (const button of document.querySelectorAll("[data-action]")) {
  const action = () => ask("POST", `/api/stream/${button.dataset.action}`);
  if (button.dataset.action === "stop") {
    twice(button, "Really stop?", action);
  } else {
    button.addEventListener("click", () => {
      if (button.getAttribute("aria-disabled") !== "true") action();
    });
  }
}

function showAir() {
  const badge = byId("air");
  const state = !online ? "unknown" : stream.isPaused ? "paused" : stream.isLive ? "live" : "off";
  const words = { unknown: "Not connected", paused: "Paused", live: "On air", off: "Off air" };
  if (badge.dataset.state !== state) announce(words[state]);
  badge.dataset.state = state;
  setText("air", words[state]);
  const health = byId("health");
  health.hidden = !(online && stream.error);
  health.dataset.state = "down";
  setText("health", stream?.error ?? "");
}

// ---------------------------------------------------------------- scenes

function showScenes(show) {
  const program = show.program?.scene;
  byId("no-scenes").hidden = show.scenes.length > 0;
  reconcile(byId("scenes"), show.scenes, (scene) => scene.id, makeScene, (button, scene) => {
    const taken = scene.id === program;
    button.setAttribute("aria-pressed", String(taken));
    button.firstChild.textContent = scene.name || scene.id;
    const layers = scene.layers.length === 1 ? "1 layer" : `${scene.layers.length} layers`;
    button.lastChild.textContent = taken ? `Program · ${layers}` : layers;
  });
}

function makeScene(scene) {
  const button = element("button", { type: "button" }, element("span"), element("small"));
  button.addEventListener("click", () => ask("POST", `/api/scenes/${scene.id}/take`));
  return button;
}

// ---------------------------------------------------------------- addresses

async function showAddresses() {
  const found = await fetch("/api/addresses").then((response) => response.json()).catch(() => null);
  if (found === null) return;
  const rows = [
    ["Program, for VLC, ffplay or an OBS media source", found.rtmp],
    ["Motion JPEG, for a browser or a player", new URL("/api/preview.mjpeg", location.href).href],
    ["All scenes at once, for a browser or a player", new URL("/api/multiview.mjpeg", location.href).href],
    ["WebSocket, for programs", found.websocket],
  ].filter(([, address]) => address);
  byId("addresses").replaceChildren(...rows.map(([label, address]) => {
    const code = element("code", { textContent: address });
    const copy = element("button", { type: "button", textContent: "Copy" });
    copy.setAttribute("aria-label", `Copy: ${label}`);
    copy.addEventListener("click", () => copyText(code, copy));
    return element("li", {}, element("span", { className: "label", textContent: label }), code, copy);
  }));
}

async function copyText(code, button) {
  try {
    await navigator.clipboard.writeText(code.textContent);
    button.textContent = "Copied";
    announce("Copied");
    setTimeout(() => { button.textContent = "Copy"; }, 2000);
  } catch {
    // Without HTTPS a browser may not write the clipboard: the text is selected, ready for Ctrl+C.
    getSelection().selectAllChildren(code);
    announce("Selected: press Ctrl+C to copy");
  }
}

// ---------------------------------------------------------------- the connection

/** Seconds between tries; a server that restarts is back at once, one that is gone is not hammered. */
const BACK_OFF = [0.5, 1, 2, 4, 8, 10];

class Connection {
  #socket = null;
  #failures = 0;
  #retryAt = 0;
  #timer = null;

  async open() {
    clearTimeout(this.#timer);
    this.#timer = null;
    try {
      await admitted();
    } catch {
      this.#lost();
      return;
    }
    this.#connect();
  }

  #connect() {
    const scheme = location.protocol === "https:" ? "wss" : "ws";
    const preview = document.hidden ? "off" : "binary";
    const socket = new WebSocket(`${scheme}://${location.host}/ws?preview=${preview}`);
    socket.binaryType = "arraybuffer";
    socket.addEventListener("message", (event) => {
      if (socket !== this.#socket) return;
      if (event.data instanceof ArrayBuffer) this.#show(event.data);
      else this.#hear(JSON.parse(event.data));
    });
    socket.addEventListener("open", () => {
      // The page may have been hidden or shown while the connection was made.
      if (document.hidden !== (preview === "off")) this.wantPictures(!document.hidden);
      else if (!document.hidden) this.#wantLights();
    });
    socket.addEventListener("close", () => {
      if (socket === this.#socket) this.#lost();
    });
    this.#socket = socket;
    this.countdown();
  }

  /** The third letter tells lights from pictures. */
  #show(message) {
    if (new Uint8Array(message)[2] === "L".charCodeAt(0)) showLights(message);
    else showPicture(message);
  }

  #wantLights() {
    const payload = { rooms: ["frames"], format: "binary", fps: 30 };
    this.#socket.send(JSON.stringify({ type: "subscribe", payload }));
  }

  #hear({ type, payload }) {
    if (type === "stateUpdate") {
      if (!online) this.#found();
      stream = payload;
      setTarget(payload.targetFPS);
      showAir();
      showControls();
      showScenes(payload.show);
      showZones(payload.show.lights);
      showDestinations(payload.show);
    } else if (type === "metricsUpdate") {
      showMetrics(payload);
    } else if (type === "error") {
      complain(payload.message);
    }
  }

  #found() {
    online = true;
    this.#failures = 0;
    document.body.classList.remove("offline");
    byId("lost").hidden = true;
    showAddresses();
  }

  #lost() {
    this.#socket = null;
    online = false;
    document.body.classList.add("offline");
    showAir();
    showControls();
    const wait = BACK_OFF[Math.min(this.#failures, BACK_OFF.length - 1)] * (0.75 + Math.random() / 2);
    this.#failures += 1;
    this.#retryAt = Date.now() + wait * 1000;
    this.#timer = setTimeout(() => this.open(), wait * 1000);
    byId("lost").hidden = false;
    this.countdown();
  }

  countdown() {
    if (online) return;
    const left = Math.ceil((this.#retryAt - Date.now()) / 1000);
    const next = this.#socket === null && left > 0 ? `Trying again in ${left} s.` : "Trying again …";
    setText("lost-text", `The connection to the server is lost. ${next}`);
  }

  retry() {
    if (this.#socket === null) this.open();
  }

  /** A page that nobody sees needs no pictures. */
  wantPictures(wanted) {
    if (this.#socket?.readyState !== WebSocket.OPEN) return;
    const type = wanted ? "subscribe" : "unsubscribe";
    const payload = wanted ? { rooms: ["preview"], format: "binary" } : { rooms: ["preview", "frames"] };
    this.#socket.send(JSON.stringify({ type, payload }));
    if (wanted) this.#wantLights();
  }
}

const connection = new Connection();
connection.open();
byId("retry").addEventListener("click", () => connection.retry());
window.addEventListener("online", () => connection.retry());
document.addEventListener("visibilitychange", () => connection.wantPictures(!document.hidden));

setInterval(() => {
  setText("on-air-for", online && stream?.startTime ? duration(Date.now() - stream.startTime) : "–");
  showCountdowns();
  connection.countdown();
}, 1000);
showControls();
