// The lights: every zone as its LEDs lie, in the colours that they have.

import { byId, element, reconcile } from "./page.js";

/** Where the LEDs of each zone are, by the zone's id; asked for once for each way in which they lie. */
const maps = new Map();
const text = new TextDecoder();
let zones = [];

async function learn(zone) {
  const shape = JSON.stringify(zone.geometry);
  if (maps.get(zone.id)?.shape === shape) return;
  const known = { shape, map: null };
  maps.set(zone.id, known);
  const answer = await fetch(`/api/v1/zones/${zone.id}/map`).catch(() => null);
  known.map = answer?.ok ? await answer.json() : null;
}

export function showZones(lights) {
  zones = lights?.zones ?? [];
  byId("lights").hidden = zones.length === 0;
  zones.forEach(learn);
  reconcile(byId("zones"), zones, (zone) => zone.id, makeZone, (figure, zone) => {
    figure.firstChild.textContent = zone.name || zone.id;
  });
}

function makeZone(zone) {
  const canvas = element("canvas");
  canvas.setAttribute("role", "img");
  canvas.setAttribute("aria-label", `What the lights of ${zone.name || zone.id} show`);
  return element("figure", {}, element("figcaption"), canvas);
}

/** A binary frame: its header says how long it is, then each zone has its id, its number of LEDs, and their colours. */
export function showLights(message) {
  const view = new DataView(message);
  let at = view.getUint16(6);
  for (let left = view.getUint16(24); left > 0; left -= 1) {
    const length = view.getUint8(at);
    const id = text.decode(new Uint8Array(message, at + 1, length));
    const count = view.getUint32(at + 1 + length);
    at += 5 + length;
    draw(id, new Uint8Array(message, at, 3 * count));
    at += 3 * count;
  }
}

function draw(id, colors) {
  const map = maps.get(id)?.map;
  const canvas = [...byId("zones").children].find((child) => child.dataset.key === id)?.lastChild;
  if (!map || !canvas || map.pixels.length * 3 !== colors.length) return;
  // A strip is high enough to be seen.
  const size = Math.max(3, Math.min(24, Math.floor(960 / map.columns)));
  const [width, height] = [map.columns * size, Math.max(map.rows * size, 24)];
  if (canvas.width !== width || canvas.height !== height) [canvas.width, canvas.height] = [width, height];
  const pen = canvas.getContext("2d", { alpha: false });
  pen.clearRect(0, 0, width, height);
  const radius = Math.max(1, size * 0.42);
  map.pixels.forEach(([x, y], index) => {
    pen.fillStyle = `rgb(${colors[3 * index]}, ${colors[3 * index + 1]}, ${colors[3 * index + 2]})`;
    pen.beginPath();
    pen.arc(x * width, y * height, radius, 0, 2 * Math.PI);
    pen.fill();
  });
}
