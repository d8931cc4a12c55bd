// @ts-check
// What a worker has filled in so far: kept in this tab only, never free text, so that a reload does not lose it. It is of
// whoever is signed in: frame.js empties the tab for another account.
import { emptyIntake, readDraft } from './need.js';

/** @typedef {import('./need.js').Intake} Intake */

/** @param {Intake} intake @param {string} callback */
export function keepDraft(intake, callback) {
  try {
    sessionStorage.setItem('plek.draft', JSON.stringify(intake));
    sessionStorage.setItem('plek.callback', callback);
  } catch { /* private mode: then only in memory */ }
}

/** @returns {{ intake: Intake, callback: string }} */
export function readKept() {
  let callback = '';
  try {
    callback = sessionStorage.getItem('plek.callback') ?? '';
    return { intake: readDraft(JSON.parse(sessionStorage.getItem('plek.draft') ?? 'null')) ?? emptyIntake(), callback };
  } catch { // nothing kept, or nothing that reads
    return { intake: emptyIntake(), callback };
  }
}
