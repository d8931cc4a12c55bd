// What must never be: a violation of the content policy, a line in the browser's console, anything personal in an
// address, a title or the browser's storage, a cookie that a script can read. Looked at in every state of every page.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { DESKTOP, openBrowser, openDesk, signIn } from '../support/browser.mjs';
import { startExchange } from '../support/exchange.mjs';
import { enterHousehold, openPlacer } from '../support/people.mjs';
import { walk } from '../support/walk.mjs';
import { NOBED_SETTINGS } from '../support/walk_nobed_pages.mjs';

const POLICY = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self'; connect-src 'self'; "
  + "manifest-src 'self'; worker-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; "
  + "require-trusted-types-for 'script'; trusted-types lit-html";
const PAGES = ['/', '/inloggen', '/plaatsen', '/opvang', '/gemeente', '/koppeling', '/verwijzing', '/dienst', '/samenwerken', '/toewijzing', '/sleutel', '/verblijf', '/veiligheid'];
// Pages on which notes are sealed and opened.
const WASM = ['/verwijzing', '/sleutel'];
// What a tab may keep, and what stays on the machine when it is closed.
const TAB_KEEPS = ['plek.draft', 'plek.callback', 'plek.return', 'plek.shift', 'plek.codes', 'plek.nobed', 'plek.owner'];
const MACHINE_KEEPS = ['lang', 'theme'];
// Words of the household, the desk's number, the address: none of them may stand in an address line or a title.
const PERSONAL = /010[ +%0-9]{6}|tigrinya|vergunning|voorbeeld(straat|plein)|nachtdienst\.|demo\b/i;
const QUERY_KEYS = ['left', 'unsafe', 'lost', 'mdo', 'limit', 'live', 'mine', 'verdict', 'rule', 'days', 'offset', 'cursor', 'after', 'pool', 'provider', 'referralId', 'month', 'bridge'];

let x, browser;
before(async () => {
  x = await startExchange('e2e-csp', { settings: NOBED_SETTINGS });
  browser = await openBrowser(`${x.dir}/ca/server.crt`);
}, { timeout: 180_000 });
after(async () => {
  await browser?.close();
  await x?.stop();
}, { timeout: 60_000 });

const desks = new Map(); // desk -> what its browser keeps, per state

test('all states are walked without a violation or a line in the console', { timeout: 240_000 }, async () => {
  const missed = await walk({ x, browser, viewport: DESKTOP, theme: 'day', lang: 'nl' }, async (state, desk) => {
    desks.set(desk, [...(desks.get(desk) ?? []), { state, ...await kept(desk.page), violations: await desk.page.evaluate(() => globalThis.plekViolations) }]);
  });
  assert.deepEqual(missed, []);
  assert.ok(desks.size >= 5);
  assert.deepEqual([...desks.keys()].flatMap(d => d.faults), []);
  assert.deepEqual([...desks.values()].flat().flatMap(s => s.violations), []);
});

const kept = page => page.evaluate(async () => ({
  tab: Object.entries(sessionStorage), machine: Object.entries(localStorage),
  databases: (await indexedDB.databases()).length, caches: (await caches.keys()).length,
  workers: (await navigator.serviceWorker?.getRegistrations())?.length ?? 0, readable: document.cookie,
}));

test('addresses and titles say nothing about anybody', () => {
  const urls = [...desks.keys()].flatMap(d => d.urls);
  assert.ok(urls.length > 100);
  for (const url of urls) {
    const { origin, searchParams, hash } = new URL(url);
    assert.equal(origin, x.origin, `${url} leaves the exchange`);
    assert.doesNotMatch(decodeURIComponent(url), PERSONAL);
    for (const key of searchParams.keys()) assert.ok(QUERY_KEYS.includes(key), `${key} in ${url}`);
    assert.match(hash, /^(#([rg]=)?\d{1,15})?$/, url);
  }
  const titles = [...desks.keys()].flatMap(d => [...d.titles]);
  assert.ok(titles.length > 5);
  for (const title of titles) {
    assert.match(title, /Veilige Plek$/);
    assert.doesNotMatch(title, PERSONAL);
  }
});

test('the browser keeps no more than theme and language, and a tab no more than its draft', () => {
  for (const s of [...desks.values()].flat()) {
    for (const [key] of s.machine) assert.ok(MACHINE_KEEPS.includes(key), `${s.state}: localStorage has ${key}`);
    for (const [key, value] of s.tab) {
      assert.ok(TAB_KEEPS.includes(key), `${s.state}: sessionStorage has ${key}`);
      assert.doesNotMatch(value, /voorbeeld(straat|plein)|VT-/i, `${s.state}: ${key}`);
    }
    assert.deepEqual([s.databases, s.caches, s.workers, s.readable], [0, 0, 0, ''], s.state);
  }
});

test('the cookie of the session is out of reach of scripts and of other sites', async () => {
  const desk = await openDesk(browser, x.origin);
  await signIn(desk, 'beleid.rotterdam', '.figures');
  const cookies = await desk.context.cookies();
  assert.ok(cookies.length > 0);
  for (const c of cookies) assert.deepEqual([c.secure, c.httpOnly, c.sameSite], [true, true, 'Strict'], c.name);
  await desk.context.close();
});

test('each page comes with the whole policy and the other headers, and is not stored', async () => {
  const client = x.client();
  for (const path of PAGES) {
    const { status, headers } = await client.request('GET', path, { raw: true });
    assert.equal(status, 200, path);
    assert.equal(headers['content-security-policy'], WASM.includes(path) ? POLICY.replace("script-src 'self'", "script-src 'self' 'wasm-unsafe-eval'") : POLICY, path);
    assert.equal(headers['x-content-type-options'], 'nosniff', path);
    assert.equal(headers['referrer-policy'], 'no-referrer', path);
    assert.equal(headers['cross-origin-opener-policy'], 'same-origin', path);
    assert.match(headers['cache-control'], /no-store/, path);
    assert.match(headers['strict-transport-security'] ?? '', /max-age=\d+/, path);
  }
});

test('the policy is in force: markup from text, code from text and foreign requests are refused', async () => {
  const desk = await openDesk(browser, x.origin, { expected: [/content policy|Content Security Policy|TrustedHTML|TrustedScript|Refused|violates/i] });
  const { page } = desk;
  await openPlacer(desk);
  await enterHousehold(desk);
  const tried = await page.evaluate(async () => {
    // In a task of its own: the debugger, through which this comes, may use eval.
    const outcome = deed => new Promise(done => setTimeout(async () => { try { await deed(); done('done'); } catch (error) { done(error.name); } }));
    const script = document.createElement('script');
    return {
      markup: await outcome(() => { document.createElement('div').innerHTML = '<b>x</b>'; }),
      code: await outcome(() => (0, eval)('1')),
      source: await outcome(() => { script.src = 'https://example.org/x.js'; }),
      policy: await outcome(() => trustedTypes.createPolicy('other', {})),
      request: await outcome(() => fetch('https://example.org/')),
    };
  });
  assert.deepEqual(tried, { markup: 'TypeError', code: 'EvalError', source: 'TypeError', policy: 'TypeError', request: 'TypeError' });
  await page.evaluate(() => {
    const inline = document.createElement('div');
    inline.setAttribute('style', 'color: red');
    document.body.append(inline);
  });
  await page.waitForFunction(() => globalThis.plekViolations.some(v => v.startsWith('style-src')));
  assert.deepEqual(desk.faults, []);
  await desk.context.close();
});
