// @ts-check
// What the shelter's page knows, for the module of the page and for the one that comes later.

/** @typedef {import('../types/api').Pool} Pool */
/** @typedef {import('../types/api').Request} Request */

/** The frame of the page, and its way to load all facts anew. */
export const desk = {
  frame: /** @type {import('./frame.js').Frame} */ (/** @type {unknown} */ (null)),
  load: async () => {},
};

export const state = {
  /** @type {Pool[]} */ pools: [],
  /** @type {Request[]} */ requests: [],
  /** @type {Request[]} */ ended: [],
  /** With the version of the pool that was on the screen at the tap. @type {Map<number, { free: number, version: number }>} */ changed: new Map(),
  /** Of the own organisation. @type {import('../types/api').Feed[]} */ feeds: [],
  /** @type {import('./shelter_report.js').Clash[]} */ clashes: [],
  /** @type {Request | null} */ declining: null,
  /** @type {Request | null} */ falling: null, // its promised place falls through
  /** @type {Request[]} */ lost: [], // whose yes is over, and who may stand at the door after all
  /** @type {import('./shelter_stop.js').Stopping | null} */ stopping: null,
  /** @type {{ title: string, text?: string } | null} */ message: null,
  /** @type {string | null} */ notSaved: null,
  /** @type {Set<number>} */ seen: new Set(),
  /** @type {Map<number, number>} */ rung: new Map(),
  /** How often the exchange had each rung again, as last seen here. @type {Map<number, number>} */ rungAgain: new Map(),
  /** Loading is over: only then an empty list means that there is nothing. */ ready: false,
  onShift: false,
  shift: { sound: false, notify: false, awake: false },
  busy: false,
};

export const pendingNow = () => state.requests.filter(r => r.state === 'pending');
