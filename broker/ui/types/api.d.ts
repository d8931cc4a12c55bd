/* What the API says, as far as the pages read it: schema/api/openapi.yaml is the source. */

export type Tri = 'yes' | 'no' | 'unknown';
export type Code = {
    code: string; name?: string; labelNl?: string; labelEn?: string; order?: string | number; intakeOrder?: string | number;
    phoneOrder?: string | number; icon?: string; childNl?: string; childEn?: string; shortNl?: string; shortEn?: string;
    group?: string; waiveLabelNl?: string; waiveLabelEn?: string; askLabelNl?: string; askLabelEn?: string; short?: string;
    hexQ?: string | number; hexR?: string | number; lat?: string | number; lon?: string | number; region?: string;
    keepers?: string; needsText?: string | boolean; hintNl?: string; hintEn?: string; afterStay?: string; startKinds?: string; startResidences?: string; validFrom?: string; validTo?: string;
};
export type Codes = Record<string, Code[]>;

export type Role = 'referrer' | 'shelter' | 'comensha' | 'municipality' | 'rapporteur' | 'org_admin' | 'exchange_admin' | 'gatekeeper';
export type Session = {
    account: string; displayNl?: string; displayEn?: string; role: Role; organisation: string; organisationId?: number; organisationKind?: string;
    region?: string | null; locationId?: number | null; locationName?: string | null; csrfToken: string;
    idleEndsAt: string; endsAt: string;
};

export type Organisation = { id: number; name: string; kind: string; region?: string | null; kinds?: string[] };
export type MdoItem = {
    id: number; domain: string; sort: 'need' | 'action' | 'decision'; state: 'open' | 'doing' | 'done' | 'dropped';
    acts?: Organisation | null; outside?: { kind: string; callback: string | null } | null; notedBy?: Organisation | null; text: string | null; dueAt?: string | null; notedAt: string;
};
export type Mdo = {
    id: number; referralId?: number; referralCode?: string; state?: 'convened' | 'closed'; ground?: string; convenedBy?: Organisation;
    convenedAt?: string; nextAt?: string | null; closedAt?: string | null; version?: number; own: 'invited' | 'joined' | 'refused' | 'left' | null;
    leads?: boolean; full?: boolean; participants?: { organisation: Organisation; state: string }[]; items?: MdoItem[];
};
export type Regie = {
    referralId: number; referralCode?: string; state: 'held' | 'offered' | 'ended' | null; holder?: Organisation | null;
    offeredTo?: Organisation | null; moves?: number; sinceAt?: string | null; endedAt?: string | null; role?: string | null; callback?: string | null;
    full: boolean; may?: ('acceptance' | 'refusal' | 'desk' | 'offer' | 'end')[]; offerTo?: number[]; file?: boolean;
};
export type Consult = {
    id: number; state: 'asked' | 'answered' | 'declined' | 'withdrawn'; from: Organisation; to: Organisation; own: boolean; full: boolean;
    question?: string | null; answer?: string | null; askedAt: string; endedAt?: string | null; referralId?: number | null; referralCode?: string | null;
    household?: { persons: string[]; threatLevel: string; threatKinds: string[]; traits: Record<string, string> } | null;
};

