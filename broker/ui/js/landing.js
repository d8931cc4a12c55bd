// @ts-check
// The start page: who is signed in goes to the page of the role; who is not, signs in.
import { render } from '../vendor/lit-html/lit-html.js';
import { ApiError, createApi, problemText } from './api.js';
import { PAGES_OF, switches, translateShell, wireSkipLink } from './frame.js';
import { loadMessages, t } from './text.js';
import { brand, html } from './ui.js';

const root = /** @type {HTMLElement} */ (document.getElementById('app'));
const api = createApi({ fetch: (...args) => fetch(...args), wait: ms => new Promise(done => setTimeout(done, ms)) });
/** @type {unknown} */
let body = html``;

const view = () => html`
  <header class="topbar">${brand('/')}<div class="bar-right">${switches(draw)}</div></header>
  <main class="plain" id="main"><h1>Veilige Plek</h1>${body}</main>`;

function draw() {
  translateShell('start.title', 'skip.main');
  render(view(), root);
}

await loadMessages(document.documentElement.lang);
wireSkipLink();
root.replaceChildren();
try {
  /** @type {import('../types/api').Session} */
  const session = await api.get('/session');
  const [page] = PAGES_OF[session.role];
  location.replace(page);
  body = html`<p>${t('start.forward')} <a href=${page}>${t('start.forward_link')}</a></p>`;
} catch (error) {
  if (error instanceof ApiError && error.status === 401) location.replace('/inloggen');
  body = html`<p>${error instanceof ApiError && error.status === 401 ? t('start.forward') : problemText(error)}</p><p><a href="/inloggen">${t('start.sign_in')}</a></p>`;
}
draw();
