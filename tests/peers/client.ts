// A client as somebody else would write it, with the types of docs/marquee.d.ts. It is compiled, not run.
import type { components, paths } from "./marquee.js";

type Layer = components["schemas"]["Layer"];
type Path = keyof paths;
type Method = "get" | "put" | "post" | "patch" | "delete";
type MethodOf<P extends Path> = { [M in Method]: paths[P][M] extends undefined ? never : M }[Method];
type Operation<P extends Path, M extends Method> = NonNullable<paths[P][M]>;
type JsonOf<T> = T extends { content: { "application/json": infer Json } } ? Json : never;
type Sent<O> = O extends { requestBody?: infer Body } ? JsonOf<NonNullable<Body>> : never;
type Answered<O> = O extends { responses: { 200: infer Answer } } ? JsonOf<Answer> : never;
type Parts<O> = O extends { parameters: { path: infer Names } } ? Names : never;

class Refused extends Error {
  constructor(readonly why: components["schemas"]["Error"]) {
    super(why.message);
  }
}

async function call<P extends Path, M extends MethodOf<P>>(
  method: M,
  path: P,
  parts?: Parts<Operation<P, M>>,
  body?: Sent<Operation<P, M>>,
): Promise<Answered<Operation<P, M>>> {
  const names = Object.entries<string>(parts ?? {});
  const filled = names.reduce<string>((url, [name, value]) => url.replace(`{${name}}`, encodeURIComponent(value)), path);
  const headers = { "content-type": "application/json" };
  const answer = await fetch(filled, { method: method.toUpperCase(), headers, body: JSON.stringify(body) });
  if (!answer.ok) throw new Refused(await answer.json());
  return answer.json();
}

/** Every text on air, and where it begins: pixels, or a percentage. */
export async function texts(): Promise<[string, number | string][]> {
  const scenes = await call("get", "/api/scenes");
  const { show } = await call("get", "/api/show");
  const onAir = scenes.find(({ id }) => id === show.program?.scene);
  const isText = (layer: Layer): layer is Layer & { kind: "text" } => layer.kind === "text";
  return (onAir?.layers ?? []).filter(isText).map((layer) => [layer.text, layer.x]);
}

const layer = "/api/scenes/{scene}/layers/{layer}";

/** What need not be said need not be said, and null takes away. */
export async function move(): Promise<number | string> {
  await call("put", layer, { scene: "a", layer: "l" }, { kind: "text", text: "{clock}" });
  await call("patch", "/api/stream/config", undefined, { preview: { fps: 5 }, client_op_id: "slower" });
  const moved = await call("patch", layer, { scene: "a", layer: "l" }, { x: 12.5, width: null, index: 0 });
  return moved.x;
}

/** What the compiler must refuse. */
export async function wrong(): Promise<void> {
  // @ts-expect-error There is no such path.
  await call("get", "/api/scenery");
  // @ts-expect-error Nobody can delete all scenes at once.
  await call("delete", "/api/scenes");
  // @ts-expect-error The layer is not named.
  await call("patch", layer, { scene: "a" }, { x: 1 });
  // @ts-expect-error An opacity is a number.
  await call("patch", layer, { scene: "a", layer: "l" }, { opacity: "1" });
  // @ts-expect-error No layer has this.
  await call("patch", layer, { scene: "a", layer: "l" }, { colour: "#000000" });
  // @ts-expect-error A text layer has a text.
  await call("put", layer, { scene: "a", layer: "l" }, { kind: "text" });
  const scenes = await call("get", "/api/scenes");
  // @ts-expect-error Not every layer has a colour.
  scenes[0]?.layers[0]?.color;
}

export function isGone(error: unknown): boolean {
  // One of the documented codes: another would not compile.
  return error instanceof Refused && error.why.error.code === "scene_not_found";
}
