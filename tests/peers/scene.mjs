// What the peers of the fan-out have in common: one scene with one layer that is changed over REST and numbered, in memory alone.
import http from "node:http";

export const epoch = "0123456789abcdef";
const layer = { color: "#000000", id: "l", kind: "color", opacity: 1, visible: true, x: 0, y: 0 };
export const scenes = [{ id: "a", layers: [layer], name: "" }];
/** Number of the newest change. */
export let seq = 1;

/** `tell` is given each change, as the events that marquee would tell. */
export function serve(tell) {
  return http.createServer((request, response) => {
    if (request.method !== "PATCH" || request.url !== "/api/scenes/a/layers/l") {
      response.writeHead(404).end();
      return;
    }
    let body = "";
    request.on("data", (part) => (body += part));
    request.on("end", () => {
      Object.assign(layer, JSON.parse(body));
      seq += 1;
      tell([{ event: "layer_saved", index: 0, layer, scene: "a" }]);
      response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(layer));
    });
  });
}

/** On ports of the system's choice, which are said as marquee says its own. */
export async function listen(doors) {
  const addresses = {};
  for (const [name, server] of Object.entries(doors)) {
    await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
    addresses[name] = `127.0.0.1:${server.address().port}`;
  }
  console.log(JSON.stringify(addresses));
}
