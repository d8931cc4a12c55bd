// A departure that says that it was not safe, told by mistake: its house cannot take that back, and reads whom to ring; the
// desk of the referral can, from its file. And a desk that looks for them by their code reads that they never left.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { judge, noFaults, openBrowser, openDesk, signIn } from '../support/browser.mjs';
import { startExchange } from '../support/exchange.mjs';
import { say } from '../support/people.mjs';
import { aReport, aWoman, ask, demo, deskOf, expectStatus, openReferral } from '../support/world.mjs';

const POOL = demo.pools.find(p => p.code === 'lindehof-gezin').id;
let x, browser, desk, rival, api, house, other, r, search;
before(async () => {
  x = await startExchange('e2e-still-there');
  browser = await openBrowser(`${x.dir}/ca/server.crt`);
  [api, other, house] = [await x.as('nachtdienst.rotterdam'), await x.as('nachtdienst.amsterdam'), await x.as(deskOf(POOL))];
  expectStatus(await house.post('/capacity-reports', { reports: [aReport(POOL)] }), 200);
  r = await openReferral(api, aWoman());
  const q = (await ask(api, r.id, [POOL])).requests.at(-1);
  expectStatus(await house.post(`/requests/${q.id}/acceptance`), 200);
  expectStatus(await house.post(`/requests/${q.id}/arrival`), 200);
  ({ stayId: r.stay } = expectStatus(await api.get(`/referrals/${r.id}`), 200));
  const { returnCode } = expectStatus(await house.post(`/stays/${r.stay}/departure`, { reason: 'veiligheid', destination: 'onbekend' }), 200);
  search = await openReferral(other, aWoman({ returnCode }));
  [desk, rival] = [await openDesk(browser, x.origin), await openDesk(browser, x.origin)];
  await signIn(desk, 'nachtdienst.rotterdam', '#results');
  await signIn(rival, 'nachtdienst.amsterdam', '#results');
}, { timeout: 180_000 });
after(async () => {
  await browser?.close();
  await x?.stop();
}, { timeout: 60_000 });

test('the desk takes it back from its file, and is asked first whether they are there', async () => {
  const { page } = desk;
  await page.goto(`/verwijzing#r=${r.id}`);
  const fold = page.locator('details', { hasText: say('stay.desk_still_here') });
  await fold.locator('summary').click();
  const button = fold.getByRole('button', { name: say('stay.still_here_button') });
  await button.waitFor();
  assert.match(await fold.innerText(), /dat het daar niet veilig was/);
  await judge(desk, 'still-there-desk', { everywhere: true });
  await button.click();
  await button.waitFor({ state: 'detached' });
  const stay = expectStatus(await api.get(`/stays/${r.stay}`), 200);
  assert.deepEqual([stay.state, stay.departureReason], ['present', null]);
  noFaults(desk, 'the desk takes it back');
});

test('who looks for them by their code reads that they never left, and not where they are', async () => {
  const { page } = rival;
  await page.goto(`/verwijzing#r=${search.id}`);
  await page.getByText(say('tonight.still_there')).first().waitFor();
  const text = await page.locator('main').innerText();
  assert.ok(!text.includes('Lindehof'));
  assert.ok(!text.includes(say('nobed.looking')), 'nobody is asked');
  await judge(rival, 'still-there-other-desk', { everywhere: true });
  noFaults(rival, 'who looks for them');
});
