// A household that has arrived, in two real browser windows: the house on a phone, the desk that placed it. Ready and kept
// waiting, a clock handed over, the departure with a code, and the intake that opens again with it.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { PHONE, judge, judgeWhole, noFaults, openBrowser, openDesk, signIn, textOf } from '../support/browser.mjs';
import { startExchange } from '../support/exchange.mjs';
import { labelOf, say } from '../support/people.mjs';
import { aReport, aWoman, ask, deskOf, demo, expectStatus, openReferral, organisationOf, placesFor } from '../support/world.mjs';

let x, browser, own, house, policy, referral, code;

before(async () => {
  x = await startExchange('e2e-stay');
  browser = await openBrowser(`${x.dir}/ca/server.crt`);
  const api = await x.as('nachtdienst.rotterdam');
  const [place] = await placesFor(api, aWoman(), 1);
  referral = { ...await openReferral(api, aWoman()), place };
  const q = (await ask(api, referral.id, [place.poolId])).requests[0];
  const desk = await x.as(deskOf(place.poolId));
  expectStatus(await desk.post(`/requests/${q.id}/acceptance`), 200);
  expectStatus(await desk.post(`/requests/${q.id}/arrival`), 200);
  own = await openDesk(browser, x.origin, { expected: [/status of (403|404|409)/] });
  await signIn(own, 'nachtdienst.rotterdam', '#results');
  house = await openDesk(browser, x.origin, { viewport: PHONE, expected: [/status of (403|404|409)/] });
  await signIn(house, deskOf(place.poolId), 'main');
  policy = await openDesk(browser, x.origin);
  await signIn(policy, 'beleid.rotterdam', 'main');
}, { timeout: 180_000 });
after(async () => {
  await browser?.close();
  await x?.stop();
}, { timeout: 60_000 });

const part = desk => desk.page.locator('#section-stay');

test('the board of the house leads to the household, and who pays is proposed with its reason', async () => {
  await house.page.goto('/verblijf');
  const row = house.page.locator('tr', { hasText: referral.code });
  for (const cell of ['nights_head', 'moves']) assert.equal(await row.locator(`td[data-name="${say(`stay.${cell}`)}"]`).innerText(), '0', cell);
  await house.page.click(`a[href="/verwijzing#r=${referral.id}"]`);
  await part(house).waitFor();
  const api = await x.as(deskOf(referral.place.poolId));
  const [paid] = expectStatus(await api.get(`/stays/${expectStatus(await api.get(`/referrals/${referral.id}`), 200).stayId}`), 200).funding;
  const text = await part(house).innerText();
  for (const there of [labelOf('funding_streams', paid.stream), say('stay.proposal', { why: labelOf('funding_rules', paid.rule) })]) assert.ok(text.includes(there), `${there}: ${text}`);
});

test('ready to leave and kept waiting: the desk that placed the household sees it live', async () => {
  await own.page.goto(`/verwijzing#r=${referral.id}`);
  await part(own).waitFor();
  await part(house).getByText(say('stay.outflow'), { exact: true }).click();
  await part(house).locator('[name=block]').selectOption('woning');
  await part(house).getByRole('button', { name: say('stay.ready_button') }).click();
  await part(own).getByText(/Wacht op: Geen woning/).waitFor();
});

