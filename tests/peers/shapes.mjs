// What music box clients are told, field by field: each payload is held against this whenever it comes.
import assert from "node:assert/strict";

/** A type's name, "?" behind it where it may be absent or null; a list of words, one of which it is; or fields. */
function holds(value, shape, where) {
  if (typeof shape === "string") return isOf(value, shape, where);
  if (typeof shape === "function") return shape(value, where);
  for (const [field, inner] of Object.entries(shape)) holds(value?.[field], inner, `${where}.${field}`);
}

function isOf(value, type, where) {
  const isThere = value !== undefined && value !== null;
  if (!isThere && type.endsWith("?")) return;
  assert.equal(isThere ? typeof value : "nothing", type.replace("?", ""), `${where} is ${JSON.stringify(value)}`);
}

const oneOf = (...words) => (value, where) => assert.ok(words.includes(value), `${where} is ${value}`);
const perhaps = (shape) => (value, where) => value === undefined || value === null || holds(value, shape, where);
const each = (shape) => (values, where) => {
  assert.ok(Array.isArray(values), `${where} is ${JSON.stringify(values)}`);
  values.forEach((value, index) => holds(value, shape, `${where}[${index}]`));
};
const instant = (value, where) => assert.ok(Math.abs(value - Date.now() / 1000) < 3600, `${where}: seconds of Unix time`);
const percent = (value, where) => assert.ok(value >= 0 && value <= 100, `${where} is ${value}`);

export const track = {
  id: "string", title: "string", filename: "string", duration_ms: "number", duration: "number?", file_path: "string",
  file_hash: "string?", file_size: "number?", artist: "string?", album: "string?", track_number: "number", number: "number",
  play_count: "number", created_at: "string?", updated_at: "string?", server_seq: "number",
};
const lite = {
  id: "string", title: "string", description: "string", nfc_tag_id: "string?", track_count: "number", created_at: "string",
  updated_at: "string?", server_seq: "number",
};
const playlist = {
  ...lite, type: oneOf("playlist"), tracks: each(track), total_duration_ms: "number", last_played: "number",
  created_at: "string?", playlist_seq: "number",
};
const player = {
  is_playing: "boolean", state: oneOf("playing", "paused", "stopped", "loading", "error"), active_playlist_id: "string?",
  active_playlist_title: "string?", active_track_id: "string?", active_track: perhaps(track), active_track_number: "number?",
  active_track_title: "string?", position_ms: "number", duration_ms: "number", track_index: "number", track_count: "number",
  can_prev: "boolean", can_next: "boolean", volume: percent, muted: "boolean", server_seq: "number", error_message: "string?",
};

const state = (name, data, more = {}) => ({
  event_type: oneOf(name), server_seq: "number", data, timestamp: instant, event_id: "string", ...more,
});
const of = { playlist_id: "string", playlist_seq: "number" };
const upload = { playlist_id: "string", session_id: "string", filename: "string?" };
const operation = { client_op_id: "string?", server_seq: "number" };
const link = { assoc_id: "string", playlist_id: "string?", tag_id: "string?", server_seq: "number" };
const linkState = oneOf("activated", "waiting", "success", "duplicate", "timeout", "cancelled", "error");

const events = {
  connection_status: { status: oneOf("connected"), sid: "string", server_seq: "number" },
  client_pong: { timestamp: "number", server_time: instant, server_seq: "number" },
  health_status: { health_metrics: "object", connected_clients: "number", server_time: instant },
  "ack:join": { room: "string", success: "boolean", server_seq: "number" },
  "ack:leave": { room: "string", success: "boolean" },
  "state:player": state("state:player", player),
  "state:track_position": state("state:track_position", {
    position_ms: "number", track_id: "string", is_playing: "boolean",
  }),
  "state:playlists": state("state:playlists", { playlists: each(lite) }),
  "state:playlist": state("state:playlist", playlist, of),
  "state:track": state("state:track", track, of),
  nfc_status: { ...link, state: linkState },
  nfc_association_state: {
    state: linkState, playlist_id: "string?", tag_id: "string?", message: "string?", expires_at: perhaps(instant),
    existing_playlist: perhaps({ id: "string", title: "string" }), server_seq: "number",
  },
  "upload:progress": { ...upload, chunk_index: "number?", progress: percent, complete: "boolean" },
  "upload:complete": { ...upload, track },
  "upload:error": { ...upload, error: "string", code: "string?" },
  "youtube:progress": { task_id: "string", status: "string", progress_percent: perhaps(percent), current_step: "string?" },
  "youtube:complete": { task_id: "string", track, playlist_id: "string" },
  "youtube:error": { task_id: "string", message: "string" },
  "sync:complete": { synced_rooms: each("string"), server_seq: "number" },
  "sync:error": { error: "string", requested_rooms: perhaps(each("string")) },
  "ack:op": { ...operation, success: (value) => assert.equal(value, true) },
  "err:op": { ...operation, success: (value) => assert.equal(value, false), message: "string" },
};

/** Throws where an event is not what its clients know. */
export function check(event, payload) {
  if (events[event]) holds(payload, events[event], event);
}

/** The state of the player, wherever it is told. */
export const checkPlayer = (data) => holds(data, player, "the player");