export type Clock = {
    id: number; clock: string; state: 'running' | 'warned' | 'run_out' | 'stopped'; referralId: number; referralCode: string; stayId?: number | null;
    owner: { id: number; name: string }; desk?: string | null; callback?: string | null; offeredTo?: { id: number; name: string } | null;
    own?: boolean; offeredToOwn?: boolean; mayProlong?: boolean; startedAt: string; runsOutAt: string; stoppedAt?: string | null;
    followUp?: { referralId: number | null; code: string | null; state: string | null; own?: boolean } | null; file?: boolean; household?: ClockHousehold;
};
export type ClockHousehold = {
    referralCode: string; state: string; referrer: string; region: string | null; kind: string | null; residence: string | null;
    residenceUntil: string | null; referrerCallback: string | null; callback: string | null;
};
export type Stay = {
    id: number; referralId: number; referralCode: string; poolName?: string; poolNameEn?: string; kind: string; locationName?: string;
    state: 'present' | 'ready' | 'departed'; startedAt: string; readyAt?: string | null; blockedBy?: string | null; blockedAt?: string | null; blockedByAt?: string | null;
    endedAt?: string | null; departureReason?: string | null; destination?: string | null; nights: number; moves: number; house?: boolean;
    momentsUntil?: string | null; resumableUntil?: string | null;
    funding: { from: string; stream: string; municipality: string | null; rule: string | null; reason: string | null }[];
    clocks: Clock[]; returnCode?: string | null;
};
export type Cell = { value: number | null; suppressed: boolean };
export type Statement = {
    from: string; to: string; whole: boolean; minimumCell: number; nights: Cell; stays: Cell;
    rows: { municipality: string | null; stream: string; cutPermille: number; nights: Cell; stays: Cell }[];
};
export type UnplacedLine = {
    referralId: number; referralCode: string; state: string; hoursWaited: number; reason?: string | null; closedSlept?: string | null;
    nights?: NightTold[];
};
export type UnplacedNumbers = {
    days: number; byReason: { code: string | null; count: Cell }[]; bySlept: { code: string | null; count: Cell }[];
    byHours: { from: number; below: number | null; count: Cell }[];
    byRegion: { code: string; waiting: Cell; closed: Cell; withdrawn: Cell; total: Cell }[];
};
export type FundingFlags = {
    from: string; to: string; whole: boolean; minimumCell: number; total: Cell;
    regions: { region: string; municipality: string | null; count: number | null; suppressed: boolean }[];
};
/** Who looks for a household already: whom to ring, never where. */
export type HouseholdSearch = {
    organisation: string; promised: boolean; own: boolean; callback: string | null; referralId: number | null; referralCode: string | null;
};
export type Problem = {
    type?: string; title: string; status: number; detail: string; code?: string; poolId?: number;
    errors?: { pointer: string; detail: string }[];
    search?: HouseholdSearch;
};

export type Person = { sex: string; age?: number | null; pregnant?: boolean };
export type Need = {
    returnCode?: string;
    urgency: string; threatLevel: string; threatKinds?: Record<string, Tri>; household: Person[]; keepTogether?: boolean;
    traits?: Record<string, Tri>; unsafeRegions?: string[]; unsafeMunicipalities?: string[]; homeMunicipality?: string; residence?: string; residenceUntil?: string; language?: string;
    minorAlone?: boolean; anonymous?: boolean; channel?: 'telefoon' | 'chat'; ground?: string; groundAt?: string; callback?: string;
};

export type Param = { kind: string; value: number | string };
export type Reason = { code: string; tone: 'for' | 'caution' | 'question' | 'against' | 'rank'; params: Param[] };
export type PlaceMatch = {
    poolId: number; verdict: 'fits' | 'ask' | 'out'; rank: number; score?: number; rules?: string[]; locationName?: string;
    region?: string; kind?: string; poolName?: string; poolNameEn?: string; secretAddress?: Tri; unitSize?: number;
    units?: number; unitsTotal?: number; unitsFree?: number | null; offerable?: number | null; freshness?: string;
    observedAt?: string | null; minutes?: number | null; answerMinutes?: number; criteriaMet?: number; criteria?: number;
    reasons: Reason[]; change?: Change; overflow?: boolean;
} & Ranking;
/* How a place came by its rank. */
export type Ranking = {
    why?: Reason; utility?: number; scarcity?: { coverage: number; rarity: number; points: number };
    terms?: { distance: number; language: number; soft: number; secondMove: number };
};
export type Change = { rule: string; params?: Param[] };
export type NearMiss = { rule: string; params?: Param[]; pools: number };
export type MatchResult = {
    at?: string; pools: number; regions?: number; fits: number; ask: number; out: number; askDefault?: number;
    askMax?: number; places: PlaceMatch[]; outReasons: { rule: string; pools: number }[]; nearMisses: NearMiss[];
    gates?: { kind: string; gatekeeper: string; pools: number; gateRequestId?: number | null }[];
};

