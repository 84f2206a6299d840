// The face: shows what the server says and asks it for changes. It keeps no state of its own: after every change the server
// tells the newest state over the WebSocket, to this page as to every other client.

const byId = (id) => document.getElementById(id);

function element(tag, properties = {}, ...children) {
  const made = Object.assign(document.createElement(tag), properties);
  made.append(...children);
  return made;
}

// ---------------------------------------------------------------- words

const STATES = {
  connecting: "Connecting",
  live: "Live",
  congested: "The connection is too slow",
  backing_off: "Connection lost",
  refused: "Refused",
  stopped: "Not sending",
};

function duration(milliseconds) {
  const seconds = Math.max(0, Math.floor(milliseconds / 1000));
  const two = (number) => String(number).padStart(2, "0");
  return `${Math.floor(seconds / 3600)}:${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}`;
}

function bitrate(kbps) {
  return kbps >= 1000 ? `${(kbps / 1000).toFixed(2)} Mbit/s` : `${Math.round(kbps)} kbit/s`;
}

function setText(id, text) {
  const place = byId(id);
  if (place.textContent !== text) place.textContent = text;
}

function announce(text) {
  setText("announce", text);
}

// ---------------------------------------------------------------- asking

function complain(text) {
  setText("trouble-text", text);
  byId("trouble").hidden = false;
}

byId("dismiss").addEventListener("click", () => {
  byId("trouble").hidden = true;
});

