// Plays an HLS address with hls.js in Chromium, from a page of another origin:
//   node hls.mjs PORT_OF_THE_PAGE ADDRESS SECONDS
// and writes what was seen once so many seconds have been played.
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
    return { played: video.currentTime - from, ranges: video.buffered.length, frames: video.getVideoPlaybackQuality().totalVideoFrames,
      width: video.videoWidth, levels: window.hls.levels.length, errors: window.errors, breaks: window.breaks };
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
