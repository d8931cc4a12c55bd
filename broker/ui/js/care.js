// @ts-check
// MDO, regie and questions to specialists as people meet them, on the page of a referral and on the page of what others
// ask of this organisation. Forms are read when they are sent; nothing is kept between two drawings.
import { label } from './codes.js';
import { described, fieldView, formView, invalid, isRight, keepFormFaults } from './faults.js';
import { either, inSentence, moment, t } from './text.js';
import { badge, button, html, icon, nothing } from './ui.js';

/** @typedef {import('../types/api').Organisation} Organisation */
/** @typedef {import('../types/api').Mdo} Mdo */
/** @typedef {import('../types/api').Regie} Regie */
/** @typedef {import('../types/api').Consult} Consult */
/**
 * @typedef {object} CareParts
 * @property {import('./api.js').Api} api
 * @property {boolean} busy
 * @property {Organisation[]} organisations those that can be invited, asked, or handed over to
 * @property {number | undefined} own this organisation
 * @property {() => void} draw
 * @property {(work: () => Promise<unknown>, done?: string) => Promise<boolean>} act
 */

const DOMAINS = ['veiligheid', 'medisch', 'forensisch', 'psychisch', 'strafrecht', 'herstel'];
const SORTS = ['need', 'action', 'decision'];
const HELPERS = ['veilig_thuis', 'comensha', 'shelter'];
/** Those that sit at a table: a municipality does, and is asked nothing else. */
const TABLE = [...HELPERS, 'municipality'];
/** Who is not on the exchange and does something all the same. */
const OUTSIDE = ['politie', 'om', 'huisarts', 'csg', 'ziekenhuis', 'ggz', 'jeugdbescherming', 'advocaat', 'anders'];
/** Before a code, in the value of the list of who does it. */
const OUT = 'out:';
export const GROUNDS = ['statutory_task', 'vital_interest', 'consent'];

/** @param {SubmitEvent} event */
const fieldsOf = event => {
  event.preventDefault();
  const form = /** @type {HTMLFormElement} */ (event.target);
  return { form, data: new FormData(form), text: (/** @type {string} */ name) => String(new FormData(form).get(name) ?? '').trim() };
};

/** A Dutch day and time of a form as a moment; null if it is not filled in. @param {string} local */
const momentOf = local => (local ? new Date(local).toISOString() : null);

/** Send a form's words, or say all that is wrong with them; it is emptied when that went well. @param {CareParts} p @param {SubmitEvent} event @param {(f: ReturnType<typeof fieldsOf>) => [string, object]} what @param {string} [done] */
async function send(p, event, what, done) {
  const fields = fieldsOf(event);
  if (p.busy) return;
  if (!isRight(fields.form)) {
    p.draw();
    return;
  }
  const [path, body] = what(fields);
  if (await p.act(() => keepFormFaults(fields.form, () => p.api.post(path, body)), done)) fields.form.reset();
}

/** @param {CareParts} p @param {string} path @param {object} [body] @param {string} [done] */
const tap = (p, path, body = {}, done = undefined) => () => { if (!p.busy) p.act(() => p.api.post(path, body), done); };

/** @param {Organisation | null | undefined} o */
const nameOf = o => o?.name ?? '';

/** What a specialist is chosen by. @param {Organisation} o */
const withKinds = o => (o.kinds && o.kinds.length > 0 ? `${o.name} (${o.kinds.map(k => inSentence(label('kinds', k))).join(', ')})` : o.name);

/**
 * @typedef {object} WhoOptions
 * @property {Organisation[]} [list] to choose from
 * @property {string[]} [kinds] of organisations, each under its own heading
 * @property {string} [none] what stands there when nothing is chosen; without it something must be
 * @property {(o: Organisation) => string} [name]
 * @property {unknown} [more] other options
 */
/** @param {string} id @param {string} text @param {CareParts} p @param {WhoOptions} [o] */
const organisationField = (id, text, p, { list = p.organisations.filter(x => x.id !== p.own), kinds = HELPERS, none, name = x => x.name, more = nothing } = {}) => fieldView(id, text, html`<select id=${id} name="organisation" ?required=${none === undefined} aria-invalid=${invalid(id)} aria-describedby=${described(id)}><option value="">${none ?? t('care.choose')}</option>${kinds.map(kind => {
    const rows = list.filter(x => x.kind === kind);
    return rows.length > 0 ? html`<optgroup label=${t(`care.kind_${kind}`)}>${rows.map(x => html`<option value=${x.id}>${name(x)}</option>`)}</optgroup>` : nothing;
  })}${more}</select>`);

