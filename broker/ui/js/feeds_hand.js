// @ts-check
// What only a house has on the page of data connections: handing in a file by hand, and its delivery record.
import { ApiError, problemText } from './api.js';
import { loadComplaints } from './complaint.js';
import { deliveryView } from './delivery.js';
import { UPLOAD_BYTES_MAX, base64, lookFault, uploadEnd } from './feed_upload.js';
import { UPLOAD_KB_MAX, kilobytes, noUpload, uploadView } from './feeds_upload.js';
import { t } from './text.js';
import { announce, focusSoon } from './ui.js';

/** @typedef {import('../types/api').Upload} Upload */
/** @typedef {import('./feeds_upload.js').UploadState} UploadState */

const WAIT_MS = 1500; // while somebody watches for an answer of the adapter
const BUSY_MS = 10_000; // the longest between two looks at an exchange that is too busy
const SEND_MS = 60_000; // a megabyte over a slow phone

/** @type {import('./frame.js').Frame} */
let frame;
/** @type {() => Promise<void>} */
let load;

const mine = {
  upload: noUpload(),
  /** @type {import('../types/api').DeliveryRecord | null} */ delivery: null,
  days: '90',
  busy: false,
};

/** @param {{ frame: import('./frame.js').Frame, load: () => Promise<void> }} page */
export function begin(page) {
  ({ frame, load } = page);
  loadDelivery();
}

/** Another provider's page: what was handed in belongs to the one before. */
export const forget = () => { mine.upload = noUpload(); };

/** Beside everything else: a record that cannot be read now must not hide a feed that is silent. */
async function loadDelivery() {
  try {
    mine.delivery = await frame.api.get(`/delivery-record?days=${mine.days}`);
    frame.draw();
  } catch { /* what was known stays */ }
}

/** @param {string} days */
function chooseDays(days) {
  mine.days = days;
  loadDelivery();
}

/** @param {Partial<UploadState>} change @param {string} [focus] */
function setUpload(change, focus) {
  mine.upload = { ...mine.upload, ...change };
  frame.draw();
  if (focus) focusSoon(focus);
}

/** What is wrong with a file before anything is sent. @param {File | null} file */
function fileFault(file) {
  if (!file) return t('upload.no_file');
  if (file.size === 0) return t('upload.empty');
  if (file.size > UPLOAD_BYTES_MAX) return t('upload.too_big', { size: kilobytes(file.size), max: UPLOAD_KB_MAX });
  return frame.isStale() ? t('upload.stale') : null;
}

/** @param {unknown} error */
const uploadFault = error => (error instanceof ApiError && (error.status === 429 || error.type === 'limit') ? t('upload.limit')
  : error instanceof ApiError && error.status === 413 ? t('problem.status_413') : problemText(error));

/** @param {File | null} file */
async function send(file) {
  if (mine.busy) return;
  const fault = fileFault(file);
  if (fault || !file) return setUpload({ fault }, 'upload-file');
  mine.busy = true;
  const { test } = mine.upload;
  setUpload({ step: 'sending', fault: null, upload: null, result: null, problem: null }, 'upload-reading');
  try {
    const bytes = await file.arrayBuffer().catch(() => null);
    if (!bytes) return setUpload({ step: 'choose', fault: t('upload.unreadable_here') }, 'upload-file');
    const upload = await frame.api.post('/uploads', { content: base64(new Uint8Array(bytes)), test }, { timeoutMs: SEND_MS });
    announce(t('upload.reading'));
    setUpload({ step: 'reading', upload });
    await answerOf(upload);
  } catch (error) {
    setUpload({ step: 'choose', fault: uploadFault(error) }, 'upload-file');
  } finally {
    mine.busy = false;
    frame.draw();
  }
}

/** Until the adapter has read it, or the exchange says that it will not. @param {Upload} upload */
async function answerOf(upload) {
  let now = upload;
  let pause = WAIT_MS / 2;
  while (now.state === 'waiting') {
    await new Promise(done => setTimeout(done, pause));
    if (mine.upload.upload?.id !== upload.id) return; // left behind
    try {
      now = await frame.api.get(`/uploads/${upload.id}`);
      pause = WAIT_MS / 2;
    } catch (error) {
      const fault = error instanceof ApiError ? lookFault(error) : 'fault';
      if (fault === 'fault') throw error;
      if (fault === 'gone') now = { ...upload, state: 'expired' };
      else pause = Math.min(pause * 2, BUSY_MS);
    }
  }
  if ((now.complaints ?? []).length + (now.notices ?? []).length > 0) await loadComplaints();
  announce(t(`upload.${uploadEnd({ step: 'shown', upload: now })}`));
  setUpload({ step: 'shown', upload: now }, 'upload-result');
}

async function take() {
  const { upload } = mine.upload;
  if (!upload || mine.busy) return;
  mine.busy = true;
  setUpload({ problem: null });
  try {
    const result = await frame.api.post(`/uploads/${upload.id}/acceptance`, {}, { ifMatch: upload.previewTag });
    announce(t('upload.taken'));
    setUpload({ step: 'taken', result }, 'upload-result');
    await load();
  } catch (error) {
    // Looked at again: it may be taken after all, too late, or a stop came up that this file would lift.
    const now = /** @type {Upload | null} */ (await frame.api.get(`/uploads/${upload.id}`).catch(() => null));
    if (now?.state === 'taken') {
      announce(t('upload.taken'));
      setUpload({ step: 'taken', upload: now, result: null }, 'upload-result');
      return await load();
    }
    const isStop = error instanceof ApiError && error.status === 412;
    setUpload({ upload: now ?? upload, problem: isStop ? t('upload.stop_since') : problemText(error) }, now && now.state !== 'read' ? 'upload-result' : 'upload-problem');
  } finally {
    mine.busy = false;
    frame.draw();
  }
}

/** The exchange keeps what it read for half an hour; nothing of it is ever used without a yes. */
function discard() {
  announce(t('upload.discarded'));
  setUpload(noUpload(), 'upload-title');
}

export const upload = () => uploadView(mine.upload, {
  busy: mine.busy, stale: frame.isStale(), nowMs: frame.api.now(), send, take, discard,
  setTest: test => setUpload({ test }), chosen: () => setUpload({ fault: null }), again: () => setUpload(noUpload(), 'upload-file'),
});

export const delivery = () => deliveryView(mine.delivery, chooseDays);
