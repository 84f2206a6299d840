// All that clients of music boxes say and hear, in their order: node musicbox.mjs URL TRANSPORT
import assert from "node:assert/strict";
import { Heard, inTime, rest } from "./heard.mjs";
import { check, checkPlayer } from "./shapes.mjs";
import { links } from "./musicbox_links.mjs";
import { sound, uploads } from "./musicbox_uploads.mjs";

const [url, transport] = process.argv.slice(2);

/** A client that holds all that it is told against what it knows. */
function client() {
  const heard = new Heard(url, { transports: [transport] });
  heard.socket.onAny(check);
  return heard;
}

const heard = client();
const { socket } = heard;

/** What of playlists and the player is told next, up to and with the event of that name. */
async function statesUntil(last) {
  const names = [];
  for (;;) {
    const [event, payload] = await heard.next();
    if (event.startsWith("state:") && event !== "state:track_position") names.push([event, payload]);
    if (event === last) return names;
  }
}

async function connects() {
  const status = await heard.expect("connection_status");
  assert.equal(status.sid, socket.id);
  const pong = await heard.ask("client_ping", { timestamp: 1234.5 }, "client_pong");
  assert.equal(pong.timestamp, 1234.5);
  assert.equal(pong.server_seq, status.server_seq);
  assert.equal((await heard.ask("health_check", {}, "health_status")).connected_clients, 1);
}

async function joins() {
  const none = await heard.ask("join:playlists", {}, "state:playlists");
  assert.deepEqual(none.data.playlists, []);
  const joined = await heard.expect("ack:join");
  assert.deepEqual([joined.room, joined.success], ["playlists", true]);
  assert.ok(joined.server_seq >= none.server_seq);
  const nowhere = await heard.ask("join:playlist", { playlist_id: "nowhere" }, "ack:join");
  assert.deepEqual([nowhere.room, nowhere.success], ["playlist:nowhere", false]);
}

async function playlists() {
  const made = await rest(url, "POST", "/api/playlists", { title: "Mix", description: "All", client_op_id: "made" });
  const { id } = made.data.playlist;
  assert.deepEqual([made.status, made.client_op_id], ["success", "made"]);
  const state = await heard.until("state:playlists");
  assert.deepEqual(state.data.playlists.map((one) => [one.id, one.title, one.track_count]), [[id, "Mix", 0]]);
  assert.equal(state.server_seq, made.server_seq);
  const joining = heard.until("state:playlist");
  socket.emit("join:playlist", { playlist_id: id });
  assert.deepEqual((await joining).data.tracks, []);
  const joined = await heard.until("ack:join");
  assert.deepEqual([joined.room, joined.success], [`playlist:${id}`, true]);
  return id;
}

async function changesOf(id) {
  await rest(url, "PUT", `/api/playlists/${id}`, { title: "The mix" });
  const [index, one] = await statesUntil("state:playlist");
  assert.deepEqual([index[0], index[1].data.playlists[0].title], ["state:playlists", "The mix"]);
  assert.deepEqual([one[1].playlist_id, one[1].data.title], [id, "The mix"]);
  assert.equal(one[1].server_seq, index[1].server_seq);
}

/** Fills the playlist with three tracks; a form brings files that are not for a playlist. */
async function tracks(id) {
  for (const number of [1, 2, 3]) {
    const form = new FormData();
    form.append("file", new Blob([sound(20, number)]), `track-${number}.wav`);
    const asset = await (await fetch(`${url}/api/assets`, { method: "POST", body: form })).json();
    await rest(url, "POST", `/api/playlists/${id}/tracks`, { tracks: [{ asset: asset.id, title: `Track ${number}` }] });
    const added = await heard.until("state:track");
    assert.deepEqual([added.playlist_id, added.data.number, added.data.title], [id, number, `Track ${number}`]);
    assert.deepEqual([added.data.duration_ms, added.data.duration], [20_000, 20]);
  }
}

async function plays(id) {
  await rest(url, "POST", `/api/playlists/${id}/start`, {});
  const told = await statesUntil("state:player");
  assert.deepEqual(told.map(([event]) => event), ["state:playlists", "state:playlist", "state:track", "state:player"]);
  assert.ok(told.every(([, { server_seq }]) => server_seq === told[0][1].server_seq), "all of one change");
  assert.equal(told[2][1].data.play_count, 1);
  const { data } = told[3][1];
  assert.deepEqual([data.is_playing, data.state, data.active_playlist_id], [true, "playing", id]);
  assert.deepEqual([data.active_track_number, data.active_track.title, data.track_index], [1, "Track 1", 0]);
  assert.deepEqual([data.track_count, data.can_prev, data.can_next], [3, false, true]);
}

/** Twice a second, to who listens, as long as it plays. */
async function positions() {
  const other = client();
  await other.expect("connection_status");
  const came = [];
  while (came.length < 7) {
    const position = await heard.until("state:track_position");
    // It is at its start until the first sample is heard.
    if (position.data.position_ms > 0) came.push([position, performance.now()]);
  }
  const every = (came.at(-1)[1] - came[0][1]) / (came.length - 1);
  assert.ok(every > 400 && every < 900, `every ${every} ms`);
  for (const [{ data }] of came) assert.equal(data.is_playing, true);
  const moved = came.at(-1)[0].data.position_ms - came[0][0].data.position_ms;
  const passed = (came.at(-1)[0].timestamp - came[0][0].timestamp) * 1000;
  assert.ok(Math.abs(moved - passed) < 5, `${moved} ms in ${passed} ms`);
  assert.equal(other.hasMore(), false, "nothing to who does not listen");
  other.socket.disconnect();
}