export type Household = {
    adults: Person[]; children: Person[]; threatLevel: string; threatKinds?: Record<string, Tri>; language?: string | null;
    traits?: Record<string, Tri>; residence?: string; full?: boolean;
};
/* Safety: leaked locations, surge, the question about a conflict. */
export type ConflictQuestion = { state: 'open' | 'no' | 'yes'; token: string | null; askedAt: string; answeredAt?: string | null };
export type OwnLocation = { id: number; name: string; region?: string | null; organisation: string; frozen: boolean; leakId: number | null };
export type LeakHousehold = { rank: number; stayId: number | null; bridge: boolean; earlierCode: string; referralId: number | null; referralCode?: string | null; state?: string | null; referrer: string; onTheWay: boolean; searching: boolean; factsErased: boolean; left: boolean };
export type Leak = {
    id: number; location: { id: number; name: string; region?: string | null; organisation: string };
    state: 'reported' | 'frozen' | 'lift_asked' | 'lifted' | 'dropped'; reason: string; byMe: boolean; households: LeakHousehold[];
    reportedAt: string; timesRepeated: number; repeatedAt?: string | null; passedOn: boolean; givenUp: boolean; frozenAt?: string | null; endedAt?: string | null; version?: number;
};
export type SurgeRegion = { region: string; on: boolean; pools: number; reason?: string | null; since?: string | null };
export type Request = {
    id: number; referralId: number; referralCode?: string;
    state: 'pending' | 'accepted' | 'declined' | 'expired' | 'cancelled' | 'admitted' | 'left';
    cancelWhy?: 'other_yes' | 'withdrawn' | 'no_show' | 'hold_ended' | 'leaked' | 'bed_gone' | 'household_no' | 'fell_through' | null; conflict?: ConflictQuestion | null; declineReason?: string | null; lateYes?: boolean; refused: boolean;
    poolId: number; poolName?: string; poolNameEn?: string; kind?: string; locationId?: number; locationName?: string;
    region?: string; units?: number; askedAt: string; seenAt?: string | null; answerByAt: string; lapseAt: string;
    answeredAt?: string | null; etaAt?: string | null; answerMinutes?: number; alsoAsked?: number; referrer?: string;
    callback?: string | null; channel?: 'telefoon' | 'chat' | null; bridge?: boolean; household?: Household | null; version?: number;
    proposal?: Proposal; rung?: number; rungAt?: string | null; widened?: boolean; extensions?: number; extensionsMax?: number;
    extensionSeconds?: number; holdUntilAt?: string | null; holdEnding?: boolean; missed?: boolean;
};
export type Proposal = {
    rank: number; score: number; verdict: string; minutes?: number | null; unitsFree?: number | null; unitsHeld?: number;
    observedAt?: string | null; rulesVersion?: string; reasons: Reason[]; byBroker?: boolean; fits?: number; asks?: number;
} & Ranking;
export type Referral = {
    id: number; code: string; state: 'open' | 'asked' | 'reserved' | 'travelling' | 'admitted' | 'withdrawn' | 'departed' | 'closed';
    urgency: string; unplaced?: boolean; factsErased?: boolean; organisation?: string; openedAt: string; deadlineAt: string;
    firstAskedAt?: string | null; acceptedAt?: string | null; etaAt?: string | null; admittedAt?: string | null;
    closedAt?: string | null; withdrawReason?: string | null; version?: number; need?: Need; requests: Request[];
    announced?: AnnouncedPlace | null; holdUntilAt?: string | null; holdExtensions?: number; holdExtensionsMax?: number;
    alarms?: Alarm[]; owner?: Colleague; mine?: boolean; handedOver?: { at: string; to?: Colleague | null } | null;
    stayId?: number | null; follows?: '' | 'follow_up' | 'return' | 'leaked'; moves?: number; settled?: boolean; stillThere?: boolean;
    side?: '' | 'referrer' | 'house' | 'gatekeeper' | 'regie' | 'asked'; gateRequests?: GateRequest[]; tasks?: ('residence' | 'residence_offered' | 'residence_until')[]; residenceUntil?: string | null;
};
export type Alarm = { alarm: 'lead' | 'hold_ending' | 'hold_ended' | 'no_show' | 'gate' | 'leaked'; raisedAt: string; timesRaised: number; raisedAgainAt?: string | null; passedOn: boolean; acknowledgedAt?: string | null; acknowledgedBy?: Colleague | null };
export type Colleague = { id: number; nameNl?: string; nameEn?: string; me?: boolean };
export type DeliveryName = 'inTime' | 'yes' | 'unanswered' | 'lateNo' | 'falseFree' | 'refused' | 'bedGone';
export type DeliveryRecord = {
    organisationId: number; days: 30 | 90; counts: Record<DeliveryName | 'asked' | 'lateYes' | 'extraTime' | 'letGo', number>;
    rates: Record<DeliveryName, number | null>; medianMinutes?: number | null;
    norm: { providers: number; rates: Record<DeliveryName, { low: number; middle: number; high: number }>; medianMinutes?: number | null } | null;
};
export type GateRequest = {
    id: number; referralId: number; referralCode: string; kind: string; gatekeeper: string; live: boolean; rings?: boolean; assented?: boolean;
    state: 'waiting' | 'taken' | 'asked_back' | 'placing' | 'placed' | 'returned' | 'withdrawn';
    organisation: string; referrer: string; urgency: string; version?: number; sentAt?: string | null; takenAt?: string | null;
    askedAt?: string | null; answeredAt?: string | null; endedAt?: string | null; returnReason?: string | null;
    owner?: { mine: boolean; nl: string; en: string } | null; asked?: string[]; asks?: number; answers?: Record<string, Tri>;
    clocks: { waitingSince?: string | null; deadlineAt?: string | null; bridgeUntil?: string | null; reflectionUntil?: string | null; actBy?: string | null; presses?: 'deadline' | 'bridge' | 'reflection' | null };
    bridge?: { kind: string; state: 'pending' | 'accepted' | 'admitted' } | null; requests: Request[];
};
/* The no-bed path. */
export type SafetyOwner = { kind: 'desk' | 'other'; role?: string; organisation?: string; callback?: string };
export type Bridge = {
    id: number; referralId: number; referralCode: string; kind: 'order' | 'network' | 'hotel' | 'bed';
    state: 'planned' | 'active' | 'alarm' | 'ended'; end: string | null; slept: string | null; owner: SafetyOwner | null;
    everyMinutes: number | null; times: string[]; untilAt: string | null; imposedAt?: string | null; nextAt: string | null; alarms: number;
    teamLead: boolean; seenAt: string | null; openedAt: string; startedAt: string | null; checkedAt: string | null;
    endedAt: string | null; requestId: number | null; locationName: string | null; version: number; momentsUntil?: string | null;
    placeKind: string | null; leaked: boolean; setOutAt: string | null; nights: number | null; funding: Stay['funding'];
};
export type BridgeList = { bridges: Bridge[]; total: number; alarms: number };
export type NightTold = { date: string; slept: string | null; reason: string | null; knownBy: Bridge['kind'] | null };
export type NoBed = {
    referralId: number; referralCode: string; state: string; unplaced: boolean; deadlineAt: string; hoursWaited: number;
    reason: string | null; nights: NightTold[]; closedAt: string | null; closedSlept: string | null; bridges: Bridge[];
};
export type AnnouncedPlace = {
    poolId: number; at: string; locationName?: string; poolName?: string; poolNameEn?: string; region?: string | null;
};
export type RevealedLocation = { locationName: string; address?: string; nightNumber?: string; meetingPoint?: string };

