// What the exchange refused stays on the screen until something else is done: the fact of somebody else that comes a moment
// later, and is often the reason, has the page read anew and must not take the words away. The refusals are made up,
// for what they say does not matter here; the facts that come after them are real.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { drawn, openBrowser, openDesk, signIn } from '../support/browser.mjs';
import { startExchange } from '../support/exchange.mjs';
import { say } from '../support/people.mjs';
import { aKey, b64, sealing } from '../support/sealing.mjs';
import { aNight } from '../support/walk_nobed.mjs';
import { aNeed, aVictim, aWoman, demo, expectStatus, openReferral } from '../support/world.mjs';

let x, browser, vt;

before(async () => {
  x = await startExchange('e2e-refused');
  browser = await openBrowser(`${x.dir}/ca/server.crt`);
  vt = await x.as('nachtdienst.rotterdam');
}, { timeout: 180_000 });
after(async () => {
  await browser?.close();
  await x?.stop();
}, { timeout: 60_000 });

const WORDS = say('problem.wrong_state');
const refused = (page, words = WORDS) => page.locator('main [role=alert]', { hasText: words });

/** A page of USERNAME on PATH whose every step is refused, once what is pressed is there. */
async function deskAt(username, path) {
  const desk = await openDesk(browser, x.origin, { expected: [/status of (400|409)/] });
  await signIn(desk, username, 'main');
  await desk.page.route('**/api/v1/**', route => (route.request().method() === 'POST'
    ? route.fulfill({ status: 409, contentType: 'application/problem+json', body: JSON.stringify({ type: '/problems/wrong_state', title: 'Conflict', status: 409 }) }) : route.fallback()));
  await desk.page.goto(path);
  return desk;
}

/** The words are there, and when what FACT brings is on the page (NEWS) they still are. */
async function stays(desk, fact, news, words = WORDS) {
  await refused(desk.page, words).waitFor();
  await fact();
  await news.first().waitFor();
  await drawn(desk.page);
  assert.equal(await refused(desk.page, words).count(), 1, 'what was refused is still said');
  assert.deepEqual(desk.faults, []);
  await desk.context.close();
}

test('on the page of a referral', async () => {
  const { id } = await openReferral(vt, aWoman());
  expectStatus(await vt.post(`/referrals/${id}/bridges`, { kind: 'order', active: false }), 201);
  const desk = await deskAt('nachtdienst.rotterdam', `/verwijzing#r=${id}`);
  const section = desk.page.locator('#section-nobed');
  await section.getByRole('button', { name: say('nobed.say_given') }).click();
  await stays(desk, async () => expectStatus(await vt.post(`/referrals/${id}/nights`, aNight({ reason: 'alles_vol' })), 200), section.locator('tbody tr'));
});

test('on the board of stays and clocks', async () => {
  const start = async () => expectStatus(await vt.post(`/referrals/${(await openReferral(vt, aWoman())).id}/clocks`, { clock: 'huisverbod' }), 200).clocks[0].id;
  const one = await start();
  const desk = await deskAt('nachtdienst.rotterdam', '/verblijf');
  const row = id => desk.page.locator(`[data-clock="${id}"]`);
  await row(one).locator('summary').click();
  await row(one).locator('[name=reason]').selectOption('vergissing');
  await row(one).getByRole('button', { name: say('stay.clock_stop'), exact: true }).click();
  const rows = await desk.page.locator('[data-clock]').count();
  await stays(desk, start, desk.page.locator('[data-clock]').nth(rows));
});

test('on the page of what others ask', async () => {
  const org = demo.organisations.find(o => o.code === 'lindehof-groep').id;
  const asks = async question => expectStatus(await vt.post(`/referrals/${(await openReferral(vt, aNeed({ traits: { eer: 'yes' } }))).id}/consults`, { organisationId: org, question }), 201);
  await asks('De eerste vraag?');
  const desk = await deskAt('intake.lindehof-groep', '/samenwerken');
  const card = question => desk.page.locator('[data-kind="consult"]', { hasText: question });
  await card('De eerste vraag?').locator('[name=answer]').fill('Een antwoord.');
  await card('De eerste vraag?').getByRole('button', { name: say('care.answer_button') }).click();
  await stays(desk, () => asks('De tweede vraag?'), card('De tweede vraag?'));
});

test('in the queue of a gatekeeper', async () => {
  const send = async () => expectStatus(await vt.post(`/referrals/${(await openReferral(vt, aVictim())).id}/gate-requests`, { kind: 'cosm' }), 201).id;
  const gate = await send();
  const desk = await deskAt('helpdesk.comensha', `/toewijzing#g=${gate}`);
  await desk.page.click('#gate-take');
  await stays(desk, send, desk.page.locator('.gate-line').nth(1));
});

test('on the page of the key', async () => {
  const [maker, admin] = [await x.as('intake.lindehof-groep'), await x.as('beheer.lindehof')];
  const pair = aKey();
  const { id } = expectStatus(await maker.post('/keys', { publicKey: b64(pair.publicKey), wrapped: b64(pair.wrapped) }), 201);
  const desk = await deskAt('opvang.lindehof', '/sleutel');
  await desk.page.fill('#key-digits', '00000');
  await desk.page.getByRole('button', { name: say('key.confirm') }).click();
  const confirm = async () => expectStatus(await admin.post(`/keys/${id}/confirmation`, { fingerprint: await sealing.fingerprint(pair.publicKey) }), 200);
  await stays(desk, confirm, desk.page.getByRole('heading', { name: say('key.in_use') }));
});