/** As long as it may be: the exchange counts bytes, and an é is two. What is too much is not taken, as past any end of a field. @param {Event} event @param {number} max */
function fit(event, max) {
  const field = /** @type {HTMLInputElement} */ (event.target);
  const size = (/** @type {string} */ text) => new TextEncoder().encode(text).length;
  const letters = [...field.value];
  if (size(field.value) <= max) return;
  while (size(letters.join('')) > max) letters.pop();
  field.value = letters.join('');
}

/** @param {string} id @param {string} name @param {string} text @param {number} max bytes @param {string} [hint] @param {boolean} [optional] */
const textField = (id, name, text, max, hint, optional = false) => fieldView(id, text, html`<input class="input" id=${id} name=${name} maxlength=${max} ?required=${!optional} autocomplete="off" @input=${(/** @type {Event} */ e) => fit(e, max)} aria-invalid=${invalid(id)} aria-describedby=${described(id, hint)}>`, hint);

/** A day and a time, which may be left open. @param {string} id @param {string} name @param {string} text */
const momentField = (id, name, text) => fieldView(id, text, html`<input class="input" type="datetime-local" id=${id} name=${name} aria-invalid=${invalid(id)} aria-describedby=${described(id)}>`);

/** @param {CareParts} p @param {string} id @param {(f: ReturnType<typeof fieldsOf>) => [string, object]} what @param {string | undefined} done @param {unknown} body */
const form = (p, id, what, done, body) => formView(id, 'care-form', e => { send(p, e, what, done); }, body);

/* ---- regie ---- */

/** @param {Regie} r @param {CareParts} p */
function regieActions(r, p) {
  const id = r.referralId;
  const may = (/** @type {NonNullable<Regie['may']>[number]} */ step) => (r.may ?? []).includes(step);
  if (may('acceptance'))
    return html`${may('refusal') ? nothing : html`<p>${t('care.regie_fled')}</p>`}${form(p, `regie-take-${id}`, f => [`/referrals/${id}/regie-acceptance`, { role: f.text('role'), callback: f.text('callback') }], t('care.regie_taken'), html`
      ${textField(`regie-role-${id}`, 'role', t('care.regie_role'), 48, t('care.regie_role_hint'))}
      ${textField(`regie-callback-${id}`, 'callback', t('care.regie_callback'), 23)}
      <div class="duo">${button(t('care.regie_take'), { kind: 'primary', icon: 'check', type: 'submit', busy: p.busy })}${may('refusal') ? button(t('care.regie_refuse'), { icon: 'x', busy: p.busy, click: tap(p, `/referrals/${id}/regie-refusal`) }) : nothing}</div>`)}`;
  if (may('refusal')) return button(t('care.regie_back'), { icon: 'arrow-back-up', busy: p.busy, click: tap(p, `/referrals/${id}/regie-refusal`) });
  if (!may('desk') && !may('offer')) return nothing;
  // Whose house the household fled may let it go, and no more.
  const desk = !may('desk') ? html`<p>${t('care.regie_let_go')}</p>` : html`<details class="more"><summary>${icon('chevron-right')}${t(r.role ? 'care.regie_correct' : 'care.regie_name')}</summary><div class="more-body">
    ${form(p, `regie-desk-${id}`, f => [`/referrals/${id}/regie-desk`, { role: f.text('role'), callback: f.text('callback') }], t('care.regie_named'), html`
      ${textField(`regie-desk-role-${id}`, 'role', t('care.regie_role'), 48, t('care.regie_role_hint'))}
      ${textField(`regie-desk-callback-${id}`, 'callback', t('care.regie_callback'), 23)}
      ${button(t('care.save'), { icon: 'check', type: 'submit', busy: p.busy })}`)}</div></details>`;
  // Of a household that fled one may take it: who cannot is not in the list.
  const list = p.organisations.filter(o => o.id !== p.own && (!r.offerTo || r.offerTo.includes(o.id)));
  const give = !may('offer') || list.length === 0 ? nothing : form(p, `regie-give-${id}`, f => [`/referrals/${id}/regie-offer`, { organisationId: Number(f.text('organisation')) }], t('care.regie_offered_done'), html`
      ${organisationField(`regie-to-${id}`, t('care.regie_to'), p, { list })}${button(t('care.regie_offer'), { icon: 'arrow-right', type: 'submit', busy: p.busy })}`);
  const end = may('end') ? button(t('care.regie_end'), { kind: 'subtle', icon: 'x', busy: p.busy, click: tap(p, `/referrals/${id}/regie-end`, {}, t('care.regie_ended')) }) : nothing;
  return give === nothing && end === nothing ? desk : html`${desk}<details class="more"><summary>${icon('chevron-right')}${t('care.regie_change')}</summary><div class="more-body">
    ${give}
    ${end}</div></details>`;
}

