// The page of a jam: ties what is told to what is shown, and fingers to what is asked.

import { announce, byId, complain, setText, twice } from "../page.js";
import { Clock } from "./clock.js";
import { Grid } from "./grid.js";
import { Lights } from "./lights.js";
import { Link } from "./link.js";
import { Mixer } from "./mixer.js";
import { Pads } from "./pads.js";
import { People } from "./people.js";
import { Sound } from "./sound.js";
import { Start, codeInAddress, kept } from "./start.js";
import { JamState } from "./state.js";
import { Transport } from "./transport.js";

/** A timer that comes so much later than it should means that the computer slept. */
const SLEPT_MS = 4_000;

const state = new JamState();
const clock = new Clock();
const link = new Link(state, clock);
const sound = new Sound(state, clock);
const ask = (...asks) => link.ask(...asks);
let code = null;
let hasRefreshed = false;
let isLeaving = false;

function play(note) {
  const at = clock.now();
  sound.play(note, state.me, at);
  // Nobody else hears what is played while one is cut off.
  if (link.status === "connected") ask(note);
}

const lights = new Lights();
const pads = new Pads(play);
const grid = new Grid(ask);
const mixer = new Mixer(ask);
const people = new People(ask);
const transport = new Transport(ask, show);
const start = new Start(enter);

/** For tests, to look at. */
window.jam = { state, clock, link };

// ---------------------------------------------------------------- in and out

function enter(guest) {
  code = guest.code;
  history.replaceState(null, "", `#${code}`);
  setText("room-code", code);
  link.enter(guest);
}

function leave(words, needsLogin) {
  state.forget();
  state.shown = null;
  code = null;
  isLeaving = false;
  document.title = "Jam";
  start.show(words, needsLogin);
}

link.addEventListener("bye", async ({ detail }) => {
  const guest = { code, name: byId("name").value.trim(), color: byId("color").value, token: null };
  kept.forget(code);
  // The cookie may only be old.
  if (detail.code === "login_required" && !hasRefreshed) {
    hasRefreshed = true;
    if (await isRefreshed()) return link.enter(guest);
  }
  if (detail.code === "left" || detail.code === "jam_over") history.replaceState(null, "", location.pathname);
  const words = detail.code !== "left" ? detail.message : isLeaving ? "" : "The host has taken you out of the room.";
  leave(words, detail.code === "login_required");
});

async function isRefreshed() {
  const request = { method: "POST", headers: { "Content-Type": "application/json" }, body: "{}" };
  return (await fetch("/api/auth/refresh", request).catch(() => null))?.ok ?? false;
}

link.addEventListener("refused", ({ detail }) => {
  transport.told();
  complain(detail.message.charAt(0).toUpperCase() + detail.message.slice(1));
});

window.addEventListener("hashchange", () => {
  const other = codeInAddress();
  if (!other || other === code) return;
  link.close();
  leave("");
});

twice(byId("leave"), "Really leave?", () => {
  if (link.status === "connected") {
    isLeaving = true;
    return ask({ type: "leave" });
  }
  link.close();
  kept.forget(code);
  leave("");
});
twice(byId("clear"), "Really clear?", () => transport.clear());

byId("share").addEventListener("click", async () => {
  const address = `${location.origin}/jam#${code}`;
  try {
    if (navigator.share && matchMedia("(pointer: coarse)").matches) return await navigator.share({ title: state.shown.name, url: address });
    await navigator.clipboard.writeText(address);
    setText("share-word", "Copied");
    announce("The link is copied");
  } catch (error) {
    if (error.name === "AbortError") return;
    setText("share-word", address);
  }
  setTimeout(() => setText("share-word", "Share"), 3_000);
});

// ---------------------------------------------------------------- what is shown

function show() {
  const jam = state.shown;
  if (!jam) return;
  if (byId("room").hidden) {
    byId("start").hidden = true;
    byId("room").hidden = false;
    scrollTo(0, 0);
  }
  document.title = `${jam.name} · Jam`;
  setText("room-name", jam.name);
  transport.show(jam);
  grid.show(jam, transport.pattern);
  pads.show(jam);
  mixer.show(jam);
  people.show(jam, state.me);
}

link.addEventListener("change", show);
link.addEventListener("told", ({ detail }) => {
  for (const { at, by, event } of detail) {
    if (event?.type === "playback-control") transport.told();
    if (event?.type === "note" && by !== state.me) sound.play(event, by, at * 1000);
  }
});

function showStatus() {
  const words = { idle: "", connecting: "Connecting …", connected: "Connected", lost: "Cut off", over: "" };
  const rtt = clock.rtt === null ? "" : `${Math.max(1, Math.round(clock.rtt))} ms`;
  const place = byId("status");
  if (place.dataset.state !== link.status) announce(words[link.status]);
  place.dataset.state = link.status;
  setText("status-word", link.status === "connected" && rtt ? rtt : words[link.status]);
  place.title = link.status === "connected" ? `Connected: ${rtt} there and back` : words[link.status];
  const unsaid = link.pending.reduce((sum, wish) => sum + wish.asks.length, 0);
  const isLost = link.status === "lost" || (link.status === "connecting" && !byId("room").hidden);
  byId("lost").hidden = !isLost || byId("room").hidden;
  if (link.status === "lost" && byId("room").hidden) setText("start-trouble", "The server can not be reached. Trying again …");
  const left = Math.max(0, Math.ceil((link.retryAt - Date.now()) / 1000));
  const changes = unsaid > 0 ? ` What you change is kept (${unsaid}).` : "";
  setText("lost-text", `The connection is lost.${changes} ${left > 0 ? `Trying again in ${left} s.` : "Trying again …"}`);
}

link.addEventListener("status", () => {
  if (link.status === "connected") {
    hasRefreshed = false;
    kept.keep(code, link.token);
  }
  showStatus();
});
byId("retry").addEventListener("click", () => link.wake());

byId("mute").addEventListener("click", async () => {
  await sound.switch(!sound.isOn);
  byId("mute").setAttribute("aria-pressed", String(sound.isOn));
  setText("mute-word", sound.isOn ? "Sound on" : "Sound off");
});

/** Where there is little room, one thing at a time is shown. */
byId("panels").addEventListener("click", ({ target }) => {
  const panel = target.closest("button")?.dataset.panel;
  if (!panel) return;
  document.querySelector(".desk").dataset.panel = panel;
  for (const button of byId("panels").children) button.setAttribute("aria-pressed", String(button.dataset.panel === panel));
  scrollTo(0, 0);
});

function frame() {
  requestAnimationFrame(frame);
  const jam = state.shown;
  if (!jam || !clock.isKnown || byId("room").hidden) return;
  const time = clock.now();
  const strikes = lights.strikes(jam, time);
  lights.draw(jam, time, strikes, sound);
  grid.light(jam, time);
  pads.light(jam, time, strikes);
  transport.light(jam, time);
}
requestAnimationFrame(frame);

// ---------------------------------------------------------------- sleep

document.addEventListener("visibilitychange", () => { if (!document.hidden) link.wake(); });
window.addEventListener("online", () => link.wake());
window.addEventListener("pageshow", (event) => { if (event.persisted) link.wake(); });

let tickedAt = Date.now();
setInterval(() => {
  if (Date.now() - tickedAt > SLEPT_MS && !document.hidden) link.wake();
  tickedAt = Date.now();
  showStatus();
}, 1_000);

const known = codeInAddress();
if (known && kept.token(known)) enter({ code: known, name: byId("name").value.trim() || undefined, color: byId("color").value, token: kept.token(known) });
else start.show();
