// Plays an HLS address with hls.js in Chromium, from a page of another origin:
//   node hls.mjs PORT_OF_THE_PAGE ADDRESS SECONDS
// changing over to another rendition with every part, and writes what was seen once so many seconds have been played.
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import { chromium } from 'playwright-core';

const [port, address, seconds] = process.argv.slice(2);
const script = readFileSync(createRequire(import.meta.url).resolve('hls.js/dist/hls.min.js'));
const page = `<!doctype html><video id=v muted autoplay></video><script src=/hls.js></script><script>
  window.errors = [];
  window.breaks = 0;
  const video = document.getElementById('v');
  video.addEventListener('waiting', () => window.breaks += 1);
  const hls = new Hls({ liveSyncDurationCount: 3 });
  window.hls = hls;
  hls.on(Hls.Events.ERROR, (_, data) => window.errors.push(data.type + ' ' + data.details + (data.fatal ? ' fatal' : '')));
  window.parts = [];
  hls.on(Hls.Events.FRAG_BUFFERED, (_, { frag }) => {
    if (frag.type !== 'main' || !Number.isInteger(frag.sn)) return;
    window.parts.push([frag.sn, frag.startPTS, frag.endPTS, frag.level]);
    hls.nextLoadLevel = (frag.level + 1) % hls.levels.length;
  });
  hls.loadSource(${JSON.stringify(address)});
  hls.attachMedia(video);
</script>`;
const server = createServer((request, response) => {
  const isScript = request.url === '/hls.js';
  response.setHeader('content-type', isScript ? 'text/javascript' : 'text/html');
  response.end(isScript ? script : page);
});
await new Promise((done) => server.listen(Number(port), '127.0.0.1', done));
const args = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
  '--disable-component-update', '--disable-sync', '--autoplay-policy=no-user-gesture-required', '--disable-dev-shm-usage'];
const browser = await chromium.launch({ executablePath: '/usr/bin/chromium', headless: true, args });
let seen = {};
try {
  const tab = await browser.newPage();
  await tab.goto(`http://127.0.0.1:${port}/`);
  const look = () => tab.evaluate(() => {
    const video = document.getElementById('v');
    const from = video.played.length ? video.played.start(0) : 0;
    // What lies between two parts that follow each other is the server's affair; which parts are left out is the player's.
    const parts = window.parts.toSorted((one, other) => one[0] - other[0]);
    const pairs = parts.slice(1).map((part, index) => [parts[index], part]);
    const gap = Math.max(0, ...pairs.filter(([one, next]) => next[0] === one[0] + 1).map(([one, next]) => next[1] - one[2]));
    const left_out = pairs.filter(([one, next]) => next[0] > one[0] + 1).length;
    const changes = pairs.filter(([one, next]) => next[3] !== one[3]).length;
    const ranges = Array.from({ length: video.buffered.length }, (_, at) => [video.buffered.start(at), video.buffered.end(at)]);
    return { gap, left_out, changes, parts: parts.length, played: video.currentTime - from, ranges, width: video.videoWidth,
      frames: video.getVideoPlaybackQuality().totalVideoFrames, errors: window.errors, breaks: window.breaks };
  });
  const end = Date.now() + 90_000;
  do {
    await new Promise((done) => setTimeout(done, 250));
    seen = await look();
  } while (seen.played < Number(seconds) && Date.now() < end);
} finally {
  await browser.close();
  server.close();
}
console.log(JSON.stringify(seen));
