// Through the pages of what surrounds a night: the queue of a gatekeeper, the dossier with a yes as its referrer and as the
// house sees it, stays and clocks, what organisations ask of each other, and the key. The facts are made over the API, so
// that each state is there at once; at the end the household is taken back, so that the next walk finds the room.
import { openDesk, signIn } from './browser.mjs';
import { sayIn } from './people.mjs';
import { aVictim, aWoman, ask, deskOf, expectStatus, inMinutes, openReferral, organisationOf, placesFor } from './world.mjs';

export const LIFE_STATES = ['gate-queue', 'gate-case', 'dossier-gate', 'dossier-yes', 'dossier-forms', 'dossier-house', 'together', 'stays', 'stays-house', 'stays-municipality', 'key'];

/** A desk of USERNAME on PATH, once SELECTOR is there. */
async function deskAt(o, username, path, selector) {
  const desk = await openDesk(o.browser, o.x.origin, o);
  await signIn(desk, username, 'main h1, main h2, #capacity');
  await desk.page.goto(path);
  await desk.page.locator(selector).first().waitFor();
  return desk;
}

async function gates(o, visit, vt) {
  const { id } = await openReferral(vt, aVictim({ residence: 'onbekend' }));
  const gate = expectStatus(await vt.post(`/referrals/${id}/gate-requests`, { kind: 'cosm' }), 201);
  const keeper = await deskAt(o, 'helpdesk.comensha', '/toewijzing', '.gate-queue li');
  await visit('gate-queue', keeper);
  await keeper.page.locator(`.gate-line[data-gate="${gate.id}"]`).click();
  await keeper.page.locator('.gate-file').waitFor();
  await keeper.page.click('#gate-take');
  await keeper.page.locator('.gate-places li').first().waitFor();
  await visit('gate-case', keeper);
  const file = await deskAt(o, 'nachtdienst.rotterdam', `/verwijzing#r=${id}`, '.gate-task');
  await visit('dossier-gate', file);
  expectStatus(await vt.post(`/referrals/${id}/withdrawal`, { reason: 'anders' }), 200);
  for (const desk of [keeper, file]) await desk.context.close();
}

/** A household with a yes, with a clock, an MDO, and a question to the house; { referral, house }. */
async function household(o, vt) {
  const place = (await placesFor(vt, aWoman(), 2)).find(p => deskOf(p.poolId) !== 'opvang.lindehof');
  const house = await o.x.as(deskOf(place.poolId));
  const organisation = organisationOf(place.poolId);
  const { id } = await openReferral(vt, aWoman());
  const request = (await ask(vt, id, [place.poolId])).requests[0];
  expectStatus(await house.post(`/requests/${request.id}/acceptance`), 200);
  expectStatus(await vt.post(`/referrals/${id}/clocks`, { clock: 'huisverbod' }), 200);
  expectStatus(await vt.post(`/referrals/${id}/mdos`, { ground: 'vital_interest', nextAt: inMinutes(90), organisationIds: [organisation] }), 201);
  expectStatus(await vt.post(`/referrals/${id}/consults`, { organisationId: organisation, question: 'Wat is hier nodig?' }), 201);
  expectStatus(await vt.post(`/referrals/${id}/regie-offer`, { organisationId: organisation }), 200);
  return { id, place };
}

export async function walkLifePages(o, visit) {
  const vt = await o.x.as('nachtdienst.rotterdam');
  await gates(o, visit, vt);
  const { id, place } = await household(o, vt);
  const own = await deskAt(o, 'nachtdienst.rotterdam', `/verwijzing#r=${id}`, '#section-handover');
  await visit('dossier-yes', own);
  const closed = own.page.locator('main details:not([open]) > summary');
  while (await closed.count() > 0) await closed.first().click();
  await visit('dossier-forms', own);
  await own.page.goto('/verblijf');
  await own.page.locator('.stay-part').first().waitFor();
  await visit('stays', own);
  const house = await deskAt(o, deskOf(place.poolId), `/verwijzing#r=${id}`, '#section-handover');
  await visit('dossier-house', house);
  await house.page.goto('/samenwerken');
  await house.page.locator('main .care-card, main .panel').first().waitFor();
  await visit('together', house);
  await house.page.goto('/verblijf');
  await house.page.locator('.stay-part').first().waitFor();
  await visit('stays-house', house);
  const policy = await deskAt(o, 'beleid.rotterdam', '/verblijf', '.stay-month');
  await visit('stays-municipality', policy);
  const keys = await deskAt(o, 'beheer.lindehof', '/sleutel', 'main button');
  await keys.page.getByRole('button', { name: sayIn(o.lang)('key.make_first') }).click();
  await keys.page.waitForSelector('#key-passphrase');
  await visit('key', keys);
  expectStatus(await vt.post(`/referrals/${id}/withdrawal`, { reason: 'anders' }), 200);
  for (const desk of [own, house, policy, keys]) await desk.context.close();
}
