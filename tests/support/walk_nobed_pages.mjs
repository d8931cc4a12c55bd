// Through the no-bed path as its desk sees it: the dossier of a household without a place, its forms, a bridge that stands
// and one that rings, nights, and the end. What takes hours is said over the API, so that each state is there at once.
// The exchange must have been started with NOBED_SETTINGS: an alarm rings at the moment of the missed check-in.
import { openDesk, signIn } from './browser.mjs';
import { sayIn } from './people.mjs';
import { aHotel, aNight } from './walk_nobed.mjs';
import { poll } from './wait.mjs';
import { aWoman, expectStatus, openReferral } from './world.mjs';

export const NOBED_SETTINGS = { bridge_grace_s: 0 };
export const NOBED_STATES = ['nobed-hotel', 'nobed-owner', 'nobed-order', 'nobed-beds', 'nobed-bridge', 'nobed-alarm', 'nobed-seen', 'placer-alarm', 'nobed-end', 'nobed-nights', 'nobed-closing', 'nobed-closed', 'unplaced-list'];

export async function openDossier(desk, id) {
  await desk.page.goto(`/verwijzing#r=${id}`);
  await desk.page.waitForSelector('#section-nobed');
}

export async function walkNobedPages(o, visit) {
  const t = sayIn(o.lang);
  const vt = await o.x.as('nachtdienst.rotterdam');
  const r = await openReferral(vt, aWoman());
  const desk = await openDesk(o.browser, o.x.origin, o);
  const { page } = desk;
  const section = page.locator('#section-nobed');
  const press = name => section.getByRole('button', { name, exact: true }).click();
  await signIn(desk, 'nachtdienst.rotterdam', '#results-title');
  await openDossier(desk, r.id);
  await press(t('nobed.add_hotel'));
  await page.waitForSelector('#form-hotel');
  await visit('nobed-hotel', desk);
  await section.locator('label', { hasText: t('nobed.other_org') }).click();
  await page.waitForSelector('#nobed-org');
  await press(t('nobed.save_hotel'));
  await page.waitForSelector('#form-hotel-faults');
  await visit('nobed-owner', desk);
  await press(t('nobed.add_order'));
  await page.waitForSelector('#form-order');
  await visit('nobed-order', desk);
  await press(t('nobed.add_bed'));
  await page.waitForSelector('#form-bed');
  await visit('nobed-beds', desk);

  const hotel = expectStatus(await vt.post(`/referrals/${r.id}/bridges`, aHotel({ times: [new Date(Date.now() + 4000).toISOString()] })), 201);
  await page.waitForSelector('.bridge.active');
  await visit('nobed-bridge', desk);
  await poll(async () => (await page.locator('.bridge.alarm').count()) > 0, { within: 20_000, what: 'the alarm on the page' });
  await visit('nobed-alarm', desk);
  await page.goto('/plaatsen');
  await page.waitForSelector('.bridge-alarms .notice');
  await visit('placer-alarm', desk);
  expectStatus(await vt.post(`/bridges/${hotel.id}/check-ins`, { result: 'seen' }), 200);
  await openDossier(desk, r.id);
  await visit('nobed-seen', desk);
  expectStatus(await vt.post(`/bridges/${hotel.id}/check-ins`, { result: 'safe' }), 200);
  await page.waitForSelector('.bridge.active');
  await section.locator('.bridge.active').getByRole('button', { name: t('nobed.end') }).click();
  await page.waitForSelector('.bridge .choices');
  await visit('nobed-end', desk);
  expectStatus(await vt.post(`/referrals/${r.id}/nights`, aNight({ reason: 'alles_vol' })), 200);
  await section.locator('table').waitFor();
  await press(t('nobed.add_night'));
  await page.waitForSelector('#form-night');
  await visit('nobed-nights', desk);
  await press(t('nobed.close_open'));
  await page.waitForSelector('#form-close');
  await visit('nobed-closing', desk);
  await page.selectOption('#nobed-slept-night', 'hotel');
  await page.selectOption('#nobed-reason', 'alles_vol');
  await press(t('nobed.close'));
  await page.getByText(t('nobed.headline_closed'), { exact: true }).waitFor();
  await visit('nobed-closed', desk);
  await page.goto('/dienst');
  await page.getByLabel(t('unplaced.all')).check();
  await page.locator('tr', { hasText: r.code }).waitFor();
  await visit('unplaced-list', desk);
  await desk.context.close();
}