async function controls() {
  const told = async (path, body, holds) => {
    const answer = await rest(url, "POST", `/api/player/${path}`, body);
    const state = await heard.until("state:player");
    assert.equal(state.server_seq, answer.server_seq);
    assert.ok(holds(state.data), `${path}: ${JSON.stringify(state.data)}`);
    if (path !== "volume") checkPlayer(answer.data);
    return answer;
  };
  await told("pause", { client_op_id: "pause" }, (data) => data.state === "paused" && !data.is_playing);
  await told("seek", { position_ms: 5_000 }, (data) => data.position_ms === 5_000 && data.state === "paused");
  await told("toggle", {}, (data) => data.state === "playing" && data.position_ms >= 5_000);
  await told("next", {}, (data) => data.active_track_number === 2 && data.can_prev);
  await told("previous", {}, (data) => data.active_track_number === 1);
  const volume = await told("volume", { volume: 30 }, (data) => data.volume === 30);
  assert.deepEqual(volume.data, { volume: 30, muted: false });
  await told("stop", {}, (data) => data.state === "stopped" && data.position_ms === 0);
}

/** A page that is loaded anew. */
async function asksForTheState(id) {
  const fresh = client();
  await fresh.expect("connection_status");
  const state = await fresh.ask("client:request_current_state", {}, "state:player");
  assert.equal(state.data.active_playlist_id, id);
  fresh.socket.disconnect();
}

async function operations(id) {
  const say = async (event, payload) => {
    const acknowledged = socket.emitWithAck(event, payload);
    const answer = await heard.until(payload.command === "take_scene" ? "err:op" : "ack:op");
    assert.deepEqual(await inTime("the acknowledgement", acknowledged), answer);
    return answer;
  };
  const started = await say("command", { command: "play_playlist", playlist: id, client_op_id: "start" });
  assert.deepEqual([started.client_op_id, started.data.repeated], ["start", false]);
  const again = await say("command", { command: "play_playlist", playlist: id, client_op_id: "start" });
  assert.deepEqual([again.server_seq, again.data.repeated], [started.server_seq, true]);
  await say("command", { command: "control_player", control: { action: "stop" }, client_op_id: "stop" });
  const refused = await say("command", { command: "take_scene", scene: "attic", client_op_id: "no" });
  assert.deepEqual([refused.client_op_id, refused.success], ["no", false]);
}

/** Where nothing may be fetched from elsewhere. */
async function downloadsAreOff(id) {
  const body = JSON.stringify({ url: "https://example.com/clip", playlist_id: id });
  const headers = { "content-type": "application/json" };
  const refused = await fetch(`${url}/api/youtube/download`, { method: "POST", headers, body });
  assert.equal(refused.status, 501);
  assert.equal((await refused.json()).error.code, "downloads_disabled");
}

/** One that was away: it says what it knows, and is told what it missed. */
async function syncs(id) {
  const away = client();
  await away.expect("connection_status");
  const before = await rest(url, "GET", `/api/playlists/${id}`);
  const seqs = { last_global_seq: before.server_seq, last_playlist_seqs: { [id]: before.data.playlist.playlist_seq } };
  const rooms = { requested_rooms: ["playlists", `playlist:${id}`] };
  const fresh = await away.ask("sync:request", { ...seqs, ...rooms }, "sync:complete");
  assert.deepEqual(fresh.synced_rooms, rooms.requested_rooms);
  for (const room of ["playlists", "playlist"]) {
    away.socket.emit(`leave:${room}`, { playlist_id: id });
    await away.expect("ack:leave");
  }
  await rest(url, "PUT", `/api/playlists/${id}`, { title: "Missed" });
  away.socket.emit("sync:request", { ...seqs, ...rooms });
  assert.equal((await away.until("state:playlist")).data.title, "Missed");
  assert.equal((await away.until("state:playlists")).data.playlists.find((one) => one.id === id).title, "Missed");
  await away.until("sync:complete");
  const nowhere = await away.ask("sync:request", { requested_rooms: ["attic", "playlist:nowhere"] }, "sync:error");
  assert.deepEqual(nowhere.requested_rooms, ["attic", "playlist:nowhere"]);
  await away.expect("sync:complete");
  await rest(url, "PUT", `/api/playlists/${id}`, { title: "Mix" });
  assert.equal((await away.until("state:playlist")).data.title, "Mix");
  away.socket.disconnect();
}

async function leaves(id) {
  socket.emit("leave:playlist", { playlist_id: id });
  assert.deepEqual(await heard.until("ack:leave"), { room: `playlist:${id}`, success: true });
  socket.emit("leave:playlists", {});
  assert.deepEqual(await heard.until("ack:leave"), { room: "playlists", success: true });
  await rest(url, "PUT", `/api/playlists/${id}`, { title: "Unheard" });
  await rest(url, "POST", "/api/player/play", {});
  // Had there been a word of either, it would come first.
  await heard.ask("client_ping", {}, "client_pong");
}

await connects();
await joins();
const id = await playlists();
await changesOf(id);
await tracks(id);
await plays(id);
await positions();
await controls();
await asksForTheState(id);
await operations(id);
await uploads(url, heard, id);
await links(url, heard, client, id);
await downloadsAreOff(id);
await syncs(id);
await leaves(id);
socket.disconnect();