/** Who co-ordinates, and what the exchange says that can be done about it by who looks. @param {Regie} r @param {CareParts} p */
export const regieView = (r, p) => html`<dl class="summary">
    <div><dt>${t('care.regie')}</dt><dd>${r.state === 'ended' ? t('care.regie_none') : !r.full ? t('care.regie_elsewhere') : html`<b>${nameOf(r.holder)}</b><span class="line ${r.role ? '' : 'subtle'}">${r.role ?? t('care.regie_unnamed')}</span>`}</dd></div>
    ${r.callback && r.state !== 'ended' ? html`<div><dt>${t('care.callback')}</dt><dd><a href=${`tel:${r.callback.replace(/[^0-9+]/g, '')}`}>${r.callback}</a></dd></div>` : nothing}
    ${r.sinceAt ? html`<div><dt>${t('care.since')}</dt><dd>${moment(r.endedAt ?? r.sinceAt)}</dd></div>` : nothing}
  </dl>${r.state === 'offered' ? html`<p>${r.offeredTo?.id === p.own ? t('care.regie_asked_you', { name: nameOf(r.holder) }) : t('care.regie_offered', { name: nameOf(r.offeredTo) })}</p>` : nothing}${regieActions(r, p)}`;

/* ---- MDO ---- */

/** Who does it, and whether they still can. @param {Mdo} m @param {NonNullable<Mdo['items']>[number]} i */
function doer(m, i) {
  if (i.outside) return html`${t('care.by_outside', { name: t(`care.outside_${i.outside.kind}`) })} ${i.outside.callback ? html`<a href=${`tel:${i.outside.callback.replace(/[^0-9+]/g, '')}`}>${i.outside.callback}</a>` : nothing}`;
  if (!i.acts) return nothing;
  const seat = (m.participants ?? []).find(x => x.organisation.id === i.acts?.id)?.state;
  return html`${t('care.by', { name: i.acts.name })}${seat === 'refused' || seat === 'left' ? html` <b>${t('care.by_gone')}</b>` : nothing}`;
}

/** @param {Mdo} m @param {NonNullable<Mdo['items']>[number]} i @param {CareParts} p */
function itemRow(m, i, p) {
  const open = i.state === 'open' || i.state === 'doing';
  const path = `/mdo-items/${i.id}/state`;
  const mine = m.state === 'convened' && m.own === 'joined';
  return html`<li class=${open ? '' : 'done'}><div><b>${t(`care.sort_${i.sort}`)}</b> ${badge(t(`care.item_${i.state}`))}${open && i.dueAt && Date.parse(i.dueAt) < p.api.now() ? html` ${badge(t('care.late'))}` : nothing}
    <p>${i.text ?? t('care.erased')}</p>
    <p class="small subtle">${doer(m, i)} ${[i.dueAt ? t('care.due', { time: moment(i.dueAt) }) : '', t('care.noted', { name: nameOf(i.notedBy) })].filter(Boolean).join(' ')}</p></div>
    ${mine ? html`<div class="care-taps">${open ? html`${button(t('care.done'), { icon: 'check', busy: p.busy, about: i.text ?? '', click: tap(p, path, { state: 'done' }) })}${button(t('care.drop'), { kind: 'subtle', busy: p.busy, about: i.text ?? '', click: tap(p, path, { state: 'dropped' }) })}` : button(t('care.reopen'), { kind: 'subtle', busy: p.busy, about: i.text ?? '', click: tap(p, path, { state: 'open' }) })}</div>` : nothing}</li>`;
}

/** @param {Mdo} m @param {CareParts} p */
const itemsView = (m, p) => DOMAINS.map(domain => {
  const rows = (m.items ?? []).filter(i => i.domain === domain);
  return rows.length > 0 ? html`<h4>${t(`care.domain_${domain}`)}</h4><ul class="care-items">${rows.map(i => itemRow(m, i, p))}</ul>` : nothing;
});

/** @param {Mdo} m */
const atTable = m => (m.participants ?? []).filter(x => x.state === 'joined' || x.state === 'invited').map(x => x.organisation);

/** Who does it: at the table, or not on the exchange at all. @param {ReturnType<typeof fieldsOf>} f */
function whoOf(f) {
  const who = f.text('organisation');
  if (who.startsWith(OUT)) return { outside: who.slice(OUT.length), ...(f.text('callback') ? { callback: f.text('callback') } : {}) };
  return who ? { organisationId: Number(who) } : {};
}