test('a clock is started, offered and taken on the board of the other', async () => {
  await part(own).getByText(say('stay.clock_start'), { exact: true }).click();
  await part(own).locator('[name=clock]').selectOption('huisverbod');
  await part(own).getByRole('button', { name: say('stay.clock_start_button'), exact: true }).click();
  await part(own).getByText(new RegExp(`^${say('stay.clock_change')}`)).click();
  const { name } = demo.organisations[organisationOf(referral.place.poolId) - 1];
  await part(own).locator('[name=organisation]').selectOption({ label: name });
  await part(own).getByRole('button', { name: say('stay.clock_offer'), exact: true }).click();
  await part(own).getByText(say('stay.clock_offered', { name }), { exact: true }).waitFor();
  const mine = new RegExp(`^${say('stay.clock_owner', { name: 'Veilig Thuis .*' })}`);
  await part(own).getByText(mine).waitFor();
  // On its board it is asked for with a number, and whose it is then is seen live where it was given away.
  await house.page.goto('/verblijf');
  const clock = house.page.locator('.stay-clock', { hasText: labelOf('clocks', 'huisverbod') });
  await clock.getByText(/vraagt of jullie deze termijn overnemen/).waitFor();
  await clock.locator('[name=callback]').fill('0800 55 01');
  await clock.getByRole('button', { name: say('stay.clock_take') }).click();
  await clock.getByText(mine).waitFor({ state: 'detached' });
  await part(own).getByText(new RegExp(`^${say('stay.clock_owner', { name })}`)).waitFor();
  await part(own).getByRole('link', { name: '0800 55 01', exact: true }).waitFor();
  assert.equal(await part(own).getByText(new RegExp(`^${say('stay.clock_change')}`)).count(), 0, 'it is not theirs any more');
  await house.page.goto(`/verwijzing#r=${referral.id}`);
  await part(house).waitFor();
});

test('the household leaves with a code: the phone of the house goes to its board, and the referral closes to it', async () => {
  const path = `/api/v1/referrals/${referral.id}`;
  const from = house.urls.length;
  const tab = await house.page.context().newPage(); // the same page, open at another desk of the house
  await tab.goto(`/verwijzing#r=${referral.id}`);
  await tab.locator('#section-stay').waitFor();
  assert.ok((await tab.title()).startsWith(referral.code));
  await part(house).getByText(say('stay.depart'), { exact: true }).click();
  const form = part(house).locator('form', { has: house.page.locator('[name=destination]') });
  await form.locator('[name=reason]').selectOption('eigen_keuze');
  await form.locator('[name=destination]').selectOption('familie_vrienden');
  await form.getByRole('button', { name: say('stay.depart_button') }).click();
  const left = house.page.locator('#vertrokken li', { hasText: referral.code });
  await left.locator('b.ref').waitFor();
  code = await left.locator('b.ref').innerText();
  assert.match(code, /^TK-\w{4}-\w{4}$/);
  assert.equal(new URL(house.page.url()).pathname, '/verblijf');
  await house.page.locator('#left-title:focus').waitFor();
  const after = house.urls.slice(from).map(u => new URL(u).pathname);
  assert.ok(!after.slice(after.findIndex(p => p.endsWith('/departure')) + 1).includes(path), 'a page that is left asks no more for what is closed to it');
  await left.getByText(say('stay.funding_change'), { exact: true }).waitFor(); // money is settled after the fact too
  await tab.getByText(say('dossier.gone'), { exact: true }).waitFor();
  assert.ok(!(await textOf(tab, 'main')).includes(referral.code), 'what was open of the household is gone');
  await tab.getByRole('heading', { level: 1, name: say('dossier.title'), exact: true }).waitFor();
  assert.ok(!(await tab.title()).includes(referral.code), 'from the tab too');
  await tab.close();
});

test('the page of the household is closed to the house, and says where the code is', async () => {
  await house.page.goto(`/verwijzing#r=${referral.id}`);
  await house.page.getByText(say('dossier.gone'), { exact: true }).waitFor();
  assert.equal(await part(house).count(), 0);
  assert.ok(!(await textOf(house.page, 'main')).includes(referral.code));
  await house.page.click('main a[href="/verblijf#vertrokken"]');
  await house.page.locator('#vertrokken b.ref', { hasText: code }).waitFor();
});

test('the desk that placed the household keeps its page, with the code', async () => {
  await part(own).locator('b.ref', { hasText: code }).waitFor();
});

test('the intake opens again with the code, and nothing need be told', async () => {
  await own.page.goto('/plaatsen');
  await own.page.getByText(say('stay.return'), { exact: true }).click();
  await own.page.fill('#return-code', 'tk-aaaa-aaaa');
  await own.page.getByRole('button', { name: say('stay.return_find') }).click();
  await own.page.locator('#message').getByText(say('stay.return_unknown')).waitFor(); // to be read, not only said
  await own.page.fill('#return-code', code.toLowerCase());
  await own.page.getByRole('button', { name: say('stay.return_find') }).click();
  await own.page.getByText(say('stay.return_used', { code })).waitFor();
  await own.page.locator('#results-title').waitFor();
  await own.page.getByText(say('reason.known_house')).first().waitFor();
});

