// Where the stream goes: the list, and the form that adds to it.

import { announce, ask, byId, element, reconcile, twice } from "./page.js";

const STATES = {
  connecting: "Connecting",
  live: "Live",
  congested: "The connection is too slow",
  backing_off: "Connection lost",
  refused: "Refused",
  stopped: "Not sending",
};

export function showDestinations(show) {
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
  const where = { rtmp: () => destination.url + key, srt: () => destination.url, hls: () => destination.master };
  part("where").textContent = where[destination.kind]?.() ?? `Recording, ${destination.format}`;
  const words = destination.enabled ? STATES[state] ?? state : "Switched off";
  item.dataset.words = reason ? `${words}: ${reason}` : words;
  const toggle = part("toggle");
  toggle.textContent = destination.enabled ? "Turn off" : "Turn on";
  toggle.setAttribute("aria-description", name);
  part("remove").setAttribute("aria-description", name);
  showCountdown(item);
}

export function showCountdowns() {
  for (const item of byId("destinations").children) showCountdown(item);
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
