// Lights in the words of their own clients, said and heard by Socket.IO's own: node lights.mjs URL TRANSPORT
import assert from "node:assert/strict";
import { Heard, inTime, rest } from "./heard.mjs";

const [url, transport] = process.argv.slice(2);
const heard = new Heard(url, { transports: [transport] });
const { socket } = heard;

const besides = ["frame:update", "change:zones", "zone:state_changed", "ack:op", "err:op"];

/** The next event of this name; others of lights come when they come. */
async function next(name) {
  for (;;) {
    const [event, payload] = await heard.next();
    if (event === name) return payload;
    assert.ok(besides.includes(event), event);
  }
}

async function told(event, payload, id) {
  const acknowledged = socket.emitWithAck(event, { ...payload, client_op_id: id });
  const answer = await inTime(event, acknowledged);
  assert.equal(answer.client_op_id, id);
  return answer;
}

async function frame(shows) {
  for (;;) {
    const update = await next("frame:update");
    assert.equal(typeof update.frame_number, "number");
    assert.ok(Math.abs(update.timestamp - Date.now() / 1000) < 60, "seconds of Unix time");
    assert.equal(update.zones.FLOOR.length, 45);
    assert.ok(update.performance.fps >= 0 && update.performance.frame_time_ms >= 0);
    if (shows(update.zones.FLOOR)) return update;
  }
}

await heard.expect("connection_status");
await rest(url, "POST", "/api/v1/zones", { id: "FLOOR", name: "Floor Strip", pixel_count: 45 });
await heard.ask("join:zones", {}, "state:zones");
await heard.expect("ack:join");
const joined = await heard.ask("join:frames", { fps: 30, zones: ["FLOOR"] }, "ack:join");
assert.equal(joined.success, true);

const red = { mode: "RGB", rgb: [255, 0, 0], brightness: 255 };
const set = await told("zone:set_color", { zone_id: "FLOOR", color: red }, "red");
assert.equal(set.success, true, JSON.stringify(set));
const changed = await next("zone:state_changed");
assert.equal(changed.zone_id, "FLOOR");
assert.deepEqual(changed.state, { color: red, brightness: 255, enabled: true, animation_active: false });
await frame((pixels) => pixels.every((pixel) => pixel.join() === "255,0,0"));

const parameters = { speed: 2, color_primary: { mode: "RGB", rgb: [0, 0, 255] } };
const start = await told("animation:start", { animation_id: "BREATHE", zones: ["FLOOR"], parameters }, "breathe");
assert.equal(start.success, true, JSON.stringify(start));
const active = await next("zone:state_changed");
assert.equal(active.state.animation_active, true);
await frame((pixels) => pixels.every(([r, g, b]) => r === 0 && g === 0 && b > 0));
const twice = await told("animation:start", { animation_id: "BREATHE", zones: ["FLOOR"] }, "twice");
assert.deepEqual([twice.success, twice.code], [false, "animation_running"]);
const stop = await told("animation:stop", { animation_id: "BREATHE", zones: ["FLOOR"] }, "stop");
assert.equal(stop.success, true, JSON.stringify(stop));

const bad = await told("zone:set_color", { zone_id: "FLOOR", color: { mode: "CMYK" } }, "bad");
assert.deepEqual([bad.success, bad.code], [false, "INVALID_COLOR_MODE"]);
assert.ok(bad.details.supported.includes("HUE"), JSON.stringify(bad.details));
const nowhere = await told("zone:set_brightness", { zone_id: "ATTIC", brightness: 9 }, "nowhere");
assert.deepEqual([nowhere.success, nowhere.code], [false, "zone_not_found"]);
process.exit(0);
