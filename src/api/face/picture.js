// The live picture: binary preview messages, drawn on a canvas.

import { byId } from "./page.js";

const canvas = byId("picture");
const pen = canvas.getContext("2d", { alpha: false });
let waiting = null;
let drawing = false;

/** Newest only: what comes while one is decoded takes the place of what waits. */
export async function showPicture(message) {
  waiting = message;
  if (drawing) return;
  drawing = true;
  while (waiting !== null) {
    const jpeg = new Uint8Array(waiting, new DataView(waiting).getUint16(6));
    waiting = null;
    try {
      const picture = await createImageBitmap(new Blob([jpeg], { type: "image/jpeg" }));
      if (canvas.width !== picture.width || canvas.height !== picture.height) {
        canvas.width = picture.width;
        canvas.height = picture.height;
      }
      pen.drawImage(picture, 0, 0);
      picture.close();
      byId("no-picture").hidden = true;
    } catch {
      // One bad picture; the next is on its way.
    }
  }
  drawing = false;
}
