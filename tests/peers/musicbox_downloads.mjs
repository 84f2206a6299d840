// Downloads, as whoever looks on is told of them: node musicbox_downloads.mjs URL SITE
import assert from "node:assert/strict";
import { Heard, rest } from "./heard.mjs";
import { check } from "./shapes.mjs";

const [url, site] = process.argv.slice(2);
const heard = new Heard(url, { transports: ["websocket"] });
heard.socket.onAny(check);

await heard.expect("connection_status");
await heard.ask("join:playlists", {}, "state:playlists");
const { playlist } = (await rest(url, "POST", "/api/playlists", { title: "Fetched" })).data;

async function begin(path) {
  const begun = await rest(url, "POST", "/api/youtube/download", { url: site + path, playlist_id: playlist.id });
  assert.equal(begun.data.status, "pending");
  return begun.data.task_id;
}

// One that comes slowly is told step by step, and in the end with its track.
const task = await begin("/slow.mp4");
const is = ({ task_id }) => task_id === task;
const seen = [];
for (;;) {
  const [event, payload] = await heard.next();
  if (!event.startsWith("youtube:") || !is(payload)) continue;
  seen.push([event, payload]);
  if (event !== "youtube:progress") break;
}
const [end, complete] = seen.pop();
assert.equal(end, "youtube:complete", JSON.stringify(complete));
assert.deepEqual([complete.playlist_id, complete.track.number], [playlist.id, 1]);
assert.ok(seen.some(([, { status }]) => status === "downloading"));
const percents = seen.map(([, { progress_percent }]) => progress_percent).filter((percent) => typeof percent === "number");
assert.ok(percents.some((percent) => percent > 0 && percent < 100), percents.join());
assert.ok(percents.every((percent, at) => at === 0 || percent >= percents[at - 1]), percents.join());
const status = await rest(url, "GET", `/api/youtube/status/${task}`);
assert.deepEqual([status.data.status, status.data.result.track.id], ["completed", complete.track.id]);

// Its end is told once, whatever else of the show changes afterwards.
const told = [];
heard.socket.on("youtube:complete", ({ task_id }) => told.push(task_id));
for (const volume of [31, 32]) await rest(url, "POST", "/api/player/volume", { volume });

// One that is not there says so.
const missing = await begin("/missing.mp4");
const error = await heard.until("youtube:error", ({ task_id }) => task_id === missing);
assert.match(error.message, /./);
assert.deepEqual(told, []);
heard.socket.disconnect();