test('what is half filled in on the board stays with its household when another comes or goes', { timeout: 120_000 }, async () => {
  const api = await x.as('nachtdienst.rotterdam');
  const lives = async (poolId, bridge) => {
    const r = await openReferral(api, aWoman());
    const client = await x.as(deskOf(poolId));
    expectStatus(await client.post('/capacity-reports', { reports: [aReport(poolId)] }), 200);
    const { requests } = expectStatus(await api.post(`/referrals/${r.id}/requests`, { poolIds: [poolId], ...bridge }), 201);
    expectStatus(await client.post(`/requests/${requests.at(-1).id}/acceptance`), 200);
    expectStatus(await client.post(`/requests/${requests.at(-1).id}/arrival`), 200);
    return expectStatus(await api.get(`/referrals/${r.id}`), 200);
  };
  const begin = async (row, summary, field, value) => {
    await row.getByText(summary).first().click();
    await row.locator(field).fill(value);
  };
  const filled = row => row.locator('details[open] input[name=municipality]').evaluateAll(all => all.map(i => i.value));

  // Who left last stands first: all others go down by one.
  const { poolId } = referral.place;
  const desk = await x.as(deskOf(poolId));
  const later = await lives(poolId);
  await house.page.goto('/verblijf');
  const row = (list, code) => house.page.locator(`${list} li`, { hasText: code });
  await begin(row('#vertrokken', referral.code), say('stay.funding_change'), '[name=municipality]', 'Rott');
  expectStatus(await desk.post(`/stays/${later.stayId}/departure`, { reason: 'eigen_keuze', destination: 'familie_vrienden' }), 200);
  await row('#vertrokken', later.code).waitFor();
  assert.match(await house.page.locator('#vertrokken li').first().innerText(), new RegExp(later.code));
  assert.deepEqual([await filled(row('#vertrokken', referral.code)), await filled(row('#vertrokken', later.code))], [['Rott'], []], 'who left');

  // A bed for the meantime above it is given up.
  const [bed] = await placesFor(api, aWoman(), 1, 'nood');
  const beds = [await lives(bed.poolId, { bridge: true }), await lives(bed.poolId, { bridge: true })];
  const phone = await openDesk(browser, x.origin, { viewport: PHONE });
  await signIn(phone, deskOf(bed.poolId), 'main');
  await phone.page.goto('/verblijf');
  const inUse = phone.page.locator('[aria-labelledby=beds-title] [data-bed]'); // who left stands among those that left
  const bedRow = r => inUse.filter({ hasText: r.code });
  for (const r of beds) await bedRow(r).waitFor();
  const order = await inUse.evaluateAll(all => all.map(li => li.querySelector('a').textContent));
  const [first, second] = order.indexOf(beds[0].code) < order.indexOf(beds[1].code) ? beds : [beds[1], beds[0]];
  await begin(bedRow(second), say('stay.funding_change'), '[name=municipality]', 'Utre');
  const bridge = expectStatus(await api.get(`/referrals/${first.id}/bridges`), 200).bridges[0];
  expectStatus(await api.post(`/bridges/${bridge.id}/end`, { reason: 'moved' }), 200);
  await bedRow(first).waitFor({ state: 'detached' });
  assert.deepEqual(await filled(bedRow(second)), ['Utre'], 'a bed for the meantime');
  noFaults(phone, 'the house of the bed');
  await phone.context.close();

  // A clock above it is stopped.
  const clockOf = async r => expectStatus(await api.post(`/referrals/${r.id}/clocks`, { clock: 'huisverbod' }), 200).clocks.find(c => c.clock === 'huisverbod');
  const [one, two] = [await clockOf(await openReferral(api, aWoman())), await clockOf(await openReferral(api, aWoman()))];
  await own.page.goto('/verblijf');
  const clockRow = c => own.page.locator(`[data-clock="${c.id}"]`);
  const reason = c => clockRow(c).locator('details[open] [name=reason]').evaluateAll(all => all.map(s => s.value));
  await clockRow(two).getByText(new RegExp(`^${say('stay.clock_change')}`)).click();
  await clockRow(two).locator('[name=reason]').selectOption('vergissing');
  expectStatus(await api.post(`/clocks/${one.id}/stop`, { reason: 'ingetrokken' }), 200);
  await clockRow(one).waitFor({ state: 'detached' });
  assert.deepEqual(await reason(two), ['vergissing'], 'a clock');
});

