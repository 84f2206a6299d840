// Watches a WHEP address in Chromium, from a page of another origin:
//   [THEN='METHOD ADDRESS'] node whep.mjs PORT_OF_THE_PAGE ADDRESS PICTURES FRAMES_PER_SECOND
// and writes what was seen once so many pictures were shown, and what became of it after that request (of its own DELETE, where none
// is named). The client is the browser's own.
import { createServer } from 'node:http';
import { chromium } from 'playwright-core';

const [port, address, pictures, rate] = process.argv.slice(2);
// Not muted: a browser measures what it would play.
const page = `<!doctype html><video id=v autoplay playsinline></video><script>
  window.seen = [];
  window.watch = async (address, rate) => {
    const video = document.getElementById('v');
    const peer = window.peer = new RTCPeerConnection();
    const stream = new MediaStream();
    peer.ontrack = ({ track }) => { stream.addTrack(track); video.srcObject = stream; };
    peer.addTransceiver('video', { direction: 'recvonly' });
    peer.addTransceiver('audio', { direction: 'recvonly' });
    await peer.setLocalDescription();
    const response = await fetch(address, { method: 'POST', headers: { 'content-type': 'application/sdp' }, body: peer.localDescription.sdp });
    const answer = await response.text();
    if (response.status !== 201) return { status: response.status, answer };
    // The counter of the test pattern, in the row of cells along the top: the number of the frame, which is a function of time.
    const look = () => {
      const width = video.videoWidth, height = Math.floor(video.videoHeight / 10) & ~1;
      const canvas = window.canvas ??= new OffscreenCanvas(width, 2);
      const paper = canvas.getContext('2d', { willReadFrequently: true });
      paper.drawImage(video, 0, height / 2, width, 2, 0, 0, width, 2);
      const row = paper.getImageData(0, 0, width, 1).data;
      const edge = (cell) => cell === 34 ? width : Math.floor(width * cell / 34) & ~1;
      const bright = (cell) => row[4 * ((edge(cell) + edge(cell + 1)) >> 1) + 1] > 127;
      let counter = 0;
      for (let cell = 1; cell <= 32; cell++) counter = counter * 2 + (bright(cell) ? 1 : 0);
      const now = (performance.timeOrigin + performance.now()) / 1000;
      const late = (Math.floor(now * rate) % 2 ** 32 - counter) / rate;
      window.seen.push({ counter, late, known: bright(0) && !bright(33), after: now - window.asked });
      video.requestVideoFrameCallback(look);
    };
    video.requestVideoFrameCallback(look);
    await peer.setRemoteDescription({ type: 'answer', sdp: answer });
    return { status: response.status, location: response.headers.get('location'), answer };
  };
  window.stats = async () => {
    const all = [...(await window.peer.getStats()).values()].filter((one) => one.type === 'inbound-rtp');
    const video = document.getElementById('v');
    const of = (kind) => all.find((one) => one.kind === kind) ?? {};
    return { width: video.videoWidth, height: video.videoHeight, time: video.currentTime, state: window.peer.connectionState,
      decoded: of('video').framesDecoded, dropped: of('video').framesDropped, lost: of('video').packetsLost, nacks: of('video').nackCount,
      plis: of('video').pliCount, freezes: of('video').freezeCount, energy: of('audio').totalAudioEnergy, heard: of('audio').totalSamplesReceived,
      concealed: of('audio').concealedSamples,
      buffered: of('video').jitterBufferDelay / of('video').jitterBufferEmittedCount };
  };
</script>`;
const server = createServer((_, response) => {
  response.setHeader('content-type', 'text/html');
  response.end(page);
});
await new Promise((done) => server.listen(Number(port), '127.0.0.1', done));
const args = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
  '--disable-component-update', '--disable-sync', '--autoplay-policy=no-user-gesture-required', '--disable-dev-shm-usage',
  '--allow-loopback-in-peer-connection'];
const browser = await chromium.launch({ executablePath: '/usr/bin/chromium', headless: true, args });
const out = {};
try {
  const tab = await browser.newPage();
  await tab.goto(`http://127.0.0.1:${port}/`);
  Object.assign(out, await tab.evaluate(([address, rate]) => {
    window.asked = (performance.timeOrigin + performance.now()) / 1000;
    return window.watch(address, rate);
  }, [address, Number(rate)]));
  if (out.status === 201) {
    const until = async (enough) => {
      const end = Date.now() + 60_000;
      while (!(await enough()) && Date.now() < end) await new Promise((done) => setTimeout(done, 100));
    };
    await until(() => tab.evaluate((most) => window.seen.length >= most, Number(pictures)));
    out.seen = await tab.evaluate(() => window.seen);
    Object.assign(out, await tab.evaluate(() => window.stats()));
    const asked = process.env.THEN?.split(' ') ?? ['DELETE', new URL(out.location, address).href];
    out.ended = await tab.evaluate(async ([method, address]) => (await fetch(address, { method })).status, asked);
    // `connectionState` counts a transport that the other end has closed as connected, until ICE gives it up.
    const transport = () => tab.evaluate(() => window.peer.getReceivers()[0].transport.state);
    await until(async () => (await transport()) !== 'connected');
    out.after = await transport();
  }
} finally {
  await browser.close();
  server.close();
}
console.log(JSON.stringify(out));
