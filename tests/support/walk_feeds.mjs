// Through the page of data connections and its states, as the house, its administrator and the operator see them. What
// the adapter would say is told over its door, so that each state is there at once and the same in every walk.
import { openDesk, signIn } from './browser.mjs';
import { Adapter, aFeed, aFeedReport, aMessage, newId } from './feeds.mjs';
import { sayIn } from './people.mjs';
import { poll } from './wait.mjs';
import { demo, expectStatus } from './world.mjs';

export const FEED_STATES = [
  'feeds-no-house', 'feeds-admin', 'feeds-good', 'feeds-aside', 'feeds-asked', 'feeds-failed', 'feeds-replayed', 'feeds-history',
  'upload-fault', 'upload-reading', 'upload-preview', 'upload-taken', 'upload-unreadable', 'upload-trial',
  'shelter-differ', 'shelter-by-hand', 'shelter-silent', 'feeds-silent', 'feeds-all', 'feeds-of-one',
];

const orgOf = code => demo.organisations.find(o => o.code === code).id;
const HOUSE = 'kievitshof';
const SILENT = 'waterlelie';
const TRIAL = 'zilverberk';
const FAULTS = [
  { line: 4, field: 'free', reason: 'is more than the total' },
  { line: 7, field: 'pool', reason: "this place is not in the provider's profile" },
  { line: 0, field: '', reason: 'comes from a version that is not known' },
];
const LONG_AGO_MS = 5 * 3600_000;
const FILE = { name: 'stand.csv', mimeType: 'text/csv', buffer: Buffer.from('Plek;Vrij\nx;1\n') };

/** Pools of the house as a file tells of them: one has changed, one has a stop, one is without staff. */
async function reportsOf(x) {
  const { pools } = (await (await x.as(`intake.${HOUSE}`)).get('/pools?mine=true&limit=200')).json;
  const observedAt = new Date(Date.now() - 1000).toISOString();
  return pools.slice(0, 5).map((pool, i) => {
    const free = pool.capacity.unitsFree ?? 0;
    return aFeedReport(pool.id, {
      observedAt, unitsFree: i === 0 ? (free + 1) % (pool.unitsTotal + 1) : free, unitsOccupied: null, line: i + 2, ...(i === 1 ? { stop: { reason: 'schoonmaak' } } : {}), ...(i === 2 ? { deliverable: false } : {}),
    });
  });
}

/** A message of the house that came MS ago. */
async function tell(adapter, over, ms = 60_000) {
  expectStatus(await adapter.tell(aMessage(orgOf(HOUSE), { receivedAt: new Date(Date.now() - ms).toISOString(), ...over })), 201, 'a message');
}

/** Do what the next order asks. */
async function answer(adapter, reply) {
  const order = await poll(async () => (await adapter.orders())[0], { within: 20_000, every: 100, what: 'an order for the adapter' });
  await tell(adapter, { channel: order.kind === 'read' ? 'upload' : 'replay', orderId: order.id, ...reply(order) });
}

async function own(o, visit, adapter, desk) {
  const { page } = desk;
  const t = sayIn(o.lang);
  const reports = await reportsOf(o.x);
  await tell(adapter, { reports, notices: [{ line: 9, field: 'pool', reason: 'passed over: the profile says so' }] }, 120_000);
  await signIn(desk, `intake.${HOUSE}`, '.cap li');
  await page.locator('.feed-line').click();
  await page.waitForSelector('.read tbody tr');
  await visit('feeds-good', desk);

  await tell(adapter, { outcome: 'quarantined', complaints: FAULTS, more: 2 });
  await page.reload();
  await page.waitForSelector('.aside .complaints');
  await visit('feeds-aside', desk);
  const again = page.getByRole('button', { name: t('replay.button') }).first();
  await again.click();
  await page.waitForSelector('.aside .replay');
  await visit('feeds-asked', desk);
  await answer(adapter, order => ({ outcome: 'refused', replayOf: order.messageId, complaints: FAULTS.slice(1) }));
  await page.waitForSelector('.aside .replay.failed');
  await visit('feeds-failed', desk);
  await again.click();
  await answer(adapter, order => ({ replayOf: order.messageId, reports: reports.slice(0, 2) }));
  await page.waitForSelector('.notice[id^=done-]');
  await visit('feeds-replayed', desk);
  const first = page.locator('.history details').first();
  await first.locator('summary').click();
  await first.locator('.complaints, .read').first().waitFor();
  await visit('feeds-history', desk);
  await first.locator('summary').click();
}

async function handIn(page, file, { trial = false } = {}) {
  await page.setInputFiles('#upload-file', file);
  if (trial) await page.locator('.upload input[type=checkbox]').check();
  await page.locator('.upload button[type=submit]').click();
}