test('who pays has the nights of the month', async () => {
  const { page } = policy;
  await page.goto('/verblijf');
  const part = page.locator('section', { has: page.locator('#statement-title') });
  await part.getByText(say('stay.flags'), { exact: true }).waitFor();
  const said = expectStatus(await (await x.as('beleid.rotterdam')).get(`/statements?month=${await page.inputValue('#month')}`), 200);
  assert.deepEqual(said.rows, []);
  await part.getByText(say('stay.no_nights')).waitFor();
  // A month that has some, as the exchange would tell it: this one is too young for a night, and few are hidden.
  const cell = value => ({ value, suppressed: value === null });
  const rows = [{ municipality: 'GM0599', stream: 'duvo', cutPermille: 0, nights: cell(310), stays: cell(12) }, { municipality: 'GM0363', stream: 'wmo', cutPermille: 0, nights: cell(null), stays: cell(null) }];
  await page.route('**/api/v1/statements?*', route => route.fulfill({ json: { ...said, rows, nights: cell(317), stays: cell(14) } }));
  await page.reload();
  const shown = name => part.locator('tr', { hasText: name }).locator('td').allInnerTexts();
  await part.locator('tfoot').waitFor();
  assert.deepEqual(await shown('Rotterdam'), [labelOf('funding_streams', 'duvo'), '310', '12']);
  assert.deepEqual(await shown('Amsterdam'), [labelOf('funding_streams', 'wmo'), say('stay.hidden'), say('stay.hidden')]);
  assert.deepEqual(await shown(say('stay.total')), ['317', '14']);
  assert.ok(!(await textOf(policy.page, 'main')).includes(referral.code));
});

test('an administrator sees the nights of the organisation and no household', { timeout: 60_000 }, async () => {
  const admin = await openDesk(browser, x.origin);
  await signIn(admin, 'beheer.lindehof', 'main');
  await admin.page.goto('/verblijf');
  await admin.page.getByText(say('stay.statement')).waitFor();
  assert.equal(await admin.page.getByText(say('stay.clocks'), { exact: true }).count(), 0);
  assert.equal(await admin.page.getByText(say('stay.stays'), { exact: true }).count(), 0);
  assert.deepEqual(admin.urls.filter(u => /\/api\/v1\/(clocks|stays)/.test(u)), []);
  noFaults(admin, 'the administrator');
  const elsewhere = await openDesk(browser, x.origin, { expected: [/status of 403/] });
  await signIn(elsewhere, 'beheer.vt-rotterdam', 'main');
  await elsewhere.page.goto('/verblijf');
  await elsewhere.page.getByText(say('stay.no_own_nights')).waitFor();
  await judge(elsewhere, 'nights of no house', { everywhere: true });
});

test('the pages hold at three widths, by day and by night, without a fault', { timeout: 180_000 }, async () => {
  await own.page.goto('/verblijf');
  await own.page.locator('.stay-part').first().waitFor();
  await judgeWhole(own, 'stay of its own');
  await judgeWhole(house, 'stay of the house');
  await judgeWhole(policy, 'stay of the municipality');
  for (const [desk, who] of [[own, 'the referrer'], [house, 'the house'], [policy, 'the municipality']]) noFaults(desk, who);
  for (const desk of [own, house]) for (const url of desk.urls) assert.ok(!url.includes(code), url);
});
