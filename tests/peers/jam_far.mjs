// Two browsers play on the page of a jam, both over the same long way:
//   node jam_far.mjs HOST:PORT CODE TURNS
// The first programs four beats and starts them; then it says `playing`. After that it sets or unsets a step twice a second, and the
// other tells when it was told. At the end: {latencies: ms, offsets: µs by which each page's idea of the server's clock is ahead of
// this machine's}.
import assert from 'node:assert/strict';
import { chromium } from 'playwright-core';

const [address, code, turns] = process.argv.slice(2);
const args = ['--no-sandbox', '--disable-gpu', '--no-first-run', '--disable-background-networking', '--disable-component-update',
  '--disable-sync', '--disable-dev-shm-usage'];
const wait = { timeout: 60_000 };

async function join(name) {
  const browser = await chromium.launch({ executablePath: '/usr/bin/chromium', headless: true, args });
  const page = await browser.newPage();
  await page.goto(`http://${address}/jam`);
  await page.fill('#name', name);
  await page.fill('#code', code);
  await page.click('#join');
  await page.waitForSelector('#status[data-state="connected"]', wait);
  return { browser, page };
}

/** Sets or unsets it; says when. */
const press = ([track, step]) => {
  const at = performance.timeOrigin + performance.now();
  document.querySelector(`[data-track="${track}"][data-step="${step}"]`).click();
  return at;
};

const listen = () => {
  window.heard = [];
  window.jam.link.addEventListener('told', ({ detail }) => {
    const at = performance.timeOrigin + performance.now();
    for (const { event } of detail) if (event?.type === 'drum-step' && event.track === 7) window.heard.push(at);
  });
};

const [ada, bob] = [await join('Ada in a browser'), await join('Bob in a browser')];
try {
  for (const step of [0, 4, 8, 12]) {
    await ada.page.evaluate(press, [0, step]);
    await bob.page.waitForFunction((step) => window.jam.state.jam?.patterns[0]?.tracks[0].cells[step].enabled === true, step, wait);
  }
  await ada.page.click('#play');
  await bob.page.waitForFunction(() => window.jam.state.jam.transport.from != null, null, wait);
  console.log('playing');

  await bob.page.evaluate(listen);
  const pressed = [];
  for (let turn = 0; turn < Number(turns); turn += 1) {
    pressed.push(await ada.page.evaluate(press, [7, turn % 16]));
    await bob.page.waitForFunction((count) => window.heard.length >= count, pressed.length, wait);
    await new Promise((resume) => setTimeout(resume, 500));
  }
  const heard = await bob.page.evaluate(() => window.heard);
  assert.equal(heard.length, pressed.length);
  const offsets = await Promise.all([ada, bob].map(({ page }) => page.evaluate(() => window.jam.clock.offset)));
  console.log(JSON.stringify({ latencies: pressed.map((at, turn) => heard[turn] - at), offsets }));
} finally {
  await Promise.all([ada, bob].map(({ browser }) => browser.close()));
}