const outsideOptions = () => html`<optgroup label=${t('care.kind_outside')}>${OUTSIDE.map(code => html`<option value=${OUT + code}>${t(`care.outside_${code}`)}</option>`)}</optgroup>`;

/** @param {Mdo} m @param {CareParts} p */
const noteForm = (m, p) => html`<details class="more"><summary>${icon('chevron-right')}${t('care.note')}</summary>${form(p, `mdo-note-${m.id}`, f => [`/mdos/${m.id}/items`, {
    domain: f.text('domain'), sort: f.text('sort'), text: f.text('text'), ...whoOf(f), dueAt: momentOf(f.text('due')) }], t('care.noted_done'), html`
  <div class="care-pair"><div class="field"><label for="note-domain-${m.id}">${t('care.domain')}</label><select id="note-domain-${m.id}" name="domain">${DOMAINS.map(d => html`<option value=${d}>${t(`care.domain_${d}`)}</option>`)}</select></div>
  <div class="field"><label for="note-sort-${m.id}">${t('care.sort')}</label><select id="note-sort-${m.id}" name="sort">${SORTS.map(s => html`<option value=${s}>${t(`care.sort_${s}`)}</option>`)}</select></div></div>
  ${textField(`note-text-${m.id}`, 'text', t('care.text'), 160, t('care.text_hint'))}
  <div class="care-pair">${organisationField(`note-who-${m.id}`, t('care.who'), p, { list: atTable(m), kinds: TABLE, none: t('care.nobody'), more: outsideOptions() })}
  ${momentField(`note-due-${m.id}`, 'due', t('care.due_label'))}</div>
  <div class="outside-number">${textField(`note-callback-${m.id}`, 'callback', t('care.outside_callback'), 23, t('care.outside_hint'), true)}</div>
  ${button(t('care.save'), { kind: 'primary', icon: 'check', type: 'submit', busy: p.busy })}`)}</details>`;

/** @param {Mdo} m @param {CareParts} p */
const leadForms = (m, p) => html`<details class="more"><summary>${icon('chevron-right')}${t('care.mdo_lead')}</summary><div class="more-body">
  ${form(p, `mdo-more-${m.id}`, f => [`/mdos/${m.id}/invitations`, { organisationIds: [Number(f.text('organisation'))] }], undefined, html`${organisationField(`mdo-invite-${m.id}`, t('care.invite'), p, { kinds: TABLE })}${button(t('care.invite_button'), { icon: 'plus', type: 'submit', busy: p.busy })}`)}
  ${form(p, `mdo-when-${m.id}`, f => [`/mdos/${m.id}/date`, { nextAt: momentOf(f.text('next')) }], undefined, html`${momentField(`mdo-next-${m.id}`, 'next', t('care.next_label'))}${button(t('care.next_button'), { icon: 'clock', type: 'submit', busy: p.busy })}`)}
  ${button(t('care.mdo_close'), { kind: 'subtle', icon: 'x', busy: p.busy, click: tap(p, `/mdos/${m.id}/closure`, {}, t('care.mdo_closed')) })}</div></details>`;

/** One MDO: who sits there, what is needed and who does it, when they meet next. @param {Mdo} m @param {CareParts} p */
export function mdoView(m, p) {
  const runs = m.state === 'convened';
  const join = (/** @type {boolean} */ joins) => tap(p, `/mdos/${m.id}/participation`, { joins });
  return html`<dl class="summary">
    <div><dt>${t('care.convened')}</dt><dd>${nameOf(m.convenedBy)}, ${moment(m.convenedAt ?? '')}</dd></div>
    <div><dt>${t('care.ground')}</dt><dd>${label('legalGrounds', m.ground)}</dd></div>
    <div><dt>${t('care.next')}</dt><dd>${m.nextAt ? html`${moment(m.nextAt)}${m.state === 'convened' && Date.parse(m.nextAt) < p.api.now() ? html` ${badge(t('care.past'))}` : nothing}` : t('care.no_date')}</dd></div>
    <div><dt>${t('care.who_sits')}</dt><dd><ul class="care-seats">${(m.participants ?? []).map(x => html`<li>${x.organisation.name} <span class="subtle">(${t(`care.seat_${x.state}`)})</span></li>`)}</ul></dd></div></dl>
  ${runs && m.own === 'invited' ? html`<div class="duo">${button(t('care.join'), { kind: 'primary', icon: 'check', busy: p.busy, click: join(true) })}${button(t('care.refuse'), { icon: 'x', busy: p.busy, click: join(false) })}</div>` : nothing}
  ${m.full ? itemsView(m, p) : html`<p class="subtle">${t('care.only_invited')}</p>`}
  ${runs && m.own === 'joined' ? noteForm(m, p) : nothing}
  ${runs && m.leads ? leadForms(m, p) : nothing}
  ${runs && m.own === 'joined' && m.convenedBy?.id !== p.own ? button(t('care.leave'), { kind: 'subtle', icon: 'logout', busy: p.busy, click: join(false) }) : nothing}`;
}