export type Capacity = {
    unitsTotal?: number | null; unitsFree?: number | null; unitsOutOfOrder?: number | null; unitsHeld: number;
    offerable?: number | null; overcommitted?: boolean; deliverable?: Tri;
    stop?: Stop | null; source?: string; freshness: string; observedAt?: string | null; receivedAt?: string | null;
    said?: { feed?: Said | null; hand?: Said | null }; disagrees?: boolean;
};
export type Pool = {
    id: number; code: string; name: string; nameEn?: string; kind: string; locationId?: number; locationName?: string;
    region: string; unitSize?: number; unitsTotal?: number; version: number; capacity: Capacity;
};

export type Cell = { value: number | null; suppressed: boolean };
export type OverviewRow = {
    code: string; unitsTotal: Cell; unitsOccupied: Cell; unitsFree: Cell; occupancyPercent?: number | null;
    freshPercent?: number | null; referrals: Cell; placed: Cell; unplaced: Cell; looking?: Cell;
    placedOwnRegionPercent?: number | null; medianMinutesToYes?: number | null;
};
export type Overview = {
    at: string; days: number; minimumCell?: number; totals: OverviewRow; byKind: OverviewRow[]; byRegion: OverviewRow[];
};
export type EventFact = {
    seq: number; at: string; referralId?: number | null; requestId?: number | null; poolId?: number | null;
    gateRequestId?: number | null; stayId?: number | null; clockId?: number | null; state?: string | null;
};

