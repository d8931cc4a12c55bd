// The file of the nights comes by a module of its own. One that does not come, because the network is away or the exchange was
// renewed meanwhile, is said, and the button works when it is there again.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { noFaults, openBrowser, openDesk, signIn } from '../support/browser.mjs';
import { startExchange } from '../support/exchange.mjs';
import { say } from '../support/people.mjs';

const cell = value => ({ value, suppressed: false });
// Nights of a month that is over, which no test can live through.
const STATEMENT = {
  from: '2026-01-01', to: '2026-01-31', whole: true, minimumCell: 5, nights: cell(12), stays: cell(1),
  rows: [{ municipality: 'GM0599', stream: 'duvo', cutPermille: 0, nights: cell(12), stays: cell(1) }],
};
let x, browser, desk;

before(async () => {
  x = await startExchange('e2e-nights-file');
  browser = await openBrowser(`${x.dir}/ca/server.crt`);
  desk = await openDesk(browser, x.origin, { expected: [/Failed to load resource.*ERR_FAILED/, /stays_csv/] });
  await signIn(desk, 'opvang.lindehof', 'main');
  await desk.page.route('**/api/v1/statements?*', route => route.fulfill({ json: STATEMENT }));
  await desk.page.goto('/verblijf');
}, { timeout: 180_000 });
after(async () => {
  await browser?.close();
  await x?.stop();
}, { timeout: 60_000 });

test('a file that cannot be made says so; later it is there', { timeout: 120_000 }, async () => {
  const save = desk.page.getByRole('button', { name: say('stay.csv') });
  await save.waitFor();
  await desk.page.route('**/stays_csv*.js', route => route.abort());
  await save.click();
  await desk.page.getByRole('alert').getByText(say('frame.part_title')).waitFor();
  await desk.page.unroute('**/stays_csv*.js');
  const [file] = await Promise.all([desk.page.waitForEvent('download'), save.click()]);
  await desk.page.getByRole('alert').waitFor({ state: 'detached' });
  assert.match(file.suggestedFilename(), /\.csv$/);
  noFaults(desk, 'the house');
});
