// Through what people of several organisations see of one household: the case of a clock's owner who has no file, the file
// that a co-ordinator of another organisation reads, an MDO in which the police does something; and what a desk meets at
// night: where its households are, an order with the moment it was imposed, a reflection period with its end. The facts are
// made over the API by a desk of its own, whose households are taken back at the end.
import { openDesk, signIn } from './browser.mjs';
import { openPlacer, sayIn } from './people.mjs';
import { aHotel } from './walk_nobed.mjs';
import { aMinorAlone, aVictim, aWoman, deskOf, expectStatus, openReferral, organisationOf, placesFor } from './world.mjs';

export const CARE_STATES = ['placer-until', 'shift-tonight', 'dossier-order', 'clock-case', 'dossier-outside', 'dossier-regie'];

const DESK = 'nachtdienst.haaglanden';

async function deskAt(o, username, path, selector) {
  const desk = await openDesk(o.browser, o.x.origin, o);
  await signIn(desk, username, 'main h1, main h2, #capacity');
  await desk.page.goto(path);
  await desk.page.locator(selector).first().waitFor();
  return desk;
}

/** The intake with a reflection period that runs, and its end. */
async function intake(o, visit) {
  const desk = await openDesk(o.browser, o.x.origin, o);
  const { page } = desk;
  await openPlacer(desk);
  const closed = page.locator('details.more:not([open]) > summary');
  while (await closed.count() > 0) await closed.first().click();
  await page.selectOption('#residence', 'bedenktijd');
  await page.locator('#residence-until').waitFor();
  await page.fill('#residence-until', new Date(Date.now() + 20 * 86_400_000).toISOString().slice(0, 10));
  await visit('placer-until', desk);
  await desk.context.close();
}

/** A hotel, an order, and two that wait for a gatekeeper. */
async function tonight(o, visit, vt) {
  const hotel = await openReferral(vt, aWoman());
  expectStatus(await vt.post(`/referrals/${hotel.id}/bridges`, aHotel()), 201);
  const order = await openReferral(vt, aWoman());
  expectStatus(await vt.post(`/referrals/${order.id}/bridges`, { kind: 'order', imposedAt: new Date(Date.now() - 3_600_000).toISOString() }), 201);
  for (const [need, kind] of [[aVictim(), 'cosm'], [aMinorAlone(), 'jeugd']])
    expectStatus(await vt.post(`/referrals/${(await openReferral(vt, need)).id}/gate-requests`, { kind }), 201);
  const desk = await deskAt(o, DESK, '/dienst', '.tonight');
  await desk.page.locator('.tonight').nth(3).waitFor();
  await visit('shift-tonight', desk);
  await desk.context.close();
}

/** The form of a barring order that was imposed, and when. */
async function order(o, visit, vt) {
  const t = sayIn(o.lang);
  const { id } = await openReferral(vt, aWoman());
  const desk = await deskAt(o, DESK, `/verwijzing#r=${id}`, '#section-nobed');
  await desk.page.locator('#section-nobed').getByRole('button', { name: t('nobed.add_order'), exact: true }).click();
  await desk.page.waitForSelector('#form-order');
  await desk.page.locator('#form-order').getByText(t('nobed.given'), { exact: true }).click();
  await desk.page.locator('#nobed-imposed').waitFor();
  await visit('dossier-order', desk);
  await desk.context.close();
}

/** Its clock is with another desk, its regie with a house, and the police acts: three pages of one household. */
async function together(o, visit, vt) {
  const t = sayIn(o.lang);
  const [place] = await placesFor(vt, aWoman(), 1);
  const [house, other] = [await o.x.as(deskOf(place.poolId)), await o.x.as('nachtdienst.amsterdam')];
  const org = organisationOf(place.poolId);
  const { id, code } = await openReferral(vt, aWoman());
  const { clocks } = expectStatus(await vt.post(`/referrals/${id}/clocks`, { clock: 'huisverbod' }), 200);
  expectStatus(await vt.post(`/clocks/${clocks[0].id}/offer`, { organisationId: other.session.organisationId }), 200);
  expectStatus(await other.post(`/clocks/${clocks[0].id}/acceptance`, { callback: '020-123 45 67' }), 200);
  const { id: mdo } = expectStatus(await vt.post(`/referrals/${id}/mdos`, { ground: 'statutory_task', organisationIds: [org] }), 201);
  expectStatus(await house.post(`/mdos/${mdo}/participation`, { joins: true }), 200);
  for (const item of [{ domain: 'strafrecht', sort: 'action', text: 'Aangifte opnemen', outside: 'politie', callback: '0900 8844' }, { domain: 'veiligheid', sort: 'action', text: 'Kamer houden', organisationId: org }])
    expectStatus(await vt.post(`/mdos/${mdo}/items`, item), 200);
  expectStatus(await vt.post(`/referrals/${id}/regie-offer`, { organisationId: org }), 200);
  expectStatus(await house.post(`/referrals/${id}/regie-acceptance`, { role: 'Casusregisseur', callback: '010 123 45 67' }), 200);

  const owner = await deskAt(o, 'nachtdienst.amsterdam', '/verblijf', '.stay-part');
  await owner.page.getByRole('button', { name: new RegExp(`^${t('stay.case_open')}.*${code}`) }).click();
  await owner.page.locator(`#clock-case-${clocks[0].id}`).waitFor();
  await visit('clock-case', owner);
  const own = await deskAt(o, DESK, `/verwijzing#r=${id}`, '.care-items li');
  await visit('dossier-outside', own);
  const holder = await deskAt(o, deskOf(place.poolId), `/verwijzing#r=${id}`, '#section-facts');
  await holder.page.locator(`[data-mdo="${mdo}"]`).waitFor();
  await visit('dossier-regie', holder);
  for (const desk of [owner, own, holder]) await desk.context.close();
}

export async function walkCarePages(o, visit) {
  const vt = await o.x.as(DESK);
  await intake(o, visit);
  await tonight(o, visit, vt);
  await order(o, visit, vt);
  await together(o, visit, vt);
  for (const { id } of expectStatus(await vt.get('/referrals?live=true&limit=200'), 200).referrals)
    expectStatus(await vt.post(`/referrals/${id}/withdrawal`, { reason: 'anders' }), 200);
}
