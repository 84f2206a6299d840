// A tag and a playlist are tied together: every way that it can go.
import assert from "node:assert/strict";
import { rest } from "./heard.mjs";

/** One that tells another number each time can not be tied to anything. */
const [ONE, OTHER, FICKLE] = ["04A1B2C3D4E5F6", "04112233445566", "08A1B2C3"];

export async function links(url, heard, client, first) {
  const tap = (tag_id) => rest(url, "POST", "/api/nfc/tap", { tag_id });
  const made = await rest(url, "POST", "/api/playlists", { title: "Second" });
  const second = made.data.playlist.id;
  let operations = 0;

  /** Both words of a step, and what they say alike. */
  async function step(state, ear = heard) {
    const status = await ear.until("nfc_status");
    const told = await ear.until("nfc_association_state");
    assert.deepEqual([status.state, told.state], [state, state], JSON.stringify(told));
    assert.deepEqual([status.playlist_id, status.tag_id], [told.playlist_id, told.tag_id]);
    return { ...told, assoc_id: status.assoc_id };
  }

  async function say(event, payload, state) {
    const client_op_id = `link-${operations++}`;
    heard.socket.emit(event, { ...payload, client_op_id });
    const told = await step(state);
    const answer = await heard.until("ack:op");
    assert.deepEqual([answer.client_op_id, answer.success], [client_op_id, true]);
    if (event !== "stop_nfc_link") assert.equal(answer.data.assoc_id, told.assoc_id);
    return told;
  }

  const begun = await say("start_nfc_link", { playlist_id: first }, "waiting");
  assert.equal(begun.playlist_id, first);
  assert.ok(begun.expires_at > Date.now() / 1000 + 30);
  await tap(ONE);
  const tied = await step("success");
  assert.deepEqual([tied.playlist_id, tied.tag_id, tied.assoc_id], [first, ONE, begun.assoc_id]);
  assert.equal((await rest(url, "GET", `/api/playlists/${first}`)).data.playlist.nfc_tag_id, ONE);

  // It is the other playlist's: whoever asks for it need not show it again.
  await say("start_nfc_link", { playlist_id: second }, "waiting");
  await tap(ONE);
  const taken = await step("duplicate");
  assert.deepEqual([taken.tag_id, taken.existing_playlist.id], [ONE, first]);
  const over = await say("override_nfc_tag", { playlist_id: second, tag_id: ONE }, "success");
  assert.deepEqual([over.playlist_id, over.tag_id], [second, ONE]);
  assert.equal((await rest(url, "GET", `/api/playlists/${first}`)).data.playlist.nfc_tag_id, null);
  await say("start_nfc_link", { playlist_id: first }, "waiting");
  await tap(ONE);
  await step("duplicate");
  assert.equal((await say("override_nfc_tag", { playlist_id: first }, "success")).tag_id, ONE);

  // Asked for before there is a tag, it is taken from whoever has it when it comes.
  await say("override_nfc_tag", { playlist_id: second }, "waiting");
  await tap(ONE);
  await step("success");

  // The one that it is about is followed by who did not begin it, too, and called off by its name.
  const called = await say("start_nfc_link", { playlist_id: first }, "waiting");
  const other = client();
  await other.expect("connection_status");
  other.socket.emit("join:nfc", { assoc_id: called.assoc_id });
  await step("waiting", other);
  assert.equal((await other.expect("ack:join")).room, `nfc:${called.assoc_id}`);
  await say("stop_nfc_link", { playlist_id: first }, "cancelled");
  await step("cancelled", other);
  const named = await say("start_nfc_link", { playlist_id: first }, "waiting");
  await say("stop_nfc_link", { assoc_id: named.assoc_id }, "cancelled");
  other.socket.emit("leave:nfc", { assoc_id: called.assoc_id });
  assert.deepEqual(await other.expect("ack:leave"), { room: `nfc:${called.assoc_id}`, success: true });
  other.socket.disconnect();

  await say("start_nfc_link", { playlist_id: first, timeout_ms: 1_000 }, "waiting");
  assert.equal((await step("timeout")).expires_at, undefined);
  await say("start_nfc_link", { playlist_id: first }, "waiting");
  await tap(FICKLE);
  assert.equal((await step("error")).tag_id, FICKLE);

  await refusals(heard, first);
  // Otherwise it would be taken for the same tap.
  await rest(url, "PATCH", "/api/nfc/settings", { debounce_ms: 0 });
  // Tied to it, a tag plays its playlist.
  await say("start_nfc_link", { playlist_id: first }, "waiting");
  await tap(OTHER);
  await step("success");
  await tap(OTHER);
  const { data } = await heard.until("state:player", ({ data }) => data.is_playing);
  assert.equal(data.active_playlist_id, first);
  await rest(url, "POST", "/api/player/stop", {});
}

async function refusals(heard, playlist) {
  for (const [event, payload] of [
    ["start_nfc_link", { playlist_id: "nowhere" }],
    ["stop_nfc_link", { playlist_id: playlist }],
    ["override_nfc_tag", { playlist_id: playlist, tag_id: "no tag" }],
  ]) {
    heard.socket.emit(event, { ...payload, client_op_id: `no-${event}` });
    assert.equal((await heard.until("err:op")).client_op_id, `no-${event}`);
  }
}
