// @ts-check
// A region that is not safe, typed by its name.
import { rows } from './codes.js';
import { desk, setIntake, state } from './placer_search.js';
import { t } from './text.js';

/** @param {string} name */
export function addRegion(name) {
  const wanted = name.trim().toLowerCase();
  const found = rows('regions').find(r => [r.labelNl, r.labelEn, r.name].some(text => (text ?? '').toLowerCase() === wanted));
  state.regionFault = found || wanted === '' ? '' : t('intake.region_unknown');
  if (found && !state.intake.unsafe.includes(found.code)) return setIntake({ ...state.intake, unsafe: [...state.intake.unsafe, found.code] });
  return desk.frame.draw();
}