async function uploads(o, visit, adapter, desk) {
  const { page } = desk;
  const t = sayIn(o.lang);
  const next = () => page.getByRole('button', { name: t('upload.again') }).click();
  await handIn(page, { ...FILE, buffer: Buffer.alloc(800 * 1024, 65) });
  await page.locator('#upload-fault .icon').waitFor();
  await visit('upload-fault', desk);
  await handIn(page, FILE);
  await page.waitForSelector('#upload-reading');
  await visit('upload-reading', desk);
  const reports = await reportsOf(o.x);
  await answer(adapter, () => ({ reports }));
  await page.waitForSelector('.effects li');
  await visit('upload-preview', desk);
  await page.click('#upload-take');
  await page.locator('#upload-result.notice').waitFor();
  await visit('upload-taken', desk);
  await next();
  await handIn(page, FILE);
  await answer(adapter, () => ({ outcome: 'refused', complaints: FAULTS }));
  await page.locator('.upload-result .complaints').waitFor();
  await visit('upload-unreadable', desk);
  await next();
  await handIn(page, FILE, { trial: true });
  await answer(adapter, () => ({ outcome: 'test', reports }));
  await page.locator('.upload-result .notice.info').waitFor();
  await visit('upload-trial', desk);
  await next();
}

/** The house says less than its feed said, and the feed says the same again. */
async function differing(o, visit, adapter, desk) {
  const { page } = desk;
  const t = sayIn(o.lang);
  const house = await o.x.as(`intake.${HOUSE}`);
  const pool = (await house.get('/pools?mine=true&limit=200')).json.pools.find(p => p.unitsTotal > 1 && !p.capacity.stop);
  const feedSays = async () => expectStatus(await adapter.client.post('/capacity-reports', { reports: [aFeedReport(pool.id, { line: undefined, unitsOccupied: null })] }), 200, 'the feed');
  await feedSays();
  const byHand = { poolId: pool.id, reportId: newId(), observedAt: new Date().toISOString(), source: 'hand', unitsTotal: pool.unitsTotal, unitsFree: 0, deliverable: true };
  expectStatus(await house.post('/capacity-reports', { reports: [byHand] }), 200, 'by hand');
  await feedSays();
  await page.goto('/opvang');
  await page.waitForSelector('.differ');
  await visit('shelter-differ', desk);
  await page.locator('.differ').getByRole('button', { name: t('clash.is_right', { free: 0 }) }).first().click();
  await page.waitForSelector('.by-hand');
  await visit('shelter-by-hand', desk);
}

async function silent(o, visit, desk) {
  const { page } = desk;
  await signIn(desk, `intake.${SILENT}`, '#own-feed');
  await visit('shelter-silent', desk);
  await page.locator('#own-feed a').click();
  await page.waitForSelector('.feed-card.trouble');
  await visit('feeds-silent', desk);
}

async function operator(o, visit, desk) {
  const { page } = desk;
  await signIn(desk, 'beheer.uitwisseling', '.feeds-table tr.trouble');
  await visit('feeds-all', desk);
  await page.locator('.feeds-table tr.trouble button').first().click();
  await page.waitForSelector('.feed-card');
  await visit('feeds-of-one', desk);
}

/** @param {object} o as walk's @param {(state: string, desk: object) => Promise<void>} visit */
export async function walkFeeds(o, visit) {
  const adapter = new Adapter(o.x.machine(), [
    aFeed(orgOf(HOUSE)), aFeed(orgOf(SILENT), { channel: 'push', lastMessageAt: new Date(Date.now() - LONG_AGO_MS).toISOString() }),
    aFeed(orgOf(TRIAL), { channel: 'poll', test: true, lastMessageAt: null }),
  ]);
  await adapter.orders();
  const beating = setInterval(() => { adapter.beat().catch(() => { /* the exchange is going */ }); }, 5000);
  try {
    const desks = [await openDesk(o.browser, o.x.origin, o), await openDesk(o.browser, o.x.origin, o), await openDesk(o.browser, o.x.origin, o)];
    await signIn(desks[0], 'beheer.vt-rotterdam', '#feeds-title');
    await visit('feeds-no-house', desks[0]);
    await signIn(desks[0], 'beheer.lindehof', '#feeds-title');
    await visit('feeds-admin', desks[0]);
    await own(o, visit, adapter, desks[1]);
    await uploads(o, visit, adapter, desks[1]);
    await differing(o, visit, adapter, desks[1]);
    await silent(o, visit, desks[2]);
    await operator(o, visit, desks[0]);
    for (const desk of desks) await desk.context.close();
  } finally {
    clearInterval(beating);
  }
}