/** @param {number} referralId @param {CareParts} p */
export const conveneForm = (referralId, p) => html`<details class="more"><summary>${icon('chevron-right')}${t('care.convene')}</summary>${form(p, `mdo-new-${referralId}`, f => [`/referrals/${referralId}/mdos`, { ground: f.text('ground'), organisationIds: [Number(f.text('organisation'))], nextAt: momentOf(f.text('next')) }], t('care.convened_done'), html`
  <p class="subtle">${t('care.convene_text')}</p>
  <div class="field"><label for="mdo-ground">${t('care.ground')}</label><select id="mdo-ground" name="ground">${GROUNDS.map(g => html`<option value=${g}>${label('legalGrounds', g)}</option>`)}</select></div>
  ${organisationField('mdo-first', t('care.invite'), p, { kinds: TABLE })}
  ${momentField('mdo-first-next', 'next', t('care.next_label'))}
  ${button(t('care.convene_button'), { kind: 'primary', icon: 'users', type: 'submit', busy: p.busy })}`)}</details>`;

/* ---- consult ---- */

/** Whom it is about, as far as a specialist may know. @param {Consult} c */
function nameless(c) {
  const h = c.household;
  if (!c.full) return t(c.own ? 'care.consult_left' : 'care.consult_over');
  if (!h) return t('care.erased');
  const persons = ['adult', '12-17', '4-11', '0-3'].map(band => [band, h.persons.filter(x => x === band).length]).filter(([, n]) => n);
  const traits = Object.entries(h.traits).filter(([, v]) => v === 'yes').map(([code]) => label('traits', code));
  return [persons.map(([band, n]) => t(`care.band_${String(band).replace('-', '_')}`, { n: Number(n) })).join(', '), label('threatLevels', h.threatLevel), ...h.threatKinds.map(k => label('threatKinds', k)), ...traits].join(', ');
}

/** One question to a specialist. @param {Consult} c @param {CareParts} p */
export const consultView = (c, p) => html`<dl class="summary">
  <div><dt>${c.own ? t('care.asked_to') : t('care.asked_by')}</dt><dd>${nameOf(c.own ? c.to : c.from)}, ${moment(c.askedAt)}</dd></div>
  <div><dt>${t('care.about')}</dt><dd>${nameless(c)}</dd></div>
  <div><dt>${t('care.question')}</dt><dd>${c.question ?? t('care.erased')}</dd></div>
  <div><dt>${t('care.answer')}</dt><dd>${c.state === 'answered' ? c.answer ?? t('care.erased') : t(`care.consult_${c.state}`)}</dd></div></dl>
  ${c.state !== 'asked' ? nothing : c.own ? button(t('care.consult_back'), { kind: 'subtle', icon: 'arrow-back-up', busy: p.busy, click: tap(p, `/consults/${c.id}/closure`) })
    : form(p, `consult-${c.id}`, f => [`/consults/${c.id}/answer`, { answer: f.text('answer') }], t('care.answered_done'), html`${textField(`answer-${c.id}`, 'answer', t('care.your_answer'), 240)}<div class="duo">${button(t('care.answer_button'), { kind: 'primary', icon: 'check', type: 'submit', busy: p.busy })}${button(t('care.consult_decline'), { icon: 'x', busy: p.busy, click: tap(p, `/consults/${c.id}/closure`) })}</div>`)}`;

/** @param {number} referralId @param {CareParts} p */
export const askForm = (referralId, p) => html`<details class="more"><summary>${icon('chevron-right')}${t('care.ask')}</summary>${form(p, `consult-new-${referralId}`, f => [`/referrals/${referralId}/consults`, { organisationId: Number(f.text('organisation')), question: f.text('question') }], t('care.asked_done'), html`
  <p class="subtle">${t('care.ask_text')}</p>${organisationField('consult-to', t('care.ask_whom'), p, { name: withKinds })}${textField('consult-question', 'question', t('care.question'), 240, t('care.text_hint'))}
  ${button(t('care.ask_button'), { kind: 'primary', icon: 'messages', type: 'submit', busy: p.busy })}`)}</details>`;

/** Organisations in the order of their names. @param {Organisation[]} list */
export const byName = list => [...list].sort((a, b) => either(a.name, a.name).localeCompare(b.name));
