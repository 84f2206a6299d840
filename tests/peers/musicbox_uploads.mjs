// Uploads and downloads, as whoever looks on is told of them.
import assert from "node:assert/strict";
import { rest } from "./heard.mjs";

const RATE = 8_000;

/** So many seconds of a tone, as a WAV file of eight bits. */
export function sound(seconds, tone) {
  const samples = Buffer.alloc(seconds * RATE, 0);
  for (let at = 0; at < samples.length; at++) samples[at] = 128 + Math.round(60 * Math.sin(at * tone * 0.1));
  const head = Buffer.alloc(44);
  head.write("RIFF", 0);
  head.writeUInt32LE(samples.length + 36, 4);
  head.write("WAVEfmt ", 8);
  head.writeUInt32LE(16, 16);
  head.writeUInt16LE(1, 20);
  head.writeUInt16LE(1, 22);
  head.writeUInt32LE(RATE, 24);
  head.writeUInt32LE(RATE, 28);
  head.writeUInt16LE(1, 32);
  head.writeUInt16LE(8, 34);
  head.write("data", 36);
  head.writeUInt32LE(samples.length, 40);
  return Buffer.concat([head, samples]);
}

async function begin(url, playlist, filename, bytes) {
  const wish = { filename, file_size: bytes.length, chunk_size: 64 * 1024 };
  const { data } = await rest(url, "POST", `/api/playlists/${playlist}/uploads/session`, wish);
  return data;
}

async function put(url, playlist, { session_id, chunk_size }, bytes, index) {
  const body = bytes.subarray(index * chunk_size, (index + 1) * chunk_size);
  const answer = await fetch(`${url}/api/playlists/${playlist}/uploads/${session_id}/chunks/${index}`, { method: "PUT", body });
  assert.ok(answer.ok, await answer.text());
}

/** The file comes chunk by chunk, and becomes a track; another one is no sound at all. */
export async function uploads(url, heard, playlist) {
  const bytes = sound(40, 4);
  const session = await begin(url, playlist, "fourth.wav", bytes);
  const is = ({ session_id }) => session_id === session.session_id;
  let last = 0;
  for (let index = 0; index < session.total_chunks; index++) {
    await put(url, playlist, session, bytes, index);
    const { progress, complete, playlist_id } = await heard.until("upload:progress", (told) => is(told) && told.progress > last);
    assert.equal(playlist_id, playlist);
    assert.equal(complete, index === session.total_chunks - 1);
    last = progress;
  }
  assert.equal(last, 100);
  await rest(url, "POST", `/api/playlists/${playlist}/uploads/${session.session_id}/finalize`, {});
  const complete = await heard.until("upload:complete", is);
  assert.deepEqual([complete.playlist_id, complete.track.filename], [playlist, "fourth.wav"]);
  assert.deepEqual([complete.track.number, complete.track.duration_ms], [4, 40_000]);
  await notSound(url, heard, playlist);
}

async function notSound(url, heard, playlist) {
  const bytes = Buffer.from("This is no sound.".repeat(10));
  const session = await begin(url, playlist, "words.mp3", bytes);
  await put(url, playlist, session, bytes, 0);
  const path = `/api/playlists/${playlist}/uploads/${session.session_id}/finalize`;
  const refused = await fetch(url + path, { method: "POST" });
  assert.equal(refused.ok, false);
  const error = await heard.until("upload:error", ({ session_id }) => session_id === session.session_id);
  assert.deepEqual([error.playlist_id, error.error], [playlist, (await refused.json()).message]);
}
