// @ts-check
// A file that is handed in, apart from the screen: what it would change, what fits, and how it ends.

/** @typedef {import('../types/api').Preview} Preview */
/** @typedef {import('../types/api').Said} Said */
/** @typedef {import('../types/api').Upload} Upload */

// By the API: POST /uploads takes so many bytes of a file; said before anything is sent over a phone.
export const UPLOAD_BYTES_MAX = 700 * 1024;

/** How many rooms change; those that this person may not report are left out. Whether taking it over would do anything. @param {Preview[]} preview */
export function tally(preview) {
  const n = { changes: 0, confirms: 0, older: 0, barred: 0 };
  for (const row of preview) {
    if (!row.allowed || !row.effect) n.barred += 1;
    else n[row.effect] += 1;
  }
  return { ...n, canTake: n.changes + n.confirms > 0 };
}

/** Which of the values differ. @param {Partial<Said>} before @param {Partial<Said>} after */
export function changed(before, after) {
  return {
    total: (before.unitsTotal ?? null) !== (after.unitsTotal ?? null),
    free: (before.unitsFree ?? null) !== (after.unitsFree ?? null),
    staff: (before.deliverable ?? 'unknown') !== (after.deliverable ?? 'unknown'),
    stop: (before.stop?.reason ?? '') !== (after.stop?.reason ?? ''),
  };
}

/** What the page of an upload shows. Of one that is taken over no step of this tab need know: the answer was lost, or another tab did it. @param {{ step: string, upload: Upload | null }} u @returns {'preview' | 'taken' | 'unreadable' | 'unanswered' | 'expired'} */
export function uploadEnd({ step, upload }) {
  if (step === 'taken' || upload?.state === 'taken') return 'taken';
  if (upload?.state === 'read') return 'preview';
  return upload?.state === 'unreadable' || upload?.state === 'unanswered' ? upload.state : 'expired';
}

/**
 * What a look that failed says of the upload: only one that is not there any more has expired. Whoever is busy or not
 * reached is asked again.
 * @param {{ kind: string, status: number }} error @returns {'again' | 'gone' | 'fault'}
 */
export function lookFault({ kind, status }) {
  if (kind === 'offline' || status >= 500 || status === 429) return 'again';
  return kind === 'problem' && status === 404 ? 'gone' : 'fault';
}

/** The bytes as base64, for JSON has no other way. @param {Uint8Array} bytes */
export function base64(bytes) {
  let text = '';
  for (let at = 0; at < bytes.length; at += 0x8000) text += String.fromCharCode(...bytes.subarray(at, at + 0x8000));
  return btoa(text);
}
