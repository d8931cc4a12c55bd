// The nights of a household without a place, as people read them: a week in one hotel is one line.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { judge, noFaults, openBrowser, openDesk } from '../support/browser.mjs';
import { startExchange } from '../support/exchange.mjs';
import { openPlacer, say } from '../support/people.mjs';
import { aNight } from '../support/walk_nobed.mjs';
import { openDossier } from '../support/walk_nobed_pages.mjs';
import { aWoman, expectStatus, openReferral } from '../support/world.mjs';

const DAY_MS = 86_400_000;
let x, browser, worker, vt, r;
before(async () => {
  x = await startExchange('e2e-nights');
  browser = await openBrowser(`${x.dir}/ca/server.crt`);
  worker = await openDesk(browser, x.origin);
  vt = await x.as('nachtdienst.rotterdam');
  await openPlacer(worker);
  r = await openReferral(vt, aWoman());
  for (let ago = 9; ago >= 3; ago--) await tell(ago, { slept: 'hotel' });
  await tell(2, { slept: 'hotel', reason: 'alles_vol' });
}, { timeout: 180_000 });
after(async () => {
  await browser?.close();
  await x?.stop();
}, { timeout: 60_000 });

const dateOf = ago => new Date(Date.now() - ago * DAY_MS).toISOString().slice(0, 10);
const tell = async (ago, over) => expectStatus(await vt.post(`/referrals/${r.id}/nights`, aNight({ date: dateOf(ago), ...over })), 200);
const rows = () => worker.page.locator('#section-nobed tbody tr');

test('nights that are alike are one line, with how many they are', async () => {
  await openDossier(worker, r.id);
  await worker.page.getByRole('heading', { name: r.code }).waitFor();
  await rows().first().waitFor();
  assert.equal(await rows().count(), 2, 'another reason is another line');
  assert.match(await rows().first().innerText(), new RegExp(`t/m[^]*${say('stay.nights', { n: 7 })}`));
  assert.ok(!(await rows().nth(1).innerText()).includes('t/m'));
  await judge(worker, 'nights-runs', { everywhere: true });
});

test('a night of another place parts them', async () => {
  await tell(6, { slept: 'familie_vrienden' });
  await rows().nth(3).waitFor();
  assert.deepEqual((await rows().allInnerTexts()).map(text => /(\d+) nacht/.exec(text)?.[1] ?? '1'), ['3', '1', '3', '1']);
  noFaults(worker, 'nights');
});

test('the register of the desk says it as short', async () => {
  expectStatus(await vt.post(`/referrals/${r.id}/closure`, aNight({ slept: 'buiten', reason: 'alles_vol' })), 200);
  await worker.page.goto('/dienst');
  const panel = worker.page.locator('section', { has: worker.page.locator('#unplaced-title') });
  await panel.getByLabel(say('unplaced.all')).check();
  const row = panel.locator('tr', { hasText: r.code });
  await row.waitFor();
  const lines = await row.locator('.unplaced-nights li').allInnerTexts();
  assert.deepEqual(lines.map(text => [/t\/m/.test(text), text.split(': ').at(-1)]), [[false, 'Buiten of in de auto'], [true, 'Hotel of vakantiepark'], [false, 'Bij familie of vrienden'], [true, 'Hotel of vakantiepark']]);
  await judge(worker, 'nights-register', { everywhere: true });
});
