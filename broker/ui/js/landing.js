// @ts-check
// The start page: who is signed in goes to the page of the role; who is not, signs in. Roles without a page yet read so.
import { render } from '../vendor/lit-html/lit-html.js';
import { ApiError, createApi, problemText } from './api.js';
import { PAGE_OF, switches, translateShell, wireSkipLink } from './frame.js';
import { either, loadMessages, t } from './text.js';
import { brand, button, html } from './ui.js';

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

async function signOut() {
  try { await api.remove('/session'); } catch { /* an ended session is signed out too */ }
  location.assign('/inloggen');
}

await loadMessages(document.documentElement.lang);
wireSkipLink();
root.replaceChildren();
try {
  /** @type {import('../types/api').Session} */
  const session = await api.get('/session');
  const page = PAGE_OF[session.role];
  if (page) location.replace(page);
  api.setCsrf(session.csrfToken);
  body = page ? html`<p>${t('start.forward')} <a href=${page}>${t('start.forward_link')}</a></p>`
    : html`<p>${t('start.no_page', { name: either(session.displayNl, session.displayEn) || session.account })}</p>${button(t('frame.sign_out'), { icon: 'logout', click: signOut })}`;
} catch (error) {
  if (error instanceof ApiError && error.status === 401) location.replace('/inloggen');
  body = html`<p>${error instanceof ApiError && error.status === 401 ? t('start.forward') : problemText(error)}</p><p><a href="/inloggen">${t('start.sign_in')}</a></p>`;
}
draw();
