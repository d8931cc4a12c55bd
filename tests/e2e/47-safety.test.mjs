// A house leaks, in four real browser windows: reported on the phone of the house, confirmed at the desk of its
// organisation; the placer who looks at the list sees the place go, live, and who asks for a conflict hears a word to say
// on the telephone. The administrator begins a surge.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { PHONE, judge, noFaults, openBrowser, openDesk, signIn } from '../support/browser.mjs';
import { startExchange } from '../support/exchange.mjs';
import { labelOf, say } from '../support/people.mjs';
import { aNeed, aReport, aWoman, ask, demo, expectStatus, openReferral } from '../support/world.mjs';

const POOLS = demo.pools.filter(p => demo.locations[p.location - 1].code === 'lindehof');
const FAMILY = POOLS.find(p => p.code === 'lindehof-gezin').id;
let x, browser, placer, phone, desk, admin, api, waiting, lives;

before(async () => {
  x = await startExchange('e2e-safety');
  browser = await openBrowser(`${x.dir}/ca/server.crt`);
  api = await x.as('nachtdienst.rotterdam');
  const house = await x.as('opvang.lindehof');
  expectStatus(await house.post('/capacity-reports', { reports: POOLS.map(p => aReport(p.id)) }), 200);
  lives = await openReferral(api, aNeed({ traits: {} }));
  const [q] = (await ask(api, lives.id, [FAMILY])).requests;
  expectStatus(await house.post(`/requests/${q.id}/acceptance`), 200);
  expectStatus(await house.post(`/requests/${q.id}/arrival`), 200);
  waiting = await openReferral(api, aNeed({ traits: {} }));
  await ask(api, waiting.id, [FAMILY]);
  placer = await openDesk(browser, x.origin);
  await signIn(placer, 'nachtdienst.rotterdam', '#results');
  phone = await openDesk(browser, x.origin, { viewport: PHONE });
  await signIn(phone, 'opvang.lindehof', 'main');
  desk = await openDesk(browser, x.origin);
  await signIn(desk, 'beheer.lindehof', 'main');
  admin = await openDesk(browser, x.origin);
  await signIn(admin, 'beheer.uitwisseling', 'main');
}, { timeout: 180_000 });
after(async () => {
  await browser?.close();
  await x?.stop();
}, { timeout: 60_000 });

const press = (who, text) => who.page.getByRole('button', { name: text }).first().click();

test('a known conflict? the placer asks, both see the word, and there is no yes before the answer', async () => {
  await placer.page.goto(`/plaatsen#${waiting.id}`);
  await press(placer, new RegExp(`^${say('safety.conflict_ask')}`));
  const token = placer.page.locator('.conflict .token');
  await token.waitFor();
  const word = await token.innerText();
  assert.match(word, /^CT-/);
  await phone.page.locator('.conflict .token').getByText(word).waitFor();
  assert.equal(await phone.page.getByRole('button', { name: new RegExp(`^${say('request.yes')}`) }).count(), 0);
  await press(phone, new RegExp(`^${say('safety.conflict_none')}`));
  await phone.page.getByRole('button', { name: new RegExp(`^${say('request.yes')}`) }).waitFor();
  await placer.page.getByText(say('safety.conflict_no')).waitFor();
});

test('reported on the phone after a look at the answers; the same person cannot confirm', async () => {
  await phone.page.goto('/veiligheid');
  await phone.page.getByText(say('safety.reason_adres_gedeeld')).click();
  await press(phone, say('safety.to_check'));
  await phone.page.getByText(say('safety.check_text')).waitFor();
  await press(phone, say('safety.send'));
  await phone.page.locator('[data-state=reported]').getByText(say('safety.needs_other')).waitFor();
  assert.equal(await phone.page.getByRole('button', { name: new RegExp(`^${say('safety.confirm')}`) }).count(), 0);
});

test('another confirms at the desk; the placer sees it live: the place is gone, and the promise too', async () => {
  const other = await openDesk(browser, x.origin);
  await signIn(other, 'nachtdienst.amsterdam', '#results');
  const list = await x.as('nachtdienst.amsterdam');
  // A household from the town of the house: its family room stands in the list that the placer looks at.
  const near = await openReferral(list, aNeed({ traits: {}, homeMunicipality: 'GM0202', unsafeRegions: ['R01'] }));
  await other.page.goto(`/plaatsen#${near.id}`);
  const card = other.page.locator(`.place[data-pool="${FAMILY}"]:not(.gone)`);
  await card.waitFor();
  const found = async () => expectStatus(await list.post('/matches?limit=200', aWoman(), { key: null }), 200).places.some(p => p.poolId === FAMILY);
  assert.equal(await found(), true);
  await desk.page.goto('/veiligheid');
  await press(desk, new RegExp(`^${say('safety.confirm')}`));
  await desk.page.getByText(say('safety.confirm_text')).waitFor();
  await press(desk, say('safety.confirm_yes'));
  await desk.page.locator('[data-state=frozen]').waitFor();
  // The one household that lives there is listed, with whom to ring.
  const moving = desk.page.locator('.safety-list li');
  assert.equal(await moving.count(), 1);
  const text = await moving.innerText();
  for (const there of [lives.code, say('safety.ring', { name: api.session.organisation })]) assert.ok(text.includes(there), `${there}: ${text}`);
  await phone.page.locator('[data-state=frozen]').waitFor();
  await placer.page.getByText(say('safety.alarm_text')).waitFor();
  assert.equal(await found(), false);
  await card.waitFor({ state: 'detached' });
  noFaults(other, 'another placer');
});

test('opened again by two: the desk asks, the phone does it', async () => {
  await press(desk, new RegExp(`^${say('safety.ask_lift')}`));
  await press(desk, say('safety.ask_lift_yes'));
  const card = phone.page.locator('[data-state=lift_asked]');
  await card.waitFor();
  await press(phone, new RegExp(`^${say('safety.lift')}`));
  await press(phone, say('safety.lift_yes'));
  await phone.page.locator('[data-state=lifted]').waitFor();
  await desk.page.locator('[data-state=lifted]').waitFor();
});

test('the administrator begins a surge and ends it', async () => {
  await admin.page.goto('/veiligheid');
  await admin.page.selectOption('#surge-region', 'R33');
  await admin.page.selectOption('#surge-reason', 'ramp');
  await press(admin, say('safety.surge_begin'));
  const end = admin.page.getByRole('button', { name: new RegExp(`^${say('safety.surge_end')}`) });
  const row = admin.page.locator('.safety-list li', { has: end });
  await row.getByText(labelOf('regions', 'R33')).first().waitFor();
  await row.getByText(say('safety.surge_ramp'), { exact: true }).waitFor();
  await end.click();
  await admin.page.getByText(say('safety.surge_none')).waitFor();
});

test('the pages hold at three widths, by day and by night, without a fault', { timeout: 180_000 }, async () => {
  for (const [name, who] of Object.entries({ placer, phone, desk, admin })) {
    await judge(who, `safety, ${name}`, { everywhere: true });
    noFaults(who, name);
  }
});
