// Two browsers play together on the page of a jam:
//   node jam.mjs HOST:PORT [HOST:PORT of a longer way]
// One opens a room, the other joins by its code. What one sets is seen by both; both compute the strikes that the server tells.
// The clients are Chromium's, the page is the server's.
import assert from 'node:assert/strict';
import { chromium } from 'playwright-core';

const [near, far = near] = process.argv.slice(2);
const args = ['--no-sandbox', '--disable-gpu', '--no-first-run', '--disable-background-networking', '--disable-component-update',
  '--disable-sync', '--disable-dev-shm-usage'];
const browser = await chromium.launch({ executablePath: '/usr/bin/chromium', headless: true, args });
const wait = { timeout: 60_000 };

async function open(address, hash = '') {
  const context = await browser.newContext();
  const page = await context.newPage();
  const troubles = [];
  page.on('pageerror', (error) => troubles.push(String(error)));
  await page.goto(`http://${address}/jam${hash}`);
  return { page, troubles };
}

const cell = (page, track, step) => page.locator(`[data-track="${track}"][data-step="${step}"]`).first();
/** What is known of a step, as the server told it. */
const isOn = ([track, step]) => window.jam.state.jam?.patterns[0]?.tracks[track].cells[step].enabled === true;

try {
  const ada = await open(near);
  await ada.page.fill('#name', 'Ada');
  await ada.page.click('#create');
  await ada.page.waitForSelector('#status[data-state="connected"]', wait);
  const code = (await ada.page.textContent('#room-code')).trim();
  assert.match(code, /^[A-Z0-9]{6}$/);

  const bob = await open(far);
  await bob.page.fill('#name', 'Bob');
  await bob.page.fill('#code', code.toLowerCase());
  await bob.page.click('#join');
  await bob.page.waitForSelector('#status[data-state="connected"]', wait);
  await ada.page.waitForFunction(() => document.querySelectorAll('#participants > *').length === 2, null, wait);

  await cell(ada.page, 0, 4).click();
  await bob.page.waitForFunction(isOn, [0, 4], wait);
  await cell(bob.page, 1, 12).click();
  await ada.page.waitForFunction(isOn, [1, 12], wait);
  await ada.page.fill('#tempo', '133.7');
  await ada.page.press('#tempo', 'Enter');
  await bob.page.waitForFunction(() => Number(document.querySelector('#tempo').value) === 133.7, null, wait);
  await bob.page.click('#play');
  await ada.page.waitForFunction(() => window.jam.state.jam.transport.from != null, null, wait);

  const states = await Promise.all([ada, bob].map(({ page }) => page.evaluate(() => {
    const { patterns, course, transport, participants } = window.jam.state.jam;
    return JSON.stringify({ patterns, course, transport, participants }, (_, value) => (typeof value === 'bigint' ? `${value}` : value));
  })));
  assert.equal(states[0], states[1]);
  for (const { troubles } of [ada, bob]) assert.deepEqual(troubles, []);
  console.log(JSON.stringify({ code }));
} finally {
  await browser.close();
}