/* The last word of one side about a pool. */
export type Said = {
    unitsTotal?: number | null; unitsFree?: number | null; deliverable?: Tri; stop?: Stop | null; observedAt: string;
};
export type Stop = { reason: string; untilAt?: string | null; source?: 'feed' | 'hand' };

export type FeedState = 'ok' | 'silent' | 'quarantined' | 'adapter_away' | 'never';
export type Feed = {
    provider: string; organisation: string; channel: string; profile?: string; test: boolean; expectedMinutes?: number | null;
    lastMessageAt?: string | null; lastOutcome?: string | null; lastHeartbeatAt?: string | null; waiting?: number;
    lastReportAt?: string | null; state: FeedState; silentSince?: string | null;
};
export type Complaint = { line: number; field: string; reason: string };
export type Outcome = 'taken' | 'quarantined' | 'test' | 'refused';
export type MessageHead = {
    id: number; provider: string; messageId: string; channel: string; format?: string; profile?: string; bytes?: number;
    receivedAt: string; outcome: Outcome; reports: number; complaints: number; notices: number; replayOf?: string | null;
    replay?: 'none' | 'asked' | 'done' | 'failed';
};
export type Reported = {
    pool?: string; poolId?: number; poolName?: string; poolNameEn?: string; unitsTotal?: number | null; unitsFree?: number | null;
    unitsOccupied?: number | null; deliverable?: boolean | Tri | null; stop?: Stop | null; observedAt: string; line?: number;
};
export type CrossCheck = { pool: string; poolName?: string; poolNameEn?: string; occupiedByMessages: number; note?: string };
export type Message = Omit<MessageHead, 'reports' | 'complaints' | 'notices'> & {
    reports: Reported[]; hiddenReports?: number; complaints: Complaint[]; more?: number; notices: Complaint[]; crossCheck?: CrossCheck[];
};
export type Effect = 'changes' | 'confirms' | 'older';
export type Preview = {
    line?: number; poolId: number; pool?: string; poolName?: string; poolNameEn?: string; allowed: boolean;
    before: Partial<Said> | null; after: Partial<Said>; effect: Effect | null; // null: of a house that this person may not see
};
export type Upload = {
    id: number; state: 'waiting' | 'read' | 'unreadable' | 'taken' | 'expired' | 'unanswered'; test?: boolean;
    createdAt?: string; expiresAt?: string; messageId?: string | null; previewTag?: string; preview?: Preview[]; complaints?: Complaint[]; more?: number;
    notices?: Complaint[];
};

/* ---- warm handover, keys and notes ---- */
export type OrgKey = {
    id: number; state: 'made' | 'active' | 'old' | 'retired' | 'lost' | 'loss_asked'; fingerprint: string; publicKey: string; wrapped: string | null;
    madeByMe: boolean; unreadNotes: number; notes: number; madeAt: string; confirmedAt: string | null; endedAt: string | null;
    loss: { reason: 'wachtzin_vergeten' | 'medewerker_weg' | 'wachtzin_bekend' | 'anders'; askedByMe: boolean; askedAt: string | null; until: string | null } | null;
};
export type NightSheetState = { state: 'ready' | 'no_key' | 'not_yet' | 'off'; madeAt: string | null; everyS: number };
export type Note = {
    id: number; referralId: number; requestId: number; from: 'referrer' | 'house'; organisation: string;
    state: 'written' | 'picked_up' | 'unreadable' | 'destroyed'; keyId: number; bytes: number; mine: boolean; readable: boolean;
    writtenAt: string; pickedUpAt: string | null; endedAt: string | null; destroyAt: string;
};
export type Handover = {
    referralId: number; requestId: number | null; bridge?: boolean; side: 'referrer' | 'house'; completeAt: string | null;
    items: { item: string; required: boolean; referrer: string | null; house: string | null }[];
    receiver: { organisation: string; key: { id: number; publicKey: string; fingerprint: string; confirmedAt: string } | null } | null;
    notes: Note[];
};
