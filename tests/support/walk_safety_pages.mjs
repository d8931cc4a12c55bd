// Through what surrounds a house where somebody lives: the stay with its forms, the question about a conflict, and the page of
// safety from a report to the house that is open again, with the alarm of who asked there; and a surge. At the end all is as
// it was: nobody lives there, nothing is asked, the house can be found.
import { openDesk, signIn } from './browser.mjs';
import { sayIn } from './people.mjs';
import { aReport, aWoman, ask, deskOf, expectStatus, locationOf, openReferral, placesFor } from './world.mjs';

export const SAFETY_STATES = ['dossier-stay', 'dossier-stay-faults', 'stays-lived', 'conflict-placer', 'conflict-house', 'safety-report', 'safety-faults', 'safety-check', 'safety-reported', 'safety-sure', 'safety-frozen', 'safety-alarm', 'shift-leak', 'safety-lifted', 'safety-surge'];

async function deskAt(o, username, path, selector) {
  const desk = await openDesk(o.browser, o.x.origin, o);
  await signIn(desk, username, 'main h1, main h2, #capacity');
  await desk.page.goto(path);
  await desk.page.locator(selector).first().waitFor();
  return desk;
}

/** One that lives there and one that is asked for at the same house. */
async function neighbours(o, vt) {
  const place = (await placesFor(vt, aWoman(), 3)).find(p => deskOf(p.poolId) !== 'opvang.lindehof');
  const house = await o.x.as(deskOf(place.poolId));
  const free = n => house.post('/capacity-reports', { reports: [aReport(place.poolId, { unitsTotal: 3, unitsFree: n, unitsOccupied: 3 - n })] });
  expectStatus(await free(3), 200);
  const lives = await openReferral(vt, aWoman());
  const [request] = (await ask(vt, lives.id, [place.poolId])).requests;
  expectStatus(await house.post(`/requests/${request.id}/acceptance`), 200);
  expectStatus(await house.post(`/requests/${request.id}/arrival`), 200);
  expectStatus(await free(2), 200);
  const waits = await openReferral(vt, aWoman());
  const [asked] = (await ask(vt, waits.id, [place.poolId])).requests;
  return { place, house, free, lives, waits, asked };
}

async function living(o, visit, n) {
  const t = sayIn(o.lang);
  const desk = await deskAt(o, deskOf(n.place.poolId), `/verwijzing#r=${n.lives.id}`, '#section-stay dl');
  const { page } = desk;
  const closed = page.locator('#section-stay details:not([open]) > summary');
  while (await closed.count() > 0) await closed.first().click();
  await visit('dossier-stay', desk);
  await page.getByRole('button', { name: t('stay.depart_button'), exact: true }).click();
  await page.locator('[id^="depart-"][id$="-faults"]').waitFor();
  await page.getByRole('button', { name: t('stay.save'), exact: true }).click();
  await page.locator('[id^="fund-"][id$="-faults"]').waitFor();
  await visit('dossier-stay-faults', desk);
  await page.goto('/verblijf');
  await page.locator('.stay-scroll td').first().waitFor();
  await visit('stays-lived', desk);
  return desk;
}

async function conflict(o, visit, n, placer, desk) {
  const t = sayIn(o.lang);
  await placer.page.goto(`/plaatsen#${n.waits.id}`);
  await placer.page.getByRole('button', { name: new RegExp(`^${t('safety.conflict_ask')}`) }).click();
  await placer.page.locator('.conflict .token').waitFor();
  await visit('conflict-placer', placer);
  await desk.page.goto('/opvang');
  await desk.page.locator('.conflict .token').waitFor();
  await visit('conflict-house', desk);
  expectStatus(await n.house.post(`/requests/${n.asked.id}/conflict-answer`, { conflict: false }), 200);
}

async function leaking(o, visit, n, placer, desk) {
  const t = sayIn(o.lang);
  const { page } = desk;
  const admin = await o.x.as('beheer.uitwisseling');
  const step = async (who, leak, what) => expectStatus(await who.post(`/leaks/${leak}/${what}`), 200);
  const press = text => page.getByRole('button', { name: text, exact: true }).click();
  await page.goto('/veiligheid');
  await page.locator('#leak-report').waitFor();
  await visit('safety-report', desk);
  await press(t('safety.to_check'));
  await page.locator('#leak-report-faults').waitFor();
  await visit('safety-faults', desk);
  if (await page.locator('#leak-location option').count() > 1) await page.selectOption('#leak-location', String(locationOf(n.place.poolId).id));
  await page.getByText(t('safety.reason_adres_gedeeld'), { exact: true }).click();
  await press(t('safety.to_check'));
  await page.locator('#check-title').waitFor();
  await visit('safety-check', desk);
  await press(t('safety.send'));
  const card = page.locator('[data-leak][data-state=reported]');
  await card.waitFor();
  const leak = Number(await card.getAttribute('data-leak'));
  await visit('safety-reported', desk);
  const chief = await deskAt(o, 'beheer.uitwisseling', '/veiligheid', `[data-leak="${leak}"]`);
  await chief.page.locator(`[data-leak="${leak}"]`).getByRole('button', { name: new RegExp(`^${t('safety.confirm')}`) }).click();
  await chief.page.locator('.safety-sure').waitFor();
  await visit('safety-sure', chief);
  await chief.page.getByRole('button', { name: t('safety.confirm_yes') }).click();
  await page.locator(`[data-leak="${leak}"][data-state=frozen]`).waitFor();
  await visit('safety-frozen', desk);
  await placer.page.getByText(t('safety.alarm_text')).first().waitFor();
  await visit('safety-alarm', placer);
  await placer.page.goto('/dienst');
  await placer.page.locator('.bridge-alarms .notice').first().waitFor();
  await visit('shift-leak', placer);
  await step(n.house, leak, 'lift-request');
  await step(admin, leak, 'lift');
  await page.locator(`[data-leak="${leak}"][data-state=lifted]`).waitFor();
  await visit('safety-lifted', desk);
  const region = locationOf(n.place.poolId).region;
  await chief.page.selectOption('#surge-region', region);
  await chief.page.selectOption('#surge-reason', 'drukte');
  await chief.page.getByRole('button', { name: t('safety.surge_begin') }).click();
  await chief.page.getByRole('button', { name: new RegExp(`^${t('safety.surge_end')}`) }).first().waitFor();
  await visit('safety-surge', chief);
  expectStatus(await admin.post('/surge', { regions: [region], on: false }), 200);
  await chief.context.close();
}

export async function walkSafetyPages(o, visit) {
  const vt = await o.x.as('nachtdienst.rotterdam');
  const n = await neighbours(o, vt);
  const desk = await living(o, visit, n);
  const placer = await deskAt(o, 'nachtdienst.rotterdam', '/plaatsen', '#results-title');
  await conflict(o, visit, n, placer, desk);
  await leaking(o, visit, n, placer, desk);
  const { stayId } = expectStatus(await n.house.get(`/referrals/${n.lives.id}`), 200);
  expectStatus(await n.house.post(`/stays/${stayId}/departure`, { reason: 'doel_bereikt', destination: 'eigen_woning' }), 200);
  expectStatus(await n.free(3), 200);
  for (const { id, state } of expectStatus(await vt.get('/referrals?live=true&limit=200'), 200).referrals)
    if (state === 'open' || state === 'asked') expectStatus(await vt.post(`/referrals/${id}/withdrawal`, { reason: 'anders' }), 200);
  for (const one of [desk, placer]) await one.context.close();
}