/** True when the server did it; otherwise its own words are shown. */
async function ask(method, path, body) {
  const request = { method, headers: {} };
  if (body !== undefined) {
    request.headers["Content-Type"] = "application/json";
    request.body = JSON.stringify(body);
  }
  try {
    const response = await fetch(path, request);
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
function twice(button, question, action) {
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

/** Keeps the nodes of items that stay, so that the focus and a screen reader's place stay too. */
function reconcile(parent, items, keyOf, make, update) {
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

// ---------------------------------------------------------------- destinations

function showDestinations(show) {
  byId("no-destinations").hidden = show.destinations.length > 0;
  reconcile(byId("destinations"), show.destinations, (found) => found.id, makeDestination, updateDestination);
}

function makeDestination(destination) {
  const path = `/api/destinations/${destination.id}`;
  const toggle = element("button", { type: "button", className: "toggle" });
  const remove = element("button", { type: "button", className: "remove", textContent: "Remove" });
  const item = element(
    "li",
    {},
    element("span", { className: "dot" }),
    element("span", { className: "name" }),
    element("span", { className: "tools" }, toggle, remove),
    element("span", { className: "where" }),
    element("span", { className: "state" }),
  );
  toggle.addEventListener("click", () => ask("PATCH", path, { enabled: item.dataset.enabled !== "true" }));
  twice(remove, "Sure?", () => ask("DELETE", path));
  return item;
}

function updateDestination(item, destination) {
  const part = (name) => item.querySelector(`.${name}`);
  const { state, reason, next_try: nextTry } = destination.status;
  item.dataset.state = state;
  item.dataset.enabled = String(destination.enabled);
  item.dataset.nextTry = nextTry ?? "";
  const name = destination.name || destination.id;
  part("name").textContent = name;
  const key = destination.key_set ? " · key set" : " · no key";
  part("where").textContent = destination.kind === "rtmp" ? destination.url + key : `Recording, ${destination.format}`;
  const words = destination.enabled ? STATES[state] ?? state : "Switched off";
  item.dataset.words = reason ? `${words}: ${reason}` : words;
  const toggle = part("toggle");
  toggle.textContent = destination.enabled ? "Turn off" : "Turn on";
  toggle.setAttribute("aria-description", name);
  part("remove").setAttribute("aria-description", name);
  showCountdown(item);
}

function showCountdown(item) {
  const left = Math.ceil((Number(item.dataset.nextTry) - Date.now()) / 1000);
  const more = item.dataset.nextTry && left > 0 ? ` – next try in ${left} s` : "";
  item.querySelector(".state").textContent = item.dataset.words + more;
}

const form = byId("add");
form.elements.kind.addEventListener("change", () => {
  for (const label of form.querySelectorAll("[data-for]")) label.hidden = label.dataset.for !== form.elements.kind.value;
});
form.addEventListener("submit", async (event) => {
  event.preventDefault();
  const { kind, name, url, key, format } = form.elements;
  const body = { kind: kind.value, name: name.value.trim() };
  if (kind.value === "record") body.format = format.value;
  else Object.assign(body, { url: url.value.trim() }, key.value ? { key: key.value } : {});
  if (await ask("POST", "/api/destinations", body)) {
    key.value = "";
    url.value = "";
    name.value = "";
    announce("Destination added");
  }
});

// ---------------------------------------------------------------- figures

const KEPT = 60;
const history = { fps: [], bitrate: [] };

function showMetrics(metrics) {
  for (const name of ["fps", "bitrate"]) {
    history[name].push(metrics[name]);
    if (history[name].length > KEPT) history[name].shift();
  }
  setText("fps", metrics.fps.toFixed(1));
  setText("bitrate", bitrate(metrics.bitrate));
  setText("dropped", String(metrics.droppedFrames));
  setText("latency", `${Math.round(metrics.encoderLatency)} ms`);
  setText("cpu", `${Math.round(metrics.cpuUsage)} %`);
  setText("memory", `${Math.round(metrics.memoryUsage / 1048576)} MiB`);
  drawCharts();
}

function drawCharts() {
  const target = stream?.targetFPS ?? 0;
  draw(byId("fps-chart"), history.fps, Math.max(10, target * 1.2), "#57d19a", target);
  draw(byId("bitrate-chart"), history.bitrate, Math.max(100, ...history.bitrate) * 1.2, "#7aa7ff", 0);
}

/** The newest value is at the right edge, a minute ago at the left. */
function draw(canvas, values, top, color, target) {
  const scale = window.devicePixelRatio || 1;
  const [width, height] = [canvas.clientWidth, canvas.clientHeight];
  canvas.width = Math.round(width * scale);
  canvas.height = Math.round(height * scale);
  const context = canvas.getContext("2d");
  context.scale(scale, scale);
  const y = (value) => height - 2 - (height - 4) * Math.min(1, value / top);
  const line = (at, style) => {
    context.strokeStyle = style;
    context.beginPath();
    context.moveTo(0, at);
    context.lineTo(width, at);
    context.stroke();
  };
  line(height - 1.5, "#2e3447");
  if (target > 0) {
    context.setLineDash([4, 4]);
    line(y(target), "#667089");
    context.setLineDash([]);
  }
  if (values.length < 2) return;
  const x = (index) => width - ((values.length - 1 - index) * width) / (KEPT - 1);
  context.beginPath();
  values.forEach((value, index) => context.lineTo(x(index), y(value)));
  context.lineWidth = 2;
  context.lineJoin = "round";
  context.strokeStyle = color;
  context.stroke();
  context.lineTo(width, height - 2);
  context.lineTo(x(0), height - 2);
  context.globalAlpha = 0.12;
  context.fillStyle = color;
  context.fill();
}

new ResizeObserver(drawCharts).observe(byId("fps-chart"));

// ---------------------------------------------------------------- the picture

const canvas = byId("picture");
const pen = canvas.getContext("2d", { alpha: false });
let waiting = null;
let drawing = false;

/** Newest only: what comes while one is decoded takes the place of what waits. */
async function showPicture(message) {
  waiting = message;
  if (drawing) return;
  drawing = true;
  while (waiting !== null) {
    const jpeg = new Uint8Array(waiting, new DataView(waiting).getUint16(6));
    waiting = null;
    try {
      const picture = await createImageBitmap(new Blob([jpeg], { type: "image/jpeg" }));
      if (canvas.width !== picture.width || canvas.height !== picture.height) {
        canvas.width = picture.width;
        canvas.height = picture.height;
      }
      pen.drawImage(picture, 0, 0);
      picture.close();
      byId("no-picture").hidden = true;
    } catch {
      // One bad picture; the next is on its way.
    }
  }
  drawing = false;
}

// ---------------------------------------------------------------- addresses

async function showAddresses() {
  const found = await fetch("/api/addresses").then((response) => response.json()).catch(() => null);
  if (found === null) return;
  const rows = [
    ["Program, for VLC, ffplay or an OBS media source", found.rtmp],
    ["Motion JPEG, for a browser or a player", new URL("/api/preview.mjpeg", location.href).href],
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

  open() {
    clearTimeout(this.#timer);
    this.#timer = null;
    const scheme = location.protocol === "https:" ? "wss" : "ws";
    const preview = document.hidden ? "off" : "binary";
    const socket = new WebSocket(`${scheme}://${location.host}/ws?preview=${preview}`);
    socket.binaryType = "arraybuffer";
    socket.addEventListener("message", (event) => {
      if (socket !== this.#socket) return;
      if (event.data instanceof ArrayBuffer) showPicture(event.data);
      else this.#hear(JSON.parse(event.data));
    });
    socket.addEventListener("open", () => {
      // The page may have been hidden or shown while the connection was made.
      if (document.hidden !== (preview === "off")) this.wantPictures(!document.hidden);
    });
    socket.addEventListener("close", () => {
      if (socket === this.#socket) this.#lost();
    });
    this.#socket = socket;
    this.countdown();
  }

  #hear({ type, payload }) {
    if (type === "stateUpdate") {
      if (!online) this.#found();
      stream = payload;
      showAir();
      showControls();
      showScenes(payload.show);
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
    const payload = wanted ? { rooms: ["preview"], format: "binary" } : { rooms: ["preview"] };
    this.#socket.send(JSON.stringify({ type, payload }));
  }
}

const connection = new Connection();
connection.open();
byId("retry").addEventListener("click", () => connection.retry());
window.addEventListener("online", () => connection.retry());
document.addEventListener("visibilitychange", () => connection.wantPictures(!document.hidden));

setInterval(() => {
  setText("on-air-for", online && stream?.startTime ? duration(Date.now() - stream.startTime) : "–");
  for (const item of byId("destinations").children) showCountdown(item);
  connection.countdown();
}, 1000);
showControls();
